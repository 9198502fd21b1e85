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
    (CreateTableOp("t", [], schema="shop"), LACKING, "table shop.t", "no migration creates it"),
    (DropTableOp("t"), EXTRA, "table t", "the models lack it"),
    (AddColumnOp("t", sa.Column("c", sa.Integer), schema="shop"), LACKING, "column shop.t.c", "no migration adds it"),
    (DropColumnOp("t", "c"), EXTRA, "column t.c", "the models lack it"),
    (AlterColumnOp("t", "c", modify_nullable=False), LACKING, "column t.c", "it differs"),
    (CreateIndexOp("ix", "t", ["c"]), LACKING, "table t", "an index that no migration creates"),
    (DropIndexOp("ix", "t"), EXTRA, "table t", "an index that the models lack"),
    (CreateUniqueConstraintOp("uq", "t", ["c"]), LACKING, "table t", "no migration makes it"),
    (DropConstraintOp("uq", "t"), EXTRA, "table t", "a constraint that the models lack"),
    (
        CreateForeignKeyOp("fk", "t", "u", ["c"], ["id"], source_schema="shop"),
        LACKING,
        "table shop.t",
        "no migration makes it",
    ),
    (CreateTableCommentOp("t", "words"), LACKING, "table t", "another comment"),
    (DropTableCommentOp("t"), EXTRA, "table t", "a comment that the models lack"),
    (CreateViewOp("v", "SELECT 1", schema="shop"), LACKING, "view shop.v", "no migration makes it"),
    (DropViewOp("v"), EXTRA, "view v", "the models lack it"),
    (OfAnAddOn(), LACKING, "OfAnAddOn", "no migration makes it"),
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


def test_a_verdict_is_its_word_in_reports() -> None:
    item = DriftItem(Verdict.LIVE_EXTRA, "table t", "", "")
    assert f"{item.verdict}" == "live-extra"


def test_a_trace_is_what_any_of_the_databases_keeps() -> None:
    table = Schema(Shelf({("", "t"): Table("", "t")}))
    assert trace("r", {"one": table, "two": EMPTY}, {}, {"one": table, "two": EMPTY}) is None
    assert trace("r", {"one": table, "two": EMPTY}, {}, {"one": table, "two": table}) == Trace("r", ("+ table t",))
    assert trace("r", {"one": table}, {}, {}) == Trace("r", ("- table t",))
