"""Reads expressions: their values as far as the source tells, and the effects of the calls in them."""

from __future__ import annotations

import ast
import operator
from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from headway.effects.values import UNKNOWN
from headway.reading import texts
from headway.reading.builtin_calls import BUILTINS
from headway.reading.conditions import both, compared, truth_of
from headway.reading.containers import are_rows, get, is_whole, item_of, iterate, put, update
from headway.reading.imports import is_foreign
from headway.reading.reader import Call, Reader, choice_of, options_of
from headway.reading.values import (
    NOTHING_KNOWN,
    UNCERTAIN,
    Bound,
    Choice,
    Condition,
    Construct,
    Function,
    Holed,
    Imported,
    Items,
    Member,
    Names,
    Opaque,
    OrmRow,
    Pairs,
    Query,
    Written,
    has_power,
)


class ExpressionReader(Reader):
    """Evaluates expressions. What it does not know is an :class:`Opaque`, with power when a part of it has."""

    resolved: dict[str, object]
    """The value of each dotted name of another module that was used."""

    def evaluate(self, node: ast.expr, scope: Names) -> object:
        self.budget.spend()
        reader = _READERS.get(type(node))
        return self._parts(node, scope) if reader is None else reader(self, node, scope)

    def _parts(self, node: ast.AST, scope: Names) -> object:
        """A value that is put together in a way that is not followed: what stands in it is read all the same."""
        values = [self.evaluate(part, scope) for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr)]
        return Opaque(power=any(map(has_power, values)))

    def _yield(self, node: ast.Yield | ast.YieldFrom, scope: Names) -> object:
        self.yielded(None if node.value is None else self.evaluate(node.value, scope))
        return NOTHING_KNOWN

    # -- literals ---------------------------------------------------------------------------------------------------

    def _constant(self, node: ast.Constant, scope: Names) -> object:
        value = node.value
        return Written(value, node) if isinstance(value, str) and "\n" in value else value

    def _joined(self, node: ast.JoinedStr, scope: Names) -> object:
        parts: list[object] = []
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                value = self.evaluate(part.value, scope)
                plain = part.format_spec is None and part.conversion in (-1, 115)
                if part.format_spec is not None:
                    self.evaluate(part.format_spec, scope)
                parts.append(value if plain else Opaque(power=has_power(value)))
            else:
                parts.append(part.value if isinstance(part, ast.Constant) else NOTHING_KNOWN)
        return texts.joined(self.budget, parts, node)

    def _sequence(self, node: ast.Tuple | ast.List | ast.Set, scope: Names) -> object:
        items, more = self._all(node.elts, scope)
        self.budget.items(len(items))
        if isinstance(node, ast.Tuple) and not more:
            return tuple(item for item, _ in items)
        # The item that stands for all that are not known is what ``more`` says.
        known = [(item, sure) for item, sure in items if sure or has_power(item) or not isinstance(item, Opaque)]
        certain = next((number for number, (_, sure) in enumerate(known) if not sure), None)
        return Items([item for item, _ in known], more, certain, self.here.databases)

    def _all(self, nodes: Sequence[ast.expr], scope: Names) -> tuple[list[tuple[object, bool]], bool]:
        """The values of several expressions, stars unpacked, each with whether it is there for sure; and whether there may
        be more."""
        items: list[tuple[object, bool]] = []
        more = False
        for node in nodes:
            if not isinstance(node, ast.Starred):
                items.append((self.evaluate(node, scope), True))
                continue
            value = self.evaluate(node.value, scope)
            found = list(iterate(self.budget, value))
            items += found
            more = more or not is_whole(value) or not all(sure for _, sure in found)
        return items, more

    def _dict(self, node: ast.Dict, scope: Names) -> object:
        made = Pairs({}, [])
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                update(self.budget, made, self.evaluate(value, scope))
            else:
                put(self.budget, made, self.evaluate(key, scope), self.evaluate(value, scope))
        return made

    # -- names ------------------------------------------------------------------------------------------------------

    def _name(self, node: ast.Name, scope: Names) -> object:
        holder = scope.find(node.id)
        if holder is not None:
            value = holder.names[node.id]
            if isinstance(value, Imported):  # looked into when it is used, and not before
                # Not put in its place: what only one of two branches uses is the same behind both.
                if value.path not in self.resolved:
                    self.resolved[value.path] = self.imported(value.path, node, scope)
                return self.resolved[value.path]
            return value
        if node.id in BUILTINS:
            return Bound(None, node.id)
        return Imported(node.id)  # a star import, or a mistake: nobody knows what it does

    def _attribute(self, node: ast.Attribute, scope: Names) -> object:
        return self.attribute(self.evaluate(node.value, scope), node.attr, node, scope)

    def _subscript(self, node: ast.Subscript, scope: Names) -> object:
        value, key = self.evaluate(node.value, scope), self.evaluate(node.slice, scope)
        match value:
            case tuple() | str() if isinstance(key, int) and not isinstance(key, bool):
                return value[key] if -len(value) <= key < len(value) else NOTHING_KNOWN
            case Items() if isinstance(key, int) and not value.more and value.certain is None:
                return value.items[key] if -len(value.items) <= key < len(value.items) else NOTHING_KNOWN
            case Pairs(items=items) if isinstance(key, str | int | float | None) and key in items:
                return items[key]  # where it is not there, nothing goes on
            case Items() if are_rows(value):
                return value if isinstance(node.slice, ast.Slice) else value.items[0]
            case Query(columns=False):
                return value if isinstance(node.slice, ast.Slice) else item_of(value)
            case OrmRow() if isinstance(key, int):
                return value  # the one object of a row
            case Pairs():
                return get(self.budget, value, key, Opaque(power=has_power(value)))
            case Imported(path=path) if path not in ("sys.modules", "os.environ"):
                return _item_of_imported(value, key)
            case Opaque(expression=str() as expression, power=power) if isinstance(key, str | int):
                return Opaque(f"{expression}[{key!r}]", power)
            case Member() | Construct() if isinstance(key, str):
                return Member(value, key, value.power)
        power = has_power(value) or (isinstance(value, Imported) and value.path == "sys.modules")
        return Opaque(power=power)

    def _named(self, node: ast.NamedExpr, scope: Names) -> object:
        value = self.evaluate(node.value, scope)
        scope.names[node.target.id] = value
        return value

    # -- operators --------------------------------------------------------------------------------------------------

    def _binary(self, node: ast.BinOp, scope: Names) -> object:
        if not isinstance(node.op, ast.Add):
            return self.combined(node.op, self.evaluate(node.left, scope), self.evaluate(node.right, scope), node)
        terms: list[ast.expr] = []
        left: ast.expr = node
        while isinstance(left, ast.BinOp) and isinstance(left.op, ast.Add):
            terms.append(left.right)
            left = left.left
        value = self.evaluate(left, scope)
        pieces: list[object] = []  # put together at once, since each sum would copy all before it
        for term in reversed(terms):
            right = self.evaluate(term, scope)
            if isinstance(right, str | Holed | Opaque) and isinstance(value, str | Holed):
                pieces = pieces or [value]
                pieces.append(right)
                continue
            if pieces:
                value, pieces = texts.joined(self.budget, pieces, node), []
            value = self.combined(node.op, value, right, node)
        return texts.joined(self.budget, pieces, node) if pieces else value

    def combined(self, operation: ast.operator, left: object, right: object, node: ast.expr) -> object:
        """The value of ``left operation right``."""
        if isinstance(left, Choice) or isinstance(right, Choice):
            pairs = [(one, two) for one in options_of(left) for two in options_of(right)]
            self.budget.spend(len(pairs))
            return choice_of([self.combined(operation, one, two, node) for one, two in pairs])
        power = has_power(left) or has_power(right)
        if isinstance(operation, ast.Add):
            return self._sum(left, right, node, power)
        if isinstance(operation, ast.Mod) and isinstance(left, str | Holed):
            return self._percent(left, right, node)
        if isinstance(left, int | float) and isinstance(right, int | float):
            return _number(operation, left, right)
        if isinstance(operation, ast.Mult) and isinstance(right, int) and isinstance(left, str | tuple):
            if isinstance(left, str):
                self.budget.text(len(left) * max(right, 0))
            else:
                self.budget.items(len(left) * max(right, 0))
            return left * right
        return Opaque(power=power)

    def _percent(self, left: str | Holed, right: object, node: ast.expr) -> object:
        if isinstance(left, Holed):
            return Holed((*left.parts, UNKNOWN), node) if isinstance(right, Opaque) else Holed((UNKNOWN,), node)
        return texts.percent(self.budget, left, right, right.items if isinstance(right, Pairs) else None, node)

    def _sum(self, left: object, right: object, node: ast.expr, power: bool) -> object:
        match left, right:
            case (str() | Holed(), _) | (_, str() | Holed()):
                return texts.joined(self.budget, [left, right], node)
            case (int() | float(), int() | float()):
                return _number(ast.Add(), left, right)
            case (tuple(), tuple()):
                self.budget.items(len(left) + len(right))
                return left + right
            case (Items() | tuple(), _) | (_, Items() | tuple()):
                first, second = list(iterate(self.budget, left)), list(iterate(self.budget, right))
                self.budget.items(len(first) + len(second))
                certain = next((n for n, (_, sure) in enumerate(first + second) if not sure), None)
                more = not (is_whole(left) and is_whole(right))
                return Items([item for item, _ in first + second], more, certain)
        return Opaque(power=power)

    def _unary(self, node: ast.UnaryOp, scope: Names) -> object:
        value = self.evaluate(node.operand, scope)
        if isinstance(node.op, ast.Not):
            truth = truth_of(value)
            return not truth if isinstance(truth, bool) else truth.negated()
        if isinstance(node.op, ast.USub) and isinstance(value, int | float):
            return -value
        return Opaque(power=has_power(value))

    def _boolean(self, node: ast.BoolOp, scope: Names) -> object:
        """``and`` and ``or``; what stands behind one that may decide is read as conditional."""
        is_and = isinstance(node.op, ast.And)
        value = self.evaluate(node.values[0], scope)
        for part in node.values[1:]:
            truth = truth_of(value)
            if isinstance(truth, bool):
                if truth is is_and:
                    value = self.evaluate(part, scope)
                    continue
                return value
            reached = truth.when_true if is_and else truth.when_false
            with self.under(conditional=truth.uncertain, databases=reached):
                right = self.evaluate(part, scope)
            value = both(is_and, value, truth, right, truth_of(right))
        return value

    def _compare(self, node: ast.Compare, scope: Names) -> object:
        left = self.evaluate(node.left, scope)
        rights = [self.evaluate(right, scope) for right in node.comparators]
        if len(rights) != 1:
            return UNCERTAIN
        return compared(self.budget, node.ops[0], left, rights[0])

    def _ternary(self, node: ast.IfExp, scope: Names) -> object:
        truth = truth_of(self.evaluate(node.test, scope))
        if isinstance(truth, bool):
            return self.evaluate(node.body if truth else node.orelse, scope)
        with self.under(conditional=truth.uncertain, databases=truth.when_true):
            first = self.evaluate(node.body, scope)
        with self.under(conditional=truth.uncertain, databases=truth.when_false):
            second = self.evaluate(node.orelse, scope)
        return choice_of([first, second])

    # -- calls ------------------------------------------------------------------------------------------------------

    def _call(self, node: ast.Call, scope: Names) -> object:
        chain: list[ast.Call] = []  # a().b().c() without a frame for each
        inner: ast.expr = node
        while isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute):
            chain.append(inner)
            inner = inner.func.value
        if not chain:
            assert isinstance(inner, ast.Call)
            return self.call(self.evaluate(inner.func, scope), self._arguments(inner, scope), scope)
        value = self.evaluate(inner, scope)
        for step in reversed(chain):
            self.budget.spend()
            assert isinstance(step.func, ast.Attribute)
            function = self.attribute(value, step.func.attr, step.func, scope)
            value = self.call(function, self._arguments(step, scope), scope)
        return value

    def _arguments(self, node: ast.Call, scope: Names) -> Call:
        found, hidden = self._all(node.args, scope)
        args = [item for item, _ in found]
        keywords: dict[str, object] = {}
        for keyword in node.keywords:
            value = self.evaluate(keyword.value, scope)
            if keyword.arg is not None:
                keywords[keyword.arg] = value
            elif isinstance(value, Pairs):
                keywords |= {
                    str(key): Opaque(power=has_power(item)) if key in value.doubtful else item
                    for key, item in value.items.items()
                }
                hidden = hidden or value.more or bool(value.others)
            else:
                hidden = True
                if has_power(value):
                    keywords["**"] = value
        return Call(node, tuple(args), keywords, hidden)

    def _lambda(self, node: ast.Lambda, scope: Names) -> object:
        return Function("a lambda", node, scope.of_functions, self.defaults(node.args, scope))

    def defaults(self, arguments: ast.arguments, scope: Names) -> dict[str, object]:
        """The default values of a function's parameters."""
        positional = [*arguments.posonlyargs, *arguments.args]
        given = positional[len(positional) - len(arguments.defaults) :]
        found = {a.arg: self.evaluate(d, scope) for a, d in zip(given, arguments.defaults, strict=True)}
        for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
            if default is not None:
                found[argument.arg] = self.evaluate(default, scope)
        return found

    def _await(self, node: ast.Await, scope: Names) -> object:
        return self.evaluate(node.value, scope)

    # -- comprehensions -----------------------------------------------------------------------------------------------

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, scope: Names) -> object:
        made = Items([])
        inner = Names(scope.file, scope)
        for _ in self._loop(node.generators, inner, made):
            value = self.evaluate(node.elt, inner)
            if self.here.conditional and made.certain is None:
                made.certain = len(made.items)
            made.items.append(value)
            self.budget.items(len(made.items))
        return made

    def _dict_comprehension(self, node: ast.DictComp, scope: Names) -> object:
        made = Pairs({}, [])
        whole = Items([])
        inner = Names(scope.file, scope)
        for _ in self._loop(node.generators, inner, whole):
            put(self.budget, made, self.evaluate(node.key, inner), self.evaluate(node.value, inner))
        made.more = whole.more
        return made

    def _loop(self, generators: Sequence[ast.comprehension], scope: Names, made: Items) -> Iterator[None]:
        """Once for each round of the loops of a comprehension; ``made.more`` says that there may be more."""
        if not generators:
            yield
            return
        first, rest = generators[0], generators[1:]
        value = self.evaluate(first.iter, scope)
        made.more = made.more or not is_whole(value)
        for item, sure in iterate(self.budget, value):
            self.budget.spend()
            self.bind(first.target, item, scope)
            truth: bool | Condition = True
            for test in first.ifs:
                found = truth_of(self.evaluate(test, scope))
                truth = found if truth is True or found is False else truth
                if truth is False:
                    break
            if truth is False:
                continue
            known = None if truth is True else truth.when_true
            with self.under(conditional=not sure or truth is not True, databases=known):
                yield from self._loop(rest, scope, made)

    @abstractmethod
    def imported(self, path: str, node: ast.expr, scope: Names) -> object:
        """The value of a dotted name of another module: read as text where it belongs to the project."""

    @abstractmethod
    def yielded(self, value: object) -> None:
        """A function yields a value."""

    @abstractmethod
    def bind(self, target: ast.expr, value: object, scope: Names) -> None:
        """Gives the names of an assignment's target their values."""


