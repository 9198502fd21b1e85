"""Lists, sets and dicts of a revision file: walked, asked and changed, as far as their items are known."""

from __future__ import annotations

from collections.abc import Iterator

from headway.reading.budget import Budget
from headway.reading.reader import choice_of, same
from headway.reading.values import (
    NOTHING_KNOWN,
    POWER,
    Choice,
    DialectName,
    Items,
    Opaque,
    OrmRow,
    Pairs,
    Query,
    has_power,
)


def iterate(budget: Budget, value: object) -> Iterator[tuple[object, bool]]:
    """The items of a value, each with whether it is there for sure; one that stands for all where none is known."""
    match value:
        case tuple():
            yield from ((item, True) for item in value)
        case str():
            budget.items(len(value))
            yield from ((item, True) for item in value)
        case Items():
            yield from [(item, value.is_certain(number)) for number, item in enumerate(list(value.items))]
            if value.more and not are_rows(value):
                yield Opaque(power=has_power(value)), False
        case Pairs():
            yield from ((key, key not in value.doubtful) for key in value.items)
            yield from ((key, True) for key, _ in value.others)
            if value.more:
                yield Opaque(power=has_power(value)), False
        case Choice(options=options):
            for option in options:
                yield from ((item, False) for item, _ in iterate(budget, option))
        case Opaque(expression=str() as expression):
            yield Opaque(f"each of {expression}", value.power), False
        case _:
            yield item_of(value), False


def are_rows(value: Items) -> bool:
    """Whether rows of one table are all that a list holds, so that its unknown items are some of those, too."""
    return (
        bool(value.items)
        and isinstance(value.items[0], OrmRow)
        and all(same(value.items[0], one) for one in value.items)
    )


def item_of(value: object) -> object:
    """One unknown item of a value that is no container of ours."""
    if isinstance(value, Query) and value.several:
        return Items(list(value.several))
    if isinstance(value, Query) and not value.columns:
        return OrmRow(value.table, value.schema)
    return Opaque(power=has_power(value))


def is_whole(value: object) -> bool:
    """Whether :meth:`iterate` gives every item."""
    match value:
        case tuple() | str():
            return True
        case Items(more=more) | Pairs(more=more):
            return not more
    return False


def put(budget: Budget, pairs: Pairs, key: object, value: object, *, sure: bool = True) -> None:
    """``pairs[key] = value``; where it is not ``sure`` to happen, what was there before may still be."""
    budget.items(len(pairs.items) + len(pairs.others))
    if isinstance(key, str | int | float | None):
        key = str(key) if isinstance(key, str) else key
        if sure:
            pairs.doubtful -= {key}
        elif key in pairs.items:
            value = choice_of([pairs.items[key], value])
        else:
            pairs.doubtful |= {key}
        pairs.items[key] = value
    else:
        pairs.others.append((key, value))


def taken_out(pairs: Pairs, key: object) -> None:
    """``del pairs[key]``: it may be there no longer, nor is it told what its value was."""
    pairs.more = True
    if isinstance(key, str | int | float | None):
        pairs.items.pop(key, None)
        pairs.doubtful -= {key}


def get(budget: Budget, pairs: Pairs, key: object, default: object) -> object:
    """``pairs.get(key, default)``."""
    if isinstance(key, str | int | float | None):
        if key in pairs.items:
            return choice_of([pairs.items[key], default]) if key in pairs.doubtful else pairs.items[key]
        return default if not pairs.others and not pairs.more else POWER if has_power(pairs) else NOTHING_KNOWN
    budget.spend(len(pairs.others))
    for known, value in pairs.others:
        if same(known, key):
            return value
    if isinstance(key, DialectName | Choice):
        return choice_of([*pairs.items.values(), default])
    return Opaque(power=has_power(pairs))


def update(budget: Budget, pairs: Pairs, other: object, *, sure: bool = True) -> None:
    """``pairs.update(other)``, as :func:`put`."""
    if not isinstance(other, Pairs):
        pairs.more = True
        if has_power(other):
            pairs.others.append((NOTHING_KNOWN, POWER))
        return
    for key, value in other.items.items():
        put(budget, pairs, key, value, sure=sure and key not in other.doubtful)
    for key, value in other.others:
        put(budget, pairs, key, value, sure=sure)
    pairs.more = pairs.more or other.more
