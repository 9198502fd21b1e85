"""Whether a read can still be answered: the database does not know what was recorded before. Proves that a read
concerns other objects, or gives the reason why not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from headway.effects.harmless import NO_FUNCTIONS, is_silent
from headway.effects.sql_kind import Kind
from headway.effects.sql_text import changed_tables, functions, plain, read_tables, string_values, tokens
from headway.pattern import pattern
from headway.runtime.recording import Call

_ABOUT_ONE_TABLE = frozenset(
    [
        "has_table",
        "has_index",
        "get_columns",
        "get_pk_constraint",
        "get_foreign_keys",
        "get_indexes",
        "get_unique_constraints",
        "get_check_constraints",
        "get_table_comment",
        "get_table_options",
        "reflect_table",
    ]
)
"""Methods of SQLAlchemy's inspector whose queries are about the table that they name."""

_OF_THE_SESSION = pattern(
    r"(?i)\s*(?:PRAGMA\s+(?:\w+\.)?(?:foreign_keys|defer_foreign_keys|legacy_alter_table|encoding|compile_options"
    r"|recursive_triggers|busy_timeout|query_only)|SHOW\s+(?:(?!(?:TABLES|TRIGGERS|EVENTS|DATABASES|SCHEMAS)\b)\w+|(?:SESSION\s+|GLOBAL\s+)?VARIABLES\s+LIKE\s+\S+))\s*;?\s*$"
)
_ABOUT_ONE_TABLE_IN_SQL = pattern(
    r"(?i)\s*PRAGMA\s+(?:\w+\.)?(?:table_info|table_xinfo|index_list|foreign_key_list)\s*\(|\s*SHOW\s+CREATE\s+TABLE\s"
)

_CATALOGS = frozenset({"information_schema", "pg_catalog", "sqlite_master", "sqlite_schema", "mysql", "sys"})


_OF_CHANGES = frozenset({"conflict", "set", "key", "update", "duplicate", "default", "returning", "table"})
"""Words of a change that a parenthesis may follow without a call."""


def _calls(sql: str, tables: frozenset[str]) -> Iterator[str]:
    """The functions that a change calls and that may change something themselves."""
    inserts = sql.lstrip("( \t\r\n")[:6].upper() == "INSERT"
    for name in functions(sql):
        listed = inserts and name.rpartition(".")[2] in tables  # INSERT INTO t (a, b)
        if not (listed or name in NO_FUNCTIONS or name in _OF_CHANGES or is_silent(name)):
            yield name


class Changes:
    """What was recorded so far, and what that makes unanswerable."""

    def __init__(self) -> None:
        self.everything: str | None = None
        """Why any object may be concerned."""
        self._tables: dict[str, str] = {}
        self._rows_of: set[str] = set()
        self._facts: dict[int, Facts] = {}

    def note(self, sql: str, kind: str, by: str) -> None:
        """A change was recorded."""
        if kind in (Kind.SETTING, Kind.TRANSACTION):
            return
        tables = changed_tables(sql)
        if tables is None or "." in "".join(functions(sql)):
            self.everything = self.everything or f"{by} changes something that its SQL does not name"
            return
        if kind == Kind.DATA and (strange := sorted(_calls(sql, tables))):
            self.everything = self.everything or f"{by} calls {strange[0]}(), which may change anything"
            return
        sequences = string_values(sql) if "nextval" in functions(sql) else set()
        for table in tables | sequences:
            self._tables.setdefault(table, by)
        if kind == Kind.DATA:
            self._rows_of |= tables

    def note_unknown(self, by: str) -> None:
        """Something that is not shown may have changed anything."""
        self.everything = self.everything or by

    def concern(self, call: Call, reflects: str | None) -> str | None:
        """Why a read may ask for something that was changed; None when it provably does not."""
        if not self._tables and self.everything is None:
            return None
        if _OF_THE_SESSION.match(call.sql):
            return None
        if reflects in _ABOUT_ONE_TABLE or _ABOUT_ONE_TABLE_IN_SQL.match(call.sql):
            return self._concern_of_reflection(call)
        tables = read_tables(call.sql)
        if tables is not None and not tables:
            return None  # SELECT 1, SELECT version()
        if self.everything is not None:
            return self.everything
        if tables is None:
            return "it cannot be told what it reads, and " + self._anyone()
        if changed := sorted(tables & self._tables.keys()):
            return f"{self._tables[changed[0]]} changes {changed[0]}"
        names = {plain(text) for kind, text in tokens(call.sql) if kind == "name"}
        if names & _CATALOGS or any(name.startswith(("pg_", "sqlite_")) for name in tables):
            return "it asks for the schema, and " + self._anyone()
        return self._concern_of_facts(call, tables)

    # -- proofs -------------------------------------------------------------------------------------------------

    def _concern_of_reflection(self, call: Call) -> str | None:
        if self.everything is not None:
            return self.everything
        said = {text.lower() for text in _texts(call.parameters)} | string_values(call.sql)
        said |= {plain(text) for kind, text in tokens(call.sql) if kind == "name"}
        if changed := sorted(said & self._tables.keys()):
            return f"{self._tables[changed[0]]} changes {changed[0]}"
        return None

    def _concern_of_facts(self, call: Call, tables: frozenset[str]) -> str | None:
        facts = self._facts_of(call)
        if others := sorted(tables - facts.plain_tables):
            return f"{others[0]} is no plain table, so that it may show what {self._anyone()}"
        if self._rows_of and facts.spreads:
            return f"the database has triggers or cascading keys, which carry on what {self._anyone()}"
        return None

    def _anyone(self) -> str:
        table, by = next(iter(self._tables.items()))
        return f"{by} changes {table}"

    def _facts_of(self, call: Call) -> Facts:
        engine = call.context.root_connection.engine
        found = self._facts.get(id(engine))
        if found is None:
            found = self._facts[id(engine)] = Facts(call)
        return found


