"""The door to the database holds, whatever env.py, a convention or a later revision does around it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.pool import NullPool, StaticPool
from sqlalchemy.schema import CreateTable, DropTable

from databases.histories import make_project, state_of
from fixtures.programs import Program
from headway.operations import every
from headway.operations.base import Operations
from headway.runtime.context import MigrationContext

assert every  # importing it fills Operations

CREATE = 'op.create_table("t", sa.Column("n", sa.Integer))'
DROP = 'op.drop_table("t")'

REFUSING = """import sqlalchemy as sa
    execute = connection.execute
    def guarded(statement, *args, **kw):
        if isinstance(statement, sa.schema.DropTable):
            raise PermissionError("no table is dropped here")
        return execute(statement, *args, **kw)
    connection.execute = guarded
    with context.begin_transaction():
        context.run_migrations()"""


def test_an_execute_of_env_py_s_own_is_called(database_url: str, headway: Program, tmp_path: Path) -> None:
    """Today the table was dropped: plain operations went to the driver another way."""
    more = [f'op.create_table("u{n}", sa.Column("n", sa.Integer))' for n in range(3)]
    drops = [f'op.drop_table("u{n}")' for n in range(3)]
    project = make_project(tmp_path / "project", database_url, [CREATE, *more, *drops, DROP], body=REFUSING)
    done = headway("upgrade", "head", cwd=project)
    assert done.code in (4, 6)
    done.assert_one_clear_line("PermissionError", "no table is dropped here")
    with sa.create_engine(database_url, poolclass=NullPool).connect() as connection:
        tables = set(sa.inspect(connection).get_table_names())
    assert "u0" in tables or tables == set()  # on PostgreSQL all is one transaction


CONVENTION = """import sqlalchemy as sa
    names = {"ix": "%(table_name)s$%(column_0_name)s", "uq": "%(table_name)s$%(constraint_name)s"}
    context.configure(connection=connection, target_metadata=sa.MetaData(naming_convention=names))
    with context.begin_transaction():
        context.run_migrations()"""


def test_a_convention_with_names_that_need_quotes(
    database_url: str, headway: Program, alembic: Program, tmp_path: Path
) -> None:
    steps = [
        'op.create_table("Order Line", sa.Column("a b", sa.Integer), sa.Column("c", sa.Integer))',
        'op.create_index("My Index", "Order Line", ["a b"], unique=True)',
        'op.drop_index("My Index", "Order Line")',
        'op.add_column("Order Line", sa.Column("d$e", sa.Integer))',
    ]
    project = make_project(tmp_path / "project", database_url, steps, body=CONVENTION)
    done = headway("upgrade", "head", cwd=project)
    assert done.code == 0, done.err


def test_a_compiler_that_a_later_revision_brings_counts(database_url: str, headway: Program, tmp_path: Path) -> None:
    """``@compiles(DropTable)`` in a module that is loaded with the run."""
    compiles = (
        "from sqlalchemy.ext.compiler import compiles\n"
        "@compiles(sa.schema.DropTable)\n"
        "def visit(element, compiler, **kw):\n"
        "    return f'DROP TABLE IF EXISTS {compiler.preparer.format_table(element.element)}'\n"
        "op.drop_table('never_there')\n"
    )
    project = make_project(tmp_path / "project", database_url, [CREATE, DROP, CREATE, DROP, compiles])
    done = headway("upgrade", "head", cwd=project)
    assert done.code == 0, done.err


def heard_by(connection: Any, operations: Any, name: str, work: Any, *, raw: bool = False) -> list[Any]:
    heard: list[Any] = []
    listeners = {
        "before_execute": lambda conn, clause, multi, params, options: heard.append(clause),
        "after_execute": lambda conn, clause, multi, params, options, result: heard.append(clause),
        "before_cursor_execute": lambda conn, cursor, sql, params, context, many: heard.append(context.compiled),
        "after_cursor_execute": lambda conn, cursor, sql, params, context, many: heard.append(context.compiled),
    }
    event.listen(connection, name, listeners[name])
    try:
        work(operations)
    finally:
        event.remove(connection, name, listeners[name])
    return [getattr(item, "statement", item) for item in heard]


EVENTS = ["before_execute", "after_execute", "before_cursor_execute", "after_cursor_execute"]


@pytest.mark.parametrize("name", EVENTS)
def test_listeners_hear_the_constructs_with_their_names(name: str) -> None:
    """Each of two operations of one shape, so that a cache of texts would show."""

    def work(op: Any) -> None:
        for table in ("first", "second"):
            op.create_table(table, sa.Column("n", sa.Integer))
            op.drop_table(table)

    with sa.create_engine("sqlite://").connect() as connection:
        context = MigrationContext.configure(connection)
        heard = heard_by(connection, Operations(context), name, work)
    assert [(type(item), item.element.name) for item in heard] == [
        (CreateTable, "first"),
        (DropTable, "first"),
        (CreateTable, "second"),
        (DropTable, "second"),
    ]


@pytest.mark.parametrize("name", ["before_create", "after_create", "before_drop", "after_drop"])
def test_listeners_of_tables_hear_them(name: str) -> None:
    heard: list[str] = []

    def hear(target: Any, connection: Any, **kw: Any) -> None:
        heard.append(target.name)

    event.listen(sa.Table, name, hear)
    try:
        with sa.create_engine("sqlite://").connect() as connection:
            op: Any = Operations(MigrationContext.configure(connection))
            op.create_table("t", sa.Column("n", sa.Integer))
            op.drop_table("t")
    finally:
        event.remove(sa.Table, name, hear)
    assert heard == ["t"]


def test_a_mock_engine_is_given_the_constructs() -> None:
    given: list[Any] = []
    engine = sa.create_mock_engine("postgresql+psycopg://", lambda construct, *args, **kw: given.append(construct))
    op: Any = Operations(MigrationContext.configure(engine.connect()))
    op.create_table("t", sa.Column("n", sa.Integer))
    op.add_column("t", sa.Column("m", sa.Integer))
    op.execute("UPDATE t SET m = 1")
    assert [type(construct).__name__ for construct in given] == ["CreateTable", "AddColumn", "TextClause"]


POOLS = {
    "one connection": "import sqlalchemy as sa\n    engine = sa.create_engine(url, pool_size=1, max_overflow=0, pool_timeout=2, **POOL)",
    "static": "from sqlalchemy.pool import StaticPool\n    import sqlalchemy as sa\n    engine = sa.create_engine(url, poolclass=StaticPool)",
}


@pytest.mark.parametrize("pool", POOLS)
def test_a_pool_of_one_connection_is_enough(pool: str, database_url: str, headway: Program, tmp_path: Path) -> None:
    project = make_project(tmp_path / "project", database_url, [CREATE, 'op.execute("INSERT INTO t VALUES (1)")'])
    env = project / "migrations" / "env.py"
    extra = "poolclass=sa.pool.QueuePool, " if database_url.startswith("sqlite") else ""
    source = env.read_text()
    assert "create_engine(" in source
    made = POOLS[pool].replace("**POOL", extra)
    start = source.index("engine = ")
    end = source.index("\n", start)
    indent = source[source.rindex("\n", 0, start) + 1 : start]
    url = f"url = {database_url!r}\n{indent}"
    env.write_text(source[:start] + url + made.replace("\n    ", f"\n{indent}") + source[end:])
    done = headway("upgrade", "head", cwd=project)
    assert done.code == 0, done.err
    assert state_of(database_url) == ({"t"}, ["r2"], [1])


def test_an_implementation_that_executes_when_it_is_made() -> None:
    import io

    from headway.dialects.sqlite.impl import SQLiteImpl

    class Eager(SQLiteImpl):
        __dialect__ = "sqlite"

        def __init__(self, *args: Any, **kw: Any) -> None:
            super().__init__(*args, **kw)
            self._exec("PRAGMA user_version = 7")

    from headway.dialects.base import implementations

    implementations["sqlite"] = Eager
    try:
        out = io.StringIO()
        MigrationContext.configure(dialect_name="sqlite", opts={"as_sql": True, "output_buffer": out})
        assert out.getvalue() == "PRAGMA user_version = 7;\n\n"
        with sa.create_engine("sqlite://", poolclass=StaticPool).connect() as connection:
            MigrationContext.configure(connection)
            assert connection.scalar(sa.text("PRAGMA user_version")) == 7
    finally:
        implementations["sqlite"] = SQLiteImpl


TRANSLATED = [
    'op.add_column("acc", sa.Column("x", sa.Integer), schema="tenant")',
    'op.alter_column("acc", "n", type_=sa.String(9), nullable=False, server_default="q", schema="tenant")',
    'op.create_index("ix_acc_n", "acc", ["n"], schema="tenant")',
    'op.create_unique_constraint("uq_n", "acc", ["n"], schema="tenant")',
    'op.alter_column("acc", "x", new_column_name="y", comment="c", schema="tenant")',
    'op.bulk_insert(sa.table("acc", sa.column("n"), schema="tenant"), [{"n": "v"}])',
    'op.bulk_insert(sa.table("acc", sa.column("n"), schema="tenant"), [{"n": "w"}], multiinsert=False)',
    'op.create_table_comment("acc", "tc", schema="tenant")',
    'op.drop_constraint("uq_n", "acc", schema="tenant")',
    'op.drop_index("ix_acc_n", "acc", schema="tenant")',
    'op.drop_column("acc", "y", schema="tenant")',
    'op.rename_table("acc", "accounts", schema="tenant")',
    'op.add_column("plain", sa.Column("x", sa.Integer))',
    'op.create_foreign_key("fk", "plain", "accounts", ["x"], ["id"])',
    'op.rename_table("plain", "other")',
    'op.drop_table("other", schema="tenant")',
]


def test_a_schema_translate_map_holds_for_every_operation(postgresql_url: str) -> None:
    """Alembic forgets columns, renames and bulk_insert (sqlalchemy/alembic#555, #1503)."""
    engine = sa.create_engine(postgresql_url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE SCHEMA t1")
        connection = connection.execution_options(schema_translate_map={"tenant": "t1", None: "t1"})
        op: Any = Operations(MigrationContext.configure(connection))
        op.create_table(
            "acc", sa.Column("id", sa.Integer, primary_key=True), sa.Column("n", sa.String(5)), schema="tenant"
        )
        op.create_table("plain", sa.Column("id", sa.Integer, primary_key=True))
        for step in TRANSLATED:
            exec(step, {"op": op, "sa": sa})
        rows = connection.exec_driver_sql("SELECT n FROM t1.accounts ORDER BY n").fetchall()
        tables = connection.exec_driver_sql(
            "SELECT table_schema, table_name FROM information_schema.tables WHERE table_schema IN ('t1', 'public')"
        ).fetchall()
    assert [tuple(row) for row in rows] == [("v",), ("w",)]
    assert [tuple(row) for row in tables] == [("t1", "accounts")]


SELF_CLEANING = """
{CREATE}
{call}
"""


@pytest.mark.parametrize("call", ["downgrade()", "globals()['downgrade']()", "globals()['down' + 'grade']()"])
@pytest.mark.parametrize("count", [1, 30])
def test_a_migration_that_calls_its_own_downgrade(
    call: str, count: int, sqlite_url: str, headway: Program, tmp_path: Path
) -> None:
    """Whatever runs after it, and without a bytecode cache: nothing of a file is left out."""
    steps = [f"{CREATE}\n{call}", *[f'op.execute("SELECT {n}")' for n in range(count)]]
    project = make_project(tmp_path / "project", sqlite_url, steps)
    first = next((project / "migrations" / "versions").glob("r1.py"))
    source = first.read_text()
    first.write_text(source[: source.index("def downgrade")] + f"def downgrade():\n    {DROP}\n")
    done = headway("upgrade", "head", cwd=project, env={"PYTHONDONTWRITEBYTECODE": "1"})
    assert done.code == 0, done.err
    assert state_of(sqlite_url)[0] == set()
