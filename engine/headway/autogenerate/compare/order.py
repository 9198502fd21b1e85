"""In which order tables can be dropped, and the changes of one table made. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from sqlalchemy import ForeignKeyConstraint, Table

from headway.operations.base import MigrateOperation
from headway.operations.constraint_base import DropConstraintOp
from headway.operations.constraints import CreateForeignKeyOp, CreateUniqueConstraintOp
from headway.operations.indexes import CreateIndexOp, DropIndexOp
from headway.operations.schemaobj import referent


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


def in_runnable_order(ops: Sequence[MigrateOperation]) -> list[MigrateOperation]:
    """The operations with those on keys and indexes in an order that can run; every other one stays in its place.

    A foreign key stands on an index: it goes before one and comes after one.
    """
    ordered = iter(sorted((op for op in ops if _rank(op) is not None), key=lambda op: _rank(op) or 0))
    return [op if _rank(op) is None else next(ordered) for op in ops]


def _rank(op: MigrateOperation) -> int | None:
    if isinstance(op, DropConstraintOp):
        return {"foreignkey": 0, "unique": 1}.get(op.constraint_type or "")
    kinds = {DropIndexOp: 1, CreateIndexOp: 2, CreateUniqueConstraintOp: 2, CreateForeignKeyOp: 3}
    return next((rank for kind, rank in kinds.items() if isinstance(op, kind)), None)


def _targets(table: Table) -> set[str]:
    """The tables that ``table`` refers to, itself left out."""
    return {_target(key) for key in table.foreign_key_constraints} - {table.key}


def _keys_to(table: Table, target: str) -> list[ForeignKeyConstraint]:
    keys = [key for key in table.foreign_key_constraints if _target(key) == target]
    return sorted(keys, key=lambda key: (str(key.name or ""), key.column_keys))


def _target(key: ForeignKeyConstraint) -> str:
    schema, table, _ = referent(key.elements[0])
    return f"{schema}.{table}" if schema else table
