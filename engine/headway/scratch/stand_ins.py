"""Which scratch database stands in for which of the project's databases, and the policy that leads connections there.

Knows URLs and places; where the project keeps its URLs is for ``shown_urls`` to know.
"""

from __future__ import annotations

import os
import re
import sqlite3
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

from sqlalchemy.engine import URL, AdaptedConnection, Connection, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError

from headway.errors import ConnectionRefused
from headway.pattern import pattern
from headway.runtime.connecting import Attempt
from headway.runtime.drivers import in_memory, url_in_memory
from headway.runtime.target import Place, place, place_of
from headway.scratch.port import Scratch

KEPT_ARGUMENTS = {
    *("application_name", "autocommit", "cached_statements", "charset", "check_same_thread", "client_encoding"),
    *("client_flag", "collation", "connect_timeout", "connection_factory", "context", "conv", "cursor_factory"),
    *("cursorclass", "detect_types", "factory", "isolation_level", "keepalives", "local_infile", "options"),
    *("prepare_threshold", "prepared_statement_cache_size", "prepared_statement_name_func", "row_factory"),
    *("server_settings", "sql_mode", "statement_cache_size", "timeout", "use_unicode"),
}
"""The driver's arguments of an engine that its connection to a stand-in has as well: how to talk, never to whom."""


PLACEHOLDER = "driver"
"""The database that ``init`` writes into a configuration, to be filled in."""


class StandIns:
    """One scratch database for each database of the project, found by its place.

    The first place that needs one has ``scratch`` itself; others get one made, where the kind can make more. It is the
    :class:`~headway.runtime.connecting.ConnectionPolicy` of a rehearsal.
    """

    def __init__(self, scratch: Scratch, make_file: Callable[[str], str]) -> None:
        self.scratch = scratch
        self.main = make_url(scratch.url)
        self._make_file = make_file
        self._by_place: dict[Place, URL] = {place_of(self.main): self.main}
        self._main_is_shown = False
        self._main_is_reached = False
        self._guard = threading.Lock()
        self._opened: list[DBAPIConnection] = []
        self._records: list[Any] = []

    def claim_main(self, url: URL) -> None:
        """Lets the main scratch database stand for what ``url`` leads to."""
        if url.drivername != PLACEHOLDER:
            self._by_place.setdefault(place_of(url), self.main)
            self._main_is_shown = True

    def for_url(self, url: URL, name: str) -> URL | None:
        """The stand-in for what ``url`` leads to; None where there can be no more of them."""
        with self._guard:
            known = self._by_place.get(place_of(url))
            if known is None and not self._main_is_shown:
                known = self._by_place[place_of(url)] = self.main
                self._main_is_shown = True
            return known or self._make(place_of(url), name)

    def another(self, name: str) -> URL | None:
        """One more, for a database of which nothing but a name is known."""
        with self._guard:
            place = ("", "", None, name)
            return self._by_place.get(place) or self._make(place, name)

    def shown(self, stand_in: URL, original: URL | None, *, asynchronous: bool) -> str:
        """The URL of a stand-in as user code reads it: with the driver of its own, where that is of the same database."""
        if original is not None and _family(original) == _family(stand_in) and _is_installed(original):
            stand_in = stand_in.set(drivername=original.drivername)
        elif asynchronous:
            stand_in = stand_in.set(drivername=_asynchronous(stand_in))
        return _plainly_written(stand_in)

    def accepts(self, connection: Connection) -> bool:
        """Whether env.py's connection leads to a stand-in of the kind that is rehearsed."""
        if connection.dialect.name == "sqlite" and url_in_memory(connection.engine.url):
            return False
        return _same_family(connection.dialect.name, self.main)

    @property
    def is_single(self) -> bool:
        """Whether the main scratch database is the only one that anybody has been given."""
        return set(self._by_place.values()) == {self.main}

    @property
    def in_use(self) -> bool:
        """Whether user code holds a connection that it has not given back."""
        return any(record is not None and record.in_use for record in self._records)

    def close(self) -> None:
        """Closes what user code has left open, which would keep its database from being emptied."""
        for connection in self._opened:
            with suppress(Exception):  # closed already, or made in another thread or loop
                getattr(connection, "terminate", connection.close)()

    # -- the policy ---------------------------------------------------------------------------------------------

    def connection(self, attempt: Attempt) -> DBAPIConnection:
        """Leads an engine to the stand-in of its database. Raises ConnectionRefused when it has none."""
        if attempt.in_memory:
            return attempt.open()
        found = self._stand_in(attempt)
        if found is None:
            raise self._refused(attempt)
        kept = {key: value for key, value in attempt.cparams.items() if key in KEPT_ARGUMENTS}
        opened = attempt.open_url(found, **kept)
        if attempt.dialect.name == "sqlite":
            _keep_apart(opened, attempt)
        self._opened.append(opened)
        self._records.append(attempt.record)
        return opened

    def raw(self, call: str) -> ConnectionRefused:
        """The error for a driver that is called past SQLAlchemy."""
        return ConnectionRefused(
            f"{call}() opens a database past SQLAlchemy, and a rehearsal reaches nothing but its scratch database",
            hint="Use op.get_bind(), or an engine made from sqlalchemy.url, which shows the scratch database.",
        )

    def _refused(self, attempt: Attempt) -> ConnectionRefused:
        name, main = attempt.dialect.name, self.main.get_backend_name()
        if _same_family(name, self.main):
            return attempt.refused(
                "this engine leads to a second database, and the scratch database that was given is a single one",
                hint="Take --scratch sqlite or postgresql, which make one for each, or let both read the same URL.",
            )
        return attempt.refused(
            f"this engine is for {name}, and the scratch database is {main}",
            hint="Make it from sqlalchemy.url of the config or from DATABASE_URL, which show the scratch database, "
            f"or rehearse on {name} (--scratch).",
        )

    def _stand_in(self, attempt: Attempt) -> URL | None:
        """The stand-in for where an engine wants to go."""
        is_file = attempt.dialect.name == "sqlite"
        if not is_file and not _same_family(attempt.dialect.name, self.main):
            return None
        place = _place_of_attempt(attempt)
        with self._guard:
            found = self._by_place.get(place)
            if found is None and not self._main_is_reached and _same_family(attempt.dialect.name, self.main):
                # Nobody has used the main one yet, so this is the database that the project migrates.
                found = self._by_place[place] = self.main
            self._main_is_reached = self._main_is_reached or found == self.main
            return found or self._make(place, "file" if is_file else "database")

    def _make(self, place: Place, name: str) -> URL | None:
        make = self.scratch.another
        if place[0] == "sqlite" and _family(self.main) != "sqlite":
            make = self._make_file
        if make is None:
            return None
        number = len(set(self._by_place.values()))
        made = make_url(make(f"scratch{number}_{_NOT_IN_NAMES.sub('_', name)[:30].lower()}"))
        self._by_place[place] = self._by_place[place_of(made)] = made
        return made


