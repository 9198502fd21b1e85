"""What is in the database after a run that ends well or half-way: as after Alembic's, and said in detail."""

from __future__ import annotations

from pathlib import Path

import pytest

from databases.histories import BODY, make_project, state_of
from fixtures.programs import Program

CREATE = 'op.create_table("t", sa.Column("n", sa.Integer))'
INSERT = 'op.execute("INSERT INTO t VALUES (1)")'
FAIL = "op.execute(\"INSERT INTO nowhere VALUES ('secret')\")"

RUNS = {
    "all of it": [CREATE, INSERT, 'op.create_table("u", sa.Column("n", sa.Integer))'],
    "a failure in the second": [CREATE, f"{INSERT}\n{FAIL}"],
    "a failure in the first": [f"{CREATE}\n{INSERT}\n{FAIL}"],
    "a failure after DDL": [CREATE, f'{INSERT}\nop.create_table("u", sa.Column("n", sa.Integer))\n{FAIL}'],
    "a failure at once": [CREATE, FAIL],
    "an autocommit block": [f"{CREATE}\nwith op.get_context().autocommit_block():\n    {INSERT}\n{INSERT}"],
    "a failure after an autocommit block": [
        CREATE,
        f"{INSERT}\nwith op.get_context().autocommit_block():\n    {INSERT}\n{INSERT}\n{FAIL}",
    ],
    "a failure in an autocommit block": [
        CREATE,
        f"{INSERT}\nwith op.get_context().autocommit_block():\n    {INSERT}\n    {FAIL}",
    ],
}
OPTIONS = {
    "defaults": "",
    "one for each": "transaction_per_migration=True",
    "transactional": "transactional_ddl=True",
    "not transactional": "transactional_ddl=False",
}


@pytest.mark.part(8)
@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("run", RUNS)
def test_the_database_is_as_after_alembic(
    run: str, options: str, database_url: str, alembic: Program, headway: Program, tmp_path: Path
) -> None:
    project = make_project(tmp_path / "project", database_url, RUNS[run], options=OPTIONS[options])
    theirs = alembic("upgrade", "head", cwd=project)
    expected = state_of(database_url)
    _empty(database_url)
    ours = headway("upgrade", "head", cwd=project)
    assert state_of(database_url) == expected, ours.err
    assert (ours.code == 0) == (theirs.code == 0), ours.err


def test_the_report_names_the_statements_that_stay(mariadb_url: str, headway: Program, tmp_path: Path) -> None:
    """MariaDB commits with every DDL, and what waited before it too; what came after is rolled back."""
    second = f"""
{INSERT}
op.create_table("u", sa.Column("n", sa.Integer))
op.execute("INSERT INTO u VALUES (2)")
{FAIL}
"""
    project = make_project(tmp_path / "project", mariadb_url, [CREATE, second, "pass"])
    done = headway("upgrade", "head", cwd=project)
    assert done.code == 4
    done.assert_one_clear_line("revision r2 failed", "Applied: r1.", "Not run: r3.")
    assert "1) INSERT INTO t VALUES (1); 2) CREATE TABLE u ( n INTEGER )." in done.err
    assert "INSERT INTO u" not in done.err
    assert state_of(mariadb_url) == ({"t", "u"}, ["r1"], [1])


def test_on_sqlite_too(sqlite_url: str, headway: Program, tmp_path: Path) -> None:
    """There DDL takes effect at once unless rows were changed before it in the same migration."""
    first = f'{CREATE}\nop.create_index("ix", "t", ["n"])\n{INSERT}\nop.create_table("u", sa.Column("n", sa.Integer))\n{FAIL}'
    project = make_project(tmp_path / "project", sqlite_url, [first])
    done = headway("upgrade", "head", cwd=project)
    assert done.code == 4
    assert "1) CREATE TABLE t ( n INTEGER ); 2) CREATE INDEX ix ON t (n)." in done.err
    assert state_of(sqlite_url) == ({"t"}, [], [])


def test_a_batch_that_failed_has_no_effect(sqlite_url: str, headway: Program, tmp_path: Path) -> None:
    batch = """
with op.batch_alter_table("t") as batch_op:
    batch_op.create_check_constraint("ck", "n > 5")
"""
    project = make_project(tmp_path / "project", sqlite_url, [CREATE, INSERT, batch])
    done = headway("upgrade", "head", cwd=project)
    assert done.code == 4
    done.assert_one_clear_line("revision r3 failed", "Applied: r1, r2.", "CHECK constraint failed")
    assert "taken effect" not in done.err


