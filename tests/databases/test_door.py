"""The door to the database holds, whatever env.py, a convention or a later revision does around it."""

from __future__ import annotations

import importlib.util
import json
import py_compile
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
    there = {"t", "u0", "u1", "u2", "alembic_version"}
    assert tables == (set() if database_url.startswith("postgresql") else there)  # there all is one transaction


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


def names_of(url: str) -> dict[str, set[str | None]]:
    """The names of everything that a convention names."""
    with sa.create_engine(url, poolclass=NullPool).connect() as connection:
        seen = sa.inspect(connection)
        tables = [name for name in seen.get_table_names() if name != "alembic_version"]
        return {
            table: {
                *(one["name"] for one in seen.get_indexes(table)),
                *(one["name"] for one in seen.get_unique_constraints(table)),
                *(one["name"] for one in seen.get_check_constraints(table)),
                *(one["name"] for one in seen.get_foreign_keys(table)),
                seen.get_pk_constraint(table)["name"],
            }
            for table in tables
        }


CONVENTION_OF_ALL = CONVENTION.replace(
    "names = {",
    'names = {"ck": "%(table_name)s$%(constraint_name)s", "fk": "%(table_name)s$%(column_0_name)s", '
    '"pk": "%(table_name)s$pk", ',
)
"""Each with the table's name and a dollar, which have to be quoted."""

NAMED = [
    'op.create_table("Order Line", sa.Column("a b", sa.Integer, nullable=False), sa.Column("c", sa.Integer),\n'
    '    sa.PrimaryKeyConstraint("a b"), sa.UniqueConstraint("c", name="once"), sa.CheckConstraint("c > 0", name="some"),\n'
    '    sa.ForeignKeyConstraint(["c"], ["Order Line.a b"]))',
    'op.create_table("Order Line 2", sa.Column("a b", sa.Integer), sa.Column("c", sa.Integer))',
    'op.create_index(None, "Order Line", ["c"])',
    'with op.batch_alter_table("Order Line 2") as batch:\n    batch.create_unique_constraint("twice", ["c"])\n'
    '    batch.create_check_constraint("more", "c > 1")\n'
    '    batch.create_foreign_key(None, "Order Line", ["c"], ["a b"])',
    'with op.batch_alter_table("Order Line 2") as batch:\n    batch.drop_constraint("more", type_="check")',
    'op.create_table("Order Line 3", sa.Column("c", sa.Integer), sa.UniqueConstraint("c", name="once"))\n'
    'op.drop_table("Order Line 3")',
]


def test_a_convention_names_what_it_names_under_alembic(
    database_url: str, headway: Program, alembic: Program, tmp_path: Path
) -> None:
    """The names of constraints are made of the convention, the table and the name that is given, and quoted once."""
    found = []
    for program in (alembic, headway):
        project = make_project(tmp_path / str(len(found)), database_url, NAMED, body=CONVENTION_OF_ALL)
        done = program("upgrade", "head", cwd=project)
        assert done.code == 0, done.err
        found.append(names_of(database_url))
        with sa.create_engine(database_url, poolclass=NullPool).begin() as connection:
            for table in ("Order Line 2", "Order Line", "alembic_version"):
                connection.execute(sa.schema.DropTable(sa.Table(table, sa.MetaData())))
    assert found[1] == found[0]
    assert "Order Line$some" in found[0]["Order Line"]


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


MODULE_SAYS = """from sqlalchemy.ext.compiler import compiles


@compiles(sa.schema.DropTable)
def visit(element, compiler, **kw):
    return f"DROP TABLE IF EXISTS {compiler.preparer.format_table(element.element)}"


def upgrade():
"""


def test_a_compiler_at_the_top_of_a_later_revision_counts(database_url: str, headway: Program, tmp_path: Path) -> None:
    """The module says it; earlier revisions have dropped tables of that shape by then."""
    steps = [CREATE, DROP, CREATE, DROP, "op.drop_table('never_there')"]
    project = make_project(tmp_path / "project", database_url, steps)
    last = project / "migrations" / "versions" / "r5.py"
    last.write_text(last.read_text().replace("def upgrade():\n", MODULE_SAYS))
    done = headway("upgrade", "head", cwd=project)
    assert done.code == 0, done.err
    assert state_of(database_url) == (set(), ["r5"], [])


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


