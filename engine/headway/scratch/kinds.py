"""Opens scratch databases by the name of their kind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from headway.errors import UsageError
from headway.scratch.port import Opener, Scratch


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
