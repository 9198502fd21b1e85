"""Reads loops: known rounds one after the other, and one that stands for all of those that are not known."""

from __future__ import annotations

import ast
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from headway.reading.conditions import truth_of
from headway.reading.containers import iterate
from headway.reading.flow import LEFT, ON, Flow, forgotten, merge, snapshot
from headway.reading.importing import ImportReader
from headway.reading.loops import assigned, breaks, changed_while_used, returns
from headway.reading.values import ALL_DATABASES, Condition, Items, Names, Pairs

_ROUNDS = 2_000
"""Rounds of one loop that are followed."""


class LoopReader(ImportReader):
    """Follows ``for`` and ``while``, ``break`` and ``continue``."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._leaving: list[list[list[tuple[Names, dict[str, object]]]]] = []
        """For each loop that is being read, the names at its ``break`` and ``continue``."""

    @abstractmethod
    def block(self, statements: Sequence[ast.stmt], scope: Names) -> Flow:
        """Reads statements one after the other, each under what those before it let through."""

    def _for(self, node: ast.For | ast.AsyncFor, scope: Names) -> Flow:
        value = self.evaluate(node.iter, scope)
        may_break = breaks(node.body)
        unsure, may_end = False, returns(node.body) or may_break
        on = ALL_DATABASES
        for number, (item, sure) in enumerate(iterate(self.budget, value)):
            self.budget.spend()
            if number >= _ROUNDS:
                self.not_analysed(node, scope, f"a loop of more than {_ROUNDS:,} rounds")
                break
            start = None if sure and not unsure else snapshot(scope)
            if start is not None and not sure:
                self._forget_rounds(node.body, scope)
            self.bind(node.target, item, scope)
            with self.under(conditional=not sure or unsure, databases=on):
                flow = self._round(node.body, scope)
                ends_on_some = flow.on < self.here.databases
            if start is not None:
                merge(start, scope)
            if not flow.on and not flow.leaves_loop and sure and not unsure:
                return LEFT
            if (
                ends_on_some
                and sure
                and not unsure
                and not (flow.unsure or flow.leaves_loop or flow.goes_round or may_break)
            ):
                on, ends_on_some = on & flow.on, False  # it returns on the others
                if not on & self.here.databases:
                    return LEFT
            # What only goes on with the next round says nothing about it.
            unsure = unsure or (may_end and (flow.unsure or ends_on_some))
            if not flow.on and flow.leaves_loop and sure and may_break and not flow.goes_round:
                return replace(ON, unsure=True) if unsure and returns(node.body) else ON
        with self.under(conditional=unsure, databases=on):
            after = self._else_of_loop(node, scope, may_break=unsure and may_break)
        after = after if on == ALL_DATABASES else replace(after, on=after.on & on)
        return replace(after, unsure=True) if unsure and returns(node.body) else after

    def _forget_rounds(self, body: Sequence[ast.stmt], scope: Names) -> None:
        """Before one round that stands for many: what others may have made of what it uses is not known."""
        forgotten(scope, assigned(body))
        for name in changed_while_used(body):
            holder = scope.find(name)
            value = None if holder is None else holder.names[name]
            if isinstance(value, Items | Pairs):
                value.more = True

    def _else_of_loop(self, node: ast.For | ast.AsyncFor | ast.While, scope: Names, *, may_break: bool) -> Flow:
        """``else`` of a loop; what follows the loop is reached past it where the loop may end with ``break``."""
        if not may_break or not node.orelse:
            return self.block(node.orelse, scope)
        start = snapshot(scope)
        with self.under(conditional=True):
            after = self.block(node.orelse, scope)
        merge(start, scope)
        return ON if after is ON else replace(after, on=ALL_DATABASES, unsure=True)

    def _while(self, node: ast.While, scope: Names) -> Flow:
        truth = truth_of(self.evaluate(node.test, scope))
        if truth is False:
            return self.block(node.orelse, scope)
        start = snapshot(scope)
        self._forget_rounds(node.body, scope)
        with self.under(conditional=True, databases=truth.when_true if isinstance(truth, Condition) else None):
            flow = self._round(node.body, scope)
        merge(start, scope)
        with self.under(conditional=returns(node.body) and flow is not ON):
            after = self._else_of_loop(node, scope, may_break=breaks(node.body))
        return replace(after, unsure=True) if returns(node.body) and flow is not ON else after

    def _round(self, body: Sequence[ast.stmt], scope: Names) -> Flow:
        """One round of a loop; behind it, names are also as they were where it was left early."""
        self._leaving.append([])
        try:
            flow = self.block(body, scope)
        finally:
            left = self._leaving.pop()
        for names in left:
            merge(names, scope)
        return flow

    def _leave(self, node: ast.stmt, scope: Names) -> Flow:
        if self._leaving:
            self._leaving[-1].append(snapshot(scope))
        return Flow(frozenset(), leaves_loop=True, goes_round=isinstance(node, ast.Continue))
