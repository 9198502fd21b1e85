"""Rewriter: changes generated operations before they are rendered, one function for each class of operation."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from headway.errors import InvalidValue
from headway.operations.base import MigrateOperation
from headway.operations.containers import MigrationScript, OpContainer
from headway.operations.dispatch import Dispatcher


class Rewriter:
    """A callable for ``process_revision_directives``."""

    _traverse = Dispatcher()
    """How to go into an operation: functions ``(rewriter, context, revision, op)``. Named so by Alembic; add-ons enter
    what their own containers need."""

    def __init__(self) -> None:
        self.dispatch = Dispatcher()
        self._chained: tuple[Any, ...] = ()

    def rewrites(self, operator: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """A decorator: the function ``(context, revision, op)`` returns what takes the operation's place."""
        classes = operator if isinstance(operator, tuple) else (operator,)

        def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
            for class_ in classes:
                self.dispatch.register(class_, function)
            return function

        return decorate

    def chain(self, other: Any) -> Rewriter:
        """A rewriter that does this one's work and then ``other``'s."""
        chained = Rewriter()
        chained.dispatch = self.dispatch
        chained._chained = (*self._chained, other)
        return chained

    def __call__(self, context: Any, revision: Any, directives: list[MigrationScript]) -> None:
        self.process_revision_directives(context, revision, directives)

    def process_revision_directives(self, context: Any, revision: Any, directives: list[MigrationScript]) -> None:
        """Rewrites the scripts in place."""
        self._traverse_list(context, revision, directives)
        for other in self._chained:
            other(context, revision, directives)

    def _traverse_for(self, context: Any, revision: Any, op: Any) -> list[Any]:
        """What takes the place of an operation, with everything inside of it rewritten."""
        results = self._replace(context, revision, op)
        for result in results:
            self._traverse.dispatch(result)(self, context, revision, result)
        return results

    def _traverse_list(self, context: Any, revision: Any, ops: list[Any]) -> None:
        """Rewrites a list of operations in place."""
        ops[:] = [new for op in ops for new in self._traverse_for(context, revision, op)]

    def _replace(self, context: Any, revision: Any, op: Any) -> list[Any]:
        if self in op._mutations:
            return [op]  # it came out of this rewriter
        try:
            function = self.dispatch.dispatch(op)
        except ValueError:
            return [op]
        result = function(context, revision, op)
        results = list(result) if isinstance(result, Iterable) else [] if result is None else [result]
        for item in results:
            item._mutations = item._mutations | {self}
        return results


@Rewriter._traverse.dispatch_for(MigrationScript)
def _into_script(rewriter: Rewriter, context: Any, revision: Any, script: MigrationScript) -> None:
    for halves in (script.upgrade_ops_list, script.downgrade_ops_list):
        before = len(halves)
        rewriter._traverse_list(context, revision, halves)
        if len(halves) != before:
            raise InvalidValue("Can only return single object for UpgradeOps and DowngradeOps traverse")


@Rewriter._traverse.dispatch_for(OpContainer)
def _into_container(rewriter: Rewriter, context: Any, revision: Any, container: OpContainer) -> None:
    rewriter._traverse_list(context, revision, container.ops)


@Rewriter._traverse.dispatch_for(MigrateOperation)
def _into_nothing(rewriter: Rewriter, context: Any, revision: Any, operation: MigrateOperation) -> None:
    """Any other operation holds none."""
