"""What tells one project's report from another's is the same for a run that got nowhere; and who found what is noted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from headway.api.project import configuration_of, open_project
from headway.api.stages import Run
from headway.errors import HeadwayError
from headway.report.model import Configuration, Stage, Status
from reports.samples import REQUIRED, SAMPLES

INI = "[alembic]\nscript_location = %(here)s/m\n[crm]\nscript_location = %(here)s/m\n"
TOML = '[tool.alembic]\nscript_location = "%(here)s/m"\n'


@pytest.mark.parametrize("in_git", [True, False])
@pytest.mark.parametrize(
    ("at", "files", "there", "section", "shown"),
    [
        (".", (), ("alembic.ini",), "alembic", "alembic.ini"),
        ("shop", (), ("shop/alembic.ini",), "alembic", "shop/alembic.ini"),
        ("shop", (), ("shop/pyproject.toml",), "alembic", "shop/pyproject.toml"),
        ("shop", (), ("shop/alembic.ini", "shop/pyproject.toml"), "crm", "shop/alembic.ini"),
        (".", ("shop/other.ini",), ("shop/other.ini",), "crm", "shop/other.ini"),
        ("shop", ("../pyproject.toml",), ("pyproject.toml",), "alembic", "pyproject.toml"),
    ],
)
def test_a_project_is_called_the_same_whether_it_opens_or_not(
    at: str,
    files: tuple[str, ...],
    there: tuple[str, ...],
    section: str,
    shown: str,
    in_git: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "shop").mkdir()
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    if in_git:
        (tmp_path / ".git").mkdir()
        (tmp_path / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
        (tmp_path / ".git" / "objects").mkdir()
        (tmp_path / ".git" / "refs").mkdir()
        (tmp_path / ".git" / "config").write_text("[core]\n\trepositoryformatversion = 0\n\tbare = false\n")
    else:
        shown = Path(shown).name
    for name in there:
        folder = (tmp_path / name).parent / "m" / "versions"
        folder.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(TOML if name.endswith("toml") else INI)
    monkeypatch.chdir(tmp_path / at)
    named = configuration_of(files, section)
    assert named == Configuration(shown, section)
    assert open_project(files, section).configuration == named


def test_nothing_there_and_two_of_a_kind_have_a_name_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert configuration_of((), "alembic").name == "alembic.ini"
    assert configuration_of(("a.ini", "b.ini"), "crm").name == "a.ini [crm]"


def test_what_a_stage_finds_carries_its_name_even_when_it_is_stopped() -> None:
    run = Run(str, judge=list)
    drift = SAMPLES["drift"].drift[0]

    def finds() -> Stage:
        run.findings.append(replace(REQUIRED, stage=""))
        run.drift.append(replace(drift, stage=""))
        return Stage("", Status.FAIL, 0.0)

    def is_stopped() -> Stage:
        run.findings.append(replace(REQUIRED, stage=""))
        raise HeadwayError("no")

    run.timed("drift (sqlite)", finds)
    run.timed("downgrade (sqlite)", is_stopped)
    assert [found.stage for found in run.findings] == ["drift (sqlite)", "downgrade (sqlite)"]
    assert [item.stage for item in run.drift] == ["drift (sqlite)"]
