"""Shortcuts change nothing but the time: the bank and random operations give the same with and without them, on every
dialect, and whoever takes part in the execution sees what it saw before."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import quoted_name

from headway.dialects.base import implementations as impls
from headway.dialects.postgresql.impl import PostgresqlImpl
from headway.operations import columns, every, indexes, shortcuts, tables
from headway.operations.base import Operations
from headway.operations.dispatch import implementations
from headway.runtime.context import MigrationContext
from sql.bank import DIALECTS, Case, bank
from sql.tools import HEADWAY, TEMPLATE, Outcome

assert every

KINDS = (
    (columns.AddColumnOp, columns.add_column),
    (columns.DropColumnOp, columns.drop_column),
    (indexes.CreateIndexOp, indexes.create_index),
    (indexes.DropIndexOp, indexes.drop_index),
    (tables.DropTableOp, tables.drop_table),
)


@contextmanager
def the_long_way() -> Iterator[None]:
    """No shortcuts while the block runs."""
    for kind, general in KINDS:
        implementations.register(kind, general, replace=True)
    try:
        yield
    finally:
        shortcuts.install()


def result(outcome: Outcome) -> tuple[str, str, tuple[str, ...]]:
    error = re.sub(r" at 0x[0-9a-f]+", "", repr(outcome.error))
    return outcome.sql, error, outcome.warnings


# -- the same SQL -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_bank_is_the_same_with_and_without_shortcuts(dialect: str) -> None:
    wrong = []
    for case in bank():
        if dialect in case.dialects:
            for code in filter(None, (case.upgrade, case.downgrade)):
                short = HEADWAY.offline(case, dialect, code)
                with the_long_way():
                    long = HEADWAY.offline(case, dialect, code)
                if result(short) != result(long):
                    wrong.append((case.id, code, short, long))
    assert wrong == []


TYPES = (
    "sa.Integer()", "sa.BigInteger()", "sa.SmallInteger()", "sa.String()", "sa.String(7)", "sa.String(255)", "sa.Text()",
    'sa.String(9, collation="C")', "sa.Unicode(20)", "sa.DateTime()", "sa.DateTime(timezone=True)", "sa.Date()",
    "sa.Boolean()", 'sa.Boolean(create_constraint=True, name="ck")', "sa.Numeric(10, 2)", "sa.Float()", "sa.Double()",
    "sa.LargeBinary()", 'sa.Enum("a", "b", name="letters")', "sa.JSON()", "sa.Uuid()", "sa.Interval()", "sa.PickleType()",
    "sa.VARCHAR(30)", "sa.TIMESTAMP()", "postgresql.JSONB()", "postgresql.ARRAY(sa.Integer())", "postgresql.UUID()",
    "mysql.VARCHAR(5, charset=\"latin1\")", "mysql.INTEGER(unsigned=True)", "mssql.NVARCHAR(4)", "oracle.NUMBER(5, 2)",
    'sa.String(3).with_variant(sa.Text(), "mysql")',
)  # fmt: skip
ARGUMENTS = (
    "nullable=True", "nullable=False", 'server_default="0"', "server_default=\"it's %s :x\"", 'server_default=""',
    'server_default=sa.text("CURRENT_TIMESTAMP")', 'server_default=sa.text("\'a\\\\:b\'")', "server_default=sa.func.now()",
    "server_default=sa.null()", "server_default=sa.FetchedValue()", "index=True", "unique=True", "primary_key=True",
    'comment="c"', "default=5", 'key="other"', 'doc="d"', "quote=True", "autoincrement=True", 'info={"x": 1}',
)  # fmt: skip
NAMES = (
    "a", "b", "name", "Mixed", "two words", "select", "user", "x" * 29, "x" * 31, "x" * 70, "ärger", "100%", "a.b", 'q"q',
    "headway_name_0", "headway_name_1", "`", "[b]",
)  # fmt: skip


@st.composite
def statements(draw: st.DrawFn) -> str:
    """One directive with some of what it may be given."""
    table, name, other = (repr(draw(st.sampled_from(NAMES))) for _ in range(3))
    schema = draw(st.sampled_from(("", "", "", ', schema="s"', ', schema="S S"')))
    match draw(st.integers(0, 6)):
        case 0 | 1 | 2:
            more = "".join(f", {text}" for text in draw(st.lists(st.sampled_from(ARGUMENTS), max_size=2)))
            key = draw(st.sampled_from(("", "", "", "", ', sa.ForeignKey("o.id")', ", sa.CheckConstraint('1 = 1')")))
            column = f"sa.Column({name}, {draw(st.sampled_from(TYPES))}{key}{more})"
            options = draw(st.sampled_from(("", "", "", ", if_not_exists=True", ", inline_references=True")))
            return f"op.add_column({table}, {column}{schema}{options})"
        case 3:
            options = draw(st.sampled_from(("", "", ", if_exists=True", ", mssql_drop_default=True")))
            return f"op.drop_column({table}, {name}{schema}{options})"
        case 4:
            called = draw(st.sampled_from((name, f"op.f({name})", "None")))
            of = draw(
                st.sampled_from((f"[{other}]", f"[{other}, 'z']", f"[{other}, {other}]", "[sa.text('lower(x)')]"))
            )
            options = ("", ", unique=True", ", if_not_exists=True", ", postgresql_using='gin'", ", mysql_length=4")
            return f"op.create_index({called}, {table}, {of}{schema}{draw(st.sampled_from(options))})"
        case 5:
            called = draw(st.sampled_from((name, f"op.f({name})")))
            where = draw(st.sampled_from(("", f", {table}", f", table_name={table}")))
            options = draw(st.sampled_from(("", "", ", if_exists=True", ", postgresql_concurrently=True")))
            return f"op.drop_index({called}{where}{schema}{options})"
        case _:
            options = draw(st.sampled_from(("", "", ", if_exists=True", ', comment="c"', ", info={'a': 1}")))
            return f"op.drop_table({table}{schema}{options})"


CONVENTIONS = (None, None, {"ix": "ix_%(table_name)s_%(constraint_name)s"}, {"uq": "uq_%(table_name)s"})


@settings(max_examples=400)
@given(
    dialect=st.sampled_from(DIALECTS),
    code=st.lists(statements(), min_size=1, max_size=6),
    naming=st.sampled_from(CONVENTIONS),
    options=st.sampled_from(({}, TEMPLATE)),
)
def test_random_operations_are_the_same_with_and_without_shortcuts(
    dialect: str, code: list[str], naming: dict[str, str] | None, options: dict[str, Any]
) -> None:
    case = Case("random", "case", "", naming=naming)
    for lines in ("\n".join(code), *code):  # one that is refused must not hide those after it
        short = HEADWAY.offline(case, dialect, lines, options)
        with the_long_way():
            long = HEADWAY.offline(case, dialect, lines, options)
        assert result(short) == result(long)


# -- they are taken, and when not -------------------------------------------------------------------------------

PLAIN = (
    'op.add_column("t", sa.Column("{}", sa.String(20), nullable=False, server_default="x"))',
    'op.drop_column("t", "{}")',
    'op.create_index("{}", "t", ["a", "b"], unique=True)',
    'op.create_index(op.f("{}"), "t", ["a"])',
    'op.drop_index("{}", table_name="t")',
    'op.drop_table("{}")',
)


def script(*lines: str, dialect: str = "postgresql", **opts: Any) -> tuple[str, MigrationContext]:
    buffer = io.StringIO()
    context = MigrationContext.configure(dialect_name=dialect, opts={"as_sql": True, "output_buffer": buffer, **opts})
    for line in lines:
        exec(line, {"op": Operations(context), "sa": sa})
    return buffer.getvalue(), context


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("line", PLAIN)
def test_a_plain_operation_is_learnt_once(line: str, dialect: str) -> None:
    sql, context = script(line.format("one"), line.format("two"), line.format("Three"), dialect=dialect)
    assert [template is not None for template in context.impl.templates.values()] == [True]
    assert all(name in sql for name in ("one", "two", "Three"))


@pytest.mark.parametrize("line", PLAIN)
def test_an_implementation_of_somebody_else_does_all_itself(line: str) -> None:
    class Foreign(PostgresqlImpl):
        __dialect__ = "postgresql"

        def _exec(self, construct: Any, *args: Any, **kw: Any) -> Any:
            seen.append(type(construct))

    Foreign.__module__ = "somebody.else"
    seen: list[type] = []
    impls["postgresql"] = Foreign
    try:
        _, context = script(line.format("one"))
    finally:
        impls["postgresql"] = PostgresqlImpl
    assert context.impl.templates == {}
    assert shortcuts.Ready not in seen and len(seen) == 1


@pytest.mark.parametrize("on", ["object", "class"])
def test_a_method_that_somebody_has_replaced_is_called_each_time(on: str, monkeypatch: pytest.MonkeyPatch) -> None:
    context = MigrationContext.configure(
        dialect_name="postgresql", opts={"as_sql": True, "output_buffer": io.StringIO()}
    )
    called: list[Any] = []
    monkeypatch.setattr(
        context.impl if on == "object" else PostgresqlImpl, "drop_table", lambda *a, **kw: called.append(a)
    )
    for name in ("one", "two"):
        Operations(context).drop_table(name)
    assert [args[-1].name for args in called] == ["one", "two"]


@pytest.mark.parametrize(
    ("target", "event", "line"),
    [
        (sa.Table, "before_drop", 'op.drop_table("t")'),
        (sa.Table, "after_parent_attach", 'op.drop_table("t")'),
        (sa.Column, "after_parent_attach", 'op.add_column("t", sa.Column("a", sa.Integer))'),
        (sa.Column, "before_parent_attach", 'op.add_column("t", sa.Column("a", sa.Integer))'),
        (sa.Index, "after_parent_attach", 'op.create_index("ix", "t", ["a"])'),
    ],
)
def test_listeners_hear_what_they_heard(target: Any, event: str, line: str) -> None:
    heard: list[str] = []

    def listen(*args: Any, **kw: Any) -> None:
        heard.append(event)

    script(line)  # whatever was learnt before
    sa.event.listen(target, event, listen)
    try:
        script(line)
    finally:
        sa.event.remove(target, event, listen)
    assert heard


def test_a_type_and_an_element_that_somebody_compiles_are_left_to_them() -> None:
    class Positive(sa.Integer):
        pass

    Positive.__module__ = "sqlalchemy.pretended"

    @compiles(Positive)
    def visit(type_: Any, compiler: Any, **kw: Any) -> str:
        return f"positive_{kw['type_expression'].name}"

    buffer = io.StringIO()
    context = MigrationContext.configure(dialect_name="postgresql", opts={"as_sql": True, "output_buffer": buffer})
    for name in ("a", "b"):
        Operations(context).add_column("t", sa.Column(name, Positive()))
    assert "ADD COLUMN a positive_a;" in buffer.getvalue()
    assert "ADD COLUMN b positive_b;" in buffer.getvalue()


def test_a_name_that_says_how_it_is_quoted_is_quoted_so() -> None:
    buffer = io.StringIO()
    context = MigrationContext.configure(dialect_name="postgresql", opts={"as_sql": True, "output_buffer": buffer})
    operations = Operations(context)
    operations.drop_column("t", "plain")
    operations.drop_column(quoted_name("t", True), quoted_name("Loud", False))
    assert 'ALTER TABLE "t" DROP COLUMN Loud;' in buffer.getvalue()


def test_an_added_column_belongs_to_its_table_as_on_the_long_way() -> None:
    said = []
    for way in (nullcontext, the_long_way):
        buffer = io.StringIO()
        context = MigrationContext.configure(dialect_name="postgresql", opts={"as_sql": True, "output_buffer": buffer})
        column: sa.Column[int] = sa.Column("a", sa.Integer)
        with way():
            Operations(context).add_column("t", column)
            Operations(context).add_column("other", column)
            made = Operations(context).create_table("third", column)
        assert made.c.a is not column
        with pytest.raises(sa.exc.ArgumentError) as caught:
            sa.Table("mine", sa.MetaData(), column)
        said.append((str(column), str(sa.select(column)), str(caught.value), buffer.getvalue()))
    assert said[0] == said[1]


# -- on a connection --------------------------------------------------------------------------------------------

CHANGES = (
    'op.add_column("t", sa.Column("a", sa.Integer))',
    'op.create_index("ix", "t", ["a"])',
    'op.drop_index("ix", "t")',
    'op.drop_column("t", "a")',
    'op.drop_table("t")',
    'op.drop_table("absent")',
)


def online(engine: sa.Engine, caplog: pytest.LogCaptureFixture) -> tuple[list[str], list[str]]:
    """What the engine's log says of the changes, and the error at the end."""
    caplog.clear()
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE t (id INTEGER)")
        operations = Operations(MigrationContext.configure(connection=connection))
        errors = []
        for line in CHANGES:
            try:
                exec(line, {"op": operations, "sa": sa})
            except sa.exc.OperationalError as error:
                errors.append(str(error))
        connection.rollback()
    lines = [record.getMessage() for record in caplog.records if record.name.startswith("sqlalchemy.engine")]
    return [line.partition(" 0.")[0] for line in lines], errors  # without how long it took