@contextmanager
def standing_in(scratch: Scratch) -> Iterator[StandIns]:
    """The stand-ins of one rehearsal; what user code has left open is closed at the end."""
    with ExitStack() as stack:

        def file(name: str) -> str:
            directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="headway-"))
            return f"sqlite:///{os.path.join(directory, name)}.db"

        stand_ins = StandIns(scratch, file)
        try:
            yield stand_ins
        finally:
            stand_ins.close()


def database_url(text: str | None) -> URL | None:
    """``text`` as the URL of a database, or None: what has no scheme, or ``https`` or ``redis``, is none."""
    if not text or "://" not in text:
        return None
    with suppress(ArgumentError, ValueError):
        url = make_url(text)
        return url if _family(url) in _FAMILIES else None
    return None


# -- places -----------------------------------------------------------------------------------------------------

_NOT_IN_NAMES = pattern(r"[^A-Za-z0-9]")
_FAMILIES = {
    *("sqlite", "postgresql", "mysql", "mssql", "oracle", "redshift", "cockroachdb", "duckdb", "snowflake"),
    PLACEHOLDER,
}
_ASYNCHRONOUS = {"sqlite": ("aiosqlite",), "postgresql": ("psycopg", "asyncpg"), "mysql": ("aiomysql", "asyncmy")}


def _family(url: URL) -> str:
    backend = url.get_backend_name()
    return {"mariadb": "mysql", "postgres": "postgresql"}.get(backend, backend)


def _same_family(dialect: str, url: URL) -> bool:
    return dialect.replace("mariadb", "mysql") == _family(url)


def _keep_apart(connection: Any, attempt: Attempt) -> None:
    """Refuses to attach another file. See https://www.sqlite.org/c3ref/set_authorizer.html"""

    def allow(action: int, name: str | None, *_: str | None) -> int:
        # The name is None where the statement gets it as a parameter.
        if action != sqlite3.SQLITE_ATTACH or (name is not None and in_memory(name)):
            return sqlite3.SQLITE_OK
        attempt.refused(
            "ATTACH opens another database, and a rehearsal reaches nothing but its scratch database",
            hint="Attach ':memory:', or rehearse on another database (--scratch).",
        )
        return sqlite3.SQLITE_DENY

    if isinstance(connection, AdaptedConnection):
        connection.run_async(lambda driver: driver.set_authorizer(allow))
    else:
        connection.set_authorizer(allow)


def _is_installed(url: URL) -> bool:
    """Whether the driver that ``url`` names can be imported here; a gate's machine may have another one."""
    try:
        url.set(drivername=re.sub(r"^postgres\b", "postgresql", url.drivername)).get_dialect().import_dbapi()
    except Exception:  # noqa: BLE001  # a driver may fail in any way while it is imported
        return False
    return True


def _asynchronous(url: URL) -> str:
    import importlib.util

    drivers = _ASYNCHRONOUS.get(_family(url), ())
    if "+" in url.drivername and url.get_driver_name() in drivers:
        return url.drivername
    there = [driver for driver in drivers if importlib.util.find_spec(driver) is not None]
    return f"{url.get_backend_name()}+{(*there, *drivers)[0]}" if drivers else url.drivername


def _place_of_attempt(attempt: Attempt) -> Place:
    given: Mapping[str, Any] = attempt.cparams
    if attempt.file is not None:
        return place("sqlite", "", None, attempt.file)
    host = next((str(given[key]) for key in ("host", "hostaddr", "unix_socket") if given.get(key)), "")
    database = next((str(given[key]) for key in ("dbname", "database", "db") if given.get(key)), "")
    if not host and not database:
        # A connection string of the driver's own, or defaults of the driver: a place by itself.
        database = repr((attempt.cargs, given.get("dsn") or given.get("conninfo")))
    port = str(given.get("port") or "")
    return place(attempt.dialect.name, host, int(port) if port.isdigit() else None, database)


def _plainly_written(url: URL) -> str:
    """The URL without percent signs where it needs none: in a folder, which many an env.py puts into its settings as it is,
    where a percent sign begins something else."""
    text = url.render_as_string(hide_password=False)
    place, mark, query = text.partition("?")
    plain = f"{place}{mark}{query.replace('%2F', '/')}"
    return plain if make_url(plain) == url else text
