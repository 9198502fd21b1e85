"""What rules may ask of a history: what was before an effect, what revisions below have done, what those above do.

Two histories are asked: the revisions that no database has yet tell which tables are new, and only where that is not
enough the whole history tells what a column is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from headway.catalog.questions import Answers
from headway.effects import model as fx
from headway.lint.known.before import Before
from headway.lint.known.earlier import Earlier
from headway.lint.known.later import Later
from headway.lint.known.new_tables import NewTables
from headway.lint.known.replays import Replays, unconditional

Walks = list[tuple[str | None, Iterator[tuple[fx.Effect, Callable[[], Answers]]]]]
"""By database each effect, and what answers for the moment before it; see ``catalog.history``."""


class Known:
    """The answers for one history, by what they are about."""

    def __init__(self, replays: Replays) -> None:
        self._replays = replays
        self.new_tables = NewTables(replays)
        self.before = Before(replays)
        self.earlier = Earlier(replays)
        self.later = Later(replays)

    def parents_first(self, revisions: Iterable[str]) -> list[str]:
        """These revisions of a history without faults, each behind its ancestors."""
        return self._replays.reach.parents_first(revisions)

    def may_be_partitioned(self, effect: fx.Effect) -> bool:
        """Whether a revision that names the table of ``effect`` speaks of partitions: of such a table PostgreSQL builds no
        index concurrently."""
        table = getattr(effect, "table", None)
        if not isinstance(table, str):
            return True
        return bool(self._replays.texts.naming(table.lower()) & self._replays.texts.partitioning)

    def goes_forward_only(self) -> bool:
        """Whether the history is long enough to tell, and hardly any of its revisions has a ``downgrade()``, in a short one none."""
        count = len(self._replays.graph.ids)
        return (
            count >= _TELLING and len(self._replays.texts.taking_back) * (20 if count >= _LONG else count + 1) <= count
        )

    def going(self, revision: str) -> Walks:
        """For each database of the history what is known before each effect of what ``upgrade()`` does. Nothing where the
        graph is broken."""
        if self._replays.graph.problems:
            return []
        return [(history.names.database, history.walk(revision)) for history in self._replays.as_read]

    def going_back(self, down: Sequence[fx.Effect], revision: str, *, as_told: bool = False) -> Walks:
        """The same of ``down``, which is what ``downgrade()`` does, when ``upgrade()`` has run; with ``as_told`` as if every
        condition had held."""
        if self._replays.graph.problems:
            return []
        histories = self._replays.unconditional if as_told else self._replays.as_read
        back = unconditional(down) if as_told else down
        return [(history.names.database, history.walk_back(revision, back)) for history in histories]


_TELLING, _LONG = 3, 8
"""Of fewer revisions than the one nobody knows whether it is their habit; of fewer than the other one exception tells."""