EVENTS_ENV = """
import json
import os
from alembic import context
import sqlalchemy as sa
from sqlalchemy import create_engine, event
from sqlalchemy.pool import NullPool

heard = []


def listen(target, names):
    for name in names:
        event.listen(target, name, lambda *args, name=name, **kw: hear(name, args))


def hear(name, args):
    what = None
    if name.endswith("cursor_execute"):
        what = getattr(getattr(args[4], "compiled", None), "statement", None)
    elif name in ("before_execute", "after_execute"):
        what = args[1]
    elif name.endswith(("create", "drop")):
        what = args[0]
    elif name == "handle_error":
        what = args[0].original_exception
    about = getattr(what, "element", what)
    heard.append([name, type(what).__name__, str(getattr(about, "name", getattr(what, "table_name", "")))])


engine = create_engine(context.config.get_main_option("sqlalchemy.url"), poolclass=NullPool)
of_engines = ["before_execute", "after_execute", "before_cursor_execute", "after_cursor_execute", "begin", "commit"]
of_engines += ["rollback", "savepoint", "rollback_savepoint", "release_savepoint", "engine_connect", "handle_error"]
of_engines += ["set_connection_execution_options"]
listen(engine, [*of_engines, "do_connect", "do_execute", "do_executemany", "do_execute_no_params"])
listen(engine.pool, ["connect", "first_connect", "checkout", "checkin", "reset", "close"])
for kind in (sa.Table, sa.Index, sa.Sequence):
    listen(kind, ["before_create", "after_create", "before_drop", "after_drop"])
try:
    with engine.connect() as connection:
        connection = connection.execution_options(mine=1)
        context.configure(connection=connection)
        with context.begin_transaction():
            context.run_migrations()
finally:
    with open(os.environ["HEARD"], "w") as file:
        json.dump(heard, file)
"""

HEARD = [
    'op.create_table("t", sa.Column("n", sa.Integer), sa.Column("m", sa.Integer, index=True))\n'
    't = sa.table("t", sa.column("n"), sa.column("m"))\n'
    'op.add_column("t", sa.Column("x", sa.Integer))\n'
    'op.create_index("ix", "t", ["n"])\n'
    'op.bulk_insert(t, [{"n": 1}, {"n": 2}])\n'
    'op.execute("UPDATE t SET n = 3")\n'
    "op.execute(t.delete().where(t.c.n == 7))\n"
    'op.get_bind().exec_driver_sql("SELECT 1")',
    "with op.get_bind().begin_nested():\n"
    '    op.execute("UPDATE t SET n = 4")\n'
    "try:\n"
    "    with op.get_bind().begin_nested():\n"
    '        op.execute("SELECT nothing FROM nowhere")\n'
    "except sa.exc.DBAPIError:\n"
    "    pass",
    'op.drop_index("ix", "t")\nop.rename_table("t", "u")\nop.drop_table("u")',
]


def test_each_event_is_heard_as_under_alembic(
    database_url: str, headway: Program, alembic: Program, tmp_path: Path
) -> None:
    """Of engines, connections, dialects, pools and tables: what is told, in which order, with which construct and name."""
    heard = []
    for program, more in ((alembic, ()), (headway, ("--no-lock",))):  # the lock asks the server in its own way
        place = tmp_path / str(len(heard))
        project = make_project(place, database_url, HEARD)
        (project / "migrations" / "env.py").write_text(EVENTS_ENV)
        done = program("upgrade", "head", *more, cwd=project, env={"HEARD": str(place / "heard.json")})
        assert done.code == 0, done.err
        heard.append(json.loads((place / "heard.json").read_text()))
        with sa.create_engine(database_url, poolclass=NullPool).begin() as connection:
            connection.exec_driver_sql("DROP TABLE alembic_version")
    assert heard[1] == heard[0]
    assert {"handle_error", "rollback_savepoint", "do_executemany", "close"} <= {name for name, *_ in heard[0]}


def test_a_mock_engine_is_given_the_constructs() -> None:
    given: list[Any] = []
    engine = sa.create_mock_engine("postgresql+psycopg://", lambda construct, *args, **kw: given.append(construct))
    op: Any = Operations(MigrationContext.configure(engine.connect()))
    op.create_table("t", sa.Column("n", sa.Integer))
    op.add_column("t", sa.Column("m", sa.Integer))
    op.execute("UPDATE t SET m = 1")
    assert [type(construct).__name__ for construct in given] == ["CreateTable", "AddColumn", "TextClause"]


