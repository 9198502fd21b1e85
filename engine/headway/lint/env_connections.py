"""Which connection of env.py the migrations run on, and whether that is surely in AUTOCOMMIT. Reads syntax, executes nothing.

Whatever is not followed counts as not in AUTOCOMMIT: who relies on that must be sure.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

from headway.reading.syntax import Nodes

_AUTOCOMMIT = "AUTOCOMMIT"
_SETTINGS = frozenset({"isolation_level", "sqlalchemy.isolation_level"})
_MOST = 2_000
"""How many steps are gone before nobody knows."""

Function = ast.FunctionDef | ast.AsyncFunctionDef
_Scope = Function | ast.Lambda | ast.ClassDef | ast.Module
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


@dataclass(frozen=True, slots=True)
class _Binding:
    """A name is given something, or a connection is set otherwise in place."""

    value: ast.expr | None
    """None where it is not told what: a loop, an import, a part of a tuple."""
    place: tuple[int, int]
    path: tuple[int, ...]
    """The blocks it stands in, outermost first."""
    is_setting: bool = False
    """Whether it only sets what the name stands for already."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked of an expression, and where."""

    use: ast.AST
    through: tuple[ast.AST, ...] = ()
    """The functions that the question has come through."""
    of_engine: bool = False
    """Whether it is about what was connected: an engine is not changed by ``execution_options()``, a connection is."""


