"""What a difference between models, migrations and databases means, as values."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from headway.catalog.schema import EMPTY, Schema, Table
from headway.catalog.shelf import Shelf
from headway.drift.model_differences import model_differences
from headway.drift.restored import Trace, trace
from headway.drift.verdict import DriftItem, Verdict
from headway.operations.alter_column import AlterColumnOp
from headway.operations.base import MigrateOperation
from headway.operations.columns import AddColumnOp, DropColumnOp
from headway.operations.constraint_base import DropConstraintOp
from headway.operations.constraints import CreateForeignKeyOp, CreateUniqueConstraintOp
from headway.operations.containers import ModifyTableOps
from headway.operations.indexes import CreateIndexOp, DropIndexOp
from headway.operations.tables import CreateTableCommentOp, CreateTableOp, DropTableCommentOp, DropTableOp
from headway.operations.views import CreateViewOp, DropViewOp

LACKING, EXTRA = Verdict.NOT_MIGRATED, Verdict.NOT_MODELLED


class OfAnAddOn(MigrateOperation):
    """An operation that headway does not know."""


CASES: list[tuple[MigrateOperation, Verdict, str, str]] = [
    (CreateTableOp("t", [], schema="shop"), LACKING, "table shop.t", "the migrated schema lacks it"),
    (DropTableOp("t"), EXTRA, "table t", "the models lack it"),
    (AddColumnOp("t", sa.Column("c", sa.Integer), schema="shop"), LACKING, "column shop.t.c", "lacks it"),
    (DropColumnOp("t", "c"), EXTRA, "column t.c", "the models lack it"),
    (
        AlterColumnOp("t", "c", modify_nullable=False, existing_nullable=True),
        LACKING,
        "column t.c",
        "NOT NULL in the models, NULL allowed in the migrated schema",
    ),
    (
        AlterColumnOp("t", "c", modify_type=sa.String(50), existing_type=sa.VARCHAR(40)),
        LACKING,
        "column t.c",
        "type VARCHAR(50) in the models, VARCHAR(40) in the migrated schema",
    ),
    (
        AlterColumnOp("t", "c", modify_server_default=None, existing_server_default=sa.DefaultClause("x")),
        LACKING,
        "column t.c",
        "server default none in the models, 'x' in the migrated schema",
    ),
    (
        AlterColumnOp("t", "c", modify_comment="a", existing_comment="b"),
        LACKING,
        "column t.c",
        "comment 'a' in the models, 'b'",
    ),
    (CreateIndexOp("ix", "t", ["c"]), LACKING, "table t", "lacks index ix"),
    (DropIndexOp("ix", "t"), EXTRA, "table t", "the models lack index ix"),
    (CreateUniqueConstraintOp("uq", "t", ["c"]), LACKING, "table t", "lacks the unique constraint uq"),
    (DropConstraintOp("uq", "t"), EXTRA, "table t", "the models lack the constraint uq"),
    (
        CreateForeignKeyOp("fk", "t", "u", ["c"], ["id"], source_schema="shop"),
        LACKING,
        "table shop.t",
        "lacks the foreign key fk",
    ),
    (
        CreateTableCommentOp("t", "words"),
        LACKING,
        "table t",
        "comment: 'words' in the models, None in the migrated schema",
    ),
    (DropTableCommentOp("t"), EXTRA, "table t", "has a comment, the models have none"),
    (CreateViewOp("v", "SELECT 1", schema="shop"), LACKING, "view shop.v", "lacks it"),
    (DropViewOp("v"), EXTRA, "view v", "the models lack it"),
    (OfAnAddOn(), LACKING, "OfAnAddOn", "lacks it"),
]


@pytest.mark.parametrize(
    ("operation", "verdict", "about", "detail"), CASES, ids=[type(one[0]).__name__ for one in CASES]
)
def test_each_operation_has_its_verdict(operation: MigrateOperation, verdict: Verdict, about: str, detail: str) -> None:
    (item,) = model_differences([operation], lambda one: "op.x(\n    1)")
    assert (item.verdict, item.object, item.operation) == (verdict, about, "op.x( 1)")
    assert detail in item.detail


def test_the_operations_of_one_table_are_told_one_by_one() -> None:
    inside = ModifyTableOps("t", [DropColumnOp("t", "a"), DropIndexOp("ix", "t")])
    assert [item.object for item in model_differences([inside], lambda one: "")] == ["column t.a", "table t"]


def test_a_column_under_a_new_name_is_said_to_be_one() -> None:
    dropped = DropColumnOp.from_column_and_tablename(None, "t", sa.Column("b", sa.String(40)))
    added = AddColumnOp("t", sa.Column("a", sa.String(40)))
    first, second = model_differences([added, dropped], lambda one: "")
    assert "probably b under a new name: op.alter_column('t', 'b', new_column_name='a')" in first.detail
    assert "probably renamed to a" in second.detail
    other = AddColumnOp("t", sa.Column("a", sa.Integer))
    assert not any("probably" in item.detail for item in model_differences([other, dropped], lambda one: ""))
    elsewhere = AddColumnOp("u", sa.Column("a", sa.String(40)))
    assert not any("probably" in item.detail for item in model_differences([elsewhere, dropped], lambda one: ""))


def test_a_key_stays_and_another_difference_has_another() -> None:
    def key(kind: sa.types.TypeEngine[str]) -> str:
        (item,) = model_differences([AddColumnOp("t", sa.Column("a", kind))], lambda one: repr(one.column.type))  # type: ignore[attr-defined]
        return item.key

    assert key(sa.String(40)) == key(sa.String(40)) != key(sa.String(50))
    assert key(sa.String(40)).startswith("not-migrated column t.a #")


def test_a_verdict_is_its_word_in_reports() -> None:
    item = DriftItem(Verdict.LIVE_EXTRA, "table t", "", "")
    assert f"{item.verdict}" == "live-extra"


def test_a_trace_is_what_any_of_the_databases_keeps() -> None:
    table = Schema(Shelf({("", "t"): Table("", "t")}))
    assert trace("r", {"one": table, "two": EMPTY}, {}, {"one": table, "two": EMPTY}) is None
    assert trace("r", {"one": table, "two": EMPTY}, {}, {"one": table, "two": table}) == Trace("r", ("+ table t",))
    assert trace("r", {"one": table}, {}, {}) == Trace("r", ("- table t",))
