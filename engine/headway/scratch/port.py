"""What a scratch database is, and which kinds there are. The kinds themselves live beside this file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from headway.errors import UsageError


@dataclass(frozen=True, slots=True)
class Scratch:
    """An empty database that is there while the ``with`` block around it lasts."""

    kind: str
    """As shown in reports: ``sqlite``, ``postgresql``, or a URL without its password."""
    url: str
    """For SQLAlchemy, password included; never shown."""


Opener = Callable[[], AbstractContextManager[Scratch]]


@contextmanager
def open_scratch(kind: str) -> Iterator[Scratch]:
    """A scratch database of ``kind``: ``sqlite``, ``postgresql``, or the URL of an empty database.

    Raises UsageError for a kind that does not exist, ConfigError when what it needs is not installed, DatabaseFailure
    when the server cannot be reached or the database is not empty.
    """
    with _opener(kind)() as scratch:
        yield scratch


def _opener(kind: str) -> Opener:
    # Imported when asked for: each kind brings its own driver or server.
    if kind == "sqlite":
        from headway.scratch.sqlite import open_sqlite

        return open_sqlite
    if kind == "postgresql":
        from headway.scratch.embedded_postgresql import open_postgresql

        return open_postgresql
    if "://" in kind and not kind.startswith(("docker:", "local:")):
        from headway.scratch.url import open_url

        return lambda: open_url(kind)
    raise UsageError(
        f"there is no scratch database '{kind}'", hint="Use sqlite, postgresql, or the URL of an empty database."
    )
