"""An environment with programs that are written for Alembic: Flask-Migrate and others with their own tests, and
pytest-alembic.

It is apart from the tests' own, whose pytest is newer than pytest-alembic can take.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from fixtures.archives import unpack
from fixtures.databases import missing

ROOT = Path(__file__).resolve().parents[2]
FLASK_MIGRATE = "4.1.0"
SUITES = {
    "alembic-converger": "0.1.4",
    "alembic-git-revisions": "13",
    "alembic-guard": "0.1.1",
    "alembic-linear-migrations": "2026.7.0",
    "clickhouse-alembic": "0.4.1",
    "delembic": "1.2.0",
}
"""Add-ons and tools with tests in their source distributions that need no server, and the version of each."""
SOURCES = {"Flask-Migrate": FLASK_MIGRATE, **SUITES}
REQUIREMENTS = [
    *(f"{name}=={version}" for name, version in SOURCES.items()),
    "pytest-alembic==0.13.1",
    "pytest==8.4.2",
    "alembic==1.20.1",
    *("hatch-vcs", "hatchling", "setuptools", "wheel"),  # what the sources are built with
]


@dataclass(frozen=True)
class Programs:
    """The environment, and where the source distributions were unpacked."""

    python: Path
    sources: Path

    def source(self, name: str) -> Path:
        """The source distribution of a program."""
        unpacked = f"{name.replace('-', '_').lower()}-{SOURCES[name]}"
        return next(path for path in self.sources.iterdir() if path.is_dir() and path.name.lower() == unpacked)

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
    uv = shutil.which("uv", path=str(Path(sys.executable).parent))
    install = [uv, "pip", "install", "--system-certs", "--quiet", "--python", str(python)] if uv else [*pip, "install"]
    _do([*install, *REQUIREMENTS, str(ROOT)], "the programs cannot be installed")
    wanted = [f"{name}=={version}" for name, version in SOURCES.items()]
    download = [*pip, "download", "--no-deps", "--no-build-isolation", "--no-binary", ",".join(SOURCES)]
    download += ["--dest", str(sources)]
    _do([*download, *wanted], "the source distributions of the programs cannot be downloaded")
    for packed in sources.glob("*.tar.gz"):
        with tarfile.open(packed) as archive:
            unpack(archive, sources)
    return Programs(python, sources)


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