@pytest.mark.parametrize("failing", [FAIL, f"{INSERT}\n{FAIL}"])
def test_nothing_is_claimed_when_nothing_stays(
    failing: str, database_url: str, headway: Program, tmp_path: Path
) -> None:
    project = make_project(tmp_path / "project", database_url, [CREATE, failing])
    assert headway("upgrade", "r1", cwd=project).code == 0
    done = headway("upgrade", "head", cwd=project)
    assert done.code == 6
    done.assert_one_clear_line("revision r2 failed", "Nothing was applied")
    assert state_of(database_url) == ({"t"}, ["r1"], [])


def test_on_postgresql_what_an_autocommit_block_made_stays(
    postgresql_url: str, headway: Program, tmp_path: Path
) -> None:
    second = f"""
{INSERT}
with op.get_context().autocommit_block():
    op.create_index("ix", "t", ["n"], postgresql_concurrently=True)
op.execute("INSERT INTO t VALUES (2)")
{FAIL}
"""
    project = make_project(tmp_path / "project", postgresql_url, [CREATE, second])
    done = headway("upgrade", "head", cwd=project)
    assert done.code == 4
    assert "1) INSERT INTO t VALUES (1); 2) CREATE INDEX CONCURRENTLY ix ON t (n)." in done.err
    assert state_of(postgresql_url) == ({"t"}, ["r1"], [1])


def test_values_are_not_repeated(mariadb_url: str, headway: Program, tmp_path: Path) -> None:
    second = f"""
op.execute("INSERT INTO t VALUES ('7')")
op.execute("CREATE USER IF NOT EXISTS somebody IDENTIFIED BY 'hunter2'")
{FAIL}
"""
    project = make_project(tmp_path / "project", mariadb_url, [CREATE, second])
    done = headway("upgrade", "head", cwd=project)
    assert "INSERT INTO t VALUES ('…'); 2) CREATE USER IF NOT EXISTS somebody IDENTIFIED BY '***'" in done.err
    assert "hunter2" not in done.err + done.out


def test_a_refusal_names_the_line_of_the_migration(sqlite_url: str, headway: Program, tmp_path: Path) -> None:
    second = 'pass\nop.alter_column("t", "n", nullable=False)'
    project = make_project(tmp_path / "project", sqlite_url, [CREATE, second])
    assert headway("upgrade", "r1", cwd=project).code == 0
    done = headway("upgrade", "head", cwd=project)
    done.assert_one_clear_line("migrations/versions/r2.py:10: ", "batch_alter_table")
    assert done.code != 0


EXTERNAL = f"""with connection.begin() as outer:
        context.configure(connection=connection)
        {BODY.replace(chr(10), chr(10) + "    ")}
        outer.rollback()"""


def test_a_transaction_of_the_caller_s_stays_the_caller_s(
    postgresql_url: str, alembic: Program, headway: Program, tmp_path: Path
) -> None:
    """env.py began one before configure(): nothing is committed, and its rollback undoes everything."""
    project = make_project(tmp_path / "project", postgresql_url, [CREATE, INSERT], body=EXTERNAL)
    for program in (alembic, headway):
        assert program("upgrade", "head", cwd=project).code == 0
        assert state_of(postgresql_url) == (set(), [], [])


def test_in_a_transaction_of_the_caller_s_no_autocommit_block(
    postgresql_url: str, alembic: Program, headway: Program, tmp_path: Path
) -> None:
    block = f"{CREATE}\nwith op.get_context().autocommit_block():\n    {INSERT}"
    project = make_project(tmp_path / "project", postgresql_url, [block], body=EXTERNAL)
    assert alembic("upgrade", "head", cwd=project).code != 0
    done = headway("upgrade", "head", cwd=project)
    assert done.code != 0
    done.assert_one_clear_line("autocommit_block()", "context.configure()")
    assert state_of(postgresql_url) == (set(), [], [])


def _empty(url: str) -> None:
    import sqlalchemy as sa
    from sqlalchemy.pool import NullPool

    engine = sa.create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        for name in sa.inspect(connection).get_table_names():
            connection.exec_driver_sql(f"DROP TABLE {name}")
        connection.commit()
