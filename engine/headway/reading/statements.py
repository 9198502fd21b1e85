"""Reads statements: follows branches, loops, blocks, functions and classes, as far as the source tells."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from headway.reading.calls import name_of
from headway.reading.conditions import compared, truth_of
from headway.reading.flow import ON, Flow, merge, restore, snapshot
from headway.reading.imports import is_unknown_library
from headway.reading.loop_reader import LoopReader
from headway.reading.reader import Call
from headway.reading.values import (
    ALL_DATABASES,
    NOTHING_KNOWN,
    UNCERTAIN,
    Bound,
    Condition,
    Construct,
    Function,
    Instance,
    Names,
    Opaque,
    has_power,
)


class StatementReader(LoopReader):
    """Runs blocks without running them."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._modules = {}
        self.texts = {}
        self._looked_up = set()
        self.resolved = {}

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
                whole = Flow(
                    whole.on & flow.on,
                    whole.unsure or flow.unsure,
                    whole.leaves_loop or flow.leaves_loop,
                    whole.goes_round or flow.goes_round,
                )
                if not whole.on & self.here.databases:
                    return replace(whole, on=frozenset(), fails=flow.fails)
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
        value = self.evaluate(node.value, scope)
        if (
            isinstance(value, Construct)
            and value.receiver is None
            and is_unknown_library(value.path)
            and not self.importing
        ):
            self.not_analysed(node, scope, f"{value.path}() was not read")

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
        last_goes_on = not reached or bool(last.on & reached) or last.fails
        for flow, names in zip(flows, saved, strict=True):
            if flow.on:  # what a branch did that has left does not reach what follows
                merge(names, scope) if last.on & reached else restore(names)
                last, reached = replace(last, on=(last.on & reached) | flow.on), ALL_DATABASES
        on = frozenset(last.on & reached)
        for flow in flows:
            on |= flow.on
        left = any(not flow.on and not flow.fails for flow in flows) or not (on and last_goes_on)
        maybe = unsure and bool(left or any(flow.unsure for flow in flows) or last.unsure)
        leaves = last.leaves_loop or any(flow.leaves_loop for flow in flows)
        round_ = last.goes_round or any(flow.goes_round for flow in flows)
        if on >= self.here.databases and not maybe and not any(f.unsure for f in [*flows, last]):
            return Flow(ALL_DATABASES, False, leaves, round_) if leaves else ON
        return Flow(on, maybe or last.unsure or any(flow.unsure for flow in flows), leaves, round_)

    def _match(self, node: ast.Match, scope: Names) -> Flow:
        subject = self.evaluate(node.subject, scope)
        rest = ALL_DATABASES
        flows: list[Flow] = []
        saved: list[list[tuple[Names, dict[str, object]]]] = []
        before = self.here
        last: Flow = ON
        unsure = False
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
                unsure = unsure or truth.uncertain
                self.here = replace(
                    self.here,
                    databases=self.here.databases & truth.when_false,
                    conditional=self.here.conditional or truth.uncertain,
                )
            rest = self.here.databases
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

    # -- try and with -------------------------------------------------------------------------------------------------

    def _try(self, node: ast.Try | ast.TryStar, scope: Names) -> Flow:
        guarded = bool(node.handlers)
        start = snapshot(scope)
        with self.under(conditional=guarded):
            flow = self.block(node.body, scope)
        if guarded:
            done = snapshot(scope)
            handled: list[Flow] = []
            for handler in node.handlers:
                merge(start, scope)
                if handler.name is not None:
                    scope.names[handler.name] = NOTHING_KNOWN
                with self.under(conditional=True):
                    handled.append(self.block(handler.body, scope))
                merge(done, scope)
        handled_or_not = snapshot(scope)
        with self.under(conditional=guarded):
            more = self.block(node.orelse, scope)
        if guarded:
            merge(handled_or_not, scope)
        last = self.block(node.finalbody, scope)
        if guarded:
            # A handler that fails has not gone on to what follows.
            left = not flow.on or not more.on or any(one.unsure or not (one.on or one.fails) for one in handled)
            flows = [flow, more, last, *handled]
            leaves, round_ = any(one.leaves_loop for one in flows), any(one.goes_round for one in flows)
            return Flow(last.on, left or flow.unsure or more.unsure or last.unsure, leaves, round_)
        unsure = flow.unsure or more.unsure or last.unsure
        return Flow(flow.on & more.on & last.on, unsure, flow.leaves_loop, flow.goes_round)

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
