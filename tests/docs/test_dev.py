"""``./dev`` on machines that lack something: it says what is missing, and does not ask for what is there."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from fixtures.programs import ROOT


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A directory of programs with what every POSIX system has, and no Python."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("sh", "dirname", "cat", "cmp", "cp", "tr", "mkdir", "rm"):
        found = shutil.which(name)
        assert found is not None
        (programs / name).symlink_to(found)
    return programs


def script(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def dev(machine: Path, *arguments: str, venv: Path) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": str(machine), "HEADWAY_VENV": str(venv), "HOME": str(venv.parent)}
    command = ["/bin/sh", str(ROOT / "dev"), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def fake_python(machine: Path, *, version_ok: bool = True, venv: bool = True) -> None:
    """A Python that answers the questions ``./dev`` asks, and notes what it is told to do."""
    script(
        machine / "python3",
        f'case "$*" in\n*sys.version_info*) exit {0 if version_ok else 1} ;;\n'
        f'*"import venv"*) exit {0 if venv else 1} ;;\n'
        '"-m venv "*) mkdir -p "$3/bin"; cp "$0" "$3/bin/python"; cp "$0" "$3/bin/pip"; '
        'cp "$0" "$3/bin/headway"; exit 0 ;;\n'
        f'*) echo "$*" >> {machine}/log ;;\nesac',
    )


def test_no_python(machine: Path, tmp_path: Path) -> None:
    done = dev(machine, "demo", venv=tmp_path / "venv")
    assert done.returncode == 2
    assert "Python 3.11 or newer is missing" in done.stderr
    assert "apt install python3" in done.stderr


def test_a_python_that_is_too_old(machine: Path, tmp_path: Path) -> None:
    fake_python(machine, version_ok=False)
    done = dev(machine, "demo", venv=tmp_path / "venv")
    assert done.returncode == 2
    assert "Python 3.11 or newer is missing" in done.stderr


def test_a_python_without_venv(machine: Path, tmp_path: Path) -> None:
    fake_python(machine, venv=False)
    done = dev(machine, "demo", venv=tmp_path / "venv")
    assert done.returncode == 2
    assert "apt install python3-venv" in done.stderr


def test_the_second_time_installs_nothing(machine: Path, tmp_path: Path) -> None:
    fake_python(machine)
    log = machine / "log"
    for _ in range(2):
        assert dev(machine, "demo", "--scratch", "sqlite", venv=tmp_path / "venv").returncode == 0
    calls = log.read_text().splitlines()
    assert [call for call in calls if "pip install" in call] == [calls[0]]
    assert calls[1:] == ["ci --scratch sqlite", "ci --scratch sqlite"]


def test_uv_is_used_where_it_is(machine: Path, tmp_path: Path) -> None:
    fake_python(machine)
    script(machine / "uv", f'echo "uv $*" >> {machine}/log\n[ "$1" != venv ] || python3 -m venv "$5"')
    assert dev(machine, "demo", venv=tmp_path / "venv").returncode == 0
    calls = (machine / "log").read_text().splitlines()
    assert calls[0].startswith("uv venv --quiet --python ")
    assert calls[1].startswith("uv pip install --quiet --python ")


@pytest.mark.parametrize("arguments", [(), ("help",), ("--help",)])
def test_it_explains_itself(arguments: tuple[str, ...], machine: Path, tmp_path: Path) -> None:
    done = dev(machine, *arguments, venv=tmp_path / "venv")
    assert done.returncode == 0
    for command in ("demo", "test", "check", "format", "docs", "bench", "shell"):
        assert f"\n  {command} " in done.stdout


def test_an_unknown_command(machine: Path, tmp_path: Path) -> None:
    done = dev(machine, "deploy", venv=tmp_path / "venv")
    assert done.returncode == 2
    assert "there is no command 'deploy'" in done.stderr


def test_the_scripts_are_executable() -> None:
    for path in (ROOT / "dev", ROOT / ".ci" / "run"):
        assert os.access(path, os.X_OK)
