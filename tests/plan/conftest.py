"""The project that the tests of plan and apply run."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.programs import Program
from plan.projects import Project


@pytest.fixture
def project(tmp_path: Path, database_url: str, headway: Program) -> Project:
    """A project on each of the three databases, one revision applied, with customers and shops in it."""
    made = Project(tmp_path / "shop", database_url, headway)
    made.fill()
    return made


@pytest.fixture
def sqlite_project(tmp_path: Path, sqlite_url: str, headway: Program) -> Project:
    """The same on SQLite only."""
    made = Project(tmp_path / "shop", sqlite_url, headway)
    made.fill()
    return made


@pytest.fixture
def postgresql_project(tmp_path: Path, postgresql_url: str, headway: Program) -> Project:
    """The same on PostgreSQL only."""
    made = Project(tmp_path / "shop", postgresql_url, headway)
    made.fill()
    return made
