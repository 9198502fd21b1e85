"""``python -m headway.compat`` runs a module, a file or a text as ``python`` itself does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.programs import Done, environment_of_runs

PROGRAM = """\
import pickle, sys
import alembic.command

class Here: ...

print(__name__, sys.argv, sys.path[0], globals().get("__file__"))
print(type(pickle.loads(pickle.dumps(Here()))).__qualname__)
print(alembic.command.upgrade.__module__, file=sys.stderr)
sys.exit(7)
"""

WAYS = {
    "a module": ["-m", "program", "a", "-b"],
    "a file": ["program.py", "a", "-c"],
    "a file elsewhere": ["sub/program.py", "a"],
    "a directory": ["sub", "a"],
    "a text": ["-c", PROGRAM, "a", "-m"],
}


def run(place: Path, *arguments: str) -> Done:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=place, env=environment_of_runs(), capture_output=True, text=True, check=False
    )
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize("way", WAYS)
def test_a_program_is_run_as_python_runs_it(way: str, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("program.py", "sub/program.py", "sub/__main__.py"):
        (tmp_path / name).write_text(PROGRAM)
    theirs = run(tmp_path, *WAYS[way])
    ours = run(tmp_path, "-m", "headway.compat", *WAYS[way])
    assert (ours.code, ours.out) == (theirs.code, theirs.out), ours.err
    assert theirs.code == 7
    assert (theirs.err, ours.err) == ("alembic.command\n", "headway.commands.upgrade\n")


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    done = run(tmp_path, "-m", "headway.compat", "nothing.py")
    assert done.code == 2
    assert done.err.endswith("No such file or directory\n")
    assert "Traceback" not in done.err


@pytest.mark.parametrize("arguments", [(), ("-c",), ("-m",), ("-x", "y")])
def test_what_names_no_program_shows_how(arguments: tuple[str, ...], tmp_path: Path) -> None:
    done = run(tmp_path, "-m", "headway.compat", *arguments)
    assert done.code == 2
    assert done.err.startswith("usage: python -m headway.compat")


def test_a_script_whose_reader_goes_away_ends_quietly(tmp_path: Path) -> None:
    """``upgrade head --sql | head``"""
    assert run(tmp_path, "-m", "headway_cli", "init", "m").code == 0
    ini = tmp_path / "alembic.ini"
    ini.write_text(ini.read_text().replace("driver://user:pass@localhost/dbname", "postgresql://"))
    (tmp_path / "m" / "versions" / "a.py").write_text(
        "from alembic import op\n\nrevision = 'a'\ndown_revision = None\n\n\n"
        "def upgrade():\n    for number in range(20000):\n        op.execute(f'select {number}')\n"
    )
    read, write = os.pipe()
    program = subprocess.Popen(
        [sys.executable, "-m", "headway_cli", "upgrade", "head", "--sql"],
        cwd=tmp_path,
        env=environment_of_runs(),
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(write)
    assert os.read(read, 10)
    os.close(read)
    _, said = program.communicate(timeout=60)
    assert [line for line in said.splitlines() if not line.startswith("INFO")] == []
    assert program.returncode == 0