def _item_of_imported(value: Imported, key: object) -> Imported:
    """``name[key]`` of another module: a generic type, or one of several things that are not the same."""
    if not is_foreign(value.path):
        return value
    told = isinstance(key, int) or (isinstance(key, str) and "." not in key)
    return Imported(f"{value.path}[{key!r}]" if told else f"{value.path}[?]")


def _number(operation: ast.operator, left: Any, right: Any) -> object:
    function = _ARITHMETIC.get(type(operation))
    try:
        made = function(left, right) if function is not None else NOTHING_KNOWN
    except (ArithmeticError, TypeError, ValueError):
        return NOTHING_KNOWN
    return made if not isinstance(made, int) or made.bit_length() < 200 else NOTHING_KNOWN


_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], object]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}


_READERS: dict[type[ast.expr], Callable[[Any, Any, Names], object]] = {
    ast.Constant: ExpressionReader._constant,
    ast.JoinedStr: ExpressionReader._joined,
    ast.Tuple: ExpressionReader._sequence,
    ast.List: ExpressionReader._sequence,
    ast.Set: ExpressionReader._sequence,
    ast.Dict: ExpressionReader._dict,
    ast.Name: ExpressionReader._name,
    ast.Attribute: ExpressionReader._attribute,
    ast.Subscript: ExpressionReader._subscript,
    ast.NamedExpr: ExpressionReader._named,
    ast.BinOp: ExpressionReader._binary,
    ast.UnaryOp: ExpressionReader._unary,
    ast.BoolOp: ExpressionReader._boolean,
    ast.Compare: ExpressionReader._compare,
    ast.IfExp: ExpressionReader._ternary,
    ast.Call: ExpressionReader._call,
    ast.Lambda: ExpressionReader._lambda,
    ast.Await: ExpressionReader._await,
    ast.Yield: ExpressionReader._yield,
    ast.YieldFrom: ExpressionReader._yield,
    ast.ListComp: ExpressionReader._comprehension,
    ast.SetComp: ExpressionReader._comprehension,
    ast.GeneratorExp: ExpressionReader._comprehension,
    ast.DictComp: ExpressionReader._dict_comprehension,
}
