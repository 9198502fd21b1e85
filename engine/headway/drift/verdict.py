"""One difference between models, migrations and databases, or what was not compared. Who finds it is elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum

from headway.valueclass import valueclass


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


@valueclass(frozen=True, slots=True)
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


@valueclass(frozen=True, slots=True)
class DriftItem:
    """One difference."""

    verdict: Verdict
    object: str
    """What it is about: ``table storefront.orders``, ``column orders.note``."""
    detail: str
    operation: str
    """The operation, as Python, that would bring the migrations to the models."""
    key: str = ""
    """What the policy accepts it by; see :func:`key_of`."""
    accepted: str | None = None
    """The reason why the policy accepts it; such a difference fails nothing."""
    stage: str = ""
    """The stage that found it."""


def key_of(verdict: Verdict, object: str, operation: str) -> str:
    """Which side, what it is about, and a digest of the operation, as one line.

    The same difference has the same key in every run; one that changes is another one, and not accepted.
    """
    import hashlib  # it loads OpenSSL, and most reports have no difference

    return f"{verdict} {object} #{hashlib.sha256(operation.encode()).hexdigest()[:8]}"


def open_items(items: Iterable[DriftItem]) -> list[DriftItem]:
    """Those that nobody accepts."""
    return [item for item in items if item.accepted is None]
