"""What a class of a file inherits: the classes behind it in their order, and ``super()``. Runs no method."""

from __future__ import annotations

from headway.reading.imports import is_foreign
from headway.reading.reader import Call
from headway.reading.values import POWER, Bound, Class, Construct, Function, Imported, Instance, Native
from headway.valueclass import valueclass


@valueclass(frozen=True, slots=True, eq=False)
class Super:
    """``super()`` in a method: the classes that come behind the one it stands in."""

    receiver: object
    """The object or class that the method was called on."""
    behind: tuple[Class, ...]
    is_known: bool
    """Whether every class behind it is known, or is one that reaches no database."""

    def find(self, name: str) -> object:
        """The attribute that the next class with this name has; None when there is none."""
        return next((class_.scope.names[name] for class_ in self.behind if name in class_.scope.names), None)


def super_of(function: Function, receiver: object) -> Native:
    """The ``super`` that a method of a class sees."""

    def run(call: Call) -> object:
        start, target = (call.args[0], call.args[1]) if len(call.args) == 2 else (function.owner, receiver)
        class_ = target.class_ if isinstance(target, Instance) else target
        if not isinstance(start, Class) or not isinstance(class_, Class):
            return POWER
        order = order_of(class_)
        place = next((number for number, found in enumerate(order) if found is start), None)
        if place is None:
            return POWER
        behind = order[place + 1 :]
        return Super(target, behind, all(map(_has_known_bases, (start, *behind))))

    return Native("super", run)


def order_of(class_: Class) -> tuple[Class, ...]:
    """A class and those that it inherits from, in the order in which they are asked."""
    found: list[Class] = []
    for base in class_.bases:
        if isinstance(base, Class):
            found += order_of(base)
    kept = dict.fromkeys(map(id, reversed(found)))  # a class that two others share comes behind both
    by_id = {id(each): each for each in found}
    return (class_, *(by_id[number] for number in reversed(kept)))


def has_strangers(class_: Class) -> bool:
    """Whether it inherits from a class that nobody has read and that may do anything."""
    return not all(map(_has_known_bases, order_of(class_)))


def _has_known_bases(class_: Class) -> bool:
    return all(isinstance(base, Class) or _is_harmless(base) for base in class_.bases)


def _is_harmless(base: object) -> bool:
    match base:
        case Imported(path=path) | Construct(path=path):
            return not is_foreign(path)
        case Bound(receiver=None):
            return True  # one of Python's own
    return False
