"""Whatever a program drops when it runs has been read or said, and what was told as certain is dropped by every run."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from contextlib import nullcontext
from types import SimpleNamespace

from headway.effects import model as fx
from headway.reading.migration import read_migration
from reading.random_programs import FLAGS, Programs

HEAD = "from alembic import op\nfrom shop import NAME\n\n\n"
PROGRAMS = 4_000 if os.environ.get("HEADWAY_FUZZ") else 150
LONGEST = 250
"""Lines of a program: the longer ones say little that shorter ones do not."""
RUNS = 6


def dropped(program: str, seed: int) -> list[str] | None:
    """The tables that a run drops, with conditions that go as ``seed`` says; None for a run that fails."""
    chance = random.Random(seed)
    found: list[str] = []
    context = SimpleNamespace(autocommit_block=nullcontext)
    op = SimpleNamespace(drop_table=found.append, get_context=lambda: context)
    flags = {flag.removeprefix("NAME."): chance.random() < 0.5 for flag in FLAGS}
    name = SimpleNamespace(**flags, numbers=chance.sample([0, 1, 2, 3], chance.randint(0, 3)))
    scope: dict[str, object] = {"op": op, "NAME": name}
    exec(compile(program, "x.py", "exec"), scope)
    try:
        scope["upgrade"]()  # type: ignore[operator]  # a function
    except (NameError, ValueError):
        return None
    return found


def programs() -> Iterator[tuple[int, str]]:
    for seed in range(PROGRAMS * 2):
        program = Programs(seed).source()
        if program.count("\n") <= LONGEST:
            yield seed, program


def test_nothing_that_runs_is_silent_and_nothing_is_made_up() -> None:
    told = 0
    for seed, program in programs():
        upgrade = read_migration("x.py", HEAD + program).upgrade
        assert upgrade is not None
        drops = [effect for effect in upgrade.effects if isinstance(effect, fx.DropsTable)]
        names = {effect.table for effect in drops}
        if any(isinstance(effect, fx.NotAnalysed) for effect in upgrade.effects) or fx.UNKNOWN in names:
            continue  # it is said
        told += 1
        certain = {effect.table for effect in drops if not effect.conditional}
        for run in range(RUNS):
            real = dropped(program, seed * RUNS + run)
            if real is not None:
                assert set(real) <= names, f"not read: {sorted(set(real) - names)}\n{program}"
                assert certain <= set(real), f"not so: {sorted(map(str, certain - set(real)))}\n{program}"
    assert told > PROGRAMS // 3
