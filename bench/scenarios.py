"""What is measured: one row for each scenario. A table, no actions."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from histories import Revision, depending_branches, diamonds, linear


class On(Enum):
    """What a scenario's database is."""

    NOTHING = "nothing"
    DIALECT = "a dialect without a database"
    SQLITE = "SQLite"
    POSTGRESQL = "PostgreSQL"


class State(Enum):
    """What the database holds when a run starts."""

    EMPTY = "nothing, anew for each run"
    HEAD = "the version row of the head"
    MODELS = "the tables of the models"


@dataclass(frozen=True)
class Scenario:
    """A command, on a project of some size, against a database in some state."""

    name: str
    arguments: tuple[str, ...]
    sizes: tuple[int, ...]
    """Revisions, or with State.MODELS tables."""
    history: Callable[[int], list[Revision]] = linear
    on: On = On.NOTHING
    state: State = State.EMPTY
    target: float = math.inf
    """The highest ratio of times, headway to Alembic, that is good enough; none while it is infinite."""
    target_from: int = 0
    """The smallest size that the target is meant for."""

    def target_at(self, size: int) -> float:
        """The target for a size."""
        return self.target if size >= self.target_from else math.inf

    @property
    def unit(self) -> str:
        """What the size counts."""
        return "tables" if self.state is State.MODELS else "revisions"


MEMORY_TARGET = 1.0
"""The highest ratio of peak memory that is good enough, for every scenario."""

_SMALL, _LARGE, _HUGE = 100, 1_000, 5_000

SCENARIOS = (
    Scenario("heads", ("heads",), (_SMALL, _LARGE, _HUGE), target=0.20),
    Scenario("history", ("history",), (_SMALL, _LARGE, _HUGE), target=0.20),
    Scenario("show", ("show", "head"), (_SMALL, _LARGE, _HUGE), target=0.20),
    Scenario("branches", ("branches",), (_SMALL, _LARGE, _HUGE), target=0.20),
    Scenario("history-diamonds", ("history",), (_LARGE, _HUGE), diamonds, target=0.05, target_from=_HUGE),
    Scenario("history-depends", ("history",), (_LARGE, _HUGE), depending_branches, target=0.05, target_from=_HUGE),
    Scenario("current", ("current",), (_LARGE, _HUGE), on=On.SQLITE, state=State.HEAD, target=0.10, target_from=_HUGE),
    Scenario("upgrade-sqlite", ("upgrade", "head"), (_LARGE, _HUGE), on=On.SQLITE, target=0.5),
    Scenario("upgrade-postgresql", ("upgrade", "head"), (500,), on=On.POSTGRESQL, target=0.7),
    Scenario("upgrade-sql", ("upgrade", "head", "--sql"), (_LARGE,), on=On.DIALECT, target=0.5),
    Scenario("check-sqlite", ("check",), (50, 500), on=On.SQLITE, state=State.MODELS),
    Scenario("check-postgresql", ("check",), (50, 500), on=On.POSTGRESQL, state=State.MODELS),
)
