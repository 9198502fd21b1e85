"""Differences that the policy accepts, and entries of the policy that fit none. Compares no schemas."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from headway.config.policy import AcceptedDrift
from headway.drift.verdict import DriftItem


def accept(items: Iterable[DriftItem], entries: Sequence[AcceptedDrift], today: date) -> list[DriftItem]:
    """The differences, with the reason in those that an entry accepts ``today``."""
    current = {entry.item: entry for entry in entries if not _is_past(entry, today)}
    return [replace(item, accepted=_reason(current[item.key])) if item.key in current else item for item in items]


def stale(
    entries: Iterable[AcceptedDrift], items: Iterable[DriftItem], today: date
) -> Iterator[tuple[AcceptedDrift, str]]:
    """The entries that accept nothing of ``items``, all that a run has found, each with what is wrong with it."""
    there = {item.key for item in items}
    for entry in entries:
        if entry.item not in there:
            yield entry, "is not there any more"
        elif _is_past(entry, today):
            yield entry, f"was accepted until {entry.until}"


def _is_past(entry: AcceptedDrift, today: date) -> bool:
    return entry.until is not None and today > entry.until


def _reason(entry: AcceptedDrift) -> str:
    return f"{entry.reason} ({entry.owner})" if entry.owner else entry.reason
