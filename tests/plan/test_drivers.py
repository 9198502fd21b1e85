"""Plan and apply with drivers other than those that the other tests use: mysqlclient, asyncpg, aiosqlite."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.programs import Program
from plan.projects import Project

ASYNC_ENV = """
import asyncio
from sqlalchemy import pool
from sqlalchemy.ext.asyncio import create_async_engine
from alembic import context

def migrate(connection):
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()

async def run():
    engine = create_async_engine(context.config.get_main_option("sqlalchemy.url"), poolclass=pool.NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(migrate)
    await engine.dispose()

asyncio.run(run())
"""

BODY = (
    "import uuid\nassert op.get_bind().execute(text('SELECT count(*) FROM customers')).scalar() == 3\n"
    "op.execute('DELETE FROM customers WHERE id = 3')\n"
    "op.get_bind().execute(customers.insert().values(id=9, name=uuid.uuid4().hex))"
)


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("mariadb", "+pymysql:", "+mysqldb:"),
        ("postgresql", "+psycopg:", "+asyncpg:"),
        ("postgresql", "+psycopg:", "+psycopg2:"),
        ("sqlite", "sqlite:", "sqlite+aiosqlite:"),
    ],
)
def test_another_driver(
    kind: str, old: str, new: str, tmp_path: Path, request: pytest.FixtureRequest, headway: Program
) -> None:
    project = Project(tmp_path / "shop", str(request.getfixturevalue(f"{kind}_url")), headway)
    project.fill()
    project.revision(BODY)
    before = project.state()
    plain = project.url
    project.url = plain.replace(old, new, 1)
    if "asyncpg" in new or "aiosqlite" in new:
        (project.place / "migrations" / "env.py").write_text(ASYNC_ENV)
    plan = project.plan()
    (step,) = plan["steps"]
    assert [len(one["run_time"]) for one in step["recorded"]] == [0, 1, 0]
    done = project.apply("--approve", plan["digest"])
    assert done.code == 0, done.err
    project.url = plain
    assert before != project.state()
    assert project.rows("SELECT id FROM customers ORDER BY id") == [(1,), (2,), (9,)]
