"""SQLite files in a temporary directory."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from headway.scratch.port import Scratch


@contextmanager
def open_sqlite() -> Iterator[Scratch]:
    """An empty SQLite database, and as many more as are asked for."""
    with tempfile.TemporaryDirectory(prefix="headway-") as directory:

        def file(name: str) -> str:
            return f"sqlite:///{os.path.join(directory, name)}.db"

        yield Scratch("sqlite", file("scratch"), file)
