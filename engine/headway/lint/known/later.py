"""What the revisions above one do to a table."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.called import Called, called_after
from headway.lint.known.replays import Replays


class Later:
    """The answers for one history."""

    def __init__(self, replays: Replays) -> None:
        self._replays = replays

    def done_to(
        self, effect: fx.Effect, revision: str, columns: tuple[fx.Text, ...] = ()
    ) -> Iterator[tuple[fx.Effect, tuple[fx.Text, ...]]]:
        """What the revisions that stand on ``revision`` do to the table of ``effect``, also when it has another name, each with
        what ``columns`` of it are called then."""
        called = Called(getattr(effect, "table", fx.UNKNOWN), getattr(effect, "schema", None), columns)
        if self._replays.graph.problems or not isinstance(called.table, str):
            return
        done = {revision}
        todo = self._naming_above(called.table, revision)
        while todo:
            other = todo.pop(0)
            done.add(other)
            for one in self._replays.effects(other):
                if called.is_table_of(one):
                    yield one, called.columns
                    before, called = called, called_after(one, called)
                    if before.table != called.table and isinstance(called.table, str):
                        todo = [name for name in self._naming_above(called.table, other) if name not in done]

    def _naming_above(self, table: str, revision: str) -> list[str]:
        """The revisions that stand on ``revision`` and name the table, parents first."""
        found = {
            one for one in self._replays.texts.naming(table.lower()) if self._replays.reach.is_below(revision, one)
        }
        return self._replays.reach.parents_first(found)
