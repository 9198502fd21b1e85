"""Containers and MigrationScript behave as Alembic's do."""

from __future__ import annotations

from typing import Any

import alembic.operations.ops
import pytest
import sqlalchemy as sa

import headway.compat.alembic.operations.ops
from operations.describe import described, operation

THEIRS: Any = alembic.operations.ops
OURS: Any = headway.compat.alembic.operations.ops


def changes(m: Any) -> Any:
    """An upgrade with a table, an altered column and an index."""
    alter = m.AlterColumnOp(
        "t", "a", modify_type=sa.Integer(), existing_type=sa.String(), modify_nullable=False, existing_nullable=True
    )
    return m.UpgradeOps(
        ops=[
            m.CreateTableOp("new", [sa.Column("id", sa.Integer)]),
            m.ModifyTableOps("t", [m.AddColumnOp("t", sa.Column("x", sa.Integer)), alter], schema="s"),
            m.ModifyTableOps("u", []),
            m.ExecuteSQLOp("SELECT 1"),
        ]
    )


def test_containers_are_empty_when_nothing_is_in_them() -> None:
    for m in (THEIRS, OURS):
        assert m.UpgradeOps().is_empty()
        assert not changes(m).is_empty()
        assert isinstance(m.UpgradeOps(), m.OpContainer)


def test_containers_of_empty_containers_are_empty() -> None:
    """empty-containers: so that a migration whose every change was taken out is recognised."""
    assert OURS.UpgradeOps([OURS.ModifyTableOps("t", [])]).is_empty()
    assert not THEIRS.UpgradeOps([THEIRS.ModifyTableOps("t", [])]).is_empty()


def test_the_diffs_are_the_same() -> None:
    assert described(changes(OURS).as_diffs()) == described(changes(THEIRS).as_diffs())


def test_the_diffs_of_one_altered_column_stay_together() -> None:
    assert [type(diff).__name__ for diff in changes(OURS).as_diffs()] == ["tuple", "tuple", "list", "tuple"]


def test_upgrades_are_reversed_in_reverse_order() -> None:
    def reversed_by(m: Any) -> Any:
        whole = changes(m)
        whole.ops = whole.ops[:-1]  # raw SQL cannot be reversed
        return m.DowngradeOps, whole.reverse()

    (our_class, ours), (their_class, theirs) = reversed_by(OURS), reversed_by(THEIRS)
    assert isinstance(ours, our_class)
    assert isinstance(theirs, their_class)
    assert _all(ours) == _all(theirs)
    assert _all(ours.reverse()) == _all(theirs.reverse())


def test_reverse_into_fills_what_is_there() -> None:
    for m in (THEIRS, OURS):
        target = m.DowngradeOps(ops=[m.DropTableOp("old")])
        given = target.ops
        assert m.UpgradeOps([m.AddColumnOp("t", sa.Column("x", sa.Integer))]).reverse_into(target) is target
        assert target.ops is given
        assert [type(op).__name__ for op in target.ops] == ["DropColumnOp"]


@pytest.mark.parametrize("m", [THEIRS, OURS], ids=["alembic", "headway"])
def test_a_script_has_one_upgrade_or_one_for_each_database(m: Any) -> None:
    up, down = m.UpgradeOps(upgrade_token="ups"), m.DowngradeOps(downgrade_token="downs")
    script = m.MigrationScript("abc", up, down, message="words", imports={"import x"}, head="head", branch_label="b")
    assert (script.rev_id, script.message, script.imports, script.head) == ("abc", "words", {"import x"}, "head")
    assert (script.branch_label, script.splice, script.version_path, script.depends_on) == ("b", None, None, None)
    assert script.upgrade_ops is up
    assert script.downgrade_ops_list == [down]
    assert (up.upgrade_token, down.downgrade_token) == ("ups", "downs")
    script.upgrade_ops = [m.UpgradeOps(), m.UpgradeOps()]
    assert len(script.upgrade_ops_list) == 2
    with pytest.raises(ValueError, match="upgrade_ops"):
        _ = script.upgrade_ops
    script.downgrade_ops = m.DowngradeOps()
    assert [type(ops) for ops in script.downgrade_ops_list] == [m.DowngradeOps]


def test_operations_carry_a_dictionary_for_whoever_handles_them() -> None:
    for m in (THEIRS, OURS):
        op = m.DropColumnOp("t", "a")
        op.info["seen"] = True
        assert op.info == {"seen": True}
        assert m.DropColumnOp("t", "a").info == {}
        assert m.CreateTableOp("t", [], info={"of": "the table"}).info == {"of": "the table"}
        assert op._mutations == frozenset()


def _all(container: Any) -> Any:
    return tuple(_all(op) if hasattr(op, "ops") else operation(op) for op in container.ops)
