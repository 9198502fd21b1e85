"""The project's own packages: found by the files it has, installed apart from headway's, and explained when they fail."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import pytest

from action.runner import Runner
from action.test_strangers import runner
from fixtures.programs import ROOT
from headway.errors import ConfigError, UsageError
from headway_cli.action.packages.failure import explained
from headway_cli.action.packages.locked import Locked, read_lock
from headway_cli.action.packages.wanted import wanted_by

PROJECTS = Path(__file__).parent / "projects"
ACTION = ROOT / "action.yml"
LOCKED = {
    "poetry": "poetry.lock",
    "poetry-1.8": "poetry.lock",
    "pdm": "pdm.lock",
    "pipenv": "Pipfile.lock",
}
FOUND = {
    "uv": "uv.lock",
    **LOCKED,
    "requirements": "requirements.txt",
    "pyproject": "pyproject.toml",
}


def locked(project: str, extras: tuple[str, ...] = (), groups: tuple[str, ...] = ()) -> Locked:
    path = PROJECTS / project / LOCKED[project]
    beside = PROJECTS / project / "pyproject.toml"
    table = tomllib.loads(beside.read_text()) if beside.exists() else {}
    return read_lock(path.name, path.read_bytes(), str(path), project=table, extras=extras, groups=groups)


def names(lock: Locked) -> set[str]:
    return {line.split(" ")[0].split("==")[0] for line in lock.lines}


@pytest.mark.parametrize("project", LOCKED)
def test_what_a_lock_file_pins(project: str) -> None:
    lock = locked(project)
    assert names(lock) == {"colorama", "python-slugify", "text-unidecode"}
    slug = next(line for line in lock.lines if line.startswith("python-slugify"))
    assert slug.startswith("python-slugify==9.2.0") and slug.count("--hash=sha256:") == 2
    if project != "pipenv":  # which writes no marker for it
        assert next(line for line in lock.lines if "colorama" in line).split(" --hash")[0].count("win32") == 1


@pytest.mark.parametrize("project", ["poetry", "poetry-1.8", "pdm"])
def test_extras_and_groups_come_when_they_are_asked_for(project: str) -> None:
    everything = names(locked(project, ("money",), ("dev",)))
    assert everything == {"colorama", "iso4217parse", "python-slugify", "text-unidecode", "toolz"}
    assert "extra" not in "".join(locked(project, ("money",)).lines)


def test_a_dependency_of_a_dependency_has_the_marker_of_who_wants_it() -> None:
    lock = """
