"""A database chosen by the command (``--url``) instead of by env.py."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import create_engine
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.pool import NullPool

from headway.config.model import Config


def point_config_at(config: Config, url: str) -> None:
    """Makes an env.py that reads ``sqlalchemy.url`` connect to ``url`` by itself."""
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))


@contextmanager
def connection_to(url: str, offered: Connection | None, notify: Callable[[str], None]) -> Iterator[Connection]:
    """The connection env.py offers if it leads to ``url``, otherwise one of our own.

    An env.py that builds its URL from somewhere else must never make a run reach another database than the one
    named on the command line.
    """
    wanted = make_url(url)
    if offered is not None and same_database(offered.engine.url, wanted):
        yield offered
        return
    if offered is not None:
        notify(
            f"headway: env.py connects to {_public(offered.engine.url)}; running on {_public(wanted)} as asked. "
            "Let env.py read 'sqlalchemy.url' from its config to avoid the extra connection."
        )
    with create_engine(sync_url(wanted), poolclass=NullPool).connect() as connection:
        if offered is None or not offered.in_transaction():
            yield connection
            return
        # env.py holds a transaction of its own around the run; ours has to end as its would.
        with connection.begin():
            yield connection


def same_database(one: URL, other: URL) -> bool:
    """Whether two URLs lead to the same database; driver and credentials do not matter."""
    return _place(one) == _place(other)


def sync_url(url: URL) -> URL:
    """The URL with a driver that needs no event loop."""
    driver = {"aiosqlite": "sqlite", "asyncpg": "postgresql+psycopg", "aiomysql": "mysql+pymysql"}.get(
        url.get_driver_name() if "+" in url.drivername else ""
    )
    driver = "mysql+pymysql" if url.drivername.endswith("+asyncmy") else driver
    return url if driver is None else url.set(drivername=driver)


def _place(url: URL) -> tuple[str, str, int | None, str]:
    backend = url.get_backend_name()
    if backend == "sqlite":
        return backend, "", None, os.path.abspath(url.database) if url.database else ""
    default_port = {"postgresql": 5432, "mysql": 3306, "mariadb": 3306}.get(backend)
    host = url.host or str(url.query.get("host") or url.query.get("unix_socket") or "localhost")
    return backend.replace("mariadb", "mysql"), host, url.port or default_port, url.database or ""


def _public(url: URL) -> str:
    return url.render_as_string(hide_password=True)