class Facts:
    """What of a database says whether a change of one table can show in another."""

    def __init__(self, call: Call) -> None:
        plain_tables, spreading = _QUERIES.get(call.context.dialect.name, ("", ""))
        self.plain_tables = frozenset(str(row[0]).lower() for row in _rows(call, plain_tables))
        self.spreads = not spreading or any(row[0] for row in _rows(call, spreading))


_QUERIES = {
    "postgresql": (
        "SELECT relname FROM pg_catalog.pg_class WHERE relkind = 'r' AND NOT relrowsecurity AND NOT relispartition"
        " AND oid NOT IN (SELECT inhparent FROM pg_catalog.pg_inherits)"
        " AND relname NOT IN (SELECT relname FROM pg_catalog.pg_class WHERE relkind NOT IN ('r', 'i', 't', 'S'))",
        "SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_trigger WHERE NOT tgisinternal)"
        " OR EXISTS (SELECT 1 FROM pg_catalog.pg_rewrite WHERE ev_type <> '1')"
        " OR EXISTS (SELECT 1 FROM pg_catalog.pg_constraint WHERE contype = 'f'"
        " AND (confdeltype IN ('c', 'n', 'd') OR confupdtype IN ('c', 'n', 'd')))",
    ),
    "mysql": (
        "SELECT table_name FROM information_schema.tables WHERE table_type = 'BASE TABLE' AND table_schema = DATABASE()",
        "SELECT EXISTS (SELECT 1 FROM information_schema.triggers WHERE trigger_schema = DATABASE())"
        " OR EXISTS (SELECT 1 FROM information_schema.referential_constraints WHERE constraint_schema = DATABASE()"
        " AND (delete_rule NOT IN ('RESTRICT', 'NO ACTION') OR update_rule NOT IN ('RESTRICT', 'NO ACTION')))",
    ),
    "sqlite": (
        "SELECT name FROM sqlite_master WHERE type = 'table'",
        "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'trigger' OR upper(sql) LIKE '%CASCADE%'"
        " OR upper(sql) LIKE '%SET NULL%' OR upper(sql) LIKE '%SET DEFAULT%')",
    ),
}
_QUERIES["mariadb"] = _QUERIES["mysql"]


def invalid_indexes(call: Call) -> list[str]:
    """The indexes that a concurrent build names and that an earlier one, cut off, has left INVALID."""
    if call.context.dialect.name != "postgresql" or "concurrently" not in call.sql.lower():
        return []
    found = _rows(
        call,
        "SELECT c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid"
        " WHERE NOT i.indisvalid",
    )
    named = {text.strip('"') if text.startswith('"') else text.lower() for _, text in tokens(call.sql)}
    return sorted(str(row[0]) for row in found if row[0] in named)


def _rows(call: Call, sql: str) -> list[Any]:
    if not sql:
        return []
    cursor = call.context.root_connection.connection.cursor()
    try:
        cursor.execute(sql)
        return list(cursor.fetchall())
    finally:
        cursor.close()


def _texts(parameters: Any) -> Iterator[str]:
    if isinstance(parameters, str):
        yield parameters
    elif isinstance(parameters, Mapping):
        for value in parameters.values():
            yield from _texts(value)
    elif isinstance(parameters, Iterable):
        for value in parameters:
            yield from _texts(value)
