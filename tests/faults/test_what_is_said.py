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


def test_the_copy_that_a_batch_was_making_is_a_trace(mariadb_url: str, headway: Program, tmp_path: Path) -> None:
    """It was "NoSuchTableError: t. Nothing was applied. Mend the revision", with every row of t in the copy."""
    batch = 'with op.batch_alter_table("t", recreate="always") as batch:\n    batch.alter_column("n", nullable=False, existing_type=sa.Integer())'
    project = make_project(tmp_path / "project", mariadb_url, [CREATE, batch])
    assert headway("upgrade", "r1", cwd=project).code == 0
    run_sql(mariadb_url, "ALTER TABLE t RENAME _alembic_tmp_t")
    done = headway("upgrade", "head", cwd=project)
    done.assert_one_clear_line(
        "an earlier run may have stopped inside it", "table _alembic_tmp_t is there", "table t is gone"
    )
    assert "Nothing was applied" not in done.err


def test_a_copy_that_another_run_left_is_not_dropped(mariadb_url: str, headway: Program, tmp_path: Path) -> None:
    """It was dropped, with the rows in it, and of the refused CREATE TABLE "the answer was lost"."""
    batch = 'with op.batch_alter_table("t", recreate="always") as batch:\n    batch.alter_column("n", nullable=False, existing_type=sa.Integer())'
    project = make_project(tmp_path / "project", mariadb_url, [CREATE, batch])
    assert headway("upgrade", "r1", cwd=project).code == 0
    run_sql(mariadb_url, "CREATE TABLE _alembic_tmp_t (n int)", "INSERT INTO _alembic_tmp_t VALUES (7)")
    done = headway("upgrade", "head", cwd=project)
    assert done.code == 6
    done.assert_one_clear_line("an earlier run may have stopped inside it", "table _alembic_tmp_t is there")
    assert "the answer was lost" not in done.err
    with sa.create_engine(mariadb_url, poolclass=NullPool).connect() as connection:
        assert connection.exec_driver_sql("SELECT n FROM _alembic_tmp_t").scalars().all() == [7]


@pytest.mark.parametrize("kind", ["mariadb", "postgresql", "sqlite"])
def test_an_error_after_a_reflection_is_heard(
    kind: str, request: pytest.FixtureRequest, headway: Program, tmp_path: Path
) -> None:
    """On MySQL reflecting a table makes SQLAlchemy tell nobody of any later error on that connection."""
    url = request.getfixturevalue(f"{kind}_url")
    body = 'sa.inspect(op.get_bind()).get_columns("t")\nop.execute("CREATE TABLE t (n int)")'
    project = make_project(tmp_path / "project", url, [CREATE, body])
    assert headway("upgrade", "r1", cwd=project).code == 0
    done = headway("upgrade", "head", cwd=project)
    assert done.code == 6
    done.assert_one_clear_line("revision r2 failed", "already exists")
    assert "the answer was lost" not in done.err


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


# -- what env.py does itself ------------------------------------------------------------------------------------


OWN = 'connection.exec_driver_sql("CREATE TABLE audit (n INTEGER)")\n    connection.commit()\n    '


@pytest.mark.parametrize(
    ("then", "code"),
    [
        ('connection.exec_driver_sql("SELECT nothing FROM nowhere")', 3),
        ("raise ValueError('boom')", 2),
        ("raise SystemExit('boom')", 2),
    ],
)
def test_what_env_py_committed_before_it_failed(
    then: str, code: int, database_url: str, headway: Program, tmp_path: Path
) -> None:
    """It was "Nothing was applied", with the table in the database."""
    project = make_project(tmp_path / "project", database_url, [CREATE], body=f"{OWN}{then}")
    done = headway("upgrade", "head", cwd=project)
    assert done.code == code
    done.assert_one_clear_line("env.py itself, outside any revision, executed and committed: 1) CREATE TABLE audit")
    assert state_of(database_url)[0] == {"audit"}


# -- the direction ----------------------------------------------------------------------------------------------


def test_a_downgrade_that_stopped_half_way(database_url: str, headway: Program, tmp_path: Path) -> None:
    """It was "Applied: r3", of the revision that had just been taken back."""
    project = make_project(tmp_path / "project", database_url, [CREATE, "pass", "pass"], options=PER_MIGRATION)
    assert headway("upgrade", "head", cwd=project).code == 0
    path = project / "migrations" / "versions" / "r2.py"
    source = path.read_text()
    path.write_text(f"{source[: source.index('def downgrade')]}def downgrade():\n    {FAIL}\n")
    done = headway("downgrade", "base", cwd=project)
    assert done.code == 4
    done.assert_one_clear_line("revision r2 failed", "Undone: r3. Not run: r1.")
    assert "Applied" not in done.err
    assert state_of(database_url)[1] == ["r2"]


def test_a_stamp_that_everything_follows(sqlite_url: str, headway: Program, tmp_path: Path) -> None:
    body = f"with context.begin_transaction():\n        context.run_migrations()\n    {FAIL}"
    project = make_project(tmp_path / "project", sqlite_url, [CREATE], body=body)
    done = headway("stamp", "head", cwd=project)
    done.assert_one_clear_line("Everything was stamped before that: r1.")
    assert "applied" not in done.err.lower()


# -- codes of the exit ------------------------------------------------------------------------------------------


