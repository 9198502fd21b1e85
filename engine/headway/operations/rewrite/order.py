"""The order of the new table's columns."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from sqlalchemy.util import topological

from headway.valueclass import valueclass


@valueclass(frozen=True)
class Placement:
    """A wish: ``name`` stands after the one column and before the other, where they are given."""

    name: str
    before: str | None
    after: str | None


def ordered(names: Sequence[str], placements: Sequence[Placement], groups: Sequence[Sequence[str]] | None) -> list[str]:
    """The names in order.

    Without ``groups`` everything stays where it is but for the placements, in turn. ``groups`` (partial_reordering)
    each say in which order their columns come; the rest then goes where that leaves room.
    """
    if groups:
        pairs = [pair for group in groups for pair in pairwise(group)]
        pairs += [(place.after, place.name) for place in placements if place.after]
        pairs += [(place.name, place.before) for place in placements if place.before]
        return list(topological.sort(pairs, names, deterministic_order=True))
    order = list(names)
    for place in placements:
        order.remove(place.name)
        if place.after is not None:
            order.insert(order.index(place.after) + 1, place.name)
        elif place.before is not None:
            order.insert(order.index(place.before), place.name)
    return order
