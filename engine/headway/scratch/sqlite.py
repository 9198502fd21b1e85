"""SQLite files in a temporary directory."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from headway.errors import DatabaseFailure
from headway.runtime.connecting import trusted
from headway.scratch.port import Scratch


@contextmanager
def open_sqlite(state: Path | None = None) -> Iterator[Scratch]:
    """A SQLite database, and as many more as are asked for: empty, or the main one as ``state`` was saved."""
    with tempfile.TemporaryDirectory(prefix="headway-") as directory:

        def file(name: str) -> str:
            return os.path.join(directory, f"{name}.db")

        main = file("scratch")
        if state is not None:
            try:
                shutil.copyfile(state, main)
            except OSError as error:
                raise DatabaseFailure(f"the database that was kept cannot be read: {error.strerror}") from error
        yield Scratch(
            "sqlite",
            f"sqlite:///{main}",
            lambda name: f"sqlite:///{file(name)}",
            lambda path: _save(main, path),
            directory,
        )


def _save(main: str, path: Path) -> bool:
    """https://www.sqlite.org/backup.html: whatever the journal holds is in the copy."""
    with trusted(), closing(sqlite3.connect(main)) as source, closing(sqlite3.connect(path)) as copy:
        source.backup(copy)
    return True
