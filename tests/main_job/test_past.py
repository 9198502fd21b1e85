"""A project with a past: accepted drift, chosen stages, no models, nothing released."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.programs import Program
from main_job.test_ci import NEWEST, edit, report_of, statuses

JSON = ("--scratch", "sqlite", "--format", "json")
COLUMN = 'currency: Mapped[str] = mapped_column(String(3), server_default="EUR")'


def add_to_policy(project: Path, text: str) -> None:
    with (project / ".headway.yml").open("a") as policy:
        policy.write(f"\n{text}\n")


def accept(item: str, more: str = "") -> str:
    return f'drift: {{accepted: [{{item: "{item}", reason: kept for the old app, owner: shop team{more}}}]}}'


# -- accepted drift ---------------------------------------------------------------------------------------------


@pytest.fixture
def drifting(storefront: Path) -> Path:
    """The shop with a column that no migration adds."""
    edit(storefront / "storefront" / "models.py", COLUMN, f"{COLUMN}\n    note: Mapped[str | None]")
    return storefront


def test_an_accepted_difference_fails_nothing_and_a_new_one_does(drifting: Path, headway: Program) -> None:
    (item,) = report_of(headway("drift", *JSON, cwd=drifting))["drift"]
    assert item["accepted"] is None
    add_to_policy(drifting, accept(item["key"]))
    for command in ("drift", "ci"):
        done = headway(command, *JSON, cwd=drifting)
        report = report_of(done)
        assert (done.code, report["findings"]) == (0, []), done.err
        assert [one["accepted"] for one in report["drift"]] == ["kept for the old app (shop team)"]
    shown = headway("ci", "--scratch", "sqlite", cwd=drifting)
    assert "1 accepted" in shown.out
    assert "note" not in shown.out.replace("not compared", "")
    assert "accepted: kept for the old app" in headway("ci", "--scratch", "sqlite", "-v", cwd=drifting).out

    edit(drifting / "storefront" / "models.py", "note: Mapped[str | None]", "note: Mapped[int | None]")
    done = headway("ci", *JSON, cwd=drifting)
    assert done.code == 1
    assert [one["accepted"] for one in report_of(done)["drift"]] == [None]


@pytest.mark.parametrize("more", ["", ", until: 2020-01-31"], ids=["not there any more", "past its date"])
def test_an_entry_that_accepts_nothing_is_a_finding(drifting: Path, headway: Program, more: str) -> None:
    (item,) = report_of(headway("drift", *JSON, cwd=drifting))["drift"]
    if not more:
        edit(drifting / "storefront" / "models.py", "note: Mapped[str | None]", "")
    add_to_policy(drifting, accept(item["key"], more))
    done = headway("ci", *JSON, cwd=drifting)
    report = report_of(done)
    (finding,) = report["findings"]
    assert (finding["code"], finding["file"], finding["severity"]) == ("DRF009", ".headway.yml", "warning")
    lines = (drifting / ".headway.yml").read_text().splitlines()
    assert item["key"] in lines[finding["line"] - 1]
    assert done.code == (1 if more else 0)  # what is past its date is drift again
    add_to_policy(drifting, "fail_on: warning")
    done = headway("drift", *JSON, cwd=drifting)
    assert done.code == 1
    assert statuses(report_of(done))["accepted drift"] == "fail"


def test_an_entry_is_not_called_stale_where_nothing_was_compared(drifting: Path, headway: Program) -> None:
    (drifting / "storefront" / "models.py").write_text("raise ImportError('no such thing')\n")
    add_to_policy(drifting, accept("not-migrated column orders.note #00000000"))
    assert "DRF009" not in headway("ci", *JSON, cwd=drifting).out


# -- stages -----------------------------------------------------------------------------------------------------


def test_only_the_stages_asked_for_run_and_the_others_are_named(storefront: Path, headway: Program) -> None:
    done = headway("ci", *JSON, "--stages", "graph,lint", cwd=storefront)
    assert done.code == 0
    off = dict.fromkeys(("replay", "drift", "downgrade"), "skipped")
    assert statuses(report_of(done)) == {"graph": "pass", "lint": "pass", **off}
    assert "not run: replay drift downgrade" in headway("ci", "--stages", "graph,lint", cwd=storefront).out
    add_to_policy(storefront, "stages: {lint: off, downgrade: off}")
    found = statuses(report_of(headway("ci", *JSON, cwd=storefront)))
    ran = {"graph": "pass", "replay (sqlite)": "pass", "drift (sqlite)": "pass"}
    assert found == {**ran, "lint": "skipped", "downgrade": "skipped"}


def test_what_needs_the_replay_gets_it(storefront: Path, headway: Program) -> None:
    found = statuses(report_of(headway("ci", *JSON, "--stages", "drift", cwd=storefront)))
    assert (found["replay (sqlite)"], found["drift (sqlite)"]) == ("pass", "pass")


@pytest.mark.parametrize(
    ("policy", "arguments", "said"),
    [
        ("", ("--stages", "grpah"), "there is no stage 'grpah'"),
        ("", ("--stages", ","), "names no stage"),
        ("stages: []", (), "says yes to everything"),
        ("stages: {graph: off, lint: off, replay: off, drift: off, downgrade: off}", (), "says yes to everything"),
        ("stages: {graph: perhaps}", (), "it must be on or off"),
        ("stages: {nothing: off}", (), "there is no stage 'nothing'"),
    ],
)
def test_no_stage_is_left_out_by_mistake(
    storefront: Path, headway: Program, policy: str, arguments: tuple[str, ...], said: str
) -> None:
    add_to_policy(storefront, policy)
    done = headway("ci", *JSON, *arguments, cwd=storefront)
    assert done.code == 2
    assert said in done.err


@pytest.mark.parametrize("stages", ["lint", "drift", "lint,downgrade"])
def test_a_history_that_is_broken_or_empty_is_red_without_its_stage(
    storefront: Path, headway: Program, stages: str
) -> None:
    for path in (storefront / "migrations" / "versions").glob("*.py"):
        path.unlink()
    done = headway("ci", *JSON, "--all", "--stages", stages, cwd=storefront)
    assert done.code == 1
    assert statuses(report_of(done))["graph"] == "fail"


# -- models, and what is released -------------------------------------------------------------------------------


def test_a_project_without_models_is_told_so_and_passes(storefront: Path, headway: Program) -> None:
    env_py = storefront / "migrations" / "env.py"
    env_py.write_text(env_py.read_text().replace("target_metadata=target_metadata,", ""))
    done = headway("ci", *JSON, cwd=storefront)
    (stage,) = [stage for stage in report_of(done)["stages"] if stage["name"] == "drift (sqlite)"]
    assert (done.code, stage["status"]) == (0, "skipped")
    assert "nothing to compare" in stage["why"]
    done = headway("drift", *JSON, cwd=storefront)
    assert done.code == 2
    assert "gives no target_metadata" in done.out


def test_the_newest_revision_goes_down_where_nothing_is_known_to_be_released(
    storefront: Path, headway: Program
) -> None:
    def downgrade() -> tuple[str, str]:
        stages = report_of(headway("ci", *JSON, "--all", "--stages", "downgrade", cwd=storefront))["stages"]
        (stage,) = [stage for stage in stages if stage["name"] == "downgrade (sqlite)"]
        return stage["status"], stage["summary"]

    assert downgrade() == ("pass", "1 revision(s) down and up again: d16e2b7f5a08")
    newest = storefront / "migrations" / "versions" / NEWEST
    newest.write_text(newest.read_text().partition("def downgrade")[0] + "def downgrade() -> None:\n    pass\n")
    assert downgrade()[0] == "fail"
