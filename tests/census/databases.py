"""Empty databases for the census: SQLite files, the embedded PostgreSQL, a MariaDB of the machine."""

from __future__ import annotations

import itertools
import os
import tempfile
from contextlib import ExitStack, contextmanager

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from fixtures import databases as servers
from headway.scratch.embedded_postgresql import open_postgresql
from headway.scratch.port import Scratch


class Servers:
    """Starts each server when it is first needed; they end with ``stack``."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._numbers = itertools.count(1)
        self._postgresql: Scratch | None = None
        self._mariadb: str | None = None

    def empty(self, database: str) -> str:
        """The URL of a new empty database."""
        name = f"census_{next(self._numbers)}"
        match database:
            case "sqlite":
                directory = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="hw-census-"))
                return f"sqlite:///{os.path.join(directory, name)}.db"
            case "postgresql":
                if self._postgresql is None:
                    self._postgresql = self._stack.enter_context(open_postgresql())
                assert self._postgresql.another is not None
                return self._postgresql.another(name)
            case "mysql":
                return self._on_mariadb(name)
        raise ValueError(f"the census knows no database {database!r}")

    def _on_mariadb(self, name: str) -> str:
        if self._mariadb is None:
            self._mariadb = self._stack.enter_context(contextmanager(servers.run_mariadb)())
        engine = sa.create_engine(self._mariadb, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
        return f"{self._mariadb}/{name}"
