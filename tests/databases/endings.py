"""A project whose one revision takes a minute in a single statement, and what a second connection sees of it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from fixtures.programs import ROOT

SLOW = {
    "postgresql": "SELECT pg_sleep(60)",
    "mysql": "SELECT SLEEP(60)",
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n",
}

SYNC_ENV = """
from alembic import context
from sqlalchemy import create_engine

engine = create_engine(context.config.get_main_option("sqlalchemy.url"))
with engine.connect() as connection:
    context.configure(connection=connection, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
"""

ASYNC_ENV = """
import asyncio
from alembic import context
from sqlalchemy.ext.asyncio import create_async_engine

def migrate(connection):
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()

async def main():
    engine = create_async_engine(context.config.get_main_option("sqlalchemy.url"))
    async with engine.connect() as connection:
        await connection.run_sync(migrate)
    await engine.dispose()

asyncio.run(main())
"""

HEADER = """
import os
import time
import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = {down!r}

def started():
    open("started", "w").close()

def upgrade():
"""

BODIES = {
    "transaction": """
    op.create_table("t", sa.Column("id", sa.Integer, primary_key=True))
    started()
    op.execute({slow!r})
""",
    "autocommit": """
    op.create_table("t", sa.Column("id", sa.Integer, primary_key=True))
    with op.get_context().autocommit_block():
        started()
        op.execute({slow!r})
""",
    "swallowed": """
    started()
    try:
        op.execute({slow!r})
    except Exception:
        pass
    op.create_table("t", sa.Column("id", sa.Integer, primary_key=True))
""",
    "session": """
    from sqlalchemy.orm import Session
    started()
    Session(op.get_bind()).execute(sa.text({slow!r})).all()
""",
    "sleep": """
    op.create_table("t", sa.Column("id", sa.Integer, primary_key=True))
    started()
    time.sleep(60)
""",
    "batch": """
    op.create_table("t", sa.Column("id", sa.Integer, primary_key=True))
    op.execute("INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 900) SELECT i FROM n")
    with op.batch_alter_table("t") as batch:
        batch.create_check_constraint("slow", "length(hex(zeroblob(20000000 + id))) > 0")
        started()
""",
    "batch on a server": """
    op.create_table("t", sa.Column("id", sa.Integer, primary_key=True))
    with op.get_context().autocommit_block():
        op.execute("INSERT INTO t VALUES (1)")
    with op.batch_alter_table("t", recreate="always") as batch:
        if op.get_bind().dialect.name == "postgresql":
            batch.create_check_constraint("slow", "pg_sleep(60)::text IS NOT NULL")
        started()
        while op.get_bind().dialect.name != "postgresql" and not os.path.exists("held"):
            time.sleep(0.02)
""",
    "deaf": """
    op.execute("INSERT INTO q VALUES (1)")
    op.get_bind().connection.driver_connection.create_function("nap", 0, lambda: [started(), time.sleep(60)])
    op.execute("SELECT nap()")
""",
    "slow commit": """
    op.create_table("t", sa.Column("id", sa.Integer, primary_key=True))
    op.execute('''CREATE FUNCTION nap() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN PERFORM pg_sleep(60); RETURN NULL; END $$''')
    op.execute('''CREATE CONSTRAINT TRIGGER nap AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION nap()''')
    op.execute("INSERT INTO t VALUES (1)")
    started()
""",
    "stubborn": """
    started()
    op.execute('''DO $$ BEGIN LOOP BEGIN PERFORM pg_sleep(60);
        EXCEPTION WHEN query_canceled THEN NULL; END; END LOOP; END $$''')
""",
}


def project(place: Path, url: sa.URL, body: str) -> Path:
    """Two revisions: one that is quick, and the one with ``body``."""
    versions = place / "versions"
    versions.mkdir(parents=True)
    text = url.render_as_string(hide_password=False).replace("%", "%%")
    (place / "alembic.ini").write_text(f"[alembic]\nscript_location = %(here)s\nsqlalchemy.url = {text}\n")
    asynchronous = url.drivername.endswith(("asyncpg", "aiosqlite", "_async"))
    (place / "env.py").write_text(ASYNC_ENV if asynchronous else SYNC_ENV)
    quick = HEADER.format(revision="a1", down=None) + '    op.create_table("q", sa.Column("id", sa.Integer))\n'
    (versions / "a1.py").write_text(quick)
    slow = SLOW[url.get_backend_name()]
    (versions / "b2.py").write_text(HEADER.format(revision="b2", down="a1") + BODIES[body].format(slow=slow))
    return place


def begin(place: Path, *arguments: str) -> subprocess.Popen[str]:
    """Starts ``upgrade head`` and waits until the slow statement is about to be sent."""
    process = start(place, "upgrade", "head", *arguments)
    deadline = time.monotonic() + 60
    while not (place / "started").exists():
        assert process.poll() is None and time.monotonic() < deadline, process.communicate()
        time.sleep(0.02)
    return process


_started: list[subprocess.Popen[str]] = []


def start(place: Path, *arguments: str) -> subprocess.Popen[str]:
    """Starts the program in the project."""
    process = subprocess.Popen(
        [sys.executable, "-m", "headway_cli", *arguments],
        cwd=place,
        env={**os.environ, "PYTHONPATH": f"{ROOT}/engine:{ROOT}/entrypoint"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    _started.append(process)
    return process


def kill_what_was_started() -> None:
    """After a test that failed: a statement that nobody stops would work for an hour."""
    while _started:
        process = _started.pop()
        if process.poll() is None:
            process.kill()
            process.wait()


class Watcher:
    """What another connection sees of the slow statement."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = sa.create_engine(url, poolclass=NullPool)
        self.backend = self.engine.dialect.name.replace("mariadb", "mysql")

    def at_work(self) -> bool:
        """Whether the server is at a statement of the kind."""
        if self.backend == "sqlite":
            return False
        question = (
            "SELECT count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND state <> 'idle'"
            " AND datname = current_database() AND query ~* 'pg_sleep|INSERT INTO _alembic_tmp_t'"
            if self.backend == "postgresql"
            else "SELECT count(*) FROM information_schema.processlist WHERE id <> connection_id()"
            " AND db = database() AND (lower(info) LIKE '%sleep(%' OR info LIKE 'INSERT INTO _alembic_tmp_t%')"
        )
        with self.engine.connect() as connection:
            return bool(connection.scalar(sa.text(question.replace(":", "\\:"))))

    def wait_for_work(self) -> None:
        """Until it is seen; a moment where nobody can see it."""
        deadline = time.monotonic() + 20
        while self.backend != "sqlite" and not self.at_work():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        if self.backend == "sqlite":
            time.sleep(0.5)

    def end_work(self) -> None:
        """Ends the sessions that are at it."""
        question = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            " AND datname = current_database() AND query ~* 'pg_sleep'"
            if self.backend == "postgresql"
            else "SELECT id FROM information_schema.processlist WHERE id <> connection_id() AND db = database()"
        )
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for number in connection.exec_driver_sql(question).scalars().all():
                if self.backend != "postgresql":
                    connection.exec_driver_sql(f"KILL {number}")

    def tables(self) -> list[str]:
        with self.engine.connect() as connection:
            return sorted(sa.inspect(connection).get_table_names())

    def versions(self) -> list[Any]:
        with self.engine.connect() as connection:
            if not sa.inspect(connection).has_table("alembic_version"):
                return []
            return list(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars())
