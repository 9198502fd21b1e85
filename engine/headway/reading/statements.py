"""Reads statements: follows branches, loops, blocks, functions and classes, as far as the source tells."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from headway.effects import model as fx
from headway.reading.budget import CALLS
from headway.reading.calls import CallReader, name_of
from headway.reading.conditions import compared, truth_of
from headway.reading.containers import is_whole, iterate, put
from headway.reading.flow import FAILED, LEFT, ON, Flow, forgotten, merge, restore, snapshot
from headway.reading.imports import special
from headway.reading.reader import Call, choice_of
from headway.reading.values import (
    ALL_DATABASES,
    NOTHING_KNOWN,
    POWER,
    UNCERTAIN,
    Bound,
    Class,
    Condition,
    Construct,
    Function,
    Imported,
    Instance,
    Items,
    Module,
    Names,
    Opaque,
    OrmRow,
    Pairs,
    has_power,
)

_ROUNDS = 2_000
"""Rounds of one loop that are followed."""


class StatementReader(CallReader):
    """Runs blocks without running them."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._returned: list[object] = []
        self._on_yield: list[Callable[[object], None] | None] = []
        self._modules: dict[str, Module | None] = {}

    # -- blocks -----------------------------------------------------------------------------------------------------

    def block(self, statements: Sequence[ast.stmt], scope: Names) -> Flow:
        """Reads statements one after the other, each under what those before it let through."""
        whole = ON
        before = self.here
        try:
            for statement in statements:
                self.budget.spend()
                flow = self.statement(statement, scope)
                if flow is ON:
                    continue
                whole = Flow(whole.on & flow.on, whole.unsure or flow.unsure, whole.leaves_loop or flow.leaves_loop)
                if not whole.on & self.here.databases:
                    return replace(whole, on=frozenset())
                self.here = replace(
                    self.here,
                    databases=self.here.databases & flow.on,
                    conditional=self.here.conditional or flow.unsure,
                )
        finally:
            self.here = before
        return whole

    def statement(self, node: ast.stmt, scope: Names) -> Flow:
        """Reads one statement."""
        reader = _READERS.get(type(node))
        return ON if reader is None else reader(self, node, scope) or ON

    def _expression(self, node: ast.Expr, scope: Names) -> None:
        if isinstance(node.value, ast.Yield | ast.YieldFrom):
            value = None if node.value.value is None else self.evaluate(node.value.value, scope)
            self._yielded(value)
            return
        self.evaluate(node.value, scope)

    def _yielded(self, value: object) -> None:
        handler = self._on_yield[-1] if self._on_yield else None
        if handler is not None:
            handler(value)
        else:
            self._returned.append(value)

    # -- assignments ------------------------------------------------------------------------------------------------

    def _assign(self, node: ast.Assign, scope: Names) -> None:
        value = self._value(node.value, scope)
        for target in node.targets:
            self.bind(target, value, scope)

    def _annotated(self, node: ast.AnnAssign, scope: Names) -> None:
        if node.value is not None:
            self.bind(node.target, self._value(node.value, scope), scope)

    def _value(self, node: ast.expr, scope: Names) -> object:
        if isinstance(node, ast.Yield):
            self._yielded(None if node.value is None else self.evaluate(node.value, scope))
            return NOTHING_KNOWN
        return self.evaluate(node, scope)

    def _augmented(self, node: ast.AugAssign, scope: Names) -> None:
        load = _loaded(node.target)
        before = self.evaluate(load, scope)
        right = self.evaluate(node.value, scope)
        if isinstance(before, Items) and isinstance(node.op, ast.Add):
            self.call(Bound(before, "extend"), Call(node.value, (right,)), scope)
            return
        self.bind(node.target, self.combined(node.op, before, right, node.value), scope)

    def bind(self, target: ast.expr, value: object, scope: Names) -> None:
        """Gives the names of an assignment's target their values."""
        match target:
            case ast.Name(id=name):
                self._holder(name, scope).names[name] = value
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                self._unpack(targets, value, scope)
            case ast.Starred(value=inner):
                self.bind(inner, value, scope)
            case ast.Attribute(value=owner, attr=name):
                self._set_attribute(self.evaluate(owner, scope), name, value, target, scope)
            case ast.Subscript(value=owner, slice=key):
                self._set_item(self.evaluate(owner, scope), self.evaluate(key, scope), value, target, scope)

    def _holder(self, name: str, scope: Names) -> Names:
        if name not in scope.globals_ or scope.around is None:
            return scope
        found = scope.around.find(name)
        return found if found is not None else list(scope.chain())[-1]

    def _unpack(self, targets: Sequence[ast.expr], value: object, scope: Names) -> None:
        found = list(iterate(self.budget, value))
        star = next((n for n, target in enumerate(targets) if isinstance(target, ast.Starred)), None)
        if star is not None and is_whole(value) and len(found) >= len(targets) - 1:
            items = [item for item, _ in found]
            after = len(targets) - star - 1
            middle = Items(items[star : len(items) - after])
            values: list[object] = [*items[:star], middle, *items[len(items) - after :]]
        elif is_whole(value) and len(found) == len(targets):
            values = [item for item, _ in found]
        else:
            values = [Opaque(power=has_power(value)) for _ in targets]
        for target, item in zip(targets, values, strict=True):
            self.bind(target, item, scope)

    def _set_attribute(self, owner: object, name: str, value: object, node: ast.expr, scope: Names) -> None:
        match owner:
            case Instance():
                known = owner.attributes.get(name)
                sure = not self.here.conditional or name not in owner.attributes
                owner.attributes[name] = value if sure else choice_of([known, value])
            case Class():
                owner.scope.names[name] = value
            case OrmRow(table=table, schema=schema):
                self.add(
                    [
                        fx.ChangesData(
                            span=self.span(node, scope),
                            verb="UPDATE",
                            table=table,
                            schema=schema,
                            sets=(name,),
                            where=fx.UNKNOWN,
                            through_session=True,
                        )
                    ]
                )
            case _ if has_power(value) or (has_power(owner) and not isinstance(owner, Construct)):
                self.not_analysed(node, scope, f"{name_of(node)} is set, which was not followed")

    def _set_item(self, owner: object, key: object, value: object, node: ast.expr, scope: Names) -> None:
        match owner:
            case Pairs():
                if self.here.conditional:
                    owner.more = True
                put(self.budget, owner, key, value)
            case Items() if (
                isinstance(key, int) and -len(owner.items) <= key < len(owner.items) and not self.here.conditional
            ):
                owner.items[key] = value
            case Items():
                owner.items.append(value)
                owner.certain = 0
            case _ if has_power(value):
                self.not_analysed(node, scope, f"{name_of(node)} is set, which was not followed")

    def _delete(self, node: ast.Delete, scope: Names) -> None:
        for target in node.targets:
            if isinstance(target, ast.Subscript) and isinstance(owner := self.evaluate(target.value, scope), Items):
                owner.certain = 0

    # -- branches ---------------------------------------------------------------------------------------------------

    def _if(self, node: ast.If, scope: Names) -> Flow:
        arms: list[tuple[ast.expr, list[ast.stmt]]] = [(node.test, node.body)]
        orelse = node.orelse
        while len(orelse) == 1 and isinstance(orelse[0], ast.If):  # elif chains, however long
            arms.append((orelse[0].test, orelse[0].body))
            orelse = orelse[0].orelse
        before = self.here
        flows: list[Flow] = []
        saved: list[list[tuple[Names, dict[str, object]]]] = []
        unsure = False
        try:
            for test, body in arms:
                truth = truth_of(self.evaluate(test, scope))
                if truth is False:
                    continue
                if truth is True:
                    orelse = body
                    break
                start = snapshot(scope)
                with self.under(conditional=truth.uncertain, databases=truth.when_true):
                    flow = self.block(body, scope) if self.here.databases else ON
                flows.append(self._arm(flow, truth.when_true))
                saved.append(snapshot(scope))
                restore(start)
                unsure = unsure or truth.uncertain
                self.here = replace(
                    self.here,
                    databases=self.here.databases & truth.when_false,
                    conditional=self.here.conditional or truth.uncertain,
                )
            reached = self.here.databases
            last = self.block(orelse, scope) if reached else ON
        finally:
            self.here = before
        return self._joined_flow(flows, saved, last, reached, unsure, scope)

    def _arm(self, flow: Flow, true: frozenset[str]) -> Flow:
        return replace(flow, on=flow.on & true & self.here.databases)

    def _joined_flow(
        self,
        flows: list[Flow],
        saved: list[list[tuple[Names, dict[str, object]]]],
        last: Flow,
        reached: frozenset[str],
        unsure: bool,
        scope: Names,
    ) -> Flow:
        if not flows:
            return last
        for flow, names in zip(flows, saved, strict=True):
            if flow.on:  # what a branch did that has left does not reach what follows
                merge(names, scope) if last.on & reached else restore(names)
                last, reached = replace(last, on=(last.on & reached) | flow.on), ALL_DATABASES
        on = frozenset(last.on & reached)
        for flow in flows:
            on |= flow.on
        left = any(not flow.on and not flow.fails for flow in flows) or not (on and (last.on & reached or last.fails))
        maybe = unsure and bool(left or any(flow.unsure for flow in flows) or last.unsure)
        leaves = last.leaves_loop or any(flow.leaves_loop for flow in flows)
        if on >= self.here.databases and not maybe and not any(f.unsure for f in [*flows, last]):
            return Flow(ALL_DATABASES, False, leaves) if leaves else ON
        return Flow(on, maybe or last.unsure or any(flow.unsure for flow in flows), leaves)

    def _match(self, node: ast.Match, scope: Names) -> Flow:
        subject = self.evaluate(node.subject, scope)
        rest = ALL_DATABASES
        flows: list[Flow] = []
        saved: list[list[tuple[Names, dict[str, object]]]] = []
        before = self.here
        last: Flow = ON
        try:
            for case in node.cases:
                truth = self._case(case, subject, scope)
                start = snapshot(scope)
                known = ALL_DATABASES if isinstance(truth, bool) else truth.when_true
                if truth is False or not (known & self.here.databases):
                    continue
                with self.under(conditional=truth is not True and truth.uncertain, databases=known):
                    flow = self.block(case.body, scope)
                if truth is True:
                    last, rest = flow, self.here.databases
                    break
                flows.append(self._arm(flow, known))
                saved.append(snapshot(scope))
                restore(start)
                self.here = replace(
                    self.here,
                    databases=self.here.databases & truth.when_false,
                    conditional=self.here.conditional or truth.uncertain,
                )
            rest = self.here.databases
            unsure = self.here.conditional and not before.conditional
        finally:
            self.here = before
        return self._joined_flow(flows, saved, last, rest, unsure, scope)

    def _case(self, case: ast.match_case, subject: object, scope: Names) -> bool | Condition:
        if case.guard is not None:
            self.evaluate(case.guard, scope)
            return UNCERTAIN
        found = self._pattern(case.pattern, subject, scope)
        return found if isinstance(found, bool | Condition) else UNCERTAIN

    def _pattern(self, pattern: ast.pattern, subject: object, scope: Names) -> object:
        match pattern:
            case ast.MatchValue(value=value):
                return compared(self.budget, ast.Eq(), subject, self.evaluate(value, scope))
            case ast.MatchOr(patterns=patterns):
                names = [self.evaluate(p.value, scope) for p in patterns if isinstance(p, ast.MatchValue)]
                if len(names) == len(patterns):
                    return compared(self.budget, ast.In(), subject, tuple(names))
            case ast.MatchAs(pattern=None, name=name):
                if name is not None:
                    scope.names[name] = subject
                return True
            case ast.MatchAs(pattern=inner, name=name) if inner is not None:
                if name is not None:
                    scope.names[name] = subject
                return self._pattern(inner, subject, scope)
        for inner_node in ast.walk(pattern):
            if isinstance(inner_node, ast.MatchAs | ast.MatchStar) and inner_node.name:
                scope.names[inner_node.name] = Opaque(power=has_power(subject))
        return UNCERTAIN

    # -- loops ------------------------------------------------------------------------------------------------------

    def _for(self, node: ast.For | ast.AsyncFor, scope: Names) -> Flow:
        value = self.evaluate(node.iter, scope)
        unsure = False
        for number, (item, sure) in enumerate(iterate(self.budget, value)):
            self.budget.spend()
            if number >= _ROUNDS:
                self.not_analysed(node, scope, f"a loop of more than {_ROUNDS:,} rounds")
                break
            start = None if sure and not unsure else snapshot(scope)
            if start is not None and not sure:
                forgotten(scope, _assigned(node.body))
            self.bind(node.target, item, scope)
            with self.under(conditional=not sure or unsure):
                flow = self.block(node.body, scope)
            if start is not None:
                merge(start, scope)
            unsure = unsure or flow.unsure or flow.on < self.here.databases
            if not flow.on and not flow.leaves_loop and sure and not unsure:
                return LEFT
            if not flow.on and flow.leaves_loop and sure and _breaks(node.body):
                break
        after = self.block(node.orelse, scope)
        return replace(after, unsure=True) if unsure and _returns(node.body) else after

    def _while(self, node: ast.While, scope: Names) -> Flow:
        truth = truth_of(self.evaluate(node.test, scope))
        if truth is False:
            return self.block(node.orelse, scope)
        start = snapshot(scope)
        forgotten(scope, _assigned(node.body))
        with self.under(conditional=True, databases=truth.when_true if isinstance(truth, Condition) else None):
            flow = self.block(node.body, scope)
        merge(start, scope)
        after = self.block(node.orelse, scope)
        return replace(after, unsure=True) if _returns(node.body) and flow is not ON else after

    def _leave(self, node: ast.stmt, scope: Names) -> Flow:
        return Flow(frozenset(), leaves_loop=True)

    # -- try and with -------------------------------------------------------------------------------------------------

    def _try(self, node: ast.Try | ast.TryStar, scope: Names) -> Flow:
        guarded = bool(node.handlers)
        start = snapshot(scope)
        with self.under(conditional=guarded):
            flow = self.block(node.body, scope)
        if guarded:
            done = snapshot(scope)
            for handler in node.handlers:
                merge(start, scope)
                if handler.name is not None:
                    scope.names[handler.name] = NOTHING_KNOWN
                with self.under(conditional=True):
                    self.block(handler.body, scope)
                merge(done, scope)
        with self.under(conditional=guarded):
            more = self.block(node.orelse, scope)
        last = self.block(node.finalbody, scope)
        if guarded:
            left = not flow.on or not more.on
            return Flow(last.on, unsure=left or flow.unsure or last.unsure, leaves_loop=flow.leaves_loop)
        return Flow(flow.on & more.on & last.on, flow.unsure or last.unsure, flow.leaves_loop)

    def _with(self, node: ast.With | ast.AsyncWith, scope: Names) -> Flow:
        return self._with_items(list(node.items), node.body, scope)

    def _with_items(self, items: list[ast.withitem], body: list[ast.stmt], scope: Names) -> Flow:
        if not items:
            return self.block(body, scope)
        first, rest = items[0], items[1:]
        value = self._entered(first.context_expr, scope)
        if isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], Function):
            return self._in_context_function(value[0], value[1], first, rest, body, scope)
        if isinstance(value, Bound) and value.name == "autocommit_block":
            self.transaction += 1
            with self.under(autocommit=True):
                flow = self._with_items(rest, body, scope)
            self.transaction += 1
            return flow
        if isinstance(value, Bound) and value.name == "begin_transaction":
            value = NOTHING_KNOWN
        if isinstance(value, Instance):
            entered = self.call(
                self.attribute(value, "__enter__", first.context_expr, scope), Call(first.context_expr), scope
            )
            self._bind_optional(first, entered, scope)
            flow = self._with_items(rest, body, scope)
            none = (None, None, None)
            self.call(
                self.attribute(value, "__exit__", first.context_expr, scope), Call(first.context_expr, none), scope
            )
            return flow
        if isinstance(value, Construct):
            value = Opaque(power=value.power)
        self._bind_optional(first, value, scope)
        suppresses = name_of(first.context_expr).startswith(("contextlib.suppress", "suppress"))
        with self.under(conditional=suppresses):
            return self._with_items(rest, body, scope)

    def _entered(self, node: ast.expr, scope: Names) -> object:
        """The value of what ``with`` enters; for a context manager of the file the function and its call."""
        if isinstance(node, ast.Call):
            function = self.evaluate(node.func, scope)
            if isinstance(function, Function) and function.is_context:
                return (function, self._arguments(node, scope))
            if isinstance(function, Bound) and isinstance(function.receiver, Instance):
                found = function.receiver.class_.find(function.name)
                if isinstance(found, Function) and found.is_context:
                    call = self._arguments(node, scope)
                    return (found, Call(call.node, (function.receiver, *call.args), call.keywords, call.hidden))
            return self.call(function, self._arguments(node, scope), scope)
        return self.evaluate(node, scope)

    def _bind_optional(self, item: ast.withitem, value: object, scope: Names) -> None:
        if item.optional_vars is not None:
            self.bind(item.optional_vars, value, scope)

    def _in_context_function(
        self,
        function: Function,
        call: Call,
        item: ast.withitem,
        rest: list[ast.withitem],
        body: list[ast.stmt],
        scope: Names,
    ) -> Flow:
        """A block inside a function with ``@contextmanager``: its body runs where the function yields."""
        flows: list[Flow] = []
        caller, entry, returned = self._caller, self.entry, self._returned

        def inside(value: object) -> None:
            outer = (self._caller, self.entry, self._returned, self._on_yield)
            self._caller, self.entry, self._returned = caller, entry, returned
            self._on_yield = self._on_yield[:-1]
            try:
                self._bind_optional(item, value, scope)
                flows.append(self._with_items(rest, body, scope))
            finally:
                self._caller, self.entry, self._returned, self._on_yield = outer

        self.run_function(function, call, inside)
        return flows[0] if flows else ON

    # -- functions and classes ------------------------------------------------------------------------------------------

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Names) -> None:
        made = Function(node.name, node, scope, self.defaults(node.args, scope))
        for decorator in reversed(node.decorator_list):
            made = self._decorated(made, decorator, scope)
        scope.names[node.name] = made

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
                    return replace(function, wrapped=True)
                applied = made
            made = self.run_function(applied, Call(decorator, (function,)))
            return made if isinstance(made, Function) else replace(function, wrapped=True)
        return replace(function, wrapped=True)

    def run_function(self, function: Function, call: Call, on_yield: Callable[[object], None] | None = None) -> object:
        """Reads a function of the file for one call; returns what it returns. ``on_yield`` gets what it yields."""
        where = function.scope
        if len(self.stack) >= CALLS or function.node in self.stack:
            self.not_analysed(call.node, self._caller, f"{function.name}() calls itself, or helpers too deep")
            return POWER
        if function.wrapped:
            self.not_analysed(function.node, where, f"a decorator of {function.name}() was not read")
        inside = Names(where.file, where)
        self._bind_parameters(function, call, inside)
        if isinstance(function.node, ast.Lambda):
            self.stack.append(function.node)
            try:
                return self.evaluate(function.node.body, inside)
            finally:
                self.stack.pop()
        return self._run_body(function.node, call, inside, on_yield)

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
        self.stack.append(node)
        try:
            self.block(node.body, inside)
            found = self._returned
        finally:
            self.stack.pop()
            self._on_yield.pop()
            self._caller, self.entry, self._returned = outer
        if _is_generator(node):
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
        inside = Names(scope.file, scope)
        bases = tuple(self.evaluate(base, scope) for base in node.bases)
        made = Class(node.name, inside, bases)
        self.block(node.body, inside)
        scope.names[node.name] = made

    def _scopes(self, node: ast.Global | ast.Nonlocal, scope: Names) -> None:
        scope.globals_ |= set(node.names)

    def _assert(self, node: ast.Assert, scope: Names) -> None:
        self.evaluate(node.test, scope)

    # -- imports --------------------------------------------------------------------------------------------------------

    def _import(self, node: ast.Import, scope: Names) -> None:
        for alias in node.names:
            if alias.asname is not None:
                scope.names[alias.asname] = _imported(alias.name)
            else:
                top = alias.name.partition(".")[0]
                scope.names[top] = Imported(top)

    def _import_from(self, node: ast.ImportFrom, scope: Names) -> None:
        base = _absolute(node, scope.file.package)
        for alias in node.names:
            name = alias.asname or alias.name
            if alias.name == "*":
                self._star(base, node, scope)
                continue
            scope.names[name] = _imported(f"{base}.{alias.name}")

    def _star(self, base: str, node: ast.ImportFrom, scope: Names) -> None:
        if base in ("alembic.op",):
            self.not_analysed(node, scope, "'from alembic.op import *' hides which names are operations")
            return
        module = self._module(base, node)
        if module is not None:
            scope.names |= {name: value for name, value in module.scope.names.items() if not name.startswith("_")}
        elif base == "alembic":
            scope.names |= {"op": special("alembic.op"), "context": special("alembic.context")}
        elif base.partition(".")[0] == "sqlalchemy":
            scope.names |= {name: Imported(f"sqlalchemy.{name}") for name in _STAR_NAMES}

    def from_library(self, path: str, node: ast.AST, scope: Names) -> object:
        if self.library is None:
            return None
        module = self._module(path, node)
        if module is not None:
            return module
        base, _, name = path.rpartition(".")
        if base and (module := self._module(base, node)) is not None:
            return module.scope.names.get(name)
        return None

    def _module(self, name: str, node: ast.AST) -> Module | None:
        if name in self._modules:
            return self._modules[name]
        self._modules[name] = None  # a module that imports itself finds nothing
        found = None if self.library is None else self.library.find(name)
        if found is None:
            return None
        path, text, package = found
        self.budget.spend(len(text) // 200)
        self._modules[name] = made = self.read_module(name, path, text, package, node)
        return made

    def read_module(self, name: str, path: str, text: str, package: str, node: ast.AST) -> Module | None:
        """Reads a module of the project; what it does when it is imported is taken up at ``node``."""
        raise NotImplementedError

    _caller: Names


def _imported(path: str) -> object:
    found = special(path)
    return Imported(path) if found is None else found


def _absolute(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    parts = package.split(".") if package else []
    parts = parts[: len(parts) - (node.level - 1)] if node.level > 1 else parts
    return ".".join([*(parts or ["."]), *([node.module] if node.module else [])])


def _loaded(target: ast.expr) -> ast.expr:
    match target:
        case ast.Name(id=name):
            return ast.copy_location(ast.Name(name, ast.Load()), target)
        case ast.Attribute(value=value, attr=name):
            return ast.copy_location(ast.Attribute(value, name, ast.Load()), target)
        case ast.Subscript(value=value, slice=key):
            return ast.copy_location(ast.Subscript(value, key, ast.Load()), target)
    return target


def _assigned(body: Sequence[ast.stmt]) -> set[str]:
    return {
        node.id
        for statement in body
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def _returns(body: Sequence[ast.stmt]) -> bool:
    return any(isinstance(node, ast.Return | ast.Raise) for statement in body for node in ast.walk(statement))


def _breaks(body: Sequence[ast.stmt]) -> bool:
    return any(isinstance(node, ast.Break) for statement in body for node in ast.walk(statement))


def _is_generator(node: ast.AST) -> bool:
    pending = list(ast.iter_child_nodes(node))
    while pending:
        found = pending.pop()
        if isinstance(found, ast.Yield | ast.YieldFrom):
            return True
        if not isinstance(found, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            pending += ast.iter_child_nodes(found)
    return False


_STAR_NAMES = [
    "Column",
    "Integer",
    "String",
    "Text",
    "Table",
    "MetaData",
    "text",
    "table",
    "column",
    "select",
    "update",
    "insert",
    "delete",
    "ForeignKey",
    "Boolean",
    "DateTime",
    "Date",
    "Float",
    "Numeric",
    "BigInteger",
    "SmallInteger",
    "LargeBinary",
    "Unicode",
    "UnicodeText",
    "Enum",
    "Index",
    "UniqueConstraint",
    "PrimaryKeyConstraint",
    "ForeignKeyConstraint",
    "CheckConstraint",
    "Sequence",
    "func",
    "and_",
    "or_",
    "not_",
    "inspect",
    "create_engine",
    "types",
    "sql",
    "orm",
    "schema",
    "exc",
    "JSON",
    "Interval",
    "Time",
    "TIMESTAMP",
    "VARCHAR",
    "INTEGER",
    "BOOLEAN",
    "null",
    "true",
    "false",
    "literal",
    "literal_column",
    "bindparam",
    "cast",
    "case",
    "exists",
    "join",
]

_READERS: dict[type[ast.stmt], Callable[[Any, Any, Names], Flow | None]] = {
    ast.Expr: StatementReader._expression,
    ast.Assign: StatementReader._assign,
    ast.AnnAssign: StatementReader._annotated,
    ast.AugAssign: StatementReader._augmented,
    ast.Delete: StatementReader._delete,
    ast.If: StatementReader._if,
    ast.Match: StatementReader._match,
    ast.For: StatementReader._for,
    ast.AsyncFor: StatementReader._for,
    ast.While: StatementReader._while,
    ast.Break: StatementReader._leave,
    ast.Continue: StatementReader._leave,
    ast.Try: StatementReader._try,
    ast.TryStar: StatementReader._try,
    ast.With: StatementReader._with,
    ast.AsyncWith: StatementReader._with,
    ast.FunctionDef: StatementReader._function,
    ast.AsyncFunctionDef: StatementReader._function,
    ast.ClassDef: StatementReader._class,
    ast.Return: StatementReader._return,
    ast.Raise: StatementReader._raise,
    ast.Global: StatementReader._scopes,
    ast.Nonlocal: StatementReader._scopes,
    ast.Assert: StatementReader._assert,
    ast.Import: StatementReader._import,
    ast.ImportFrom: StatementReader._import_from,
}