[[package]]
name = "a"
version = "1"
[package.dependencies]
b = {version = "*", markers = "sys_platform == 'win32'"}
[[package]]
name = "B"
version = "2"
[[package]]
name = "unwanted"
version = "3"
[metadata]
lock-version = "2.0"
"""
    project = {"tool": {"poetry": {"dependencies": {"python": "*", "A": "*"}}}}
    found = read_lock("poetry.lock", lock.encode(), "x", project=project, extras=(), groups=())
    assert found.lines == ("a==1", "b==2 ; (sys_platform == 'win32')")


@pytest.mark.parametrize(
    "text", ["[[package]]\nname = 1\n", "not toml", '[[package]]\nname = "a\\nb"\nversion = "1"\ngroups = ["main"]\n']
)
def test_a_broken_lock_file_is_one_line(text: str) -> None:
    with pytest.raises(ConfigError, match=r"this is no poetry\.lock"):
        read_lock("poetry.lock", text.encode(), "poetry.lock", project={}, extras=(), groups=())


@pytest.mark.parametrize("project", FOUND)
def test_what_is_there_is_found(project: str) -> None:
    found, why = wanted_by([], str(PROJECTS / project), str(PROJECTS))
    assert [Path(one.place).name for one in found] == [FOUND[project]]
    assert why == f"{project}/{FOUND[project]}, which is there"


def test_the_lock_file_of_a_workspace_counts_for_its_members(tmp_path: Path) -> None:
    member = tmp_path / "apps" / "shop"
    member.mkdir(parents=True)
    (member / "pyproject.toml").touch()
    (tmp_path / "uv.lock").touch()
    (found,), _ = wanted_by([], str(member), str(tmp_path))
    assert (found.kind, found.place, found.member) == ("uv.lock", str(tmp_path / "uv.lock"), str(member))


def test_lines_of_the_input(tmp_path: Path) -> None:
    for name in ("uv.lock", "deps.txt", "pylock.prod.toml"):
        (tmp_path / name).touch()
    lines = [
        "uv.lock[pg, money]:web",
        "deps.txt",
        "pylock.prod.toml",
        ".",
        "psycopg[binary]>=3.1",
        "x @ https://a.b/x.whl",
    ]
    found, _ = wanted_by(lines, str(tmp_path), str(tmp_path))
    assert [one.kind for one in found] == ["uv.lock", "requirements", "pylock.toml", "project", "package", "package"]
    assert (found[0].extras, found[0].groups) == (("pg", "money"), ("web",))
    assert wanted_by(["none"], str(tmp_path), str(tmp_path))[0] == []
    for line, said in (
        ("gone.txt", "no such file"),
        ("-r deps.txt", "option of pip"),
        ("..", "outside of the workspace"),
    ):
        with pytest.raises(UsageError, match=said):
            wanted_by([line], str(tmp_path), str(tmp_path))


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("error: Failed to fetch: `https://x/simple/a/` Caused by: dns error: failed to lookup address", "network"),
        ("error sending request for url (https://pypi.org) invalid peer certificate: UnknownIssuer", "network"),
        ("Failed to fetch: `https://x/simple/a/` HTTP status client error (401 Unauthorized) for url", "index"),
        (
            "× No solution found when resolving dependencies: ╰─▶ Because nope was not found in the package registry",
            "index",
        ),
        (
            "× No solution found when resolving dependencies: Because a==1 depends on b<1 and you require b==2",
            "resolution",
        ),
        ("error: Failed to build `mysqlclient==2.2.4` ╰─▶ The build backend returned an error", "build"),
        ("error: Couldn't parse requirement in `requirements.txt` at position 0", "syntax"),
        ("error: TOML parse error at line 3, column 1", "syntax"),
        ("the requested Python version is incompatible with the project's Python requirement", "Python"),
    ],
)
def test_a_failure_says_what_it_was(said: str, kind: str) -> None:
    assert explained(said)[0] == kind


# -- with the real installer, in the real image -----------------------------------------------------------------


def project_of(made: Runner, project: str, env_py: str) -> None:
    shop = made.workspace / "shop"
    for path in (PROJECTS / project).iterdir():
        shutil.copy(path, shop)
    env = shop / "migrations" / "env.py"
    env.write_text(env_py + env.read_text())
    made.own()


@pytest.mark.docker
@pytest.mark.xdist_group("docker")
@pytest.mark.parametrize("project", FOUND)
def test_each_kind_of_file_is_installed(project: str, tmp_path: Path, headway_image: str) -> None:
    made = runner(tmp_path, 1001)
    project_of(made, project, "import slugify, text_unidecode\nprint('SLUG', slugify.slugify('ä b'))\n")
    inputs = {"working-directory": "shop", "scratch": "sqlite"}
    step = made.step(headway_image, ACTION, inputs)
    assert step.code == 0, step.log + str(step.annotations)
    assert "SLUG a-b" in step.log
    assert {path.name for path in (made.workspace / "shop").iterdir()} & {"build", ".venv", "shop.egg-info"} == set()


@pytest.mark.docker
@pytest.mark.xdist_group("docker")
def test_a_locked_environment_is_kept_for_the_next_run(tmp_path: Path, headway_image: str) -> None:
    made = runner(tmp_path, 1001)
    project_of(made, "poetry", "import slugify\n")
    inputs = {"working-directory": "shop", "scratch": "sqlite"}
    assert "an earlier run" not in made.step(headway_image, ACTION, inputs).log
    again = made.step(headway_image, ACTION, inputs)
    assert again.code == 0 and "the packages of an earlier run are used" in again.log
    lock = made.workspace / "shop" / "poetry.lock"
    lock.write_text(lock.read_text() + "\n")
    made.own()
    assert "an earlier run" not in made.step(headway_image, ACTION, inputs).log


@pytest.mark.docker
@pytest.mark.xdist_group("docker")
def test_the_projects_packages_do_not_replace_headways(tmp_path: Path, headway_image: str) -> None:
    made = runner(tmp_path, 1001)
    (made.workspace / "shop" / "requirements.txt").write_text(
        "typer==0.9.4\nclick==7.1.2\nPyYAML==5.3.1\nMako==1.1.0\nsqlglot==10.0.0\nsqlalchemy==2.0.30\n"
    )
    env = made.workspace / "shop" / "migrations" / "env.py"
    env.write_text(
        "import click, mako, sqlalchemy, sqlglot, typer, yaml\n"
        "print('THEIRS', typer.__version__, click.__version__, yaml.__version__, mako.__version__, sqlglot.__version__,\n"
        "      sqlalchemy.__version__)\n" + env.read_text()
    )
    made.own()
    step = made.step(headway_image, ACTION, {"working-directory": "shop", "scratch": "sqlite"})
    assert step.code == 0, step.log
    assert "THEIRS 0.9.4 7.1.2 5.3.1 1.1.0 10.0.0 2.0.30" in step.log
    red = made.step(headway_image, ACTION, {"working-directory": "shop", "config": "no.ini"})
    assert red.code == 2 and "no.ini: this configuration file does not exist" in red.annotations[-1][2]


@pytest.mark.docker
@pytest.mark.xdist_group("docker")
def test_sqlalchemy_1_4_is_judged_by_lint_and_refused_by_name(tmp_path: Path, headway_image: str) -> None:
    made = runner(tmp_path, 1001)
    (made.workspace / "shop" / "requirements.txt").write_text("sqlalchemy==1.4.54\n")
    made.own()
    assert made.step(headway_image, ACTION, {"working-directory": "shop", "command": "lint"}).code == 0
    step = made.step(headway_image, ACTION, {"working-directory": "shop", "scratch": "sqlite"})
    assert step.code == 2, step.log
    assert "this project has SQLAlchemy 1.4.54" in step.log
    assert "Traceback" not in step.log


@pytest.mark.docker
@pytest.mark.xdist_group("docker")
@pytest.mark.parametrize(
    ("line", "kind"),
    [("headway-no-such-package-at-all", "index"), ("sqlalchemy==2.0.30\nsqlalchemy==2.0.29", "resolution")],
)
def test_what_cannot_be_installed(line: str, kind: str, tmp_path: Path, headway_image: str) -> None:
    made = runner(tmp_path, 1001)
    step = made.step(headway_image, ACTION, {"working-directory": "shop", "requirements": line})
    assert step.code == 2
    assert f"cannot be installed ({kind})" in step.annotations[-1][2]
    assert step.outputs == {"result": "error", "exit-code": "2"}
