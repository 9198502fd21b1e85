"""What a scratch database holds besides its schema, as values: rows, where counting keys and sequences stand, owners and
settings. Reads only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field
from typing import Any

from sqlalchemy import literal_column, select
from sqlalchemy import table as named_table
from sqlalchemy.engine import Connection
from sqlalchemy.sql.elements import quoted_name

from headway.catalog.schema import Schema
from headway.valueclass import valueclass


@valueclass(frozen=True, slots=True)
class Rows:
    """The rows of one table, in no order."""

    columns: tuple[str, ...]
    values: tuple[tuple[Any, ...], ...]

    def without(self, columns: Iterable[str]) -> Counter[tuple[str, ...]]:
        """How often each row is there, as texts that can be compared, without some of the columns."""
        left_out = frozenset(columns)
        kept = [number for number, name in enumerate(self.columns) if name not in left_out]
        names = sorted(kept, key=lambda number: self.columns[number])  # the order is the schema's matter
        return Counter(tuple(_text(row[number]) for number in names) for row in self.values)


Contents = dict[str, Rows]
"""By table, with its schema in front of it where that is not the default one."""


@valueclass(frozen=True, slots=True)
class Held:
    """What a database holds besides its schema."""

    tables: Contents = field(default_factory=dict)
    positions: dict[str, str] = field(default_factory=dict)
    """Where a sequence, or the counter of a table's key, stands; one that has not begun is left out."""
    settings: frozenset[str] = frozenset()
    """What the database keeps of its objects and does not write out with them, each as a text."""


def held(connection: Connection, schema: Schema) -> Held:
    """The rows of every table of ``schema``, which the connection's database has, and the positions of its counters."""
    tables = {name: rows_of(connection, table.schema, str(table.name)) for name, table in _named(schema)}
    read = _POSITIONS.get(connection.dialect.name)
    sql = _SETTINGS.get(connection.dialect.name)
    settings = frozenset(map(str, connection.exec_driver_sql(sql).scalars())) if sql is not None else frozenset()
    return Held(tables, dict(read(connection)) if read is not None else {}, settings)


def rows_of(connection: Connection, schema: str, table: str) -> Rows:
    """The rows of one table."""
    source = named_table(quoted_name(table, True), schema=quoted_name(schema, True) if schema else None)
    found: Any = connection.execute(select(literal_column("*")).select_from(source))
    return Rows(tuple(map(str, found.keys())), tuple(tuple(row) for row in found))


def differing(one: Held, other: Held, unstable: Mapping[str, frozenset[str]]) -> Iterator[str]:
    """What the second does not hold as the first does, a line for each; ``unstable`` are columns that do not count."""
    for name in sorted({*one.tables, *other.tables}):
        here, there = one.tables.get(name), other.tables.get(name)
        if here is None or there is None:
            continue  # the schema says so
        left_out = unstable.get(name, frozenset())
        a, b = here.without(left_out), there.without(left_out)
        if a != b:
            yield f"rows of {name}: {_shown(a - b, '-')}{_shown(b - a, '+')}".rstrip("; ")
    for name in sorted({*one.positions, *other.positions}):
        if one.positions.get(name) != other.positions.get(name):
            yield f"counter {name}: {one.positions.get(name, 'not begun')}, then {other.positions.get(name, 'not begun')}"
    yield from (f"- {text}" for text in sorted(one.settings - other.settings))
    yield from (f"+ {text}" for text in sorted(other.settings - one.settings))


def unstable_columns(one: Held, other: Held) -> dict[str, frozenset[str]]:
    """By table, the columns in which two runs of the same revisions differ: times, random keys."""
    found: dict[str, frozenset[str]] = {}
    for name, rows in one.tables.items():
        again = other.tables.get(name)
        if again is None or rows.without(()) == again.without(()):
            continue
        both = [column for column in rows.columns if column in again.columns]
        found[name] = frozenset(column for column in both if _column(rows, column) != _column(again, column))
    return found


# -- helpers ----------------------------------------------------------------------------------------------------


def _named(schema: Schema) -> Iterator[tuple[str, Any]]:
    for table in schema.tables:
        yield (f"{table.schema}.{table.name}" if table.schema else str(table.name)), table


def _column(rows: Rows, name: str) -> Counter[tuple[str, ...]]:
    return rows.without(other for other in rows.columns if other != name)


def _text(value: Any) -> str:
    return repr(bytes(value) if isinstance(value, memoryview | bytearray) else value)


def _shown(rows: Counter[tuple[str, ...]], sign: str) -> str:
    """The first of some rows; a table may have thousands."""
    first = [f"{sign} ({', '.join(row)})" for row in list(rows)[:2]]
    more = [f"{len(rows) - 2} more"] if len(rows) > 2 else []
    return "".join(f"{text}; " for text in (*first, *more))