def test_a_revision_that_ends_the_program_half_way(database_url: str, headway: Program, tmp_path: Path) -> None:
    """It was 2, and not a word of what remains."""
    project = make_project(tmp_path / "project", database_url, [CREATE, f"{IN_BLOCK}import sys\nsys.exit('x')"])
    done = headway("upgrade", "head", cwd=project)
    assert done.code == 4
    done.assert_one_clear_line("r2.py:", "ended the program with sys.exit('x')", "Applied: r1.", "INSERT INTO t")
    assert state_of(database_url) == ({"t"}, ["r1"], [1])


def test_a_revision_that_ends_the_program_and_leaves_nothing(
    database_url: str, headway: Program, tmp_path: Path
) -> None:
    project = make_project(tmp_path / "project", database_url, [CREATE, "raise SystemExit(0)"])
    assert headway("upgrade", "r1", cwd=project).code == 0
    done = headway("upgrade", "head", cwd=project)
    assert done.code == 6
    done.assert_one_clear_line("ended the program with sys.exit(0)", "Nothing was applied.")
    assert state_of(database_url) == ({"t"}, ["r1"], [])


@pytest.mark.parametrize("then", ["raise SystemExit('x')", FAIL])
def test_an_env_py_that_ends_badly_after_the_run(
    then: str, database_url: str, headway: Program, tmp_path: Path
) -> None:
    body = f"with context.begin_transaction():\n        context.run_migrations()\n    {then}"
    project = make_project(tmp_path / "project", database_url, [CREATE], body=body)
    done = headway("upgrade", "head", cwd=project)
    assert done.code == 4
    done.assert_one_clear_line("env.py:", "Everything was applied before that: r1. Nothing is left to do.")
    assert state_of(database_url)[1] == ["r1"]


DEFERRED = """
op.create_table("p", sa.Column("id", sa.Integer, primary_key=True))
op.create_table("c", sa.Column("p", sa.Integer, sa.ForeignKey("p.id", deferrable=True, initially="DEFERRED")))
op.execute("INSERT INTO c VALUES (7)")
"""


def test_a_commit_that_the_database_refuses(postgresql_url: str, headway: Program, tmp_path: Path) -> None:
    """It was 3, as if the server had been at fault."""
    project = make_project(tmp_path / "project", postgresql_url, [DEFERRED])
    done = headway("upgrade", "head", cwd=project)
    assert done.code == 6
    done.assert_one_clear_line(
        "the database refused the commit", "foreign key", "Nothing was applied. Mend the revision"
    )
    assert state_of(postgresql_url)[0] == set()


def test_a_commit_that_the_database_refuses_half_way(postgresql_url: str, headway: Program, tmp_path: Path) -> None:
    project = make_project(tmp_path / "project", postgresql_url, [CREATE, DEFERRED], options=PER_MIGRATION)
    done = headway("upgrade", "head", cwd=project)
    assert done.code == 4
    done.assert_one_clear_line("the database refused the commit", "Applied: r1. Not run: r2.")


def test_a_version_table_that_may_not_be_made_is_the_database_s_fault(
    postgresql_url: str, headway: Program, tmp_path: Path
) -> None:
    project = make_project(tmp_path / "project", postgresql_url, [CREATE], options='version_table_schema="nowhere"')
    done = headway("upgrade", "head", cwd=project)
    assert done.code == 3
    done.assert_one_clear_line("the database refused", "Nothing was applied.")


CALLBACKS = {
    "an exception": "raise ValueError('boom')",
    "a statement": "kw['ctx'].connection.exec_driver_sql('SELECT nothing FROM nowhere')",
    "an error of ours": "kw['ctx'].get_head_revision() and kw['ctx'].script.get_revision('nowhere')",
}


@pytest.mark.parametrize("raising", CALLBACKS)
def test_a_callback_that_raises(raising: str, postgresql_url: str, headway: Program, tmp_path: Path) -> None:
    """It was 2, and "run this file by hand"."""
    project = make_project(tmp_path / "project", postgresql_url, [CREATE, "pass"], options="on_version_apply=told")
    env = project / "migrations" / "env.py"
    env.write_text(f"def told(**kw):\n    {CALLBACKS[raising]}\n\n\n{env.read_text()}")
    done = headway("upgrade", "head", cwd=project)
    assert done.code == 6, done.err
    done.assert_one_clear_line("env.py:2: an on_version_apply callback", "Nothing was applied. Mend the callback")
    assert state_of(postgresql_url) == (set(), [], [])


def test_a_revision_that_takes_its_own_row_away(database_url: str, headway: Program, tmp_path: Path) -> None:
    """It was 1, and "another process moved this database", where there was none."""
    steps = [CREATE, 'op.execute("DELETE FROM alembic_version")']
    project = make_project(tmp_path / "project", database_url, steps)
    assert headway("upgrade", "r1", cwd=project).code == 0
    done = headway("upgrade", "head", cwd=project)
    assert done.code == 6
    done.assert_one_clear_line(
        "r2.py: ", "does not hold the row 'r1'", "the revision itself or another process", "Nothing was applied."
    )
    assert state_of(database_url) == ({"t"}, ["r1"], [])


@pytest.mark.parametrize(
    "failing", [FAIL, "raise SystemExit('x')", "op.get_bind().scalar(sa.text('SELECT 1'))", "import nothing_there"]
)
def test_a_script_that_breaks_off(failing: str, sqlite_url: str, headway: Program, tmp_path: Path) -> None:
    """It was 6 and "Nothing was applied", with half a script on standard output."""
    project = make_project(tmp_path / "project", sqlite_url, [CREATE, failing])
    done = headway("upgrade", "head", "--sql", cwd=project)
    assert done.code == 2
    assert "CREATE TABLE t" in done.out
    done.assert_one_clear_line("r2.py:", "The SQL script that was printed is incomplete and must not be used.")
    assert "applied" not in done.err
