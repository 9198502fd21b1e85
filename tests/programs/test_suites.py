"""The tests that add-ons and tools bring along end under ``python -m headway.compat`` as they end on Alembic."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

from programs.conftest import SUITES, Programs

pytestmark = pytest.mark.xdist_group("programs")

SLOW = {"alembic-linear-migrations"}
"""Run by ``./dev full programs`` only."""

LEAST = {
    "alembic-converger": 21,
    "alembic-git-revisions": 39,
    "alembic-guard": 53,
    "alembic-linear-migrations": 87,
    "clickhouse-alembic": 329,
    "delembic": 70,
}
"""How many tests pass at least, so that a suite that collects nothing is noticed."""

OTHERWISE = {
    "alembic-linear-migrations": {
        # Revisions are read and not run for a listing, so that one whose import fails does not fail it.
        "tests/test_config.py::test_a_migration_importing_app_code_explains_itself",
    },
}
"""Tests that end otherwise on purpose."""


@pytest.mark.parametrize("name", [name for name in SUITES if name not in SLOW or os.environ.get("HEADWAY_FULL")])
def test_a_suite_ends_as_on_alembic(name: str, programs: Programs, tmp_path: Path) -> None:
    theirs = ended(programs, name, tmp_path / "theirs")
    ours = ended(programs, name, tmp_path / "ours", "headway.compat", "-m")
    different = {test for test in theirs.keys() | ours.keys() if theirs.get(test) != ours.get(test)}
    assert different == OTHERWISE.get(name, set())
    assert list(ours.values()).count("PASSED") >= LEAST[name]


def ended(programs: Programs, name: str, here: Path, *how: str) -> dict[str, str]:
    """How each test of a suite ended; ``how`` comes between ``python -m`` and ``pytest``."""
    shutil.copytree(programs.source(name), here)
    options = ["-q", "-rA", "--no-header", "-p", "no:cacheprovider", "-o", "addopts="]
    done = programs.run("-m", *how, "pytest", *options, cwd=here)
    found = re.findall(r"^(PASSED|FAILED|ERROR|SKIPPED|XFAIL|XPASS) (\S+)", done.stdout, re.M)
    assert found, done.stdout + done.stderr
    return {test: outcome for outcome, test in found}
