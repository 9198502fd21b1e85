"""What hooks, add-ons and types of a project make of a generated migration."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.pool import NullPool

from autogenerate.bank import metadata_of, ours, run, run_peer, statements
from headway.autogenerate.api import produce_migrations, render_python_code
from headway.autogenerate.render.registry import renderers
from headway.compat.alembic.operations import ops
from headway.runtime.context import MigrationContext

TABLE = (
    'sa.Table("{}", m, sa.Column("id", sa.Integer, primary_key=True), sa.Column("k", sa.Enum("a", "b", name="kind")))\n'
)
TYPES = "SELECT count(*) FROM pg_type WHERE typname = 'kind'"


class Stored(sa.TypeDecorator[Any]):
    """An enum behind a type of the project, which takes no ``create_type``."""

    impl = sa.Enum
    cache_ok = True
    __module__ = "sa"  # where the bodies of these tests find it


def test_alembic_runs_what_is_written_up_down_and_up_again(emptied_databases: Callable[[str], str]) -> None:
    """One enum, made by the first revision and found by the second: Alembic's own operations carry both out."""
    with sa.create_engine(emptied_databases("postgresql"), poolclass=NullPool).connect() as connection:
        bodies = []
        for wanted in (TABLE.format("t"), TABLE.format("t") + TABLE.format("u")):
            bodies.append(ours(connection, metadata_of(wanted)))
            run_peer(connection, bodies[-1][0])
        for _, downgrade in reversed(bodies):
            run_peer(connection, downgrade)
        assert connection.scalar(sa.text(TYPES)) == 0
        for upgrade, _ in bodies:
            run_peer(connection, upgrade)
        assert connection.scalar(sa.text(TYPES)) == 1


def test_what_is_written_for_a_type_of_every_database_runs_on_another(emptied_databases: Callable[[str], str]) -> None:
    """Migrations are generated on PostgreSQL, and the project's tests run them on SQLite."""
    plain = 'sa.Table("t", m, sa.Column("id", sa.Integer, primary_key=True))\n'
    steps = [plain, TABLE.format("t"), TABLE.format("t") + TABLE.format("u")]
    with (
        sa.create_engine(emptied_databases("postgresql"), poolclass=NullPool).connect() as connection,
        sa.create_engine("sqlite://").connect() as other,
    ):
        bodies = []
        for text in steps:
            bodies.append(ours(connection, metadata_of(text)))
            run(connection, bodies[-1][0])
        assert "CREATE TYPE" in bodies[1][0] and "create_type=False" in bodies[2][0] and "DROP TYPE" in bodies[1][1]
        for upgrade, _ in bodies:
            run(other, upgrade)
        assert {column["name"] for column in sa.inspect(other).get_columns("u")} == {"id", "k"}
        for _, downgrade in reversed(bodies):
            run(other, downgrade)
        assert sa.inspect(other).get_table_names() == []


def test_an_enum_behind_a_type_of_the_project_is_found_there(
    emptied_databases: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sa, "Stored", Stored, raising=False)
    text = 'sa.Table("{}", m, sa.Column("id", sa.Integer), sa.Column("k", sa.Stored("a", "b", name="kind")))\n'
    with sa.create_engine(emptied_databases("postgresql"), poolclass=NullPool).connect() as connection:
        metadata_of(text.format("t")).create_all(connection)
        wanted = metadata_of(text.format("t") + text.format("u"))
        upgrade, downgrade = ours(connection, wanted)
        assert ".with_variant(postgresql.ENUM('a', 'b', name='kind', create_type=False), 'postgresql')" in upgrade
        run(connection, upgrade)
        assert statements(ours(connection, wanted)[0]) == {}
        run(connection, downgrade)
        assert "DROP TYPE" not in downgrade


def test_what_looks_after_a_type_itself_is_left_alone(emptied_databases: Callable[[str], str]) -> None:
    class CreatesEnum(ops.MigrateOperation):
        """As an add-on's operation, which has the name of what it makes."""

        name = "kind"

    with sa.create_engine(emptied_databases("postgresql"), poolclass=NullPool).connect() as connection:
        metadata_of('sa.Table("t", m, sa.Column("id", sa.Integer, primary_key=True))\n').create_all(connection)
        context = MigrationContext.configure(connection)
        script = produce_migrations(context, metadata_of(TABLE.format("t")))
        assert "CREATE TYPE" in render_python_code(script.upgrade_ops, migration_context=context)
        script.upgrade_ops.ops.insert(0, CreatesEnum())
        with _rendering({CreatesEnum: lambda context, op: "pass"}):
            assert "CREATE TYPE" not in render_python_code(script.upgrade_ops, migration_context=context)


