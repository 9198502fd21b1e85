"""A database chosen by the command (``--url``) instead of by env.py."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import unquote

from sqlalchemy import create_engine
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool

from headway.config.model import Config
from headway.errors import UsageError

Place = tuple[str, str, int | None, str]


def point_config_at(config: Config, url: str) -> None:
    """Makes an env.py that reads ``sqlalchemy.url`` connect to ``url`` by itself."""
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))


@contextmanager
def connection_to(
    url: str,
    offered: Connection | None,
    notify: Callable[[str], None],
    accepts: Callable[[Connection], bool] | None = None,
) -> Iterator[Connection]:
    """The connection env.py offers if it leads to ``url``, otherwise one of our own.

    An env.py that builds its URL from somewhere else must never make a run reach another database than the one
    named on the command line. ``accepts`` tells where the offered one leads, when its URL does not.
    """
    wanted = make_url(url)
    if offered is not None and (same_database(offered.engine.url, wanted) if accepts is None else accepts(offered)):
        yield offered
        return
    if offered is not None:
        notify(
            f"headway: env.py connects to {_public(offered.engine.url)}; running on {_public(wanted)} as asked. "
            "Let env.py read 'sqlalchemy.url' from its config, or name the variable that it reads in the policy "
            "(url_variables), to avoid the extra connection."
        )
    with create_engine(sync_url(wanted), poolclass=NullPool).connect() as connection:
        if offered is None or not offered.in_transaction():
            yield connection
            return
        # env.py holds a transaction of its own around the run; ours has to end as its would.
        with connection.begin():
            yield connection


def require_readable(url: str) -> None:
    """Raises UsageError for a URL that cannot be read, or of whose password a part would be read as the host."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:  # the latter for a port
        raise UsageError("the database's URL cannot be read", hint="Use dialect://user@host:port/name.") from error
    if "@" in (parsed.host or ""):
        raise UsageError(
            "the database's URL has more than one @, so that what follows the first would be its host",
            hint="Write the @ of a user's name or password as %40.",
        )


def same_database(one: URL, other: URL) -> bool:
    """Whether two URLs lead to the same database; driver and credentials do not matter."""
    return place_of(one) == place_of(other)


def sync_url(url: URL) -> URL:
    """The URL with a driver that needs no event loop."""
    driver = {"aiosqlite": "sqlite", "asyncpg": "postgresql+psycopg", "aiomysql": "mysql+pymysql"}.get(
        url.get_driver_name() if "+" in url.drivername else ""
    )
    driver = "mysql+pymysql" if url.drivername.endswith("+asyncmy") else driver
    driver = "postgresql" if url.drivername == "postgres" else driver  # as some hosts still write it
    return url if driver is None else url.set(drivername=driver)


def place_of(url: URL) -> Place:
    """Where a URL leads: database, host, port and name, whatever the driver and the credentials."""
    host = url.host or str(url.query.get("host") or url.query.get("unix_socket") or "")
    return place(url.get_backend_name(), host, url.port, url.database)


def place(backend: str, host: str, port: int | None, database: str | None) -> Place:
    """The same from its parts."""
    if backend == "sqlite":
        return backend, "", None, os.path.realpath(file_of(database)) if database else ""
    backend = {"mariadb": "mysql", "postgres": "postgresql"}.get(backend, backend)
    default_port = {"postgresql": 5432, "mysql": 3306}.get(backend)
    host = "localhost" if host in ("", "127.0.0.1", "::1") else host
    return backend, host, port or default_port, database or ""


def file_of(database: str) -> str:
    """The file that the database of a SQLite URL names, which may be a URI."""
    if not database.startswith("file:"):
        return database
    return unquote(database.removeprefix("file:").partition("?")[0].removeprefix("//"))


def _public(url: URL) -> str:
    return url.render_as_string(hide_password=True)
