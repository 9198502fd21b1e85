"""Projects on disk: what ``alembic init`` of the peer writes, filled with revisions or models. Both tools read the same."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from histories import Revision
from peers import Peer

_FILE = '''"""{message}

Revision ID: {id}
Revises: {revises}
Create Date: 2026-01-02 03:04:05.678901

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision: str = {id!r}
down_revision: Union[str, Sequence[str], None] = {down!r}
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = {needs!r}


def upgrade() -> None:
    """Upgrade schema."""
    {upgrade}


def downgrade() -> None:
    """Downgrade schema."""
    {downgrade}
'''


@dataclass(frozen=True)
class Project:
    """A directory with alembic.ini and migrations/."""

    place: Path

    @property
    def versions(self) -> Path:
        """The directory of the revision files."""
        return self.place / "migrations" / "versions"

    def point_at(self, url: str) -> None:
        """Writes the database's URL into alembic.ini."""
        self._replace("alembic.ini", "sqlalchemy.url = ", url.replace("%", "%%"))

    def add_models(self, source: str) -> None:
        """Writes ``models.py`` and lets env.py compare with its metadata."""
        (self.place / "models.py").write_text(source, encoding="utf-8")
        self._replace("migrations/env.py", "target_metadata = ", "__import__('models').metadata")

    def caches(self) -> list[Path]:
        """Bytecode caches below the project, of which there must be none."""
        return list(self.place.rglob("__pycache__"))

    def _replace(self, name: str, start: str, rest: str) -> None:
        """Gives the one line of a file that begins with ``start`` another end."""
        path = self.place / name
        lines = path.read_text(encoding="utf-8").splitlines()
        (index,) = (index for index, line in enumerate(lines) if line.startswith(start))
        lines[index] = start + rest
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def make_project(place: Path, revisions: Iterable[Revision], alembic: Peer) -> Project:
    """A new project with these revision files."""
    place.mkdir(parents=True)
    subprocess.run([alembic.program, "init", "migrations"], cwd=place, check=True, capture_output=True)
    project = Project(place)
    write_revisions(project.versions, revisions)
    return project


def write_revisions(versions: Path, revisions: Iterable[Revision]) -> None:
    """Writes the files of revisions that are not there yet."""
    for revision in revisions:
        path = versions / f"{revision.id}_{revision.message.replace(' ', '_')[:40]}.py"
        if not path.exists():
            path.write_text(_source(revision), encoding="utf-8")


def _source(revision: Revision) -> str:
    return _FILE.format(
        id=revision.id,
        message=revision.message,
        revises=", ".join(revision.parents),
        down=_as_written(revision.parents),
        needs=_as_written(revision.depends_on),
        upgrade=revision.upgrade,
        downgrade=revision.downgrade,
    )


def _as_written(ids: tuple[str, ...]) -> str | tuple[str, ...] | None:
    return ids if len(ids) > 1 else ids[0] if ids else None
