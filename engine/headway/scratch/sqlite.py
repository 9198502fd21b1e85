"""A SQLite file in a temporary directory."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from headway.scratch.port import Scratch


@contextmanager
def open_sqlite() -> Iterator[Scratch]:
    """An empty SQLite database."""
    with tempfile.TemporaryDirectory(prefix="headway-") as directory:
        yield Scratch("sqlite", f"sqlite:///{os.path.join(directory, 'scratch.db')}")
