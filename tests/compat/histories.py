"""Histories as rows, and the same history given to headway and to Alembic. No tests of its own."""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from alembic.runtime.migration import HeadMaintainer
from alembic.script import ScriptDirectory as PeerDirectory
from alembic.script.base import Script as PeerScript
from alembic.script.revision import RevisionMap

from headway.revision.graph import RevisionGraph
from headway.revision.model import Revision


def upgrade() -> None:
    """What a revision module has."""


def downgrade() -> None:
    """What a revision module has."""


@dataclass(frozen=True)
class Row:
    """One revision: its id, parents, branch labels and dependencies."""

    id: str
    down: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()

    def spell(self, names: tuple[str, ...]) -> Any:
        """None, a text or a tuple, as revision files write them."""
        return None if not names else names[0] if len(names) == 1 else names


History = tuple[Row, ...]


def draw(text: str) -> History:
    """A history from lines such as ``c: a b, needs x y, labels left``; parents come first."""
    rows = []
    for line in filter(None, map(str.strip, text.splitlines())):
        id_, _, rest = line.partition(":")
        parts = {"down": (), "needs": (), "labels": ()}
        for part in filter(None, map(str.strip, rest.split(","))):
            words = part.split()
            key = words[0] if words[0] in ("needs", "labels") else "down"
            parts[key] = tuple(words if key == "down" else words[1:])
        rows.append(Row(id_.strip(), **parts))
    return tuple(rows)


def ours(history: Sequence[Row]) -> RevisionGraph:
    """The history as headway's graph."""
    return RevisionGraph(
        Revision(
            revision=row.id,
            down_revision=row.spell(row.down),
            dependencies=row.spell(row.needs),
            branch_labels=row.labels,
            doc=f"doc of {row.id}",
        )
        for row in history
    )


class Peer:
    """The history in Alembic: its revision map, and a script directory around it."""

    def __init__(self, history: Sequence[Row]) -> None:
        self.directory = PeerDirectory.__new__(PeerDirectory)
        self.directory.revision_map = RevisionMap(lambda: [self._script(row) for row in history])
        self.map = self.directory.revision_map

    def _script(self, row: Row) -> PeerScript:
        module = SimpleNamespace(
            __doc__=f"doc of {row.id}",
            revision=row.id,
            down_revision=row.spell(row.down),
            depends_on=row.spell(row.needs),
            branch_labels=row.spell(row.labels),
            upgrade=upgrade,
            downgrade=downgrade,
        )
        return PeerScript(module, row.id, f"{row.id}.py")

    def order(self, upper: str = "heads", lower: Any = None, **options: Any) -> list[str]:
        """The ids from ``upper`` down to ``lower``."""
        found = self.map.iterate_revisions(upper, lower, **options)
        return [script.revision for script in found if script is not None]

    def steps(self, kind: str, target: Any, current: Sequence[str]) -> list[tuple[Any, ...]]:
        """Alembic's steps with what each does to the version table, in the form of :func:`steps_of`."""
        routes: dict[str, Callable[..., Any]] = {
            "upgrade": self.directory._upgrade_revs,
            "downgrade": self.directory._downgrade_revs,
            "stamp": self.directory._stamp_revs,
        }
        steps = routes[kind](target, tuple(current))
        table = _Table(current)
        found = []
        for step in steps:
            before = frozenset(table.heads)
            table.changes = []
            table.update_to_step(step)
            text = step.short_log
            changes = tuple(sorted(table.changes))
            found.append((text, step.info.up_revision_ids, changes, before, frozenset(table.heads)))
        return found


class _Table(HeadMaintainer):
    """Alembic's keeper of the version rows, which notes its statements instead of executing them."""

    def __init__(self, heads: Iterable[str]) -> None:
        super().__init__(None, list(heads))
        self.changes: list[tuple[str, ...]] = []

    def _insert_version(self, version: str) -> None:
        assert version not in self.heads
        self.heads.add(version)
        self.changes.append(("insert", version))

    def _delete_version(self, version: str) -> None:
        self.heads.remove(version)
        self.changes.append(("delete", version))

    def _update_version(self, from_: str, to_: str) -> None:
        assert to_ not in self.heads
        self.heads.remove(from_)
        self.heads.add(to_)
        self.changes.append(("update", from_, to_))


def outcome(action: Callable[[], Any]) -> tuple[str, Any]:
    """What the action returns, or the text of its error."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return "returns", action()
        except Exception as error:
            return "raises", getattr(error, "message", None) or str(error)


def random_history(chance: random.Random, size: int) -> History:
    """A sound history: every revision follows earlier ones, some merge, some depend, some carry labels."""
    rows: list[Row] = []
    merging, forking = chance.choice([0.05, 0.2, 0.4]), chance.choice([0.05, 0.3, 0.6])
    needing, labelling = chance.choice([0, 0.1, 0.4]), chance.choice([0, 0.1, 0.3])
    names = chance.sample(range(1000, 9999), size)
    for index in range(size):
        ids = [row.id for row in rows]
        below = _below(rows)
        heads = [i for i in ids if not any(i in row.down for row in rows)]
        if not ids or chance.random() < 0.07:
            down: tuple[str, ...] = ()
        elif len(ids) > 1 and chance.random() < merging:
            down = tuple(chance.sample(ids, min(len(ids), chance.choice([2, 2, 3]))))
            down = tuple(d for d in down if not any(d in below[other] for other in down))
        else:
            down = (chance.choice(ids if chance.random() < forking else heads),)
        needs: tuple[str, ...] = ()
        if ids and chance.random() < needing:
            candidates = chance.sample(ids, min(len(ids), 1))
            needs = tuple(n for n in candidates if n not in down)
        labels = (f"label{index}",) if chance.random() < labelling else ()
        rows.append(Row(f"r{names[index]}", down, needs, labels))
    return tuple(rows)


def _below(rows: Sequence[Row]) -> dict[str, set[str]]:
    below: dict[str, set[str]] = {}
    for row in rows:
        below[row.id] = {d for parent in row.down + row.needs for d in (parent, *below[parent])}
    return below
