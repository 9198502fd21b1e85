"""What is true of two values of a schema alike, when either may be the case. Decides nothing about which is."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, TypeVar

from headway.catalog.schema import Table
from headway.catalog.shelf import Presence
from headway.effects.values import UNKNOWN

V = TypeVar("V")


def common_state(one: V | Presence, other: V | Presence) -> V | Presence:
    """The state of a name that has one of two."""
    if one == other:
        return one
    if isinstance(one, Presence) or isinstance(other, Presence):
        return Presence.UNKNOWN
    return common_value(one, other)


def common_value(one: V, other: V) -> V:
    """A value with UNKNOWN in every field that differs."""
    if isinstance(one, Table) and isinstance(other, Table):
        return _common_table(one, other)  # type: ignore[return-value]  # V is Table here
    given: Any = one
    differing = {f.name: UNKNOWN for f in fields(given) if getattr(one, f.name) != getattr(other, f.name)}
    return replace(given, **differing) if differing else one


def _common_table(one: Table, other: Table) -> Table:
    return replace(
        one,
        kind=one.kind if one.kind == other.kind else UNKNOWN,
        columns=one.columns.common(other.columns, common_value),
        constraints=one.constraints.common(other.constraints, common_value),
        indexes=one.indexes.common(other.indexes, common_value),
        comment=one.comment if one.comment == other.comment else UNKNOWN,
        options=one.options if one.options == other.options else UNKNOWN,
        made_by=one.made_by if one.made_by == other.made_by else None,
        filled=one.filled or other.filled,
    )
