"""Rewriter: changes generated operations before they are rendered, one function for each class of operation."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from headway.operations.containers import MigrationScript, OpContainer
from headway.operations.dispatch import Dispatcher


class Rewriter:
    """A callable for ``process_revision_directives``."""

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
        directives[:] = [d for directive in directives for d in self._rewrite(context, revision, directive)]
        for other in self._chained:
            other(context, revision, directives)

    def _rewrite(self, context: Any, revision: Any, op: Any) -> Iterable[Any]:
        for result in self._replace(context, revision, op):
            if isinstance(result, MigrationScript):
                for container in (*result.upgrade_ops_list, *result.downgrade_ops_list):
                    self._descend(context, revision, container)
            elif isinstance(result, OpContainer):
                self._descend(context, revision, result)
            yield result

    def _descend(self, context: Any, revision: Any, container: OpContainer) -> None:
        container.ops = [new for op in container.ops for new in self._rewrite(context, revision, op)]

    def _replace(self, context: Any, revision: Any, op: Any) -> list[Any]:
        if self in op._mutations:
            return [op]  # it came out of this rewriter
        try:
            function = self.dispatch.dispatch(op)
        except ValueError:
            return [op]
        result = function(context, revision, op)
        results = list(result) if isinstance(result, Iterable) else [result]
        for item in results:
            item._mutations = item._mutations | {self}
        return results
