"""Custom operations, replaced implementations, module-level directives and events, side by side with Alembic."""

from __future__ import annotations

import asyncio
import inspect
import io
from collections.abc import Iterator
from typing import Any

import alembic.migration
import alembic.op
import alembic.operations
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from headway.compat.hook import serving_alembic
from headway.errors import HeadwayError
from headway.operations.base import BatchOperations, Operations
from headway.operations.dispatch import implementations
from headway.operations.tables import DropTableOp
from headway.runtime.context import MigrationContext
from sql.tools import ALEMBIC, HEADWAY, Tool

OURS, THEIRS = (Operations, BatchOperations), (alembic.operations.Operations, alembic.operations.BatchOperations)


@pytest.fixture
def restored() -> Iterator[None]:
    """Puts back what a test registers on either tool."""
    classes = [*OURS, *THEIRS]
    before = [set(vars(each)) for each in classes]
    ours, theirs = dict(implementations._registry), dict(alembic.operations.Operations._to_impl._registry)
    yield
    for each, names in zip(classes, before, strict=True):
        for name in set(vars(each)) - names:
            delattr(each, name)
    implementations._registry.clear()
    implementations._registry.update(ours)
    alembic.operations.Operations._to_impl._registry.clear()
    alembic.operations.Operations._to_impl._registry.update(theirs)


def script(tool: Tool, use: Any, dialect: str = "postgresql") -> str:
    buffer = io.StringIO()
    context = tool.configure(dialect_name=dialect, opts={"as_sql": True, "output_buffer": buffer})
    use(tool.operations(context))
    return buffer.getvalue()


def make_sequence_operation(operations_class: Any, base: Any) -> Any:
    """The example of Alembic's documentation: an operation for sequences."""

    @operations_class.register_operation("create_sequence")
    @operations_class.register_operation("make_sequence", "create_sequence")
    class CreateSequenceOp(base):  # type: ignore[misc]
        """Creates a SEQUENCE."""

        def __init__(self, name: str, schema: str | None = None) -> None:
            self.name = name
            self.schema = schema

        @classmethod
        def create_sequence(cls, operations: Any, name: str, **kw: Any) -> Any:
            """Issues CREATE SEQUENCE."""
            return operations.invoke(cls(name, **kw))

    @operations_class.implementation_for(CreateSequenceOp)
    def create_sequence(operations: Any, operation: Any) -> str:
        operations.execute(f"CREATE SEQUENCE {operation.name}")
        return str(operation.name)

    return CreateSequenceOp


@pytest.mark.usefixtures("restored")
def test_custom_operations_work_alike() -> None:
    from headway.operations.base import MigrateOperation

    make_sequence_operation(THEIRS[0], alembic.operations.MigrateOperation)
    make_sequence_operation(OURS[0], MigrateOperation)

    def use(op: Any) -> None:
        assert op.create_sequence("s1") == "s1"
        op.make_sequence("s2")

    assert script(HEADWAY, use) == script(ALEMBIC, use) != ""
    assert Operations.create_sequence.__name__ == "create_sequence"  # type: ignore[attr-defined]
    assert list(inspect.signature(Operations.create_sequence).parameters) == ["self", "name", "kw"]  # type: ignore[attr-defined]


@pytest.mark.usefixtures("restored")
def test_custom_operations_are_in_the_op_module() -> None:
    from headway.operations.base import MigrateOperation

    with serving_alembic():
        from alembic import op

        make_sequence_operation(Operations, MigrateOperation)
        buffer = io.StringIO()
        context = MigrationContext.configure(dialect_name="postgresql", opts={"as_sql": True, "output_buffer": buffer})
        with Operations.context(context):
            op.create_sequence("s")
    assert buffer.getvalue() == "CREATE SEQUENCE s;\n\n"


@pytest.mark.usefixtures("restored")
def test_custom_operations_in_a_batch() -> None:
    def register(batch_class: Any, base: Any) -> None:
        @batch_class.register_operation("note", "batch_note")
        class NoteOp(base):  # type: ignore[misc]
            def __init__(self, table: str, text: str) -> None:
                self.table = table
                self.text = text

            @classmethod
            def batch_note(cls, operations: Any, text: str) -> Any:
                return operations.invoke(cls(operations.impl.table_name, text))

        @batch_class.implementation_for(NoteOp)
        def note(operations: Any, operation: Any) -> None:
            operations.execute(f"-- {operation.table}: {operation.text}")

    from headway.operations.base import MigrateOperation

    register(THEIRS[1], alembic.operations.MigrateOperation)
    register(OURS[1], MigrateOperation)

    def use(op: Any) -> None:
        with op.batch_alter_table("t") as batch_op:
            batch_op.note("hello")

    assert script(HEADWAY, use) == script(ALEMBIC, use) == "-- t: hello;\n\n"


@pytest.mark.usefixtures("restored")
def test_an_implementation_is_replaced_only_when_asked() -> None:
    for operations_class, op_class in ((THEIRS[0], alembic.operations.ops.DropTableOp), (OURS[0], DropTableOp)):
        with pytest.raises(Exception, match="replace=True"):

            @operations_class.implementation_for(op_class)
            def refused(operations: Any, operation: Any) -> None: ...

        @operations_class.implementation_for(op_class, replace=True)
        def keep(operations: Any, operation: Any) -> None:
            operations.execute(f"-- keeping {operation.table_name}")

    def use(op: Any) -> None:
        op.drop_table("t")

    assert script(HEADWAY, use) == script(ALEMBIC, use) == "-- keeping t;\n\n"


