"""How much work the reading of one file may be: strangers write files that would keep it busy for ever."""

from __future__ import annotations

STEPS = 100_000
"""Expressions and statements looked at in one file, its helpers among them; real files need a few hundred."""
TEXT = 2_000_000
"""Characters in one text that is put together."""
ITEMS = 20_000
"""Items in one list that is put together."""
CALLS = 12
"""Helpers that call helpers."""


class OutOfBudget(Exception):
    """Reading this file would be more work than any real one needs."""


class Budget:
    """Counts down while one file is read."""

    __slots__ = ("left",)

    def __init__(self, steps: int = STEPS) -> None:
        self.left = steps

    def spend(self, steps: int = 1) -> None:
        """Raises OutOfBudget when too much was done."""
        self.left -= steps
        if self.left < 0:
            raise OutOfBudget(f"reading it would take more than {STEPS:,} steps")

    def text(self, length: int) -> None:
        """Raises OutOfBudget for a text of this length; long ones count as work."""
        if length > TEXT:
            raise OutOfBudget(f"it makes a text of more than {TEXT:,} characters")
        self.spend(length // 1_000)

    def items(self, length: int) -> None:
        """Raises OutOfBudget for a list of this length; long ones count as work."""
        if length > ITEMS:
            raise OutOfBudget(f"it makes a list of more than {ITEMS:,} items")
        self.spend(length // 100)