def test_without_a_database_to_ask_types_are_written_as_ever() -> None:
    context = MigrationContext.configure(dialect_name="postgresql")
    add = ops.AddColumnOp("t", sa.Column("k", sa.Enum("a", "b", name="kind")))
    body = render_python_code(ops.UpgradeOps([add]), migration_context=context)
    assert statements(body) == {"op.add_column('t', sa.Column('k', sa.Enum('a', 'b', name='kind'), nullable=True))": 1}


def test_what_render_item_leaves_out_is_not_written() -> None:
    def render_item(kind: str, item: Any, context: Any) -> Any:
        left_out = {("column", "y"), ("unique", "uq"), ("server_default", None)}
        return None if (kind, getattr(item, "name", None)) in left_out else False

    columns = [sa.Column("x", sa.Integer, server_default="5"), sa.Column("y", sa.Integer)]
    table = ops.CreateTableOp("t", [*columns, sa.UniqueConstraint("x", name="uq")])
    added = ops.ModifyTableOps("t", [ops.AddColumnOp("t", sa.Column("y", sa.Integer))])
    body = render_python_code(ops.UpgradeOps([table, added]), render_item=render_item, render_as_batch=True)
    assert statements(body) == {"op.create_table('t', sa.Column('x', sa.Integer(), nullable=True))": 1}


def test_a_constraint_that_nobody_can_write_stops_the_migration() -> None:
    class Custom(sa.schema.ColumnCollectionConstraint):
        __visit_name__ = "custom"

    table = sa.Table("t", sa.MetaData(), sa.Column("x", sa.Integer))
    table.append_constraint(Custom(table.c.x))
    with pytest.warns(UserWarning, match="No renderer is established for object Custom"):
        body = render_python_code(ops.UpgradeOps([ops.CreateTableOp.from_table(table)]))
    with pytest.raises(SyntaxError):
        statements(body)


INDEXED = """
sa.Table("t", m, sa.Column("a", sa.Integer, index=True), sa.Column("b", sa.Integer, index=True, unique=True),
         sa.Column("c", sa.Integer, unique=True), sa.Column("id", sa.Integer, primary_key=True))
"""


@pytest.mark.parametrize("there", ["", 'sa.Table("t", m, sa.Column("id", sa.Integer, primary_key=True))'])
def test_columns_that_a_hook_copies_bring_no_second_index(there: str) -> None:
    """Copied as the cookbook's hook does that puts columns into another order."""

    def copied(context: Any, revision: Any, directives: list[Any]) -> None:
        for op in directives[0].upgrade_ops.ops:
            if isinstance(op, ops.CreateTableOp):
                columns = [one._copy() if isinstance(one, sa.Column) else one for one in reversed(op.columns)]
                op.columns, op._constraints_included = columns, False
            for inner in getattr(op, "ops", ()):
                if isinstance(inner, ops.AddColumnOp):
                    inner.column = inner.column._copy()

    with sa.create_engine("sqlite://").connect() as connection:
        metadata_of(there).create_all(connection)
        wanted = metadata_of(INDEXED)
        context = MigrationContext.configure(connection, opts={"target_metadata": wanted})
        script = produce_migrations(context, wanted)
        copied(context, (), [script])
        body = render_python_code(script.upgrade_ops, migration_context=context, render_as_batch=True)
        run(connection, body)
        assert statements(ours(connection, wanted)[0]) == {}
        assert body.count("UniqueConstraint('c')") + body.count("create_unique_constraint") == 1


def test_a_check_that_is_added_by_itself_is_not_added_with_its_column() -> None:
    column = sa.Column("x", sa.Integer, sa.CheckConstraint("x > 0", name="low"))
    changes = [ops.AddColumnOp("t", column), ops.CreateCheckConstraintOp("low", "t", "x > 0")]
    body = render_python_code(ops.UpgradeOps([ops.ModifyTableOps("t", changes)]))
    assert body.count("x > 0") == 1


def test_the_models_keep_their_types(emptied_databases: Callable[[str], str]) -> None:
    """Types that are there already are written otherwise; the models' own are not changed for it."""
    with sa.create_engine(emptied_databases("postgresql"), poolclass=NullPool).connect() as connection:
        metadata_of(TABLE.format("t")).create_all(connection)
        kind = pg.ENUM("a", "b", name="kind")
        wanted = metadata_of(TABLE.format("t"))
        sa.Table("u", wanted, sa.Column("k", kind), sa.Column("l", sa.ARRAY(kind)))
        assert ours(connection, wanted)[0].count("create_type=False") == 2
        assert kind.create_type is True


class _rendering:
    """Renderers for the time of a block."""

    def __init__(self, functions: dict[type, Any]) -> None:
        self.functions = functions

    def __enter__(self) -> None:
        for class_, function in self.functions.items():
            renderers.dispatch_for(class_, replace=True)(function)

    def __exit__(self, *exc_info: Any) -> None:
        """They are for classes that end with their test."""