def _of_sqlite(connection: Connection) -> Iterator[tuple[str, str]]:
    """https://www.sqlite.org/autoinc.html"""
    if connection.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'").first() is not None:
        yield from ((str(name), str(at)) for name, at in connection.exec_driver_sql("SELECT * FROM sqlite_sequence"))


def _of_postgresql(connection: Connection) -> Iterator[tuple[str, str]]:
    """https://www.postgresql.org/docs/current/view-pg-sequences.html: no value where it has not been used."""
    found = connection.exec_driver_sql("SELECT schemaname, sequencename, last_value FROM pg_sequences")
    yield from ((f"{schema}.{name}", str(at)) for schema, name, at in found if at is not None)


def _of_mysql(connection: Connection) -> Iterator[tuple[str, str]]:
    """https://dev.mysql.com/doc/refman/8.4/en/information-schema-tables-table.html: MySQL answers from a cache."""
    if not getattr(connection.dialect, "is_mariadb", False):
        connection.exec_driver_sql("SET SESSION information_schema_stats_expiry = 0")
    found = connection.exec_driver_sql(
        "SELECT table_name, auto_increment FROM information_schema.tables"
        " WHERE table_schema = DATABASE() AND auto_increment > 1"
    )
    yield from ((str(name), str(at)) for name, at in found)


_POSITIONS: dict[str, Callable[[Connection], Iterator[tuple[str, str]]]] = {
    "sqlite": _of_sqlite,
    "postgresql": _of_postgresql,
    "mysql": _of_mysql,
    "mariadb": _of_mysql,
}

_SETTINGS = {
    # https://www.postgresql.org/docs/current/catalogs.html; to_jsonb() reads a column that older servers lack.
    "postgresql": """
SELECT 'owner ' || pg_get_userbyid(relowner) || ' of ' || oid::regclass FROM pg_class
 WHERE relowner <> current_user::regrole AND oid >= 16384 AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND relpersistence <> 't'
UNION ALL SELECT 'owner ' || pg_get_userbyid(proowner) || ' of ' || oid::regprocedure FROM pg_proc
 WHERE proowner <> current_user::regrole AND oid >= 16384
UNION ALL SELECT 'owner ' || pg_get_userbyid(nspowner) || ' of schema ' || nspname FROM pg_namespace
 WHERE nspowner <> current_user::regrole AND oid >= 16384 AND nspname !~ '^pg_(toast_)?temp_'
UNION ALL SELECT 'default privileges of ' || pg_get_userbyid(defaclrole) || ' for ' || defaclobjtype::text || ' in '
  || coalesce((SELECT nspname FROM pg_namespace n WHERE n.oid = defaclnamespace), 'all schemas') || ': ' || defaclacl::text
  FROM pg_default_acl
UNION ALL SELECT 'statistics target ' || attstattarget || ' of ' || attrelid::regclass || '.' || attname FROM pg_attribute
 WHERE attrelid >= 16384 AND attstattarget >= 0 AND NOT attisdropped AND attnum > 0
UNION ALL SELECT 'compression ' || (to_jsonb(a) ->> 'attcompression') || ' of ' || attrelid::regclass || '.' || attname
  FROM pg_attribute a WHERE attrelid >= 16384 AND coalesce(to_jsonb(a) ->> 'attcompression', '') <> '' AND NOT attisdropped
UNION ALL SELECT 'clustered by ' || indexrelid::regclass FROM pg_index WHERE indexrelid >= 16384 AND indisclustered
UNION ALL SELECT 'trigger ' || CASE WHEN tgisinternal THEN 'of a constraint' ELSE tgname END || ' on ' || tgrelid::regclass
  || ' fires as ' || tgenabled::text FROM pg_trigger WHERE oid >= 16384 AND tgenabled <> 'O'
UNION ALL SELECT 'rule ' || rulename || ' on ' || ev_class::regclass || ' fires as ' || ev_enabled::text FROM pg_rewrite
 WHERE oid >= 16384 AND ev_enabled <> 'O'
UNION ALL SELECT 'large objects: ' || count(*) FROM pg_largeobject_metadata HAVING count(*) > 0
UNION ALL SELECT 'setting ' || unnest(setconfig) || ' of ' || CASE WHEN setdatabase = 0 THEN 'all databases' ELSE
  'this database' END || ' for ' || CASE WHEN setrole = 0 THEN 'everybody' ELSE pg_get_userbyid(setrole) END
  FROM pg_db_role_setting WHERE setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
""",
}