def test_a_mock_engine_is_given_whatever_there_is() -> None:
    """Every family of operations, with a connection that has neither options nor transactions."""
    given: list[Any] = []
    engine = sa.create_mock_engine("postgresql+psycopg://", lambda construct, *args, **kw: given.append(construct))
    op: Any = Operations(MigrationContext.configure(engine.connect()))
    op.create_table("t", sa.Column("n", sa.Integer, index=True), comment="c")
    op.bulk_insert(sa.table("t", sa.column("n")), [{"n": 1}])
    op.alter_column("t", "n", type_=sa.BigInteger, nullable=False, new_column_name="m")
    op.create_unique_constraint("uq", "t", ["m"])
    op.drop_constraint("uq", "t")
    op.create_table_comment("t", "d")
    with op.batch_alter_table("t") as batch:
        batch.add_column(sa.Column("x", sa.Integer))
        batch.drop_column("x")
    op.rename_table("t", "u")
    op.drop_index("ix_t_n", "u")
    op.drop_table("u")
    texts = [str(construct.compile(dialect=engine.dialect)).strip().partition("\n")[0] for construct in given]
    assert [" ".join(text.split()[:3]) for text in texts] == [
        *("CREATE TABLE t", "CREATE INDEX ix_t_n", "COMMENT ON TABLE", "INSERT INTO t"),
        *["ALTER TABLE t"] * 3,
        *["ALTER TABLE t"] * 2,
        "COMMENT ON TABLE",
        *["ALTER TABLE t"] * 2,
        *("ALTER TABLE t", "DROP INDEX ix_t_n", "DROP TABLE u"),
    ]


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


