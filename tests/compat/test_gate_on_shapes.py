"""Histories in the shapes of real projects through what only headway has: graph, lint, ci, plan, apply."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from compat.peers import ALEMBIC, HEADWAY
from compat.shapes import SHAPES
from compat.test_shapes_of_projects import forget_modules, lay_out, rows

pytestmark = pytest.mark.filterwarnings("ignore")


def test_what_text_tells_needs_no_run(tmp_path: Path) -> None:
    """The shapes whose headers are constants are known to the last value; only one has to run its files."""
    for shape in SHAPES:
        place = tmp_path / shape
        lay_out(place, shape)
        said = HEADWAY("graph", cwd=place)
        assert not said.failed, said.err
        assert ("not known" in said.out) == (shape == "computed"), shape


@pytest.mark.parametrize("shape", SHAPES)
def test_ci_replays(shape: str, tmp_path: Path) -> None:
    lay_out(tmp_path, shape)
    document = _report(tmp_path, "ci", "--scratch", "sqlite", "--format", "json")
    stages = {stage["name"]: stage for stage in document["stages"]}
    replay = stages["replay (sqlite)"]
    assert replay["status"] == "pass", replay
    assert rows(tmp_path) == ([], [])


@pytest.mark.parametrize("shape", ["neutron", "glance", "quay", "computed", "leaning"])
def test_plan_and_apply(shape: str, tmp_path: Path) -> None:
    lay_out(tmp_path, shape)
    # The table of versions is there before: a plan names what it changes.
    planned = HEADWAY("plan", "--to", "heads", "--output", "plan.json", cwd=tmp_path)
    forget_modules(tmp_path)
    assert not planned.failed, planned.err + planned.out
    applied = HEADWAY("apply", "plan.json", cwd=tmp_path)
    forget_modules(tmp_path)
    assert not applied.failed, applied.err + applied.out
    ours = rows(tmp_path)
    (tmp_path / "app.db").unlink()
    said = ALEMBIC("upgrade", "heads", cwd=tmp_path)
    forget_modules(tmp_path)
    assert not said.failed, said.err
    assert ours == rows(tmp_path)


@pytest.mark.parametrize("verb", ["plan", "apply", "drift"])
def test_an_untrusted_project_is_not_run_for_its_headers(verb: str, tmp_path: Path) -> None:
    lay_out(tmp_path, "computed")
    with (tmp_path / "shop_parents.py").open("a") as file:
        file.write("\nopen('tripped', 'w').close()\n")
    assert HEADWAY(verb, "--untrusted", cwd=tmp_path).failed
    assert not (tmp_path / "tripped").exists()
    assert not HEADWAY("heads", cwd=tmp_path).failed
    forget_modules(tmp_path)
    assert (tmp_path / "tripped").exists()


def _report(place: Path, *arguments: str) -> Any:
    said = HEADWAY(*arguments, cwd=place)
    forget_modules(place)
    return json.loads(said.out)
