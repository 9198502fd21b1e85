"""One difference between models, migrations and databases, and what it means. Who finds it is elsewhere."""

from __future__ import annotations

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
class DriftItem:
    """One difference."""

    verdict: Verdict
    object: str
    """What it is about: ``table storefront.orders``, ``column orders.note``."""
    detail: str
    operation: str
    """The operation, as Python, that would bring the migrations to the models."""
