"""Operation objects: the same reversals, diff tuples and schema objects as Alembic's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import alembic.ddl.postgresql
import alembic.operations.ops
import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

import headway.compat.alembic.operations.ops
from headway.operations.constraints import CreateExcludeConstraintOp
from operations.describe import described, operation

THEIRS: Any = alembic.operations.ops
OURS: Any = headway.compat.alembic.operations.ops
Make = Callable[[Any], Any]


def model() -> sa.Table:
    """A table with one of everything."""
    metadata = sa.MetaData(naming_convention={"ix": "ix_%(table_name)s_%(column_0_name)s"})
    sa.Table("parent", metadata, sa.Column("id", sa.Integer, primary_key=True), schema="s")
    return sa.Table(
        "t",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True, comment="the key"),
        sa.Column("a", sa.String(20), nullable=False, server_default="x"),
        sa.Column("b", sa.Integer, index=True),
        sa.Column("c", sa.Integer, sa.Computed("b * 2")),
        sa.Column("r", postgresql.INT4RANGE),
        sa.ForeignKeyConstraint(["b"], ["s.parent.id"], name="fk", ondelete="CASCADE", deferrable=True, match="FULL"),
        sa.UniqueConstraint("a", "b", name="uq", deferrable=True, initially="DEFERRED"),
        sa.CheckConstraint("b > 5", name="ck"),
        sa.Index("ix_low", sa.func.lower(sa.column("a")), postgresql_using="gin"),
        postgresql.ExcludeConstraint(("r", "&&"), name="ex", where=sa.text("b > 5")),
        comment="a table",
        schema="s",
        info={"owner": "me"},
        prefixes=["UNLOGGED"],
        mysql_engine="InnoDB",
    )


def constraint(name: str) -> sa.Constraint:
    return next(item for item in model().constraints if item.name == name)


def index(name: str) -> sa.Index:
    return next(item for item in model().indexes if item.name == name)


def primary_key() -> sa.PrimaryKeyConstraint:
    return model().primary_key


def column() -> sa.Column[Any]:
    return sa.Column("x", sa.Integer, server_default="5", nullable=False, comment="c")


OPERATIONS: dict[str, Make] = {
    "create_table": lambda m: m.CreateTableOp(
        "t", [column(), sa.UniqueConstraint("x", name="uq")], schema="s", comment="c"
    ),
    "create_table with options": lambda m: m.CreateTableOp(
        "t", [column()], prefixes=["A"], info={"x": 1}, mysql_engine="E"
    ),
    "create_table from": lambda m: m.CreateTableOp.from_table(model()),
    "drop_table from": lambda m: m.DropTableOp.from_table(model()),
    "drop_table": lambda m: m.DropTableOp("t", schema="s"),
    "add_column": lambda m: m.AddColumnOp("t", column(), schema="s"),
    "add_column from": lambda m: m.AddColumnOp.from_column(model().c.a),
    "add_column from a name": lambda m: m.AddColumnOp.from_column_and_tablename("s", "t", column()),
    "drop_column from": lambda m: m.DropColumnOp.from_column_and_tablename("s", "t", column()),
    "alter_column type": lambda m: m.AlterColumnOp(
        "t", "x", schema="s", modify_type=sa.Integer(), existing_type=sa.String(), existing_nullable=True
    ),
    "alter_column all": lambda m: m.AlterColumnOp(
        "t",
        "x",
        modify_type=sa.Integer(),
        existing_type=sa.String(),
        modify_nullable=False,
        existing_nullable=True,
        modify_server_default="5",
        existing_server_default=None,
        modify_comment="new",
        existing_comment="old",
    ),
    "alter_column default away": lambda m: m.AlterColumnOp(
        "t", "x", modify_server_default=None, existing_server_default="5"
    ),
    "create_index": lambda m: m.CreateIndexOp(
        "ix", "t", ["a", sa.text("lower(b)")], schema="s", unique=True, postgresql_using="gin"
    ),
    "create_index from": lambda m: m.CreateIndexOp.from_index(index("ix_low")),
    "create_index from a convention": lambda m: m.CreateIndexOp.from_index(index("ix_t_b")),
    "drop_index from": lambda m: m.DropIndexOp.from_index(index("ix_low")),
    "drop_index": lambda m: m.DropIndexOp("ix", "t", schema="s"),
    "create_primary_key": lambda m: m.CreatePrimaryKeyOp("pk", "t", ["a", "b"], schema="s"),
    "create_primary_key from": lambda m: m.AddConstraintOp.from_constraint(primary_key()),
    "create_unique": lambda m: m.CreateUniqueConstraintOp("uq", "t", ["a"], schema="s", deferrable=True),
    "create_unique from": lambda m: m.AddConstraintOp.from_constraint(constraint("uq")),
    "create_foreign_key": lambda m: m.CreateForeignKeyOp(
        "fk", "t", "p", ["a"], ["b"], source_schema="s", referent_schema="r", onupdate="CASCADE", initially="DEFERRED"
    ),
    "create_foreign_key from": lambda m: m.AddConstraintOp.from_constraint(constraint("fk")),
    "create_check": lambda m: m.CreateCheckConstraintOp("ck", "t", "a > 5", schema="s"),
    "create_check from": lambda m: m.AddConstraintOp.from_constraint(constraint("ck")),
    "create_exclude from": lambda m: m.AddConstraintOp.from_constraint(constraint("ex")),
    "drop_constraint from unique": lambda m: m.DropConstraintOp.from_constraint(constraint("uq")),
    "drop_constraint from foreign key": lambda m: m.DropConstraintOp.from_constraint(constraint("fk")),
    "drop_constraint from check": lambda m: m.DropConstraintOp.from_constraint(constraint("ck")),
    "drop_constraint from primary key": lambda m: m.DropConstraintOp.from_constraint(primary_key()),
    "drop_constraint from exclude": lambda m: m.DropConstraintOp.from_constraint(constraint("ex")),
    "create_table_comment": lambda m: m.CreateTableCommentOp("t", "new", schema="s", existing_comment="old"),
    "create_table_comment first": lambda m: m.CreateTableCommentOp("t", "new"),
    "drop_table_comment": lambda m: m.DropTableCommentOp("t", schema="s", existing_comment="old"),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_operations_hold_the_same(name: str) -> None:
    assert operation(OPERATIONS[name](OURS)) == operation(OPERATIONS[name](THEIRS))


@pytest.mark.parametrize("name", OPERATIONS)
def test_diff_tuples_are_the_same(name: str) -> None:
    assert described(_diff(OPERATIONS[name](OURS))) == described(_diff(OPERATIONS[name](THEIRS)))


@pytest.mark.parametrize("name", OPERATIONS)
def test_reversals_are_the_same(name: str) -> None:
    assert _reversed(OPERATIONS[name](OURS)) == _reversed(OPERATIONS[name](THEIRS))


@pytest.mark.parametrize("name", OPERATIONS)
def test_reversing_twice_is_the_same(name: str) -> None:
    assert _reversed(OPERATIONS[name](OURS), 2) == _reversed(OPERATIONS[name](THEIRS), 2)


@pytest.mark.parametrize("name", OPERATIONS)
def test_the_schema_objects_are_the_same(name: str) -> None:
    ours, theirs = OPERATIONS[name](OURS), OPERATIONS[name](THEIRS)
    makers = [
        attribute for attribute in ("to_table", "to_column", "to_constraint", "to_index") if hasattr(theirs, attribute)
    ]
    for maker in makers:
        assert described(_call(ours, maker)) == described(_call(theirs, maker)), maker


@pytest.mark.parametrize(
    "make",
    [
        lambda m: m.RenameTableOp("a", "b"),
        lambda m: m.BulkInsertOp(sa.table("t"), []),
        lambda m: m.ExecuteSQLOp("SELECT 1"),
        lambda m: m.DropConstraintOp("x", "t"),
    ],
)
def test_what_alembic_cannot_reverse(make: Make) -> None:
    with pytest.raises((NotImplementedError, ValueError)):
        make(THEIRS).reverse()
    if isinstance(make(OURS), OURS.RenameTableOp):
        assert operation(make(OURS).reverse()) == operation(OURS.RenameTableOp("b", "a"))
    else:
        with pytest.raises(Exception, match=r"reverse|produced"):
            make(OURS).reverse()


def test_a_new_name_is_a_change_and_is_reversed() -> None:
    """rename-reversed: Alembic neither counts nor reverses it."""
    change = {"modify_name": "y", "existing_type": sa.Integer()}
    assert not THEIRS.AlterColumnOp("t", "x", **change).has_changes()
    assert OURS.AlterColumnOp("t", "x", **change).has_changes()
    back = OURS.AlterColumnOp("t", "x", **change).reverse()
    assert (back.column_name, back.modify_name) == ("y", "x")


def test_execute_has_a_diff_tuple() -> None:
    assert OURS.ExecuteSQLOp("SELECT 1").to_diff_tuple() == THEIRS.ExecuteSQLOp("SELECT 1").to_diff_tuple()


def test_an_exclude_constraint_is_registered_like_the_others() -> None:
    assert OURS.AddConstraintOp.add_constraint_ops["exclude_constraint"] is CreateExcludeConstraintOp
    theirs = {kind for kind, _ in THEIRS.AddConstraintOp.add_constraint_ops._registry}
    assert OURS.AddConstraintOp.add_constraint_ops.keys() == theirs


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"modify_nullable": False},
        {"modify_server_default": None},
        {"modify_comment": None},
        {"modify_type": sa.Integer()},
        {"modify_other": 1},
        {"other": 1},
    ],
)
def test_an_alteration_knows_whether_it_changes_anything(change: dict[str, Any]) -> None:
    assert (
        OURS.AlterColumnOp("t", "x", **change).has_changes() == THEIRS.AlterColumnOp("t", "x", **change).has_changes()
    )


def _diff(op: Any) -> Any:
    return _call(op, "to_diff_tuple")


def _reversed(op: Any, times: int = 1) -> Any:
    for _ in range(times):
        op = _call(op, "reverse")
        if isinstance(op, str):
            return op
    return operation(op)


def _call(op: Any, method: str) -> Any:
    """The result, or the word for what cannot be had."""
    try:
        return getattr(op, method)()
    except (NotImplementedError, ValueError, sa.exc.SQLAlchemyError) as error:
        return f"refused by {type(error).__name__}"
