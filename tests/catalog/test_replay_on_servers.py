"""What a replay says is there is there on a server, and what it says is absent is not, whatever has happened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from catalog.random_histories import Chance, opened
from catalog.soundness import Judge
from headway.catalog.names import Names
from headway.catalog.replay import Replay
from headway.catalog.schema import EMPTY, NOTHING_KNOWN, Schema
from headway.effects import model as fx

pytestmark = pytest.mark.part(2)

DATABASES = ("sqlite", "postgresql", "mariadb")
SEEDS = range(4)
LONG = 40


def replayed(url: str, seed: int, doubt: float, start: Schema) -> tuple[list[str], Counter[str]]:
    """The faults of one history, and how much was known on the way."""
    faults: list[str] = []
    with opened(url) as connection:
        chance = Chance(connection, seed, doubt)
        replay, judge = Replay(Names(chance.database), start), Judge(chance.database)
        log: list[str] = []
        for number, (effects, real) in enumerate(chance.steps(LONG)):
            if doubt == 0 and any(isinstance(effect, fx.NotAnalysed) for effect in effects):
                break  # the server has taken half a step
            replay.run(effects, f"revision {number // 6}")
            log += [f"{number}: {_short(effect)}" for effect in effects]
            found = judge.faults(replay.schema(), real)
            if found:
                return [*log, *found], judge.told
    return faults, judge.told


def _short(effect: fx.Effect) -> str:
    return str(effect).replace("span=Span(path='versions/x.py', line=1, column=1, end_line=0, end_column=0), ", "")


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("database", DATABASES)
@pytest.mark.parametrize("doubt", [0.0, 0.25])
def test_what_is_said_is_so(
    database: str, seed: int, doubt: float, emptied_databases: Callable[[str], str], tmp_path: Path
) -> None:
    start = EMPTY if seed % 2 == 0 else NOTHING_KNOWN
    url = f"sqlite:///{tmp_path / 'x.db'}" if database == "sqlite" else emptied_databases(database)
    faults, told = replayed(url, seed + int(doubt * 1000), doubt, start)
    assert faults == []
    assert told["table there"] > 5, told


@pytest.mark.parametrize("database", DATABASES)
def test_where_everything_is_certain_nearly_everything_is_known(
    database: str, emptied_databases: Callable[[str], str], tmp_path: Path
) -> None:
    told: Counter[str] = Counter()
    for seed in range(5):
        url = f"sqlite:///{tmp_path / f'{seed}.db'}" if database == "sqlite" else emptied_databases(database)
        faults, counted = replayed(url, seed, 0.0, EMPTY)
        assert faults == []
        told += counted
    assert told["table unknown"] == told["column unknown"] == 0, told
    assert told["field told"] > (2 if database == "mariadb" else 5) * told["field unknown"], told
    assert told["index unknown"] < 2 * told["index there"], told
