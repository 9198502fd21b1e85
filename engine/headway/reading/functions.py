"""Reads functions and classes of a file, and what calls of its functions do."""

from __future__ import annotations

import ast
from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from headway.reading.bindings import BindingReader
from headway.reading.budget import CALLS
from headway.reading.classes import super_of
from headway.reading.flow import FAILED, LEFT, Flow
from headway.reading.reader import Call, choice_of
from headway.reading.syntax import KEPT, has_call, nodes_of
from headway.reading.values import (
    NOTHING_KNOWN,
    POWER,
    Bound,
    Class,
    Function,
    Imported,
    Items,
    Names,
    Opaque,
    Pairs,
)


class FunctionReader(BindingReader):
    """Runs functions without running them."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._returned: list[object] = []
        self._on_yield: list[Callable[[object], None] | None] = []

    _caller: Names
    """The scope of the function that is being read."""

    @abstractmethod
    def block(self, statements: Sequence[ast.stmt], scope: Names) -> Flow:
        """Reads statements one after the other."""

    def yielded(self, value: object) -> None:
        handler = self._on_yield[-1] if self._on_yield else None
        if handler is not None:
            handler(value)
        else:
            self._returned.append(value)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Names) -> None:
        made = Function(node.name, node, scope.of_functions, self.defaults(node.args, scope))
        self._annotations(node, scope)
        for decorator in reversed(node.decorator_list):
            made = self._decorated(made, decorator, scope)
        scope.names[node.name] = made

    def _annotations(self, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Names) -> None:
        """Calls in annotations run when the function is made."""
        for written in _calling_annotations(node):
            self.evaluate(written, scope)

    def _decorated(self, function: Function, decorator: ast.expr, scope: Names) -> Function:
        value = self.evaluate(decorator.func if isinstance(decorator, ast.Call) else decorator, scope)
        name = value.path if isinstance(value, Imported) else value.name if isinstance(value, Bound) else ""
        match name:
            case "contextlib.contextmanager" | "contextlib.asynccontextmanager":
                return replace(function, is_context=True)
            case "property" | "functools.cached_property":
                return replace(function, is_property=True)
            case "staticmethod":
                return replace(function, is_static=True)
            case "classmethod":
                return replace(function, is_class_method=True)
            case "functools.wraps" | "functools.lru_cache" | "functools.cache" | "typing.no_type_check":
                return function
        if isinstance(value, Function):
            applied = value
            if isinstance(decorator, ast.Call):
                made = self.call(value, self._arguments(decorator, scope), scope)
                if not isinstance(made, Function):
                    return self._wrapped(function, decorator, scope)
                applied = made
            made = self.run_function(applied, Call(decorator, (function,)))
            return made if isinstance(made, Function) else self._wrapped(function, decorator, scope)
        return self._wrapped(function, decorator, scope)

    def _wrapped(self, function: Function, decorator: ast.expr, scope: Names) -> Function:
        """A function inside a decorator that nobody has read: said where it can do harm, which is here or at its call."""
        if isinstance(decorator, ast.Call):
            self.evaluate(decorator, scope)
            if self.said_within(self.span(decorator, scope)):
                return function
        if self.importing or not (function.name in ("upgrade", "downgrade") or self.has_function_power(function)):
            return replace(function, wrapped=True)
        self.not_analysed(decorator, scope, f"a decorator of {function.name}() was not read")
        return function

    def run_function(self, function: Function, call: Call, on_yield: Callable[[object], None] | None = None) -> object:
        """Reads a function of the file for one call; returns what it returns. ``on_yield`` gets what it yields."""
        where = function.scope
        if len(self.stack) >= CALLS or function in self.stack:
            self.not_analysed(call.node, self._caller, f"{function.name}() calls itself, or helpers too deep")
            return POWER
        if function.wrapped:
            self.not_analysed(function.node, where, f"a decorator of {function.name}() was not read")
        inside = Names(where.file, where)
        self._bind_parameters(function, call, inside)
        if function.owner is not None:
            inside.names["super"] = super_of(function, call.args[0] if call.args else None)
        self.stack.append(function)
        try:
            if isinstance(function.node, ast.Lambda):
                return self.evaluate(function.node.body, inside)
            return self._run_body(function.node, call, inside, on_yield)
        finally:
            self.stack.pop()

    def _run_body(
        self,
        node: ast.FunctionDef | ast.AsyncFunctionDef,
        call: Call,
        inside: Names,
        on_yield: Callable[[object], None] | None,
    ) -> object:
        outer = (self._caller, self.entry, self._returned)
        if self.entry is None and inside.file.path != self.file.path:
            self.entry = self.span(call.node, self._caller)
        self._caller, self._returned = inside, []
        self._on_yield.append(on_yield)
        try:
            self.block(node.body, inside)
            found = self._returned
        finally:
            self._on_yield.pop()
            self._caller, self.entry, self._returned = outer
        if inside.file.may_yield and _is_generator(node):
            return Items(found, certain=0)
        return choice_of(found) if found else None

    def _bind_parameters(self, function: Function, call: Call, inside: Names) -> None:
        arguments = function.node.args
        positional = [*arguments.posonlyargs, *arguments.args]
        values = list(call.args)
        keywords = dict(call.keywords)
        for argument in positional:
            if values:
                inside.names[argument.arg] = values.pop(0)
            elif argument.arg in keywords:
                inside.names[argument.arg] = keywords.pop(argument.arg)
            elif argument.arg in function.defaults:
                inside.names[argument.arg] = function.defaults[argument.arg]
            else:
                inside.names[argument.arg] = Opaque(power=call.hidden and call.has_power)
        for argument in arguments.kwonlyargs:
            default = function.defaults.get(argument.arg, NOTHING_KNOWN)
            inside.names[argument.arg] = keywords.pop(argument.arg, default)
        if arguments.vararg is not None:
            inside.names[arguments.vararg.arg] = Items(values, more=True) if call.hidden else tuple(values)
        if arguments.kwarg is not None:
            inside.names[arguments.kwarg.arg] = Pairs(dict(keywords.items()), [], call.hidden)

    def _return(self, node: ast.Return, scope: Names) -> Flow:
        self._returned.append(None if node.value is None else self.evaluate(node.value, scope))
        return LEFT

    def _raise(self, node: ast.Raise, scope: Names) -> Flow:
        if node.exc is not None and isinstance(node.exc, ast.Call):
            for argument in node.exc.args:
                self.evaluate(argument, scope)
        return FAILED

    def _class(self, node: ast.ClassDef, scope: Names) -> None:
        inside = Names(scope.file, scope, is_class=True)
        bases = tuple(self.evaluate(base, scope) for base in node.bases)
        for keyword in node.keywords:
            self.evaluate(keyword.value, scope)
        made = Class(node.name, inside, bases, self._fields(node, bases, scope))
        self.block(node.body, inside)
        for name, value in inside.names.items():
            if isinstance(value, Function) and value.owner is None:
                inside.names[name] = replace(value, owner=made)
        scope.names[node.name] = made

    def _fields(self, node: ast.ClassDef, bases: tuple[object, ...], scope: Names) -> tuple[str, ...]:
        """What a dataclass or a NamedTuple is made of."""
        decorators = [one.func if isinstance(one, ast.Call) else one for one in node.decorator_list]
        kinds = [self.evaluate(one, scope) for one in decorators if "dataclass" in ast.unparse(one)]
        if not any(isinstance(kind, Imported) and kind.path in _RECORDS for kind in (*kinds, *bases)):
            return ()
        inherited = [name for base in bases if isinstance(base, Class) for name in base.fields]
        own = [
            one.target.id
            for one in node.body
            if isinstance(one, ast.AnnAssign)
            and isinstance(one.target, ast.Name)
            and not (isinstance(one.value, ast.Call) and any(_is_left_out(word) for word in one.value.keywords))
            and "ClassVar" not in ast.unparse(one.annotation)
        ]
        return tuple(dict.fromkeys([*inherited, *own]))

    def _scopes(self, node: ast.Global | ast.Nonlocal, scope: Names) -> None:
        scope.globals_ |= set(node.names)

    def _assert(self, node: ast.Assert, scope: Names) -> None:
        self.evaluate(node.test, scope)


def _is_left_out(keyword: ast.keyword) -> bool:
    """Whether it is ``init=False`` or ``kw_only=True`` of a field, which no place gives a value."""
    told = keyword.value.value if isinstance(keyword.value, ast.Constant) else None
    return (keyword.arg == "init" and told is False) or (keyword.arg == "kw_only" and told is True)


_RECORDS = frozenset({"dataclasses.dataclass", "typing.NamedTuple"})


@lru_cache(KEPT)
def _calling_annotations(node: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[ast.expr, ...]:
    """The annotations in which something is called."""
    arguments = node.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    written = (node.returns, *(argument.annotation for argument in every if argument is not None))
    return tuple(one for one in written if one is not None and has_call(one))


@lru_cache(KEPT)
def _is_generator(node: ast.AST) -> bool:
    return any(isinstance(found, ast.Yield | ast.YieldFrom) for found in nodes_of(node, _SCOPES))


_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
