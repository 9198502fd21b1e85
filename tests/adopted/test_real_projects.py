"""Real projects from the package index: adopted, green as they are, red on each planted fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from adopted.trying import Entry, faults, read_entries, try_it

QUICK = [entry for entry in read_entries() if entry.ci]


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("index")


@pytest.mark.xdist_group("adopted")  # they share what is installed
@pytest.mark.parametrize("entry", QUICK, ids=[entry.name for entry in QUICK])
def test_the_gate_can_be_switched_on(entry: Entry, cache: Path, tmp_path: Path) -> None:
    tried = try_it(entry, cache, tmp_path)
    assert faults(entry, tried) == [], tried.transcript
