"""Lists of functions that are called one after another: by priority, by dialect, and in chains that one of them can end.

What is compared is decided by whoever registers; this only keeps the order.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Any, TypeVar

from headway.operations.dispatch import is_again
from headway.valueclass import valueclass

Function = TypeVar("Function", bound=Callable[..., Any])


class DispatchPriority(enum.IntEnum):
    """When a function is called, among those of one target."""

    FIRST = 50
    MEDIUM = 25
    LAST = 10


class PriorityDispatchResult(enum.Enum):
    """What a function says about those that come after it; None means CONTINUE."""

    CONTINUE = enum.auto()
    STOP = enum.auto()
    """No further function of the same chain is called; those of other chains are."""


@valueclass(frozen=True)
class Entry:
    """One registration; ``chain`` is what STOP ends, None being a chain of its own."""

    function: Callable[..., Any]
    target: str
    qualifier: str
    priority: DispatchPriority
    chain: str | None

    def is_again(self, other: Entry) -> bool:
        """Whether this is the registration of the same text, executed anew."""
        same = self.target, self.qualifier, self.priority, self.chain
        return same == (other.target, other.qualifier, other.priority, other.chain) and is_again(
            self.function, other.function
        )


class PriorityDispatcher:
    """Functions by target. Those of a dialect come before those for all of them, within the same priority."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []

    def dispatch_for(
        self,
        target: str,
        *,
        priority: DispatchPriority = DispatchPriority.MEDIUM,
        qualifier: str = "default",
        subgroup: str | None = None,
    ) -> Callable[[Function], Function]:
        """A decorator that registers a function and returns it unchanged."""

        def decorate(function: Function) -> Function:
            self._enter(Entry(function, target, qualifier, priority, subgroup))
            return function

        return decorate

    def dispatch(self, target: str, *, qualifier: str = "default") -> Callable[..., None]:
        """A callable that gives its arguments to each function of ``target``; it does nothing where there is none."""
        mine = [e for e in self._entries if e.target == target and e.qualifier in (qualifier, "default")]
        mine.sort(key=lambda entry: (-entry.priority, entry.qualifier == "default"))  # stable: then as registered

        def call(*args: Any, **kw: Any) -> None:
            ended: set[str | None] = set()
            for entry in mine:
                if entry.chain in ended:
                    continue
                if entry.function(*args, **kw) is PriorityDispatchResult.STOP:
                    ended.add(entry.chain)

        return call

    def branch(self) -> PriorityDispatcher:
        """A copy that may be added to without changing this one."""
        copy = PriorityDispatcher()
        copy.populate_with(self)
        return copy

    def populate_with(self, other: PriorityDispatcher) -> None:
        """Adds what another one holds."""
        self._entries += other._entries

    def _enter(self, entry: Entry) -> None:
        for number, known in enumerate(self._entries):
            if entry.is_again(known):
                self._entries[number] = entry
                return
        self._entries.append(entry)
