"""CREATE INDEX CONCURRENTLY, watched: a build that was cut off leaves an INVALID index, which is not taken for done.

Such an index costs every write and serves no read, and IF NOT EXISTS passes over it in silence. See
https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from sqlalchemy.engine import Connection

from headway.dialects.postgresql.driver_session import PostgresqlSession
from headway.errors import DatabaseFailure, LockNotAcquired
from headway.pattern import pattern

_PAUSE = 0.5  # seconds between two looks at another session's build

_NAME = r'(?:"(?:[^"]|"")+"|[^\W\d][\w$]*)'
_BUILD = pattern(
    r"(?:\s|--[^\n]*\n|/\*.*?\*/)*"
    r"CREATE\s+(?P<unique>UNIQUE\s+)?INDEX\s+CONCURRENTLY\s+(?P<lenient>IF\s+NOT\s+EXISTS\s+)?"
    rf"(?P<name>{_NAME})\s+ON\s+(?P<only>ONLY\s+)?(?P<table>{_NAME}(?:\s*\.\s*{_NAME})?)(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_COPY = "headway_index_probe"


class _Found(NamedTuple):
    """An index of the wanted name in the schema of the wanted table."""

    oid: int
    valid: bool
    same_table: bool
    definition: str
    shown: str
    table: str
    build: int | None
    """The server process that is building it, if one is."""


class ConcurrentBuilds:
    """Looks at the index before and after each such build, whoever sends it.

    ``timeout`` is how long another session's build of the same index is waited for, ``may_rebuild`` says whether the
    index of that name may be dropped and built again.
    """

    def __init__(
        self, *, timeout: float, notify: Callable[[str], None], may_rebuild: Callable[[str], bool] = lambda name: True
    ) -> None:
        self._timeout = timeout
        self._notify = notify
        self._may_rebuild = may_rebuild
        self._invalid: dict[int, frozenset[int]] = {}
        """The indexes that were INVALID before the statement that is under way, by the identity of its connection."""

    def before(self, connection: Connection, sql: str, parameters: Any) -> None:
        """Clears away what a build that was cut off has left.

        Raises LockNotAcquired when another session is still building it, DatabaseFailure when an INVALID index is in
        the way that may not be dropped.
        """
        session = PostgresqlSession(connection)
        if not session.is_idle():
            return  # inside a transaction the server refuses it by itself
        build = _BUILD.match(sql)
        if build is not None:
            self._clear_away(session, build, parameters)
        self._invalid[id(connection)] = frozenset(_all_invalid(session))

    def _clear_away(self, session: PostgresqlSession, build: re.Match[str], parameters: Any) -> None:
        found = self._awaited(session, build)
        if found is None or found.valid:
            return
        name = _plain(build["name"])
        drop = f"DROP INDEX CONCURRENTLY {found.shown}"
        if not found.same_table:
            self._refuse(f"it belongs to the table {found.table}", found, drop)
        if _parts(found.definition) != _parts(_wanted(session, build, parameters)):
            self._refuse("it has another definition than the one that is to be built", found, drop)
        if not self._may_rebuild(name):
            self._refuse("what was approved does not show that it is dropped and built again", found, drop)
        self._notify(
            f"headway: index {found.shown} is INVALID, left by a build that was cut off; {drop}, then built anew"
        )
        _send(session, drop)

    def after(self, connection: Connection, sql: str) -> None:
        """Raises DatabaseFailure when the build was reported as done and there is no valid index."""
        build = _BUILD.match(sql)
        if build is None:
            return
        found = _look(PostgresqlSession(connection), build)
        if found is None or not found.valid:
            raise DatabaseFailure(
                f"the index {_plain(build['name'])} is not valid after it was built concurrently",
                hint=f"Drop it (DROP INDEX CONCURRENTLY {build['name']}) and run the same command again.",
            )

    def left(self, connection: Connection, sql: str) -> list[str]:
        """In words, which indexes a statement that was refused has left INVALID, and what becomes of each."""
        before = self._invalid.pop(id(connection), None)
        session = PostgresqlSession(connection)
        if before is None or not session.is_idle():
            return []  # inside a transaction nothing stays
        build = _BUILD.match(sql)
        own = None if build is None else _look(session, build)
        found = []
        for oid, shown in _all_invalid(session).items():
            if own is not None and oid == own.oid:
                found.append(
                    f"index {shown} is INVALID, left by this run's build; the next run drops it and builds it anew"
                )
            elif oid not in before:
                found.append(
                    f"index {shown} is INVALID, left by this run; DROP INDEX CONCURRENTLY {shown} takes it away"
                )
        return found

    def _awaited(self, session: PostgresqlSession, build: re.Match[str]) -> _Found | None:
        """The index, once nobody else is building it."""
        until = time.monotonic() + self._timeout
        told = False
        while (found := _look(session, build)) is not None and found.build is not None:
            if time.monotonic() >= until:
                raise LockNotAcquired(
                    f"server process {found.build} is building the index {found.shown}, still after {self._timeout:g} s",
                    hint="Wait for it to end and run the same command again; --lock-timeout S waits longer.",
                )
            if not told:
                self._notify(f"headway: waiting for server process {found.build}, which builds the index {found.shown}")
                told = True
            time.sleep(_PAUSE)
        return found

    def _refuse(self, why: str, found: _Found, drop: str) -> None:
        raise DatabaseFailure(
            f"the index {found.shown} is INVALID, as a build that was cut off leaves it, and {why}",
            hint=f"Look at it; if nobody needs it: {drop}; then run the same command again.",
        )


# -- what the server knows -----------------------------------------------------------------------------------------


def _look(session: PostgresqlSession, build: re.Match[str]) -> _Found | None:
    table = _literal(build["table"])
    # Who may not see other users' progress sees rows without an index; the lock on the table then tells.
    row = session.ask(
        "SELECT c.oid, i.indisvalid, i.indrelid = to_regclass(" + table + "), pg_get_indexdef(c.oid),"
        " quote_ident(n.nspname) || '.' || quote_ident(c.relname), i.indrelid::regclass::text,"
        " (SELECT min(p.pid) FROM pg_stat_progress_create_index p WHERE p.pid <> pg_backend_pid()"
        "  AND p.datname = current_database() AND (p.index_relid = c.oid OR p.index_relid IS NULL AND EXISTS"
        "   (SELECT 1 FROM pg_locks l WHERE l.pid = p.pid AND l.relation = i.indrelid AND l.granted"
        "    AND l.mode = 'ShareUpdateExclusiveLock')))"
        " FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid JOIN pg_namespace n ON n.oid = c.relnamespace"
        f" WHERE c.relname = {_literal(_plain(build['name']))}"
        f" AND c.relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = to_regclass({table}))"
    )
    return None if row is None else _Found(*row)


def _all_invalid(session: PostgresqlSession) -> dict[int, str]:
    """The INVALID indexes of the database that no session builds now, with their names."""
    question = (
        "SELECT i.indexrelid, quote_ident(n.nspname) || '.' || quote_ident(c.relname) FROM pg_index i"
        " JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE NOT i.indisvalid AND c.relkind = 'i' AND NOT EXISTS (SELECT 1 FROM pg_stat_progress_create_index p"
        "  WHERE p.index_relid = i.indexrelid AND p.pid <> pg_backend_pid())"
    )
    cursor = session.dbapi.cursor()
    try:
        cursor.execute(question)
        return {int(oid): str(name) for oid, name in cursor.fetchall()}
    finally:
        cursor.close()


def _wanted(session: PostgresqlSession, build: re.Match[str], parameters: Any) -> str:
    """What the server makes of the statement: the same index on an empty copy of the table, rolled back at once."""
    unique = "UNIQUE " if build["unique"] else ""
    create = f"CREATE {unique}INDEX {_COPY}_i ON pg_temp.{_COPY} {build['rest']}"
    cursor = session.dbapi.cursor()
    try:
        cursor.execute("BEGIN")
        try:
            cursor.execute(f"CREATE TEMPORARY TABLE {_COPY} (LIKE {build['table']})")
            # The driver gets the parameters as it did, because it reads percent signs only where there are some.
            cursor.execute(create, *([] if parameters is None else [parameters]))
            cursor.execute(f"SELECT pg_get_indexdef('pg_temp.{_COPY}_i'::regclass)")
            return str(cursor.fetchone()[0])
        finally:
            cursor.execute("ROLLBACK")
    finally:
        cursor.close()


def _send(session: PostgresqlSession, sql: str) -> None:
    cursor = session.dbapi.cursor()
    try:
        cursor.execute(sql)
    finally:
        cursor.close()


def _parts(definition: str) -> tuple[str, str]:
    """A definition as pg_get_indexdef() writes it, without the names of the index and the table."""
    head, _, how = definition.partition(" USING ")
    return head.partition(" INDEX ")[0], how


def _plain(name: str) -> str:
    """The name as the server knows it, which folds the letters of ASCII and no others."""
    if name.startswith('"'):
        return name[1:-1].replace('""', '"')
    return "".join(letter.lower() if letter.isascii() else letter for letter in name)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
