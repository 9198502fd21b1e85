"""Small projects with a linear history, for tests of how runs begin, end and fail."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

INI = "[alembic]\nscript_location = %(here)s/migrations\nsqlalchemy.url = {url}\n"

ENV = """
from alembic import context
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

engine = create_engine(context.config.get_main_option("sqlalchemy.url"), poolclass=NullPool)
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=None{options})
    {body}
"""

BODY = "with context.begin_transaction():\n        context.run_migrations()"

REVISION = """import sqlalchemy as sa
from alembic import op

revision = {revision!r}
down_revision = {down!r}


def upgrade():
{up}


def downgrade():
    pass
"""


def make_project(place: Path, url: str, upgrades: Sequence[str], *, options: str = "", body: str = BODY) -> Path:
    """A project whose revisions r1, r2 … have these bodies of ``upgrade()``; ``options`` go to ``configure()``."""
    versions = place / "migrations" / "versions"
    versions.mkdir(parents=True)
    (place / "alembic.ini").write_text(INI.format(url=url.replace("%", "%%")))
    (place / "migrations" / "env.py").write_text(ENV.format(options=f", {options}" if options else "", body=body))
    for number, up in enumerate(upgrades, start=1):
        text = "\n".join(f"    {line}" for line in up.strip().splitlines())
        down = f"r{number - 1}" if number > 1 else None
        (versions / f"r{number}.py").write_text(REVISION.format(revision=f"r{number}", down=down, up=text))
    return place


def state_of(url: str) -> tuple[set[str], list[str], list[int]]:
    """The tables, the version rows, and the rows of a table ``t`` if there is one."""
    engine = sa.create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        tables = set(sa.inspect(connection).get_table_names())
        read = connection.exec_driver_sql
        versions = (
            list(read("SELECT version_num FROM alembic_version ORDER BY 1").scalars())
            if "alembic_version" in tables
            else []
        )
        rows = list(read("SELECT n FROM t ORDER BY 1").scalars()) if "t" in tables else []
    return tables - {"alembic_version"}, versions, rows
