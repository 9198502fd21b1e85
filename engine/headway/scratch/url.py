"""A database that somebody else provides, such as a service container. It must be empty, and is left empty."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from sqlalchemy import create_engine, make_url
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.pool import NullPool

from headway.errors import DatabaseFailure, HeadwayError, UsageError
from headway.runtime.drivers import url_in_memory
from headway.runtime.failures import explain
from headway.runtime.target import sync_url
from headway.scratch.contents import Thing, contents, neighbours, take_out
from headway.scratch.port import Scratch

WAIT_SECONDS = 30.0
"""How long the server of a CI's job, such as a service container, may take to come up; elsewhere nothing waits."""

_STARTING = ("refused", "starting up", "not yet accepting", "lost connection", "server closed the connection")
"""What drivers say of a server that does not take connections yet."""


@contextmanager
def open_url(url: str) -> Iterator[Scratch]:
    """The database at ``url``, emptied again at the end, however that comes.

    Raises UsageError when it is not a URL, DatabaseFailure when it cannot be reached, is not empty, or cannot be
    emptied again.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:  # the latter for a port
        raise UsageError("the scratch database's URL cannot be read", hint="Use dialect://user@host/name.") from error
    if parsed.get_backend_name() == "sqlite" and url_in_memory(parsed):
        raise UsageError(
            "a scratch database in memory would be another one for each connection", hint="Use --scratch sqlite."
        )
    shown = parsed.render_as_string(hide_password=True)
    given = _Given(shown, parsed)
    with _explained():
        given.look()
    try:
        yield Scratch(shown, url)
    finally:
        with _explained():
            given.empty()


@dataclass
class _Given:
    """The database before the run, and how it gets back there."""

    shown: str
    url: URL
    neighbours: set[str] = field(default_factory=set)
    extensions: set[Thing] = field(default_factory=set)
    """Those that were there; they and all that they own stay."""
    file: str | None = None
    before: bytes | None = None
    """What the file of a SQLite database held; None when there was none."""

    def look(self) -> None:
        if self.url.get_backend_name() == "sqlite":
            self.file = os.path.abspath((self.url.database or "").removeprefix("file:").partition("?")[0])
            if not os.path.exists(self.file):
                return  # connecting would make it
        with self._once_it_is_up() as connection:
            there = contents(connection)
            self.neighbours = neighbours(connection)
        self.extensions = {thing for thing in there if thing.kind == "extension"}
        found = [thing for thing in there if thing not in self.extensions]
        if self.file is not None and not found:
            with open(self.file, "rb") as file:
                self.before = file.read()
        if found:
            raise DatabaseFailure(
                f"the scratch database {self.shown} is not empty: it holds {_some(found)}",
                hint="Give the URL of an empty database; headway never empties one that it did not fill.",
            )

    def _once_it_is_up(self) -> Connection:
        """A connection; a server of a CI's job that is only starting is waited for, asked less and less often."""
        waits = os.environ.get("CI", "").lower() in ("true", "1")
        until, pause = time.monotonic() + (WAIT_SECONDS if waits else 0.0), 0.2
        while True:
            try:
                return self._engine().connect()
            except OperationalError as error:
                said = str(error.orig).lower()
                if time.monotonic() > until or not any(word in said for word in _STARTING):
                    raise
            time.sleep(pause)
            pause = min(pause * 1.5, 3.0)

    def empty(self) -> None:
        if self.file is not None:
            self._put_file_back(self.file)
            return
        with self._engine().connect() as connection:
            left = take_out(connection, lambda: [t for t in contents(connection) if t not in self.extensions])
            beside = sorted(neighbours(connection) - self.neighbours)
        if left:
            raise DatabaseFailure(
                f"the scratch database {self.shown} could not be emptied again: {_some(left)} stay",
                hint="Drop them, or make the database anew, before the next run.",
            )
        if beside:
            raise DatabaseFailure(
                f"something outside of the scratch database {self.shown} was made during the rehearsal, and stays: "
                f"{_some(beside)}",
                hint="Drop it before the next run, unless somebody else has made it.",
            )

    def _engine(self) -> Engine:
        return create_engine(sync_url(self.url), poolclass=NullPool, isolation_level="AUTOCOMMIT")

    def _put_file_back(self, path: str) -> None:
        for name in (f"{path}-wal", f"{path}-shm", f"{path}-journal", *([path] if self.before is None else [])):
            with suppress(FileNotFoundError):
                os.unlink(name)
        if self.before is not None:
            with open(path, "wb") as file:
                file.write(self.before)


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except HeadwayError:
        raise
    except Exception as error:
        explained = explain(error)
        if explained is None:
            raise
        raise explained from error


def _some(things: Sequence[Thing | str]) -> str:
    rest = len(things) - 5
    return ", ".join(map(str, things[:5])) + (f" and {rest} more" if rest > 0 else "")
