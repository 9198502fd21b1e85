"""A live database as a schema by SQLAlchemy's own inspector: for databases that headway has no queries of its own for."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.engine import Connection
from sqlalchemy.types import NullType

from headway.catalog.schema import Column, Constraint, Index, Key, Object, ObjectKey, Schema, Table
from headway.catalog.shelf import Shelf
from headway.dialects.written import shelf_of, type_of
from headway.effects.model import ConstraintKind, ObjectKind

_KIND = ConstraintKind


def inspect_schema(connection: Connection, leave_out: Collection[str]) -> Schema:
    """Tables, views and sequences of every schema that is not the server's own."""
    inspector = inspect(connection)
    inspector.clear_cache()
    tables: dict[Key, Table] = {}
    objects: dict[ObjectKey, Object] = {}
    for schema in _schemas(inspector):
        parts = _Parts(inspector, connection.dialect, schema)
        tables |= {
            ((schema or "").lower(), name.lower()): parts.table(name) for name in parts.columns if name not in leave_out
        }
        objects |= dict(_objects(inspector, schema))
    return Schema(Shelf(tables), Shelf(), Shelf(objects))


def _schemas(inspector: Any) -> list[str | None]:
    own = re.compile(r"(?i)information_schema|pg_.*|sys|db_.*|guest")
    names = {name for name in inspector.get_schema_names() if not own.fullmatch(name)}
    return [None, *sorted(names - {inspector.default_schema_name})]


class _Parts:
    """What the inspector says of all tables together."""

    def __init__(self, inspector: Any, dialect: Any, schema: str | None) -> None:
        self._dialect = dialect
        self._schema = schema or ""
        self.columns = _by_name(schema, inspector.get_multi_columns)
        self._keys = _by_name(schema, inspector.get_multi_pk_constraint)
        self._foreign = _by_name(schema, inspector.get_multi_foreign_keys)
        self._uniques = _by_name(schema, inspector.get_multi_unique_constraints)
        self._checks = _by_name(schema, inspector.get_multi_check_constraints)
        self._indexes = _by_name(schema, inspector.get_multi_indexes)
        comments = inspector.get_multi_table_comment if dialect.supports_comments else None
        self._comments = {} if comments is None else _by_name(schema, comments)

    def table(self, name: str) -> Table:
        return Table(
            schema=self._schema,
            name=name,
            columns=Shelf({one["name"].lower(): self._column(one) for one in self.columns[name]}),
            constraints=shelf_of(self._constraints(name), str.lower),
            indexes=shelf_of(self._indexes_of(name), str.lower),
            comment=(self._comments.get(name) or {}).get("text"),
        )

    def _column(self, one: Mapping[str, Any]) -> Column:
        computed, identity = one.get("computed"), one.get("identity")
        # SQLAlchemy does not know every type, such as a type of one's own.
        known = not isinstance(one["type"], NullType)
        return Column(
            name=one["name"],
            type=type_of(one["type"].compile(dialect=self._dialect)) if known else None,
            nullable=bool(one["nullable"]),
            default=one.get("default"),
            has_default=bool(one.get("default") is not None or computed or identity),
            computed=computed["sqltext"] if computed else None,
            stored=bool(computed and computed.get("persisted")),
            identity=str(identity) if identity else None,
            comment=one.get("comment"),
        )

    def _constraints(self, name: str) -> Iterator[Constraint]:
        key = self._keys.get(name) or {}
        if key.get("constrained_columns"):
            yield Constraint(_KIND.PRIMARY_KEY, key.get("name"), _lower(key["constrained_columns"]))
        for one in self._uniques.get(name) or ():
            yield Constraint(_KIND.UNIQUE, one.get("name"), _lower(one["column_names"]))
        for one in self._checks.get(name) or ():
            yield Constraint(_KIND.CHECK, one.get("name"), condition=" ".join(str(one["sqltext"]).split()))
        for one in self._foreign.get(name) or ():
            options = one.get("options") or {}
            yield Constraint(
                _KIND.FOREIGN_KEY,
                one.get("name"),
                _lower(one["constrained_columns"]),
                referent=((one.get("referred_schema") or ""), one["referred_table"].lower()),
                referred=_lower(one["referred_columns"]),
                on_delete=options.get("ondelete"),
                on_update=options.get("onupdate"),
            )

    def _indexes_of(self, name: str) -> Iterator[Index]:
        for one in self._indexes.get(name) or ():
            if one.get("duplicates_constraint"):
                continue
            parts = one.get("expressions") or one["column_names"]
            options = sorted((one.get("dialect_options") or {}).items())
            said = tuple(f"{key}={value}" for key, value in options if str(value) not in _NOTHING)
            yield Index(one["name"], _lower(parts), unique=bool(one["unique"]), options=said)


_NOTHING = ("None", "False", "[]", "{}", "")


def _objects(inspector: Any, schema: str | None) -> Iterator[tuple[ObjectKey, Object]]:
    place = schema or ""
    for name in inspector.get_view_names(schema=schema):
        definition = " ".join((inspector.get_view_definition(name, schema=schema) or "").split())
        one = Object(ObjectKind.VIEW, place, name, None, definition)
        yield (ObjectKind.VIEW, place.lower(), name.lower(), None), one
    if inspector.dialect.supports_sequences:
        for name in inspector.get_sequence_names(schema=schema):
            yield (ObjectKind.SEQUENCE, place.lower(), name.lower(), None), Object(ObjectKind.SEQUENCE, place, name)


def _by_name(schema: str | None, ask: Callable[..., Mapping[Any, Any]]) -> dict[str, Any]:
    return {name: described for (_, name), described in ask(schema=schema).items()}


def _lower(names: Any) -> tuple[str, ...]:
    return tuple(str(name).lower() for name in names)
