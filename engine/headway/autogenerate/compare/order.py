"""In which order tables can be dropped. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from sqlalchemy import ForeignKeyConstraint, Table


def drop_order(tables: Sequence[Table]) -> tuple[list[Table], list[ForeignKeyConstraint]]:
    """The tables, each after those that refer to it, and the foreign keys to drop first where they go in a circle."""
    waiting = {table.key: table for table in tables}
    targets = {table.key: _targets(table) & waiting.keys() for table in tables}
    referrers: dict[str, set[str]] = {key: set() for key in waiting}
    for key, found in targets.items():
        for target in found:
            referrers[target].add(key)
    ready = deque(key for key in waiting if not referrers[key])
    ordered: list[Table] = []
    early: list[ForeignKeyConstraint] = []
    while waiting:
        if not ready:
            stuck = next(iter(waiting))
            for key in sorted(referrers[stuck]):
                early += _keys_to(waiting[key], stuck)
                targets[key].discard(stuck)
            ready.append(stuck)
        key = ready.popleft()
        ordered.append(waiting.pop(key))
        for target in sorted(targets[key]):
            referrers[target].discard(key)
            if not referrers[target]:
                ready.append(target)
    return ordered, early


def _targets(table: Table) -> set[str]:
    """The tables that ``table`` refers to, itself left out."""
    return {_target(key) for key in table.foreign_key_constraints} - {table.key}


def _keys_to(table: Table, target: str) -> list[ForeignKeyConstraint]:
    keys = [key for key in table.foreign_key_constraints if _target(key) == target]
    return sorted(keys, key=lambda key: (str(key.name or ""), key.column_keys))


def _target(key: ForeignKeyConstraint) -> str:
    # Reflected keys name their target; the table itself may not have been read.
    return key.elements[0]._get_colspec().rpartition(".")[0]
