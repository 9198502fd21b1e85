"""An environment with programs that are written for Alembic: Flask-Migrate with its own tests, and pytest-alembic.

It is apart from the tests' own, whose pytest is newer than pytest-alembic can take.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from fixtures.databases import missing

ROOT = Path(__file__).resolve().parents[2]
FLASK_MIGRATE = "4.1.0"
REQUIREMENTS = [f"Flask-Migrate=={FLASK_MIGRATE}", "pytest-alembic==0.13.1", "pytest==8.4.2", "alembic==1.20.1"]


@dataclass(frozen=True)
class Programs:
    """The environment, and where the source distribution of Flask-Migrate was unpacked."""

    python: Path
    flask_migrate: Path

    def run(self, *arguments: str, cwd: Path, path: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Runs its Python; ``path`` is a directory of programs that come before all others."""
        places = [str(path)] * bool(path) + [str(self.python.parent), os.environ["PATH"]]
        environment = {"PATH": os.pathsep.join(places), "HOME": str(cwd), "LC_ALL": "C.UTF-8"}
        return subprocess.run(
            [str(self.python), *arguments],
            cwd=cwd,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Programs:
    """Made once per run; needs a package index."""
    place = tmp_path_factory.mktemp("programs")
    python = place / "venv" / "bin" / "python"
    sources = place / "sources"
    _do([sys.executable, "-m", "venv", str(place / "venv")], "the environment cannot be made")
    pip = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check"]
    _do([*pip, "install", *REQUIREMENTS, str(ROOT)], "Flask-Migrate and pytest-alembic cannot be installed")
    download = [*pip, "download", "--no-deps", "--no-binary", "Flask-Migrate", "--dest", str(sources)]
    _do([*download, REQUIREMENTS[0]], "the source distribution of Flask-Migrate cannot be downloaded")
    with tarfile.open(next(sources.glob("*.tar.gz"))) as archive:
        archive.extractall(sources, filter="data")
    return Programs(python, next(path for path in sources.iterdir() if path.is_dir()))


def _do(command: list[str], otherwise: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        missing(f"{otherwise}: {(done.stderr or done.stdout).strip()[-500:]}")


@pytest.fixture
def served(programs: Programs, tmp_path: Path) -> Callable[[str], Path]:
    """``served("flask")``: a directory with a program of that name that runs the module under headway."""

    def make(module: str) -> Path:
        folder = tmp_path / "served"
        folder.mkdir(exist_ok=True)
        program = folder / module
        program.write_text(f'#!/bin/sh\nexec "{programs.python}" -m headway.compat -m {module} "$@"\n')
        program.chmod(0o755)
        return folder

    return make