def test_the_log_of_the_engine_and_errors_are_the_same(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "sqlalchemy.engine")
    short = online(sa.create_engine("sqlite://"), caplog)
    with the_long_way():
        long = online(sa.create_engine("sqlite://"), caplog)
    assert short == long
    assert "no such table: absent" in short[1][0]


@pytest.mark.parametrize("event", ["before_execute", "after_execute"])
def test_who_watches_executions_is_shown_the_constructs(event: str, caplog: pytest.LogCaptureFixture) -> None:
    engine = sa.create_engine("sqlite://")
    shown: list[str] = []

    @sa.event.listens_for(engine, event)
    def watch(connection: Any, construct: Any, *args: Any) -> None:
        shown.append(type(construct).__name__)

    online(engine, caplog)
    assert shown[:5] == ["AddColumn", "CreateIndex", "DropIndex", "DropColumn", "DropTable"]


def test_a_type_that_keeps_something_for_itself_takes_the_long_way() -> None:
    from sqlalchemy.dialects import sqlite

    made = []
    for kind in (
        sqlite.DATE(),
        sqlite.DATE(storage_format="%(year)04d%(month)02d%(day)02d", regexp=r"(\d{4})(\d\d)(\d\d)"),
    ):
        engine = sa.create_engine("sqlite://")
        with engine.connect() as connection:
            connection.exec_driver_sql("CREATE TABLE t (id INTEGER)")
            operations = HEADWAY.operations(HEADWAY.configure(connection=connection))
            operations.add_column("t", sa.Column("a", sqlite.DATE()))
            operations.add_column("t", sa.Column("b", kind))
            made.append(
                str(connection.exec_driver_sql("SELECT type FROM pragma_table_info('t') WHERE name = 'b'").scalar())
            )
    assert made == ["DATE", "DATE_CHAR"]


def test_an_added_column_can_be_reached_through_its_table() -> None:
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE t (id INTEGER)")
        operations = HEADWAY.operations(HEADWAY.configure(connection=connection))
        for name in ("a", "b"):
            column = sa.Column(name, sa.Integer)
            operations.add_column("t", column)
            operations.execute(sa.insert(column.table).values({name: 5}))
        assert connection.exec_driver_sql("SELECT a, b FROM t").fetchall() == [(5, None), (None, 5)]


def test_a_method_replaced_after_a_shape_was_learnt_is_called() -> None:
    from unittest import mock

    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE t (id INTEGER)")
        context = HEADWAY.configure(connection=connection)
        operations = HEADWAY.operations(context)
        operations.add_column("t", sa.Column("a", sa.Integer))
        with mock.patch.object(type(context.impl), "add_column") as replaced:
            operations.add_column("t", sa.Column("b", sa.Integer))
        assert replaced.called