def test_an_operation_without_an_implementation_is_an_error() -> None:
    from headway.operations.base import MigrateOperation

    def use(op: Any, base: Any) -> None:
        op.invoke(type("Strange", (base,), {})())

    with pytest.raises(ValueError, match="no dispatch function"):
        script(HEADWAY, lambda op: use(op, MigrateOperation))
    with pytest.raises(ValueError, match="no dispatch function"):
        script(ALEMBIC, lambda op: use(op, alembic.operations.MigrateOperation))


def test_objects_are_invoked_as_directives_are() -> None:
    from headway.compat.alembic.operations import ops

    def use(op: Any, m: Any) -> None:
        op.invoke(m.AddColumnOp("t", sa.Column("x", sa.Integer), schema="s"))
        op.invoke(m.CreateForeignKeyOp("fk", "t", "p", ["a"], ["b"], ondelete="CASCADE"))
        assert isinstance(op.invoke(m.CreateTableOp("u", [sa.Column("id", sa.Integer)])), sa.Table)

    ours = script(HEADWAY, lambda op: use(op, ops))
    assert ours == script(ALEMBIC, lambda op: use(op, alembic.operations.ops)) != ""


def test_directives_need_a_running_migration() -> None:
    with serving_alembic():
        from alembic import op

        with pytest.raises(NameError, match="Can't invoke function 'drop_table'"):
            op.drop_table("t")


@pytest.mark.parametrize("ours, theirs", [*zip(OURS, THEIRS, strict=True)])
def test_directives_take_what_alembic_s_take(ours: type, theirs: type) -> None:
    """Every parameter of Alembic's, of the same kind and with the same default; headway may name more of ``**kw``."""
    skipped = {"create_module_class_proxy"} | ({"context", "batch_alter_table"} if ours is BatchOperations else set())
    for name in set(dir(theirs)) - skipped:
        if name.startswith("_") or not callable(getattr(theirs, name)):
            continue
        mine = inspect.signature(getattr(ours, name)).parameters
        for parameter in inspect.signature(getattr(theirs, name)).parameters.values():
            assert parameter.name in mine, f"{name}({parameter.name})"
            assert mine[parameter.name].kind == parameter.kind, f"{name}({parameter.name})"
            assert mine[parameter.name].default == parameter.default, f"{name}({parameter.name})"
        assert getattr(ours, name).__doc__, f"{name} has no documentation"


def test_table_events_fire_around_create_and_drop() -> None:
    """Events of SQLAlchemy, listened to on all tables."""

    def events_of(tool: Tool) -> list[str]:
        seen: list[str] = []

        def listener(event: str) -> Any:
            return lambda target, connection, **kw: seen.append(f"{event} {target.name} {connection.dialect.name}")

        def use(op: Any) -> None:
            op.create_table("t", sa.Column("id", sa.Integer), sa.Column("a", sa.Integer, index=True))
            seen.append("between")
            op.drop_table("t")

        names = ("before_create", "after_create", "before_drop", "after_drop")
        listeners = [(name, listener(name)) for name in names]
        for name, function in listeners:
            sa.event.listen(sa.Table, name, function)
        try:
            script(tool, use)
        finally:
            for name, function in listeners:
                sa.event.remove(sa.Table, name, function)
        return seen

    ours = events_of(HEADWAY)
    assert ours == events_of(ALEMBIC)
    assert [line.split()[0] for line in ours] == [
        "before_create",
        "after_create",
        "between",
        "before_drop",
        "after_drop",
    ]


def test_run_async_needs_an_async_driver(sqlite_url: str) -> None:
    async def work(connection: Any) -> None: ...

    with sa.create_engine(sqlite_url).connect() as connection:
        op = Operations(MigrationContext.configure(connection))
        with pytest.raises(HeadwayError, match="needs an async driver"):
            op.run_async(work)


@pytest.mark.parametrize("tool", [ALEMBIC, HEADWAY], ids=lambda tool: tool.name)
def test_run_async_runs_on_the_async_connection(tool: Tool, sqlite_url: str) -> None:
    async def work(connection: AsyncConnection, name: str, *, value: int) -> int:
        await connection.execute(sa.text(f"CREATE TABLE {name} (n INTEGER)"))
        await connection.execute(sa.text(f"INSERT INTO {name} VALUES ({value})"))
        return int(await connection.scalar(sa.text(f"SELECT n FROM {name}")))

    def migrate(connection: sa.Connection) -> Any:
        return tool.operations(tool.configure(connection=connection, opts={})).run_async(work, "t", value=7)

    async def main() -> Any:
        engine = create_async_engine(sqlite_url.replace("sqlite:", "sqlite+aiosqlite:"))
        async with engine.connect() as connection:
            done = await connection.run_sync(migrate)
        await engine.dispose()
        return done

    assert asyncio.run(main()) == 7
