"""Whether a value counts as true, and what comparisons give: a flag, or a condition on the database. Pure."""

from __future__ import annotations

import ast

from headway.reading.budget import Budget
from headway.reading.containers import is_whole, iterate
from headway.reading.reader import choice_of, options_of
from headway.reading.values import (
    ALL_DATABASES,
    UNCERTAIN,
    Choice,
    Class,
    Condition,
    Construct,
    DialectName,
    Function,
    Instance,
    Items,
    Module,
    Pairs,
    is_on,
)


def compared(budget: Budget, operation: ast.cmpop, left: object, right: object) -> object:
    """The value of ``left operation right``: a flag, or a condition."""
    if isinstance(operation, ast.NotEq | ast.NotIn | ast.IsNot):
        opposite = {ast.NotEq: ast.Eq, ast.NotIn: ast.In, ast.IsNot: ast.Is}[type(operation)]()
        found = compared(budget, opposite, left, right)
        return found.negated() if isinstance(found, Condition) else not found
    if isinstance(operation, ast.Eq) and isinstance(right, DialectName):
        left, right = right, left
    if isinstance(left, DialectName):
        return _compared_name(budget, operation, right)
    if isinstance(operation, ast.In) and isinstance(right, DialectName):
        return _contained(left)
    if isinstance(left, Choice) or isinstance(right, Choice):
        found = [compared(budget, operation, one, two) for one in options_of(left) for two in options_of(right)]
        return found[0] if all(isinstance(f, bool) and f is found[0] for f in found) else UNCERTAIN
    return _plain_comparison(operation, left, right)


def _compared_name(budget: Budget, operation: ast.cmpop, right: object) -> object:
    match operation:
        case ast.Eq():
            return is_on(right)
        case ast.In() if isinstance(right, tuple | Items | Pairs) and is_whole(right):
            return is_on(tuple(item for item, _ in iterate(budget, right)))
    return UNCERTAIN


def truth_of(value: object) -> bool | Condition:
    """Whether a value counts as true."""
    match value:
        case Condition():
            return value
        case None | bool() | int() | float() | str() | bytes() | tuple():
            return bool(value)
        case Items(may_be_none=True):
            return UNCERTAIN
        case Items(items=items, more=more, certain=certain):
            return bool(items) if not more and certain is None else UNCERTAIN
        case Pairs(items=items, others=others, more=more):
            return bool(items or others) if not more else UNCERTAIN
        case Function() | Class() | Module():
            return True
        case Choice(options=options):
            found = [truth_of(option) for option in options]
            if all(isinstance(one, bool) and one is found[0] for one in found):
                return found[0]
    return UNCERTAIN


def _plain_comparison(operation: ast.cmpop, left: object, right: object) -> object:
    match operation, left, right:
        case (ast.Is(), Items(may_be_none=True), None) | (ast.Is(), None, Items(may_be_none=True)):
            return UNCERTAIN
        case ast.Is(), None, (
            None | str() | int() | tuple() | Items() | Pairs() | Construct() | Function() | Instance()
        ):
            return right is None
        case ast.Is(), (str() | int() | tuple() | Items() | Pairs() | Construct() | Function() | Instance()), None:
            return False
        case ast.Is() | ast.Eq(), bool(), bool():
            return left is right
        case ast.Eq(), (None | str() | int() | float()), (None | str() | int() | float()):
            return left == right
        case ast.In(), (str() | int()), tuple() if all(isinstance(item, str | int) for item in right):
            return left in right
        case ast.In(), (str() | int()), Items(more=False, certain=None):
            return left in right.items if all(isinstance(i, str | int) for i in right.items) else UNCERTAIN
        case ast.In(), (str() | int()), Pairs(more=False, others=[]):
            return left in right.items
        case ast.In(), str(), str():
            return left in right
        case ((ast.Lt() | ast.LtE() | ast.Gt() | ast.GtE()), (int() | float()), (int() | float())):
            return {ast.Lt: left < right, ast.LtE: left <= right, ast.Gt: left > right}.get(
                type(operation), left >= right
            )
    return UNCERTAIN


def _contained(text: object) -> Condition:
    """``text in dialect.name``."""
    if not isinstance(text, str):
        return UNCERTAIN
    true = {name for name in ALL_DATABASES if text in name} | {"other"}
    if "mysql" in true:
        true.add("mariadb")
    return Condition(frozenset(true), ALL_DATABASES - {name for name in true if name not in ("other", "mariadb")})


def _where_it_decides(is_and: bool, left: object) -> object:
    """What the left side of ``and`` or ``or`` may be when the right one is not asked: ``None or "name"`` is never None."""
    if not isinstance(left, Choice):
        return left
    options = [option for option in left.options if truth_of(option) is not is_and]
    return choice_of(options) if options else left


def both(is_and: bool, left: object, truth: Condition, right: object, other: bool | Condition) -> object:
    """The value of ``left and right`` (or ``or``) where the left one may decide."""
    left = _where_it_decides(is_and, left)
    if isinstance(other, bool) and isinstance(right, bool):
        return truth if other is is_and and isinstance(left, Condition) else choice_of([left, right])
    if isinstance(other, bool):
        return choice_of([left, right])
    if not isinstance(left, Condition) and not isinstance(right, Condition):
        return choice_of([left, right])
    uncertain = truth.uncertain or other.uncertain
    if is_and:
        return Condition(truth.when_true & other.when_true, truth.when_false | other.when_false, uncertain)
    return Condition(truth.when_true | other.when_true, truth.when_false & other.when_false, uncertain)