class Connections:
    """The connections of one env.py."""

    def __init__(self, nodes: Nodes) -> None:
        self._nodes = nodes
        self._steps = 0

    def are_in_autocommit(self) -> bool:
        """Whether every connection that is given to ``context.configure()``, of which there is one, is in AUTOCOMMIT."""
        given = []
        for call in self.configures:
            own = [one.value for one in call.keywords if one.arg == "connection"] + call.args[:1]
            if not own and any(one.arg is None for one in call.keywords):
                return False
            given += [(one, call) for one in own]
        self._steps = 0
        try:
            return bool(given) and all(self._is(connection, _Asked(call)) for connection, call in given)
        except RecursionError:
            return False

    def may_be_in_autocommit(self) -> bool:
        """Whether it may be so although nobody can follow which one it is: every connection that the file makes is."""
        made = [
            one for one in self._nodes.of(ast.Call) if isinstance(one.func, ast.Attribute) and one.func.attr in _CONNECT
        ]
        self._steps = 0
        try:
            return bool(made) and all(self._is(self._whole(one), _Asked(one)) for one in made)
        except RecursionError:
            return False

    def _whole(self, node: ast.expr) -> ast.expr:
        """The chain of calls that begins with one."""
        while isinstance(outer := self._parents.get(id(node)), ast.Call | ast.Attribute | ast.Await):
            if isinstance(outer, ast.Call) and outer.func is not node:
                break
            node = outer
        return node

    @cached_property
    def configures(self) -> list[ast.Call]:
        """The calls of Alembic's ``context.configure()``."""
        names = {"context"} | {
            one.asname
            for node in self._nodes.of(ast.ImportFrom)
            if node.module == "alembic"
            for one in node.names
            if one.name == "context" and one.asname
        }
        return [
            call
            for call in self._nodes.of(ast.Call)
            if isinstance(call.func, ast.Attribute)
            and call.func.attr == "configure"
            and isinstance(call.func.value, ast.Name | ast.Attribute)
            and (call.func.value.id if isinstance(call.func.value, ast.Name) else call.func.value.attr) in names
        ]

    # -- what an expression is ------------------------------------------------------------------------------------

    def _is(self, node: ast.expr, asked: _Asked) -> bool:
        """Whether what an expression stands for is surely in AUTOCOMMIT."""
        self._steps += 1
        if self._steps > _MOST:
            return False
        while True:
            if isinstance(node, ast.Await):
                node = node.value
            elif isinstance(node, ast.Name):
                return self._named(node.id, asked)
            elif not isinstance(node, ast.Call):
                return False
            elif (level := _level_of(node)) is not None:
                return level == _AUTOCOMMIT
            elif isinstance(node.func, ast.Attribute) and node.func.attr == "enter_context" and len(node.args) == 1:
                node = node.args[0]
            elif isinstance(node.func, ast.Attribute) and node.func.attr in _HAND_ON:
                if node.func.attr in _CONNECT:
                    asked = replace(asked, of_engine=True)
                node = node.func.value
            else:
                return False

    def _named(self, name: str, asked: _Asked) -> bool:
        inside = self._scope_of(asked.use)
        for scope in self._scopes(inside):
            bindings = [
                one for one in self._bindings[id(scope)].get(name, ()) if not (one.is_setting and asked.of_engine)
            ]
            if name in _parameters(scope):
                begun = partial(self._parameter, scope, name, asked)
                return self._bound(bindings, asked, scope is inside, begun)
            if any(not one.is_setting for one in bindings):
                return self._bound(bindings, asked, scope is inside, bool)
        return False

    def _bound(self, bindings: Sequence[_Binding], asked: _Asked, is_near: bool, begun: Callable[[], bool]) -> bool:
        """Whether what a name of one scope was given is, ``begun`` where that is nothing; from another scope all that it is
        ever given counts."""
        if not is_near:
            return all(self._says(one, asked) for one in bindings) and (bool(bindings) or begun())
        place, path = _place(asked.use), self._paths[id(asked.use)]
        before = [one for one in bindings if one.place < place]
        if len(before) < len(bindings) and self._is_in_loop(asked.use):
            return False  # what is bound below comes round again
        if any(one.is_setting and not self._says(one, asked) for one in bindings[len(before) :]):
            return False
        for one in reversed(before):
            if not self._says(one, asked):
                return False
            if one.path == path[: len(one.path)]:
                return True  # nothing that was bound before it comes through
        return begun()

    def _says(self, one: _Binding, asked: _Asked) -> bool:
        return one.value is not None and self._is(one.value, replace(asked, use=one.value))

    def _parameter(self, scope: _Scope, name: str, asked: _Asked) -> bool:
        """Whether what a function is given for a parameter is, in each place that calls it."""
        if scope in asked.through:
            return False
        given = list(self._given_to(scope, name))
        through = (*asked.through, scope)
        return bool(given) and all(
            value is not None and self._is(value, replace(asked, use=call, through=through)) for value, call in given
        )

    def _given_to(self, scope: _Scope, name: str) -> Iterator[tuple[ast.expr | None, ast.AST]]:
        """What each use of a function gives for a parameter, None where that is not told, and the call."""
        at = _parameters(scope).index(name)
        if isinstance(scope, ast.Lambda):
            mentions: list[ast.AST] = [scope]
        elif isinstance(scope, Function) and isinstance(self._parents.get(id(scope)), ast.Module | Function):
            mentions = [one for one in self._nodes.of(ast.Name) if one.id == scope.name]
            mentions += [one for one in self._nodes.of(ast.Attribute) if one.attr == scope.name]
            if sum(isinstance(one, _FUNCTIONS) and getattr(one, "name", "") == scope.name for one in self._nodes) > 1:
                mentions.append(scope)
        else:
            return
        for one in mentions:
            call = self._parents.get(id(one))
            if not isinstance(call, ast.Call):
                yield None, one
            elif call.func is one:
                if any(isinstance(each, ast.Starred) for each in call.args) or any(
                    k.arg is None for k in call.keywords
                ):
                    yield None, call
                    continue
                named = [each.value for each in call.keywords if each.arg == name]
                yield next(iter([*named, *call.args[at : at + 1]]), None), call
            elif isinstance(call.func, ast.Attribute) and call.func.attr == "run_sync" and call.args[:1] == [one]:
                yield (call.func.value if at == 0 else None), call
            else:
                yield None, call

    # -- where things stand ---------------------------------------------------------------------------------------

    @cached_property
    def _parents(self) -> dict[int, ast.AST]:
        return {id(child): node for node in self._nodes for child in ast.iter_child_nodes(node)}

    @cached_property
    def _paths(self) -> dict[int, tuple[int, ...]]:
        """The blocks of statements that each node stands in, outermost first."""
        paths: dict[int, tuple[int, ...]] = {}
        for node in self._nodes:  # those that hold others come first
            own = paths.setdefault(id(node), ())
            for field, held in ast.iter_fields(node):
                is_block = isinstance(held, list) and field in _BLOCKS
                for child in held if isinstance(held, list) else [held]:
                    if isinstance(child, ast.AST):
                        always = isinstance(node, ast.With | ast.AsyncWith | ast.Module)
                        paths[id(child)] = (*own, hash((id(node), field))) if is_block and not always else own
        return paths

    def _scopes(self, inside: _Scope | None) -> Iterator[_Scope]:
        while inside is not None:
            yield inside
            inside = self._around(inside)

    def _around(self, node: ast.AST) -> _Scope | None:
        """The function, or the module, around a scope; names of a class are no names of its functions."""
        around = self._parents.get(id(node))
        while around is not None and not isinstance(around, (*_FUNCTIONS, ast.Module)):
            around = self._parents.get(id(around))
        return around

    def _scope_of(self, node: ast.AST) -> _Scope | None:
        """The innermost function, class or module that a node stands in."""
        around: ast.AST | None = self._parents.get(id(node))
        while around is not None and not isinstance(around, (*_FUNCTIONS, ast.ClassDef, ast.Module)):
            around = self._parents.get(id(around))
        return around

    def _is_in_loop(self, node: ast.AST) -> bool:
        around = self._parents.get(id(node))
        while around is not None and not isinstance(around, (*_FUNCTIONS, ast.Module)):
            if isinstance(around, ast.For | ast.AsyncFor | ast.While):
                return True
            around = self._parents.get(id(around))
        return False

    @cached_property
    def _bindings(self) -> dict[int, dict[str, list[_Binding]]]:
        """By scope and name, in the order of the text."""
        found: dict[int, dict[str, list[_Binding]]] = defaultdict(lambda: defaultdict(list))
        elsewhere = {
            name
            for node in self._nodes.of_any(ast.Global, ast.Nonlocal)
            for name in node.names  # type: ignore[attr-defined]  # both have them
        }
        for node in self._nodes:
            for name, value, is_setting in _bound_by(node):
                scope = self._scope_of(node)
                path = self._paths[id(node)]
                place = _place(value if value is not None else node)
                found[id(scope)][name].append(_Binding(value, place, path, is_setting))
                if name in elsewhere:  # of whichever scope it is
                    for other in self._nodes.of_any(*_FUNCTIONS, ast.Module):
                        found[id(other)][name].append(_Binding(None, place, path))
        for names in found.values():
            for bindings in names.values():
                bindings.sort(key=lambda one: one.place)
        return found


