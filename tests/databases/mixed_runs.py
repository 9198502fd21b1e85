"""A project of data steps that prove who was at work when, and rounds of many runs at once on it."""

from __future__ import annotations

import random
import re
import subprocess
import time
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from databases.endings import start

REVISIONS = ["r1", "r2", "r3", "r4", "r5"]

ENV = """
import os
from alembic import context
from sqlalchemy import create_engine, pool

url = context.config.get_main_option("sqlalchemy.url")
engine = create_engine(url, poolclass=pool.QueuePool, pool_size=1, max_overflow=0)
with engine.connect() as connection:
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
"""

REVISION = '''
import os
from alembic import op

revision = "{revision}"
down_revision = {down!r}


def at_work(*statements):
    """Alone, or a second one finds the file."""
    os.close(os.open("at-work", os.O_CREAT | os.O_EXCL)) if not os.path.exists("lenient") else None
    try:
        for statement in statements:
            op.execute(statement)
    finally:
        if not os.path.exists("lenient"):
            os.unlink("at-work")


def upgrade():
    at_work("INSERT INTO work VALUES ('{revision}')", {nap!r})


def downgrade():
    at_work({nap!r}, "DELETE FROM work WHERE revision = '{revision}'")
'''

_NAPS = {"postgresql": "SELECT pg_sleep(0.1)", "mysql": "SELECT SLEEP(0.1)"}
_NAP = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 300000) SELECT max(i) FROM n"


class MixedRuns:
    """The project on one database, and what is true of it between two rounds."""

    def __init__(self, place: Path, url: str) -> None:
        self.place = place
        self.killed = 0
        """How many sessions that held the lock have been killed so far."""
        self.engine = sa.create_engine(url, poolclass=NullPool)
        self.backend = self.engine.dialect.name.replace("mariadb", "mysql")
        versions = place / "versions"
        versions.mkdir(parents=True)
        text = url.replace("%", "%%")
        (place / "alembic.ini").write_text(f"[alembic]\nscript_location = %(here)s\nsqlalchemy.url = {text}\n")
        (place / "env.py").write_text(ENV)
        nap = _NAPS.get(self.backend, _NAP)
        for revision, down in zip(REVISIONS, [None, *REVISIONS], strict=False):
            (versions / f"{revision}.py").write_text(REVISION.format(revision=revision, down=down, nap=nap))
        with self.engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE work (revision varchar(10))")

    def round(
        self, chance: random.Random, *, count: int, kills: bool, stamps: bool
    ) -> list[tuple[list[str], int, str]]:
        """``count`` runs at once, the lock's session killed again and again if asked; how each of them ended.

        With ``stamps`` nobody downgrades: the version row and the data would rightly differ.
        """
        if stamps:
            self.settle()
        verbs = [["upgrade", "head"], ["upgrade", "head"], ["current"]]
        verbs += [["stamp", "head"]] if stamps else [["downgrade", "-1"], ["downgrade", "base"], ["upgrade", "+1"]]
        lenient = self.place / "lenient"  # who lost the file of its lock has a session that lives on until it looks
        lenient.touch() if kills and self.backend == "sqlite" else lenient.unlink(missing_ok=True)
        runs = [(verb, start(self.place, *verb)) for verb in (chance.choice(verbs) for _ in range(count))]
        killed = 0
        while any(process.poll() is None for _, process in runs):
            if kills and self.kill_holder():
                killed += 1
            time.sleep(chance.uniform(0.05, 0.4))
        ended = [(verb, process, process.communicate()) for verb, process in runs]
        self.killed += killed
        return [(verb, process.returncode, err) for verb, process, (_, err) in ended]

    def settle(self) -> None:
        """To the head, alone."""
        process: subprocess.Popen[str] = start(self.place, "upgrade", "head")
        _, err = process.communicate()
        assert process.returncode == 0, err

    def kill_holder(self) -> bool:
        """Ends the session that holds the lock now, or deletes the lock's file; whether there was one."""
        if self.backend == "sqlite":
            files = list(self.place.parent.glob("*-headway-lock"))
            for file in files:
                file.unlink(missing_ok=True)
            return bool(files)
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if self.backend == "postgresql":
                found = "SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory' AND granted"
                inside = " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
                return bool(connection.scalar(sa.text(found + inside)))
            from headway.dialects.mysql.locks import MysqlLock

            number = re.search(r"connection (\d+)", MysqlLock(connection, "alembic_version").holder())
            if number is None:
                return False
            try:
                connection.exec_driver_sql(f"KILL {number[1]}")
            except sa.exc.OperationalError:
                return False  # it has just ended
            return True

    def assert_whole(self) -> None:
        """Each applied revision has done its work once, and no other has."""
        with self.engine.connect() as connection:
            done = sorted(connection.exec_driver_sql("SELECT revision FROM work").scalars())
            there = []
            if sa.inspect(connection).has_table("alembic_version"):
                there = list(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars())
        assert len(there) <= 1
        expected = REVISIONS[: REVISIONS.index(there[0]) + 1] if there else []
        assert done == expected
        assert not (self.place / "at-work").exists()
