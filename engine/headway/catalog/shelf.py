"""Named things of which some are there, some are not, and of others nothing is known. What the things are is not its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field, replace
from enum import Enum
from typing import Generic, TypeVar

from headway.valueclass import valueclass

K = TypeVar("K")
V = TypeVar("V")

_REMEMBERED = 200
"""How many names a shelf remembers as absent where others are unknown."""


class Presence(Enum):
    """Whether something exists."""

    THERE = "there"
    ABSENT = "absent"
    UNKNOWN = "unknown"


@valueclass(frozen=True, slots=True)
class Shelf(Generic[K, V]):
    """A collection that does not change; each method that seems to change it returns another one."""

    there: Mapping[K, V] = field(default_factory=dict)
    exceptions: frozenset[K] = frozenset()
    """Where ``whole``, the names that may be there; otherwise, those that surely are not."""
    whole: bool = True
    """Whether a name that is not mentioned is absent; otherwise nothing is known of it."""

    def state(self, key: K) -> V | Presence:
        """The thing of that name, ABSENT, or UNKNOWN."""
        found = self.there.get(key)
        return _unlisted(key in self.exceptions, self.whole) if found is None else found

    @property
    def tells_absence(self) -> bool:
        """Whether any name is known to be absent."""
        return self.whole or bool(self.exceptions)

    def presence(self, key: K) -> Presence:
        """Whether there is a thing of that name."""
        state = self.state(key)
        return state if isinstance(state, Presence) else Presence.THERE

    def get(self, key: K) -> V | None:
        """The thing of that name where it is surely there."""
        return self.there.get(key)

    def set(self, key: K, state: V | Presence) -> Shelf[K, V]:
        """The same with another state of one name; what it holds keeps its order."""
        # To know less is no fault, and a table may lose thousands of indexes in its life.
        forgets = not self.whole and len(self.exceptions) > _REMEMBERED
        there, exceptions = dict(self.there), set() if forgets else set(self.exceptions)
        _set(there, exceptions, key, state, self.whole)
        result = Shelf(there, frozenset(exceptions), self.whole)
        # One without a name may have any: where it may be there, no name is surely absent.
        return result.opened() if state is Presence.UNKNOWN and is_nameless(key) else result

    def opened(self) -> Shelf[K, V]:
        """The same, when there may be more than is known."""
        return Shelf(self.there, frozenset(), False)

    def forgotten(self) -> Shelf[K, V]:
        """What is left when anything may have happened to it."""
        return Shelf({}, frozenset(), False)

    def each(self, change: Callable[[V], V | Presence]) -> Shelf[K, V]:
        """The same with each thing changed."""
        shelf, changed = self, {}
        for key, value in self.there.items():
            if (state := change(value)) is not value:
                changed[key] = state
        for key, state in changed.items():
            shelf = shelf.set(key, state)
        return shelf

    def __iter__(self) -> Iterator[V]:
        return iter(self.there.values())

    def common(self, other: Shelf[K, V], both: Callable[[V, V], V]) -> Shelf[K, V]:
        """What is true of this one and of the other: ``both`` says it of two things."""
        result: Shelf[K, V] = Shelf({}, frozenset(), self.whole and other.whole)
        for key in dict.fromkeys((*self.there, *other.there, *self.exceptions, *other.exceptions)):
            mine, theirs = _by_name(self, key), _by_name(other, key)
            if mine == theirs:
                result = result.set(key, mine)
            elif isinstance(mine, Presence) or isinstance(theirs, Presence):
                result = result.set(key, Presence.UNKNOWN)
            else:
                result = result.set(key, both(mine, theirs))
        return result


class Ledger(Generic[K, V]):
    """A shelf under change: the same answers, without a copy for every step."""

    def __init__(self, shelf: Shelf[K, V]) -> None:
        self.there = dict(shelf.there)
        self._exceptions = set(shelf.exceptions)
        self._whole = shelf.whole

    def state(self, key: K) -> V | Presence:
        """As :meth:`Shelf.state`."""
        found = self.there.get(key)
        return _unlisted(key in self._exceptions, self._whole) if found is None else found

    def set(self, key: K, state: V | Presence) -> None:
        """Gives one name another state."""
        _set(self.there, self._exceptions, key, state, self._whole)

    def open(self) -> None:
        """From now on there may be more than is known: nothing is absent any longer."""
        self._exceptions, self._whole = set(), False

    def forget(self) -> None:
        """Anything may have happened."""
        self.there = {}
        self.open()

    def shelf(self) -> Shelf[K, V]:
        """What it holds now."""
        return Shelf(dict(self.there), frozenset(self._exceptions), self._whole)


def is_nameless(key: object) -> bool:
    """Whether a key is the description, in parentheses, of something whose name the database has chosen."""
    return isinstance(key, str) and key.startswith("(")


def _by_name(shelf: Shelf[K, V], key: K) -> V | Presence:
    """The state of a name, which something without a name may have."""
    state = shelf.state(key)
    if state is Presence.ABSENT and not is_nameless(key) and any(map(is_nameless, shelf.there)):
        return Presence.UNKNOWN
    return state


def renamed(shelf: Shelf[K, V], old: K, new: K, change: Callable[[V], V]) -> Shelf[K, V]:
    """``shelf`` with the thing of one name under another, in its place in the order."""
    state = shelf.state(old)
    if isinstance(state, Presence):
        # It was there, or it could not have been renamed.
        return shelf.opened().set(old, Presence.ABSENT)
    there = {new if key == old else key: change(value) if key == old else value for key, value in shelf.there.items()}
    return replace(shelf, there=there, exceptions=shelf.exceptions - {new}).set(old, Presence.ABSENT)


def _unlisted(excepted: bool, whole: bool) -> Presence:
    return Presence.UNKNOWN if excepted == whole else Presence.ABSENT


def _set(there: dict[K, V], exceptions: set[K], key: K, state: V | Presence, whole: bool) -> None:
    exceptions.discard(key)
    if not isinstance(state, Presence):
        there[key] = state
        return
    there.pop(key, None)
    if state is _unlisted(True, whole):
        exceptions.add(key)