_CONNECT = frozenset({"connect", "begin"})
_HAND_ON = _CONNECT | {"execution_options"}
"""Methods whose result runs as what they are called on does."""
_BLOCKS = frozenset({"body", "orelse", "handlers", "finalbody", "cases"})


def _level_of(node: ast.expr | None) -> object:
    """The isolation level that a call itself gives: a text, an object for one that is not told, None where it gives none."""
    if not isinstance(node, ast.Call):
        return None
    levels: list[ast.expr] = [one.value for one in node.keywords if one.arg == "isolation_level"]
    for held in (*node.args, *(one.value for one in node.keywords)):
        if isinstance(held, ast.Dict):
            for key, value in zip(held.keys, held.values, strict=True):
                if isinstance(key, ast.Constant) and key.value in _SETTINGS:
                    levels.append(value)
    if not levels:
        return _MAY if any(one.arg is None for one in node.keywords) and _is_maker(node) else None
    if len(levels) > 1 or any(one.arg is None for one in node.keywords):
        return _MAY
    return levels[0].value if isinstance(levels[0], ast.Constant) else _MAY


_MAY = object()


def _is_maker(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Attribute) and node.func.attr == "execution_options"


def _parameters(scope: ast.AST) -> list[str]:
    if not isinstance(scope, _FUNCTIONS):
        return []
    taken = scope.args
    more = [one.arg for one in (taken.vararg, taken.kwarg) if one is not None]
    return [one.arg for one in (*taken.posonlyargs, *taken.args, *taken.kwonlyargs)] + more


def _place(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)


def _bound_by(node: ast.AST) -> Iterator[tuple[str, ast.expr | None, bool]]:
    """The names that a node binds, with what each is given, None where that is not told, and whether it only sets it."""
    match node:
        case ast.Assign(targets=targets, value=value):
            for one in targets:
                yield from _names(one, value)
        case ast.AnnAssign(target=target, value=value) if value is not None:
            yield from _names(target, value)
        case ast.NamedExpr(target=target, value=value):
            yield from _names(target, value)
        case ast.withitem(optional_vars=target, context_expr=value) if target is not None:
            yield from _names(target, value)
        case ast.AugAssign(target=target) | ast.For(target=target) | ast.AsyncFor(target=target):
            yield from _names(target, None)
        case ast.comprehension(target=target):
            yield from _names(target, None)
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            for alias in names:
                yield alias.asname or alias.name.partition(".")[0], None, False
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield name, None, False
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name, None, False
        case ast.Delete(targets=targets):
            for one in targets:
                yield from _names(one, None)
        case ast.Expr(value=ast.Await(value=call) | call) if isinstance(call, ast.Call):
            is_set = isinstance(call.func, ast.Attribute) and call.func.attr == "execution_options"
            if is_set and isinstance(call.func.value, ast.Name) and _level_of(call) is not None:  # type: ignore[attr-defined]  # is_set
                yield call.func.value.id, call, True  # type: ignore[attr-defined]  # is_set


def _names(target: ast.expr, value: ast.expr | None) -> Iterator[tuple[str, ast.expr | None, bool]]:
    if isinstance(target, ast.Name):
        yield target.id, value, False
        return
    for one in ast.walk(target):
        if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store):
            yield one.id, None, False
