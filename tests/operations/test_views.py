"""``op.create_view`` and ``op.drop_view``, which headway has and Alembic has not."""

from __future__ import annotations

import io
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from headway.autogenerate.api import render_python_code
from headway.effects.model import NotAnalysed
from headway.errors import UsageError
from headway.operations.base import AbstractOperations, MigrateOperation, Operations
from headway.operations.containers import UpgradeOps
from headway.operations.dispatch import implementations
from headway.operations.views import CreateViewOp, DropViewOp
from headway.reading.migration import read_migration
from headway.runtime.context import MigrationContext

CHEAP = "SELECT id, name FROM items WHERE name LIKE '%p%' AND price < 10;"
SEPARATORS = ("", "GO", "/")
SHOWN = CHEAP.rstrip(";")


def script(dialect: str, *calls: Any) -> list[str]:
    """The SQL script of the calls, a statement each."""
    buffer = io.StringIO()
    context = MigrationContext.configure(
        dialect_name=dialect, opts={"as_sql": True, "output_buffer": buffer, "literal_binds": True}
    )
    with Operations.context(context) as op:
        for call in calls:
            call(op)
    return [part.strip().rstrip(";") for part in buffer.getvalue().split("\n\n") if part.strip(" \n") not in SEPARATORS]


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql", "mysql", "mariadb", "mssql", "oracle"])
def test_a_plain_view_is_the_same_everywhere(dialect: str) -> None:
    made = script(
        dialect,
        lambda op: op.create_view("cheap", CHEAP),
        lambda op: op.drop_view("cheap"),
        lambda op: op.drop_view("cheap", if_exists=True),
    )
    assert made == [f"CREATE VIEW cheap AS {SHOWN}", "DROP VIEW cheap", "DROP VIEW IF EXISTS cheap"]


@pytest.mark.parametrize(
    ("dialect", "expected"),
    [
        ("sqlite", ["DROP VIEW IF EXISTS s.cheap", f"CREATE VIEW s.cheap AS {SHOWN}"]),
        ("postgresql", [f"CREATE OR REPLACE VIEW s.cheap AS {SHOWN}"]),
        ("mysql", [f"CREATE OR REPLACE VIEW s.cheap AS {SHOWN}"]),
        ("mssql", [f"CREATE OR ALTER VIEW s.cheap AS {SHOWN}"]),
        ("oracle", [f"CREATE OR REPLACE VIEW s.cheap AS {SHOWN}"]),
    ],
)
def test_replacing(dialect: str, expected: list[str]) -> None:
    assert script(dialect, lambda op: op.create_view("cheap", CHEAP, schema="s", replace=True)) == expected


def test_columns_names_and_select_objects() -> None:
    items = sa.table("items", sa.column("id"), sa.column("Price"))
    query = sa.select(items.c.id).where(items.c.Price < 10)
    made = script("postgresql", lambda op: op.create_view("Cheap", query, columns=["Id", "n"][:1]))
    assert made == ['CREATE VIEW "Cheap" ("Id") AS SELECT items.id \nFROM items \nWHERE items."Price" < 10']


def test_materialized_views() -> None:
    made = script(
        "postgresql",
        lambda op: op.create_view("m", SHOWN, materialized=True, replace=True),
        lambda op: op.drop_view("m", materialized=True),
    )
    create = f"CREATE MATERIALIZED VIEW m AS {SHOWN}"
    assert made == ["DROP MATERIALIZED VIEW IF EXISTS m", create, "DROP MATERIALIZED VIEW m"]
    for call in (
        lambda op: op.create_view("m", SHOWN, materialized=True),
        lambda op: op.drop_view("m", materialized=True),
    ):
        with pytest.raises(UsageError, match="cannot be materialized: sqlite"):
            script("sqlite", call)


@pytest.mark.parametrize("database", ["sqlite_url", "postgresql_url", "mariadb_url"])
def test_on_a_real_database(database: str, request: pytest.FixtureRequest) -> None:
    engine = sa.create_engine(request.getfixturevalue(database), poolclass=NullPool)
    with engine.begin() as connection, Operations.context(MigrationContext.configure(connection)) as op:
        op.create_table(
            "items", sa.Column("id", sa.Integer), sa.Column("name", sa.String(9)), sa.Column("price", sa.Integer)
        )
        op.execute("INSERT INTO items VALUES (1, 'pen', 3), (2, 'pipe', 30), (3, 'tea', 4)")
        op.create_view("cheap", CHEAP)
        read = "SELECT name FROM cheap"
        assert connection.exec_driver_sql(read).scalars().all() == ["pen"]
        op.create_view("cheap", "SELECT id, name FROM items WHERE price > 10", replace=True)
        assert connection.exec_driver_sql(read).scalars().all() == ["pipe"]
        assert "cheap" in sa.inspect(connection).get_view_names()
        op.drop_view("cheap")
        op.drop_view("cheap", if_exists=True)
        assert "cheap" not in sa.inspect(connection).get_view_names()


def test_the_object_reverses_and_is_written_as_python() -> None:
    create = CreateViewOp("cheap", SHOWN, schema="s", columns=["a"], replace=True)
    drop = create.reverse()
    assert drop.reverse() is create
    assert create.to_diff_tuple() == ("add_view", "s", "cheap", SHOWN)
    assert drop.to_diff_tuple() == ("remove_view", "s", "cheap")
    with pytest.raises(UsageError, match="is not known"):
        DropViewOp("cheap").reverse()
    code = render_python_code(UpgradeOps([create, drop, DropViewOp("m", materialized=True, if_exists=True)]))
    assert f"op.create_view('cheap', {SHOWN!r}, schema='s', columns=['a'], replace=True)" in code
    assert "op.drop_view('cheap', schema='s')" in code
    assert "op.drop_view('m', materialized=True, if_exists=True)" in code
    with pytest.raises(UsageError, match="its definition is no text"):
        render_python_code(UpgradeOps([CreateViewOp("v", sa.select(sa.literal(1)))]))


def test_the_linter_reads_them() -> None:
    source = "from alembic import op\n\ndef upgrade():\n    op.create_view('v', 'SELECT 1')\n    op.drop_view('v')\n"
    migration = read_migration("a.py", source)
    assert migration.upgrade is not None
    assert len(migration.upgrade.effects) == 2
    assert not any(isinstance(effect, NotAnalysed) for effect in migration.upgrade.effects)


def test_a_projects_own_directive_of_that_name_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Operations, "create_view", Operations.create_view)  # put back what is registered below

    @Operations.register_operation("create_view", "invoke_for_target")
    class ReplaceableViewOp(MigrateOperation):
        def __init__(self, target: Any) -> None:
            self.target = target

        @classmethod
        def invoke_for_target(cls, operations: AbstractOperations, target: Any) -> Any:
            return operations.invoke(cls(target))

    @implementations.dispatch_for(ReplaceableViewOp)
    def create(operations: AbstractOperations, operation: ReplaceableViewOp) -> None:
        operations.impl.execute(f"CREATE VIEW {operation.target} AS SELECT 1")

    assert script("postgresql", lambda op: op.create_view("mine")) == ["CREATE VIEW mine AS SELECT 1"]
