"""Small projects whose env.py finds its database in every way that people have thought of. No tests of its own."""

from __future__ import annotations

from pathlib import Path

INI = """[alembic]
script_location = migrations
prepend_sys_path = .
{url}
"""

POLICY = "baseline: aa01\n"
"""So that the second revision is new, and goes down and up again."""

MODELS = """import sqlalchemy as sa

metadata = sa.MetaData()
things = sa.Table(
    "things",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(40), nullable=True),
)
"""

FIRST = """import sqlalchemy as sa
from alembic import op

revision = "aa01"
down_revision = None


def upgrade() -> None:
    op.create_table("things", sa.Column("id", sa.Integer, primary_key=True))


def downgrade() -> None:
    op.drop_table("things")
"""

SECOND = """import sqlalchemy as sa
from alembic import op

revision = "aa02"
down_revision = "aa01"


def upgrade() -> None:
    op.add_column("things", sa.Column("name", sa.String(40), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("things") as batch:
        batch.drop_column("name")
"""

HEAD = """import os
import sqlalchemy as sa
from alembic import context
from app.models import metadata

config = context.config


def migrate(connection):
    context.configure(connection=connection, target_metadata=metadata)
    with context.begin_transaction():
        context.run_migrations()

"""

ASYNC_HEAD = f"""import asyncio
from sqlalchemy.ext.asyncio import async_engine_from_config, create_async_engine
{HEAD}

async def migrate_on(engine):
    async with engine.connect() as connection:
        await connection.run_sync(migrate)
    await engine.dispose()

"""


TEMPLATE_ENV = """from alembic import context
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

with create_engine(context.config.get_main_option("sqlalchemy.url"), poolclass=NullPool).connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""
"""An env.py of a project without models."""


def make_project(root: Path, env: str, *, url: str | None = None, app: str = "", head: str = HEAD) -> Path:
    """A project of two revisions below ``root``; ``env`` is what follows ``head`` in env.py, ``app`` is app/db.py."""
    project = root / "project"
    versions = project / "migrations" / "versions"
    versions.mkdir(parents=True)
    (project / "app").mkdir()
    escaped = (url or "").replace("%", "%%")
    (project / "alembic.ini").write_text(INI.format(url=f"sqlalchemy.url = {escaped}" if url else ""))
    (project / "migrations" / "env.py").write_text(head + env)
    (project / ".headway.yml").write_text(POLICY)
    (project / "app" / "__init__.py").write_text("")
    (project / "app" / "models.py").write_text(MODELS)
    (project / "app" / "db.py").write_text(app)
    (versions / "aa01_things.py").write_text(FIRST)
    (versions / "aa02_name.py").write_text(SECOND)
    return project


def line_with(path: Path, text: str) -> int:
    """The number of the only line of a file that holds ``text``."""
    (number,) = [n for n, line in enumerate(path.read_text().splitlines(), 1) if text in line]
    return number
