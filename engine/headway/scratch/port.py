"""What a scratch database is. The kinds live beside this file; ``kinds`` opens one by its name."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scratch:
    """An empty database that is there while the ``with`` block around it lasts."""

    kind: str
    """As shown in reports: ``sqlite``, ``postgresql``, or a URL without its password."""
    url: str
    """For SQLAlchemy, password included; never shown."""
    another: Callable[[str], str] | None = None
    """Makes one more empty database beside it, named like this, and returns its URL; None where there can be no more."""


Opener = Callable[[], AbstractContextManager[Scratch]]
