"""Script directories on disk, made from histories, for headway and Alembic to read. No tests of its own."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from alembic.config import Config as PeerConfig

from compat.histories import Row
from headway.config.model import Config

CREATED = "2026-01-02 03:04:05.678901"


def write_project(place: Path, history: Sequence[Row], *, extra: str = "", locations: int = 1) -> Path:
    """Writes alembic.ini and a script directory below ``place``; returns the ini file.

    With several ``locations`` the revisions are dealt out over as many directories.
    """
    folders = [place / "scripts" / "versions"] + [place / f"versions{n}" for n in range(1, locations)]
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
    paths = "\n    ".join(map(str, folders))
    several = f"version_locations =\n    {paths}\npath_separator = newline\n" if locations > 1 else ""
    ini = place / "alembic.ini"
    ini.write_text(f"[alembic]\nscript_location = %(here)s/scripts\n{several}{extra}")
    (place / "scripts" / "env.py").write_text("")
    for index, row in enumerate(history):
        folder = folders[index % locations]
        (folder / f"{row.id}_{title(row).replace(' ', '_')}.py").write_text(revision_source(row))
    return ini


def title(row: Row) -> str:
    """The message of a revision."""
    return f"change {row.id}"


def revision_source(row: Row) -> str:
    """The text of a revision file, as the generic template writes it."""
    return f'''"""{title(row)}

Revision ID: {row.id}
Revises: {", ".join(row.down)}
Create Date: {CREATED}

"""
from typing import Sequence, Union

revision: str = {row.id!r}
down_revision: Union[str, Sequence[str], None] = {row.spell(row.down)!r}
branch_labels: Union[str, Sequence[str], None] = {row.labels or None!r}
depends_on: Union[str, Sequence[str], None] = {row.spell(row.needs)!r}


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
'''


def both_configs(ini: Path) -> tuple[Config, PeerConfig]:
    """The configuration in headway and in Alembic, each with a standard output of its own."""
    return Config(str(ini), stdout=io.StringIO()), PeerConfig(str(ini), stdout=io.StringIO())


def printed(config: Any) -> str:
    """What a command wrote."""
    text: str = config.stdout.getvalue()
    return text
