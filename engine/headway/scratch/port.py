"""What a scratch database is. The kinds live beside this file; ``kinds`` opens one by its name."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from headway.valueclass import valueclass


@valueclass(frozen=True, slots=True)
class Scratch:
    """A database that is there while the ``with`` block around it lasts: empty, or as it was when it was saved."""

    kind: str
    """As shown in reports: ``sqlite``, ``postgresql``, or a URL without its password."""
    url: str
    """For SQLAlchemy, password included; never shown."""
    another: Callable[[str], str] | None = None
    """Makes one more empty database beside it, named like this, and returns its URL; None where there can be no more."""
    save: Callable[[Path], bool] | None = None
    """Writes what the main database and its server hold into a file, from which the kind opens again; False where it
    cannot. What was connected may be closed by it. None for a kind that opens from no file."""
    folder: str | None = None
    """Where its own files lie."""


Opener = Callable[[], AbstractContextManager[Scratch]]
