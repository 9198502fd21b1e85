"""A live PostgreSQL database as a schema, by seven queries however many tables there are. Compares nothing."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy.engine import Connection

from headway.catalog.schema import Column, Constraint, EnumType, Index, Key, Object, ObjectKey, Schema, Table
from headway.catalog.shelf import Shelf
from headway.dialects.postgresql import catalog_queries as queries
from headway.dialects.written import type_of
from headway.effects.model import ConstraintKind, ObjectKind

_TABLE_KINDS = {"r": "table", "p": "partitioned table", "f": "foreign table"}
_CONSTRAINT_KINDS = {
    "p": ConstraintKind.PRIMARY_KEY,
    "u": ConstraintKind.UNIQUE,
    "f": ConstraintKind.FOREIGN_KEY,
    "c": ConstraintKind.CHECK,
    "x": ConstraintKind.EXCLUDE,
}
_ACTIONS = {"r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}
_IDENTITIES = {"a": "ALWAYS", "d": "BY DEFAULT"}
_QUALIFIED_NAMES = ("object", "comment")
_QUALIFIED_DEFINITIONS = ("function", "procedure")
"""What the server writes with its schema, though it is the default one."""
_MATCHES = {"f": "MATCH FULL", "p": "MATCH PARTIAL"}


def inspect_schema(connection: Connection, leave_out: Collection[str]) -> Schema:
    """Everything of every schema that is not the server's own or an extension's, except the tables left out."""
    seen = _Seen(connection, leave_out)
    return Schema(Shelf(dict(seen.tables())), Shelf(dict(seen.enums())), Shelf(dict(seen.objects())))


class _Seen:
    """The answers of the database, each asked for once."""

    def __init__(self, connection: Connection, leave_out: Collection[str]) -> None:
        self._connection = connection
        self._leave_out = leave_out
        ((self._default, quoted),) = self._ask(queries.SETTINGS)
        self._prefix = re.compile(rf'(?<![\w."]){re.escape(quoted)}\.')

    def tables(self) -> Iterator[tuple[Key, Table]]:
        """The tables with all that is in them."""
        columns = self._grouped(queries.COLUMNS)
        constraints = self._grouped(queries.CONSTRAINTS)
        indexes = self._grouped(queries.INDEXES)
        for row in self._ask(queries.TABLES):
            key = (self._place(row[0]), row[1])
            if row[1] in self._leave_out:
                continue
            yield (
                key,
                Table(
                    schema=key[0],
                    name=row[1],
                    kind=_TABLE_KINDS[row[2]],
                    columns=Shelf({one[2]: _column(one) for one in columns.get(key, ())}),
                    constraints=Shelf({one[2]: self._constraint(one) for one in constraints.get(key, ())}),
                    indexes=Shelf({one[2]: _index(one) for one in indexes.get(key, ())}),
                    comment=row[3],
                    options=tuple(_table_options(row)),
                ),
            )
        self._indexes_of_views = {key: rows for key, rows in indexes.items() if key not in columns}

    def enums(self) -> Iterator[tuple[Key, EnumType]]:
        """The enum types."""
        for schema, name, labels in self._ask(queries.ENUMS):
            yield (self._place(schema), name), EnumType(self._place(schema), name, tuple(labels))

    def objects(self) -> Iterator[tuple[ObjectKey, Object]]:
        """Everything else; an index of a materialized view is told as an object."""
        for kind, schema, name, table, definition in self._ask(queries.OBJECTS):
            if self._is_left_out(kind, name, table, schema):
                continue
            if kind in _QUALIFIED_NAMES:
                name = self._prefix.sub("", name)
            if kind in _QUALIFIED_DEFINITIONS and schema == self._default:
                definition = self._prefix.sub("", definition, count=1)
            one = Object(ObjectKind(kind), self._place(schema), name, table, _plain(definition))
            yield (one.kind, one.schema, name, table), one
        for (schema, name), rows in self._indexes_of_views.items():
            view = str(name)
            for row in rows:
                index = _index(row)
                words = f"UNIQUE {index.parts}" if index.unique else str(index.parts)
                yield (ObjectKind.OTHER, schema, row[2], view), Object(ObjectKind.OTHER, schema, row[2], view, words)

    def _is_left_out(self, kind: str, name: str, table: str | None, schema: str) -> bool:
        if kind == "schema" and name == self._default:
            return True
        return table in self._leave_out or (kind == "grant" and name in self._leave_out)

    def _constraint(self, row: tuple[Any, ...]) -> Constraint:
        kind = _CONSTRAINT_KINDS[row[3]]
        foreign = kind is ConstraintKind.FOREIGN_KEY
        condition = {ConstraintKind.CHECK: row[8], ConstraintKind.EXCLUDE: row[9]}.get(kind)
        return Constraint(
            kind=kind,
            name=row[2],
            columns=() if kind is ConstraintKind.CHECK else tuple(row[4]),
            referent=(self._place(row[5]), row[6]) if foreign else None,
            referred=tuple(row[7]) if foreign else (),
            condition=condition,
            validated=bool(row[10]),
            on_delete=_ACTIONS.get(row[13]) if foreign else None,
            on_update=_ACTIONS.get(row[14]) if foreign else None,
            deferrable=("DEFERRABLE INITIALLY DEFERRED" if row[12] else "DEFERRABLE") if row[11] else None,
            options=tuple(_constraint_options(kind, row)),
        )

    def _place(self, schema: str) -> str:
        return "" if schema == self._default else schema

    def _ask(self, sql: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self._connection.exec_driver_sql(sql)]

    def _grouped(self, sql: str) -> dict[Key, list[tuple[Any, ...]]]:
        found: dict[Key, list[tuple[Any, ...]]] = {}
        for row in self._ask(sql):
            found.setdefault((self._place(row[0]), row[1]), []).append(row)
        return found


def _column(row: tuple[Any, ...]) -> Column:
    generated, identity = row[6] or "", row[7] or ""
    expression = row[5]
    options = [f"INHERITED {row[11]}"] if row[11] else []
    options += [str(row[12])] if row[12] else []
    options += [f"STORAGE {row[14]}"] if row[13] else []
    return Column(
        name=row[2],
        type=type_of(row[3]),
        nullable=not row[4],
        default=None if generated else expression,
        has_default=expression is not None or bool(identity),
        computed=expression if generated else None,
        stored=generated == "s",
        identity=f"{_IDENTITIES[identity]}{row[15] or ''}" if identity else None,
        comment=row[9],
        collation=row[8],
        options=tuple(options),
    )


def _index(row: tuple[Any, ...]) -> Index:
    options = [f"INCLUDE ({', '.join(row[7])})"] if row[7] else []
    options += [str(row[9])] if row[9] else []
    options += ["NULLS NOT DISTINCT"] if row[10] == "true" else []
    options += [f"TABLESPACE {row[11]}"] if row[11] else []
    options += [f"COMMENT {row[12]}"] if row[12] else []
    return Index(
        name=row[2],
        parts=tuple(row[6]),
        unique=bool(row[3]),
        predicate=row[8],
        method=row[5],
        valid=bool(row[4]),
        options=tuple(options),
    )


def _table_options(row: tuple[Any, ...]) -> Iterator[str]:
    _, _, _, _, persistence, secured, forced, replica, options, space, key, bound, parents = row
    if persistence == "u":
        yield "UNLOGGED"
    if secured:
        yield "ROW LEVEL SECURITY"
    if forced:
        yield "FORCE ROW LEVEL SECURITY"
    if replica != "d":
        yield f"REPLICA IDENTITY {replica}"
    if options:
        yield str(options)
    if space:
        yield f"TABLESPACE {space}"
    if key:
        yield f"PARTITION BY {key}"
    if parents:
        yield f"{'PARTITION OF' if bound else 'INHERITS'} {parents} {bound or ''}".rstrip()


def _constraint_options(kind: ConstraintKind, row: tuple[Any, ...]) -> Iterator[str]:
    definition = row[9] or ""
    if kind in (ConstraintKind.UNIQUE, ConstraintKind.PRIMARY_KEY):
        if "NULLS NOT DISTINCT" in definition:
            yield "NULLS NOT DISTINCT"
        if " INCLUDE " in definition:
            yield definition[definition.index("INCLUDE ") :]
    if kind is ConstraintKind.FOREIGN_KEY and row[15] in _MATCHES:
        yield _MATCHES[row[15]]
    if kind is ConstraintKind.CHECK and row[16]:
        yield "NO INHERIT"


def _plain(text: str | None) -> str | None:
    return None if text is None else " ".join(text.split())
