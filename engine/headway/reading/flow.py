"""How reading a block of statements ends, and how the names of two branches become one. Pure."""

from __future__ import annotations

from headway.reading.reader import choice_of, same
from headway.reading.values import ALL_DATABASES, Choice, Names, Opaque, has_power
from headway.valueclass import valueclass


@valueclass(frozen=True, slots=True)
class Flow:
    """What may follow a block."""

    on: frozenset[str] = ALL_DATABASES
    """The databases on which the statement behind it is reached."""
    unsure: bool = False
    """Whether it may be left early on those too."""
    leaves_loop: bool = False
    """Whether it ends with ``break`` or ``continue`` wherever the next statement is not reached."""
    goes_round: bool = False
    """Whether one of those may be ``continue``."""
    fails: bool = False
    """Whether it ends with an exception, so that whoever goes on has not been here."""


ON = Flow()
LEFT = Flow(frozenset())
FAILED = Flow(frozenset(), fails=True)


def snapshot(scope: Names) -> list[tuple[Names, dict[str, object]]]:
    """The names of a scope and those around it, as they are now."""
    return [(names, dict(names.names)) for names in scope.chain()]


def restore(saved: list[tuple[Names, dict[str, object]]]) -> None:
    """Puts the names back as they were."""
    for names, values in saved:
        names.names = dict(values)


def merge(first: list[tuple[Names, dict[str, object]]], scope: Names) -> None:
    """Makes the names of ``scope`` what they may be after either of two branches: ``first``, and the one just read."""
    for names, values in first:
        now = names.names
        for name in values.keys() | now.keys():
            one, other = values.get(name, _MISSING), now.get(name, _MISSING)
            if one is other:
                continue
            if one is _MISSING or other is _MISSING:
                # A name that one branch does not bind: what uses it afterwards relies on the other.
                now[name] = other if one is _MISSING else one
            elif not same(one, other):
                now[name] = choice_of([one, other])


def forgotten(scope: Names, names: set[str]) -> None:
    """Makes names unknown that a loop changes in a way that is not followed."""
    for name in names:
        holder = scope.find(name)
        if holder is None:
            continue
        value = holder.names[name]
        power = has_power(value)
        options = value.options if isinstance(value, Choice) else (value,)
        holder.names[name] = choice_of([*options, Opaque(power=power)])


_MISSING = object()
