"""How a run that failed is spoken of where the sentence was false: causes, directions, and codes of the exit."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from databases.histories import make_project, state_of
from fixtures.programs import Program

CREATE = 'op.create_table("t", sa.Column("n", sa.Integer))'
FAIL = "raise ValueError('boom')"
PER_MIGRATION = "transaction_per_migration=True"
IN_BLOCK = "with op.get_context().autocommit_block():\n    op.execute('INSERT INTO t VALUES (1)')\n"


def run_sql(url: str, *statements: str) -> None:
    with sa.create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT").connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


# -- what an earlier run may have left --------------------------------------------------------------------------


REPLACED = {
    "an index": 'op.drop_index("ix", "t")\nop.create_index("ix", "t", ["n"], unique=True)',
    "a table": 'op.drop_table("t")\nop.create_table("t", sa.Column("m", sa.Integer))\nop.create_index("ix", "t", ["m"])',
    "a table that is moved aside": 'op.rename_table("t", "old")\nop.create_table("t", sa.Column("m", sa.Integer))',
    "a column": 'op.drop_column("t", "m")\nop.add_column("t", sa.Column("m", sa.String(9)))',
    "a table in plain SQL": 'op.execute("DROP TABLE t")\nop.create_table("t", sa.Column("m", sa.Integer))',
    "a table that comes and goes": 'op.create_table("w", sa.Column("n", sa.Integer))\nop.drop_table("w")',
}


@pytest.mark.parametrize("what", REPLACED)
def test_what_the_revision_itself_replaces_is_no_trace(
    what: str, postgresql_url: str, mariadb_url: str, headway: Program, tmp_path: Path
) -> None:
    """It was "index ix is there: undo it by hand", of the index that was there before the revision."""
    first = 'op.create_table("t", sa.Column("n", sa.Integer), sa.Column("m", sa.Integer))\nop.create_index("ix", "t", ["n"])'
    for kind, url in {"postgresql": postgresql_url, "mariadb": mariadb_url}.items():
        # MariaDB keeps what comes before a failure, so there the revision fails before it does anything.
        steps = [first, f"{REPLACED[what]}\n{FAIL}" if kind == "postgresql" else f"{FAIL}\n{REPLACED[what]}"]
        project = make_project(tmp_path / kind, url, steps)
        assert headway("upgrade", "r1", cwd=project).code == 0
        done = headway("upgrade", "head", cwd=project)
        assert done.code == 6
        done.assert_one_clear_line("revision r2 failed", "Nothing was applied.")
        assert "earlier run" not in done.err, kind


def test_a_table_of_that_name_is_no_trace_where_ddl_is_rolled_back(
    postgresql_url: str, headway: Program, tmp_path: Path
) -> None:
    project = make_project(tmp_path / "project", postgresql_url, [CREATE])
    run_sql(postgresql_url, "CREATE TABLE t (n int)")
    done = headway("upgrade", "head", cwd=project)
    done.assert_one_clear_line("revision r1 failed", "already exists", "Nothing was applied.")
    assert "earlier run" not in done.err


def test_what_an_autocommit_block_left_is_a_trace(postgresql_url: str, headway: Program, tmp_path: Path) -> None:
    block = 'with op.get_context().autocommit_block():\n    op.create_index("ix", "t", ["n"])\nimport os\nos.kill(os.getpid(), 9)'
    project = make_project(tmp_path / "project", postgresql_url, [CREATE, block])
    assert headway("upgrade", "head", cwd=project).code == -9
    done = headway("upgrade", "head", cwd=project)
    done.assert_one_clear_line("an earlier run may have stopped inside it", "index ix is there")


@pytest.mark.parametrize("options", ["", PER_MIGRATION])
def test_work_that_the_run_has_not_committed_is_no_trace(
    options: str, sqlite_url: str, headway: Program, tmp_path: Path
) -> None:
    """A session of the ORM that rolls back leaves headway's transaction ended, and what follows begins another."""
    session = (
        "from sqlalchemy.orm import Session\nwith Session(op.get_bind()) as s:\n"
        '    s.execute(sa.text("INSERT INTO t VALUES (1)"))\n    s.rollback()\n'
        'op.execute("INSERT INTO t VALUES (2)")\nop.create_table("w", sa.Column("n", sa.Integer))\n'
    )
    project = make_project(tmp_path / "project", sqlite_url, [CREATE, session + FAIL], options=options)
    assert headway("upgrade", "r1", cwd=project).code == 0
    done = headway("upgrade", "head", cwd=project)
    assert done.code == 6
    done.assert_one_clear_line("revision r2 failed", "Nothing was applied.")
    assert "w is there" not in done.err
    assert state_of(sqlite_url) == ({"t"}, ["r1"], [])
