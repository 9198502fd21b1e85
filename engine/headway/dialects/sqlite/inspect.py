"""A live SQLite database as a schema, by four queries however many tables there are. Compares nothing."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy.engine import Connection

from headway.catalog.schema import Column, Constraint, Index, Key, Object, ObjectKey, Schema, Table
from headway.catalog.shelf import Shelf
from headway.dialects.sqlite.table_text import Definition, definitions, tail, written_key, written_keys
from headway.dialects.written import shelf_of, type_of
from headway.effects.model import ConstraintKind, ObjectKind
from headway.operations.rewrite.text import listed

_OBJECTS = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
_COLUMNS = (
    'SELECT m.name, x.name, x.type, x."notnull", x.dflt_value, x.pk, x.hidden FROM sqlite_master m,'
    " pragma_table_xinfo(m.name) x WHERE m.type = 'table' ORDER BY m.name, x.cid"
)
_INDEXES = (
    'SELECT m.name, i.name, i."unique", x.name, x."desc", x.coll FROM sqlite_master m, pragma_index_list(m.name) i,'
    " pragma_index_xinfo(i.name) x WHERE m.type = 'table' AND i.origin = 'c' AND x.key = 1 ORDER BY i.name, x.seqno"
)
_FOREIGN_KEYS = (
    'SELECT m.name, f.id, f."table", f."from", f."to", f.on_update, f.on_delete FROM sqlite_master m,'
    " pragma_foreign_key_list(m.name) f WHERE m.type = 'table' ORDER BY m.name, f.id, f.seq"
)
_KIND = ConstraintKind


def inspect_schema(connection: Connection, leave_out: Collection[str]) -> Schema:
    """Everything in the main database of the connection except the tables that are left out."""
    seen = _Seen(connection)
    tables: dict[Key, Table] = {("", name.lower()): seen.table(name) for name in seen.texts if name not in leave_out}
    objects = {key: one for key, one in seen.objects() if one.table is None or one.table not in leave_out}
    return Schema(Shelf(tables), Shelf(), Shelf(objects))


class _Seen:
    """The answers of the database, each asked for once."""

    def __init__(self, connection: Connection) -> None:
        self.master = [tuple(row) for row in connection.exec_driver_sql(_OBJECTS)]
        self.texts: dict[str, str] = {name: sql or "" for kind, name, _, sql in self.master if kind == "table"}
        self._columns = _grouped(connection, _COLUMNS)
        self._indexes = _grouped(connection, _INDEXES)
        self._foreign_keys = _grouped(connection, _FOREIGN_KEYS)
        self._index_texts = {name: sql or "" for kind, name, _, sql in self.master if kind == "index"}

    def table(self, name: str) -> Table:
        text = self.texts[name]
        parts = list(definitions(text))
        columns = [self._column(row, parts) for row in self._columns.get(name, ())]
        virtual = re.match(r"(?is)\s*CREATE\s+VIRTUAL\s.*?\sUSING\s+(.*)", text)
        options = _plain(virtual[1]) if virtual else tail(text)
        constraints = [*self._keys(name, parts), *self._foreign(name, parts), *_checks(parts)]
        return Table(
            schema="",
            name=name,
            kind="virtual table" if virtual else "table",
            columns=Shelf({column.name.lower(): column for column in columns if isinstance(column.name, str)}),
            constraints=shelf_of(constraints, str.lower),
            indexes=shelf_of(self._indexes_of(name), str.lower),
            options=(options,) if options else (),
        )

    def objects(self) -> Iterator[tuple[ObjectKey, Object]]:
        """Views and triggers."""
        for kind, name, table, sql in self.master:
            if kind == "view":
                one = Object(ObjectKind.VIEW, "", name, None, " ".join((sql or "").split()))
                yield (one.kind, "", name.lower(), None), one
            elif kind == "trigger":
                one = Object(ObjectKind.TRIGGER, "", name, table, " ".join((sql or "").split()))
                yield (one.kind, "", name.lower(), table.lower()), one

    def _column(self, row: tuple[Any, ...], parts: list[Definition]) -> Column:
        _, name, type_, not_null, default, key, hidden = row
        said = next((part for part in parts if part.column is not None and part.column.lower() == name.lower()), None)
        counts = key == 1 and str(type_).upper() == "INTEGER"
        return Column(
            name=name,
            type=type_of(type_) if type_ else None,
            # The row's own number is never NULL: https://www.sqlite.org/lang_createtable.html#rowid
            nullable=not not_null and not counts,
            default=default,
            has_default=default is not None or counts or hidden in (2, 3),
            computed=said.generated if said is not None and hidden in (2, 3) else None,
            stored=hidden == 3,
            identity="AUTOINCREMENT" if said is not None and said.autoincrement else None,
            collation=said.collation if said is not None else None,
            options=(said.conflict,) if said is not None and said.conflict else (),
        )

    def _keys(self, table: str, parts: list[Definition]) -> Iterator[Constraint]:
        key = sorted((row[5], row[1]) for row in self._columns.get(table, ()) if row[5])
        if key:
            columns = tuple(name.lower() for _, name in key)
            named = next((part.name for part in parts if part.kind is _KIND.PRIMARY_KEY), None)
            yield Constraint(_KIND.PRIMARY_KEY, named, columns)
        for part in parts:
            if part.kind is _KIND.UNIQUE:
                yield Constraint(_KIND.UNIQUE, part.name, tuple(name.lower() for name in part.columns))
            for inner in part.inner:
                if inner.kind is _KIND.UNIQUE and part.column is not None:
                    yield Constraint(_KIND.UNIQUE, inner.name, (part.column.lower(),))

    def _foreign(self, table: str, parts: list[Definition]) -> Iterator[Constraint]:
        keys: dict[int, list[tuple[Any, ...]]] = {}
        for row in self._foreign_keys.get(table, ()):
            keys.setdefault(row[1], []).append(row)
        texts = list(written_keys(parts))
        for number, rows in sorted(keys.items(), reverse=True):
            columns = tuple(row[3].lower() for row in rows)
            said = written_key(texts, number, len(keys), columns)
            yield Constraint(
                _KIND.FOREIGN_KEY,
                said.name if said else None,
                columns,
                referent=("", rows[0][2].lower()),
                referred=tuple(row[4].lower() for row in rows) if rows[0][4] else self._primary_key(rows[0][2]),
                on_update=None if rows[0][5] == "NO ACTION" else rows[0][5],
                on_delete=None if rows[0][6] == "NO ACTION" else rows[0][6],
                deferrable=said.deferrable if said else None,
            )

    def _primary_key(self, table: str) -> tuple[str, ...]:
        """What a foreign key points to that names only the table."""
        of_table = next((rows for name, rows in self._columns.items() if name.lower() == table.lower()), [])
        return tuple(name.lower() for _, name in sorted((row[5], row[1]) for row in of_table if row[5]))

    def _indexes_of(self, table: str) -> Iterator[Index]:
        found: dict[str, list[tuple[Any, ...]]] = {}
        for row in self._indexes.get(table, ()):
            found.setdefault(row[1], []).append(row)
        for name, rows in found.items():
            text = self._index_texts.get(name, "")
            inside = [_plain(piece) for piece in listed(text)]
            parts = []
            for place, row in enumerate(rows):
                plain = row[3].lower() if row[3] is not None else None
                words = plain or (inside[place] if place < len(inside) else "?")
                shown = words if plain is None else words + (" DESC" if row[4] else "")
                parts.append(shown if plain is None or row[5] in (None, "BINARY") else f"{shown} COLLATE {row[5]}")
            predicate = re.search(r"(?is)\)\s*WHERE\s+(.*)$", text)
            yield Index(
                name, tuple(parts), unique=bool(rows[0][2]), predicate=_plain(predicate[1]) if predicate else None
            )


def _checks(parts: list[Definition]) -> Iterator[Constraint]:
    for part in parts:
        for one in (part, *part.inner):
            if one.kind is _KIND.CHECK:
                yield Constraint(_KIND.CHECK, one.name, (), condition=one.inside)


def _grouped(connection: Connection, sql: str) -> dict[str, list[tuple[Any, ...]]]:
    found: dict[str, list[tuple[Any, ...]]] = {}
    for row in connection.exec_driver_sql(sql):
        found.setdefault(row[0], []).append(tuple(row))
    return found


def _plain(text: str) -> str:
    return " ".join(text.split())
