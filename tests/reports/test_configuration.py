"""What tells one project's report from another's, which stage found what, and how a report leaves the program."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer import Exit

from headway.api.project import configuration_of, open_project
from headway.api.stages import Run
from headway.errors import HeadwayError, UsageError
from headway.report.model import Configuration, Stage, Status
from headway_cli import options as opt
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


def test_a_run_that_got_nowhere_says_so_in_every_format(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    names = [str(format) for format in opt.Format]
    error = UsageError("there is nothing here")
    with pytest.raises(UsageError):
        opt.fail("lint", error, opt.Format.SARIF, [f"{name}={name}.out" for name in names], ["shop.ini"], "crm")
    (result,) = json.loads(capsys.readouterr().out)["runs"][0]["results"]
    assert (result["level"], result["ruleId"]) == ("error", "run-failed")
    for name in names:
        assert "there is nothing here" in (tmp_path / f"{name}.out").read_text()
    assert "shop.ini [crm] -->" in (tmp_path / "comment.out").read_text()


class Terminal(io.StringIO):
    """A standard output that is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("stdout", "widest"), [(Terminal(), 60), (io.StringIO(), 200)])
def test_text_is_as_wide_as_the_terminal_and_a_file_knows_no_width(
    stdout: io.StringIO, widest: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout", stdout)
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("NO_COLOR", "1")
    file = tmp_path / "out"
    report = replace(SAMPLES["findings"], sources={})
    with pytest.raises(Exit) as ended:
        opt.finish(report, opt.Format.TEXT, [f"text={file}"], explain=True)
    assert ended.value.exit_code == 1
    assert (max(map(len, stdout.getvalue().splitlines())) > 100) == (widest == 200)
    assert max(map(len, file.read_text().splitlines())) > 100
    assert "= why: " in stdout.getvalue() and "= why: " in file.read_text()
