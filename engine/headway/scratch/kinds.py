"""Opens scratch databases by the name of their kind."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from headway.errors import ConfigError, UsageError
from headway.scratch.port import Opener, Scratch

NONE_FOR = "none for "
"""What the kind begins with that stands for a database of which headway can make none by itself."""


@contextmanager
def open_scratch(kind: str, state: Path | None = None) -> Iterator[Scratch]:
    """A scratch database of ``kind``: ``sqlite``, ``postgresql``, ``docker://IMAGE``, ``local:mariadb``,
    ``local:postgresql``, or the URL of an empty database.

    With ``state`` it holds what a scratch database of the same kind has saved there.
    Raises UsageError for a kind that does not exist, ConfigError when what it needs is not installed, DatabaseFailure
    when the server cannot be reached, the database is not empty, or the state is none.
    """
    with _opener(kind, state)() as scratch:
        yield scratch


def _opener(kind: str, state: Path | None) -> Opener:
    # Imported when asked for: each kind brings its own driver or server.
    if kind == "sqlite":
        from headway.scratch.sqlite import open_sqlite

        return partial(open_sqlite, state)
    if kind == "postgresql":
        from headway.scratch.embedded_postgresql import open_postgresql

        return partial(open_postgresql, state)
    if kind == "local:postgresql":
        from headway.scratch.embedded_postgresql import open_postgresql
        from headway.scratch.postgresql_server import local_programs

        return partial(open_postgresql, programs=local_programs)
    if kind == "local:mariadb":
        from headway.scratch.local_mariadb import open_mariadb

        return open_mariadb
    if kind.startswith("docker://"):
        from headway.scratch.docker import open_docker

        return partial(open_docker, kind, lambda line: print(line, file=sys.stderr))
    if kind.startswith(NONE_FOR):
        database = kind.removeprefix(NONE_FOR)
        raise ConfigError(
            f"this history runs on {database}, and headway makes no scratch database of that kind by itself; on another "
            "one the replay would prove nothing",
            hint=f"Give --scratch the URL of an empty {database} database (env:NAME), such as a service container's, or "
            "switch the stages off: --stages graph,lint.",
        )
    if "://" in kind:
        from headway.scratch.url import open_url

        return lambda: open_url(kind)
    raise UsageError(
        f"there is no scratch database '{kind}'",
        hint="Use sqlite, postgresql, docker://postgres:16, docker://mariadb:11, local:mariadb, or the URL of an empty one.",
    )
