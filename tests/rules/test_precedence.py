"""One hazard, one finding: pieces of ``upgrade()`` on PostgreSQL, and everything that all rules together say of them."""

from __future__ import annotations

import pytest

from rules.harness import lint_piece

ADDS = 'op.add_column("orders", sa.Column("c", sa.Text()))\n'
REQUIRES = 'op.alter_column("orders", "c", existing_type=sa.Text(), nullable=False)\n'
FILLS = "op.execute(\"UPDATE orders SET c = '' WHERE c IS NULL\")\n"
FILLS_ALL = "op.execute(\"UPDATE orders SET c = ''\")\n"
DISABLES = 'op.execute("ALTER TABLE orders DISABLE TRIGGER tr")\n'


@pytest.mark.parametrize(
    ("piece", "said"),
    [
        (ADDS + REQUIRES, ["error CMP003"]),
        (ADDS + FILLS + REQUIRES, ["warning LCK119", "error CMP003"]),
        (ADDS + FILLS_ALL + REQUIRES, ["warning LCK119", "error CMP003"]),
        (FILLS + REQUIRES, ["warning LCK110"]),
        (REQUIRES, ["error DAT002"]),
        (FILLS_ALL, ["warning DML002"]),
        (FILLS + 'op.add_column("orders", sa.Column("d", sa.Text()))\n', ["info DML001"]),
        (DISABLES, ["warning LCK115"]),
        (DISABLES + 'op.execute("ALTER TABLE orders ENABLE TRIGGER tr")\n', ["info LCK115"]),
    ],
)
def test_all_that_is_said(piece: str, said: list[str]) -> None:
    found = lint_piece(piece, dialects=["postgresql"]).findings
    assert [f"{finding.severity.value} {finding.code}" for finding in found] == said


@pytest.mark.parametrize(
    ("fill", "fails"),
    [("", True), (FILLS, False), ('op.execute(sa.update(reflected["orders"]).values(c=""))\n', False)],
)
def test_what_may_have_been_filled_is_not_said_to_fail(fill: str, fails: bool) -> None:
    (found,) = (f for f in lint_piece(ADDS + fill + REQUIRES, dialects=["postgresql"]).findings if f.code == "CMP003")
    assert ("so does the migration itself" in found.message) == fails


@pytest.mark.parametrize(
    ("piece", "downgrade", "said"),
    [
        # A key stays because the wrong column is dropped; an enum type and an empty way back have their own rules.
        (
            'op.create_table("shops", sa.Column("id", sa.Integer(), primary_key=True))\n'
            'op.add_column("orders", sa.Column("shop_id", sa.Integer(), sa.ForeignKey("shops.id")))\n',
            'op.drop_column("orders", "shop")\nop.drop_table("shops")',
            ["DWN004"],
        ),
        (ADDS, "pass", ["DWN001"]),
        (ADDS + 'sa.Enum("a", name="state").create(op.get_bind(), checkfirst=False)\n', 'print("no")', ["DWN001"]),
        (
            'op.add_column("orders", sa.Column("a", sa.Text()))\n'
            'sa.Enum("a", name="state").create(op.get_bind(), checkfirst=False)\n',
            'op.drop_column("orders", "a")',
            ["DWN003"],
        ),
    ],
)
def test_all_that_is_said_of_the_way_back(piece: str, downgrade: str, said: list[str]) -> None:
    found = lint_piece(piece, downgrade=downgrade, dialects=["postgresql"]).findings
    assert [one.code for one in found if one.code.startswith("DWN")] == said
