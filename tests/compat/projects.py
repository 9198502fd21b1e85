"""Script directories on disk, made from histories, for headway and Alembic to read. No tests of its own."""

from __future__ import annotations

import io
import py_compile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from alembic.config import Config as PeerConfig

from compat.histories import Row
from headway.config.model import Config

CREATED = "2026-01-02 03:04:05.678901"


ENV = """\
import sqlalchemy as sa
from alembic import context
from sqlalchemy.pool import NullPool

url = context.config.get_main_option("sqlalchemy.url")
metadata = sa.MetaData()


def run(**options):
    context.configure(target_metadata=metadata, **options)
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    run(url=url, literal_binds=True)
else:
    with sa.create_engine(url, poolclass=NullPool).connect() as connection:
        run(connection=connection)
"""

SCRIPT = '''"""${message}

Revision ID: ${up_revision}
Revises: ${down_revision | comma,n}
Create Date: ${create_date}

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
${imports if imports else ""}

revision: str = ${repr(up_revision)}
down_revision: Union[str, Sequence[str], None] = ${repr(down_revision)}
branch_labels: Union[str, Sequence[str], None] = ${repr(branch_labels)}
depends_on: Union[str, Sequence[str], None] = ${repr(depends_on)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
'''

LAYOUTS = ("one", "several", "recursive", "sourceless")


def lay_out(place: Path, history: Sequence[Row], layout: str = "one") -> None:
    """A project in the way of one of the LAYOUTS, with an env.py for the SQLite file ``app.db`` beside it."""
    url = "sqlalchemy.url = sqlite:///%(here)s/app.db\n"
    if layout == "several":
        write_project(place, history, extra=url, locations=3)
    elif layout == "recursive":
        write_project(place, history, extra=f"{url}recursive_version_locations = true\n")
        versions = place / "scripts" / "versions"
        for index, path in enumerate(sorted(versions.glob("*.py"))):
            folder = (versions, versions / "2025", versions / "2026" / "january")[index % 3]
            folder.mkdir(parents=True, exist_ok=True)
            path.rename(folder / path.name)
    elif layout == "sourceless":
        write_project(place, history, extra=f"{url}sourceless = true\n")
        for index, path in enumerate(sorted((place / "scripts" / "versions").glob("*.py"))):
            # Python 2 wrote the compiled file beside the source, Python 3 writes it into __pycache__.
            py_compile.compile(str(path), cfile=f"{path}c" if index % 2 else None, doraise=True)
            path.unlink()
    else:
        write_project(place, history, extra=url)
    (place / "scripts" / "env.py").write_text(ENV)


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
