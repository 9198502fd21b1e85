"""``init`` with every option: the same files, messages and settings as Alembic's, in our own words."""

from __future__ import annotations

import ast
import contextlib
import fcntl
import os
import pty
import re
import shlex
import shutil
import struct
import subprocess
import sys
import termios
import tomllib
from configparser import RawConfigParser
from pathlib import Path
from typing import Any

import pytest

from compat.peers import ALEMBIC, HEADWAY, Program, Said
from fixtures.programs import ROOT

TEMPLATES = ("generic", "async", "multidb", "pyproject", "pyproject_async")

COMMANDS = """
init migrations
init -t generic migrations
init --template generic --package migrations
init --package a/b/c
init .
init {place}/absolute
init there
init full
init file
init -t nothing migrations
-c other.ini init migrations
-c sub/other.ini init sub/migrations
-c nothere/other.ini init migrations
-c pyproject.toml init -t pyproject migrations
-c ./pyproject.toml init -t pyproject migrations
-c other.ini -c ./pyproject.toml init -t pyproject migrations
-n section init migrations
"""


@pytest.mark.parametrize("command", COMMANDS.strip().splitlines())
def test_init(command: str, tmp_path: Path) -> None:
    (mine, files), (theirs, expected) = both(tmp_path, command)
    assert mine.failed == theirs.failed, (mine, theirs)
    if not theirs.failed:
        assert sorted(mine.out.splitlines()) == sorted(theirs.out.splitlines())  # Alembic's order is that of the disk
        assert files == expected


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("package", ["", "--package"])
def test_a_template(template: str, package: str, tmp_path: Path) -> None:
    for existing in ("", "pyproject", "alembic"):
        (mine, files), (theirs, expected) = both(tmp_path, f"init -t {template} {package} migrations", existing)
        assert sorted(mine.out.splitlines()) == sorted(theirs.out.splitlines())
        assert files == expected


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_revision_of_a_new_project(template: str, tmp_path: Path) -> None:
    """Each program's own script.py.mako; Alembic's functions have a docstring more."""
    found = []
    for program in (HEADWAY, ALEMBIC):
        place = tmp_path / program.name
        place.mkdir()
        assert not program("init", "-t", template, "migrations", cwd=place).failed
        command = "revision -m first --rev-id n1 --branch-label main"
        assert not program(*shlex.split(command), cwd=place).failed
        found.append(_without_prose((place / "migrations" / "versions" / "n1_first.py").read_text()))
    assert found[0] == found[1]


def test_a_configuration_file_elsewhere_leads_to_the_scripts(tmp_path: Path) -> None:
    (_, files), (_, expected) = both(tmp_path, "-c sub/other.ini init migrations")
    assert expected["sub/other.ini"]["alembic"]["script_location"] == "%(here)s/migrations"
    assert files["sub/other.ini"]["alembic"]["script_location"] == "%(here)s/../migrations"


def test_loggers_of_the_program_that_runs_migrations_stay_enabled() -> None:
    sources = list((ROOT / "engine/headway/script/templates").glob("*/env.py"))
    assert len(sources) == 4
    for source in sources:
        calls = [ast.unparse(node) for node in ast.walk(ast.parse(source.read_text())) if isinstance(node, ast.Call)]
        (call,) = (text for text in calls if text.startswith("fileConfig("))
        assert "disable_existing_loggers=False" in call


def test_quiet_init_says_nothing(tmp_path: Path) -> None:
    (mine, files), (theirs, expected) = both(tmp_path, "-q init migrations")
    assert (mine.out, files) == ("", expected)
    assert "Generating" in theirs.out


def test_an_init_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    (mine, files), (theirs, expected) = both(tmp_path, "-c nothere/other.ini init migrations")
    assert (mine.failed, theirs.failed) == (True, True)
    assert "migrations" in expected
    assert "migrations" not in files


def test_on_a_terminal_alembic_indents_and_wraps_what_it_says(tmp_path: Path) -> None:
    said = {}
    for module in ("headway_cli", "alembic"):
        place = tmp_path / module
        place.mkdir()
        said[module] = _on_a_terminal(module, "init", "migrations", cwd=place)
    ours = f"Creating directory {tmp_path}/headway_cli/migrations ...  done"
    assert ours in said["headway_cli"]
    assert said["alembic"][0].startswith("  Creating directory")


# -- what is compared -------------------------------------------------------------------------------------------


def both(tmp_path: Path, command: str, existing: str = "") -> list[tuple[Said, dict[str, Any]]]:
    """Each program's messages, and what the files say."""

    def run(program: Program) -> tuple[Said, dict[str, Any]]:
        place = tmp_path / "project"
        for folder in ("there", "full", "sub"):
            (place / folder).mkdir(parents=True)
        (place / "full" / "something.txt").write_text("")
        (place / "file").write_text("")
        if existing == "pyproject":
            (place / "pyproject.toml").write_text('[project]\nname = "shop"\n')
        if existing == "alembic":
            (place / "pyproject.toml").write_text('[tool.alembic]\nscript_location = "elsewhere"\n')
            (place / "alembic.ini").write_text("[alembic]\nscript_location = elsewhere\n")
        said = program(*shlex.split(command.replace("{place}", str(place))), cwd=place)
        files = {str(path.relative_to(place)): _meaning(path) for path in sorted(place.rglob("*"))}
        shutil.rmtree(place)
        return said, files

    return [run(HEADWAY), run(ALEMBIC)]


def _meaning(path: Path) -> Any:
    """Settings without comments, the functions of a script, and nothing of prose."""
    if path.is_dir() or path.name == "README":
        return None
    text = path.read_text()
    if path.suffix == ".ini":
        parser = RawConfigParser()
        parser.read_string(text)
        return {name: dict(parser[name]) for name in parser}
    if path.suffix == ".toml":
        return tomllib.loads(text)
    if path.name == "env.py":
        tree = ast.parse(text)
        return sorted(node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return None if path.suffix == ".mako" else text  # see what it makes in the test above


def _without_prose(source: str) -> str:
    """A revision file without docstrings of its functions and blank lines, and with one way to fill in a text."""
    source = re.sub(r'^    """.*schema\."""\n|^Create Date.*\n|^\n', "", source, flags=re.M)
    return re.sub(r'f"(\w+)_\{engine_name\}"', r'"\1_%s" % engine_name', source)


def _on_a_terminal(module: str, *arguments: str, cwd: Path) -> list[str]:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 60, 0, 0))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "engine"), str(ROOT / "entrypoint")])}
    subprocess.run(
        [sys.executable, "-m", module, *arguments], cwd=cwd, env=environment, stdin=theirs, stdout=theirs, check=True
    )
    os.close(theirs)
    data = b""
    with contextlib.suppress(OSError):  # how the end of a terminal's output shows on Linux
        while chunk := os.read(ours, 65536):
            data += chunk
    os.close(ours)
    return data.decode().splitlines()
