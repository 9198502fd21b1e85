"""Whether what a replay says of a schema is true of a real one. No tests of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from headway.catalog.schema import Constraint, Index, Schema, Table
from headway.catalog.shelf import Presence, Shelf
from headway.effects.model import ConstraintKind
from headway.effects.values import Unknown


class Judge:
    """Compares, and counts what is known and what is not."""

    def __init__(self, database: str) -> None:
        self._database = database
        self.told: Counter[str] = Counter()

    def faults(self, said: Schema, real: Schema) -> list[str]:
        """Everything that is said and not so."""
        return list(self._faults(said, real))

    def _faults(self, said: Schema, real: Schema) -> Iterator[str]:
        yield from self._names("table", said.tables, real.tables, lambda key: isinstance(key[1], str))
        for key, table in said.tables.there.items():
            other = real.tables.get(key)
            if other is not None:
                yield from (f"{key[1]}: {fault}" for fault in self._in_table(table, other))

    def _names(self, kind: str, said: Shelf[Any, Any], real: Shelf[Any, Any], told: Any) -> Iterator[str]:
        for key in filter(told, said.there):
            self.told[f"{kind} there"] += 1
            if key not in real.there:
                yield f"{kind} {key} is said to be there"
        for key in real.there:
            state = said.presence(key)
            if state is Presence.ABSENT:
                yield f"{kind} {key} is said to be absent"
            elif state is Presence.UNKNOWN:
                self.told[f"{kind} unknown"] += 1
        if said.whole:
            self.told[f"{kind} whole"] += 1

    def _in_table(self, said: Table, real: Table) -> Iterator[str]:
        yield from self._names("column", said.columns, real.columns, bool)
        for key, column in said.columns.there.items():
            other = real.columns.get(key)
            for field in ("nullable", "has_default", "computed"):
                if other is not None:
                    yield from self._same(f"{key}.{field}", getattr(column, field), getattr(other, field))
            if other is not None and column.default is None and other.default is not None:
                yield f"{key} is said to have no default"
        yield from self._constraints(said, real)
        yield from self._indexes(said, real)

    def _constraints(self, said: Table, real: Table) -> Iterator[str]:
        unnamed = [one for key, one in said.constraints.there.items() if key.startswith("(")]
        yield from self._names(
            "constraint", said.constraints, self._named(said, real), lambda key: not key.startswith("(")
        )
        for one in unnamed:
            self.told["constraint there"] += 1
            if not any(other.kind is one.kind and other.columns == one.columns for other in real.constraints):
                yield f"{one.kind.value} {one.columns} is said to be there"
        for key, one in said.constraints.there.items():
            other = real.constraints.get(key)
            if other is None:
                continue
            if one.kind is not ConstraintKind.UNKNOWN:
                yield from self._same(f"{key}.kind", one.kind, other.kind)
            for field in ("columns", "referent", "referred", "validated"):
                if one.kind is not ConstraintKind.CHECK or field == "validated":
                    yield from self._same(f"{key}.{field}", getattr(one, field), getattr(other, field))

    def _named(self, said: Table, real: Table) -> Shelf[str, Constraint]:
        """The real constraints without those that are said under no name."""
        unnamed = [(one.kind, one.columns) for key, one in said.constraints.there.items() if key.startswith("(")]
        kept = {}
        for key, one in real.constraints.there.items():
            if (one.kind, one.columns) in unnamed and key not in said.constraints.there:
                unnamed.remove((one.kind, one.columns))
            else:
                kept[key] = one
        return Shelf(kept)

    def _indexes(self, said: Table, real: Table) -> Iterator[str]:
        unnamed = [one for key, one in said.indexes.there.items() if key.startswith("(")]
        rest: dict[str, Index] = {}
        for key, one in real.indexes.there.items():
            match = next((u for u in unnamed if u.parts == one.parts and key not in said.indexes.there), None)
            if match is None:
                rest[key] = one
            else:
                unnamed.remove(match)
        for one in unnamed:
            yield f"index on {one.parts} is said to be there"
        yield from self._names("index", said.indexes, Shelf(rest), lambda key: not key.startswith("("))
        for key, one in said.indexes.there.items():
            other = real.indexes.get(key)
            for field in ("parts", "unique", "predicate"):
                if other is not None:
                    yield from self._same(f"{key}.{field}", getattr(one, field), getattr(other, field))

    def _same(self, what: str, said: Any, real: Any) -> Iterator[str]:
        if isinstance(said, Unknown) or (isinstance(said, tuple) and any(isinstance(x, Unknown) for x in said)):
            self.told["field unknown"] += 1
        else:
            self.told["field told"] += 1
            if said != real:
                yield f"{what} is said to be {said} and is {real}"
