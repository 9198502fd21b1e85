"""One difference between models, migrations and databases, or what was not compared. Who finds it is elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """Which side has what the other has not."""

    NOT_MIGRATED = "not-migrated"
    """The models ask for it, and no migration makes it."""
    NOT_MODELLED = "not-modelled"
    """A migration makes it, and the models lack it."""
    LIVE_EXTRA = "live-extra"
    """The live database has it, and no migration makes it."""
    LIVE_MISSING = "live-missing"
    """A migration makes it, and the live database lacks it."""


@dataclass(frozen=True, slots=True)
class NotCompared:
    """Something that the models or the migrations have and of which nobody has told whether it is the same."""

    kind: str
    """What it is, so that it can be counted: ``CHECK``, ``primary key``, ``table left out by include_object``."""
    object: str
    why: str


def counted(items: Iterable[NotCompared]) -> str:
    """How many there are of each kind: ``2 CHECK, 1 primary key``."""
    counts = Counter(item.kind for item in items)
    return ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))


@dataclass(frozen=True, slots=True)
class DriftItem:
    """One difference."""

    verdict: Verdict
    object: str
    """What it is about: ``table storefront.orders``, ``column orders.note``."""
    detail: str
    operation: str
    """The operation, as Python, that would bring the migrations to the models."""