MORE_TRANSLATED = [
    'op.create_table("c", sa.Column("id", sa.Integer, sa.ForeignKey("tenant.p.id"), primary_key=True),\n'
    '    sa.Column("n", sa.Integer, index=True, comment="x"), sa.Column("m", sa.Integer), comment="y", schema="tenant")',
    'op.alter_column("c", "m", server_default="3", existing_type=sa.Integer, schema="tenant")',
    'op.alter_column("c", "m", server_default=None, existing_type=sa.Integer, schema="tenant")',
    'op.alter_column("c", "m", nullable=False, existing_type=sa.Integer, schema="tenant")',
    'op.alter_column("c", "m", comment="z", existing_type=sa.Integer, existing_nullable=False, schema="tenant")',
    'op.alter_column("c", "m", new_column_name="k", type_=sa.BigInteger, existing_type=sa.Integer,\n'
    '    existing_nullable=False, schema="tenant")',
    'op.create_check_constraint("ck", "c", "k > 0", schema="tenant")',
    'op.drop_constraint("ck", "c", type_="check", schema="tenant")',
    'op.create_foreign_key("fk", "c", "p", ["n"], ["id"], source_schema="tenant", referent_schema="tenant")',
    'op.drop_constraint("fk", "c", type_="foreignkey", schema="tenant")',
    'op.create_unique_constraint("uq", "c", ["k", "n"], schema="tenant")',
    'op.drop_constraint("uq", "c", type_="unique", schema="tenant")',
    'op.drop_table_comment("c", existing_comment="y", schema="tenant")',
    'with op.batch_alter_table("c", schema="tenant") as batch:\n    batch.add_column(sa.Column("b", sa.Integer))\n'
    '    batch.create_index("ix_b", ["b"])',
    'with op.batch_alter_table("c", schema="tenant") as batch:\n    batch.drop_index("ix_b")\n    batch.drop_column("b")',
    'op.execute(sa.Table("c", sa.MetaData(), sa.Column("id"), schema="tenant").delete())',
    'op.bulk_insert(sa.table("p", sa.column("id"), schema="tenant"), [{"id": 5}])',
    'op.add_column("c", sa.Column("r", sa.Integer, sa.ForeignKey("tenant.p.id", name="fr")), schema="tenant")',
    'op.drop_index(op.f("ix_tenant_c_n"), "c", schema="tenant")',
    'op.drop_table("c", schema="tenant")',
    'op.create_table("d", sa.Column("id", sa.Integer), schema="tenant")',
    'op.create_primary_key("pd", "d", ["id"], schema="tenant")',
    'op.rename_table("d", "e", schema="tenant")',
    'with op.batch_alter_table("e", schema="tenant", recreate="always") as batch:\n'
    '    batch.add_column(sa.Column("m", sa.Integer))',
]
NOT_ON_SQLITE = ("alter_column", "_constraint(", "_key(", "table_comment", '"fr"')
ONLY_ON_POSTGRESQL = [
    'op.create_exclude_constraint("ex", "e", (sa.text("int4range(0, id)"), "&&"), schema="tenant")',
    'op.drop_constraint("ex", "e", schema="tenant")',
    'op.create_view("v", "SELECT 1 AS one", schema="tenant")',
    'op.drop_view("v", schema="tenant")',
]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql", "mariadb"])
def test_a_schema_translate_map_holds_for_every_operation_on_each_database(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """What is made is made in the schema of the map, and the one that the migration names is never asked for."""
    url = sa.make_url(str(request.getfixturevalue(f"{kind}_url")))
    engine = sa.create_engine(url, poolclass=NullPool)
    real = f"{url.database}_t" if kind == "mariadb" else "t1"
    with engine.connect() as connection:
        connection.exec_driver_sql(f"ATTACH '{tmp_path}/t1.db' AS t1" if kind == "sqlite" else f"CREATE SCHEMA {real}")
        connection.commit()
        connection = connection.execution_options(schema_translate_map={"tenant": real})
        op: Any = Operations(MigrationContext.configure(connection))
        try:
            op.create_table("p", sa.Column("id", sa.Integer, primary_key=True), schema="tenant")
            for step in [*MORE_TRANSLATED, *(ONLY_ON_POSTGRESQL if kind == "postgresql" else ())]:
                if kind == "sqlite" and any(words in step for words in NOT_ON_SQLITE):
                    continue
                exec(step, {"op": op, "sa": sa})
            connection.commit()
            inspector = sa.inspect(connection)
            tables = {name: {one["name"] for one in inspector.get_columns(name, real)} for name in ("p", "e")}
            assert set(inspector.get_table_names(real)) == {"p", "e"}
            assert inspector.get_table_names() == []
            assert tables == {"p": {"id"}, "e": {"id", "m"}}
            assert connection.exec_driver_sql(f"SELECT id FROM {real}.p").scalars().all() == [5]
            connection.rollback()
        finally:
            if kind == "mariadb":
                connection.exec_driver_sql(f"DROP DATABASE {real}")


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


def test_nothing_of_a_file_is_left_out_where_a_cache_knows_it(
    sqlite_url: str, headway: Program, tmp_path: Path
) -> None:
    """Up, down and up again with every cache on: the second time bytecode and headers are there already."""
    steps = [f"{CREATE}\n{call}" for call in ("downgrade()", "globals()['downgrade']()")]
    steps += [f'op.execute("SELECT {n}")' for n in range(30)]
    project = make_project(tmp_path / "project", sqlite_url, steps)
    for name in ("r1", "r2"):
        path = project / "migrations" / "versions" / f"{name}.py"
        source = path.read_text()
        down = f"def downgrade():\n    {DROP}\n    if op.get_context().get_x() == 'down':\n        upgrade()\n"
        path.write_text(
            source[: source.index("def downgrade")] + down.replace("op.get_context().get_x()", "os.environ['WAY']")
        )
        path.write_text(f"import os\n{path.read_text()}")
    cached = {"HEADWAY_NO_CACHE": ""}
    for arguments, way in ((("upgrade", "head"), "up"), (("downgrade", "r2"), "down"), (("upgrade", "head"), "up")) * 2:
        done = headway(*arguments, cwd=project, env={**cached, "WAY": way})
        assert done.code == 0, done.err
        assert state_of(sqlite_url)[0] == set()


@pytest.mark.parametrize("which", ["r1.py", "env.py"])
def test_bytecode_beside_the_files_of_a_project_does_not_run(
    which: str, sqlite_url: str, headway: Program, tmp_path: Path
) -> None:
    """PEP 552: with an unchecked hash Python takes it for the source, and a pull request may bring one."""
    project = make_project(tmp_path / "project", sqlite_url, [CREATE])
    (path,) = project.rglob(which)
    source = path.read_text()
    path.write_text(f"raise SystemExit('brought')\n{source}")
    cached = importlib.util.cache_from_source(str(path))
    py_compile.compile(str(path), cached, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    path.write_text(source)
    for arguments in (("upgrade", "head"), ("current",), ("downgrade", "base"), ("upgrade", "head", "--sql")):
        done = headway(*arguments, cwd=project)
        assert done.code == 0, done.err
