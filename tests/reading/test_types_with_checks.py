"""The CHECK that a type brings with it, and texts whose value nobody knows."""

from __future__ import annotations

import pytest

from headway.effects import model as fx
from reading.harness import read

SQLITE = frozenset({"sqlite"})


def effects(upgrade: str) -> tuple[fx.Effect, ...]:
    upgrade_ = read(upgrade, databases=SQLITE).upgrade
    assert upgrade_ is not None
    return upgrade_.effects


@pytest.mark.parametrize(
    ("type_", "names"),
    [
        ('sa.Boolean(name="ck", create_constraint=True)', ["ck"]),
        ('sa.Enum("a", name="kind", create_constraint=True)', ["kind"]),
        ('sa.Boolean(name="ck", create_constraint=False)', []),
        ('sa.Boolean(name="ck")', []),
        ('sa.Enum("a", name="kind")', []),
        ("sa.Integer()", []),
    ],
)
def test_a_type_brings_its_check_where_it_is_asked_to(type_: str, names: list[str]) -> None:
    new = effects(f'op.alter_column("t", "c", type_={type_})')
    assert [one.name for one in new if isinstance(one, fx.AddsConstraint)] == names
    old = effects(f'op.alter_column("t", "c", existing_type={type_}, type_=sa.Integer())')
    assert [one.name for one in old if isinstance(one, fx.DropsConstraint)] == names


@pytest.mark.parametrize("call", ["frob()", "replace('a', other())", "encode(errors='x')", "join(other())"])
def test_what_a_text_method_gives_is_not_known_where_it_is_not_computed(call: str) -> None:
    effect = effects(f'op.drop_table("t".{call})')[-1]
    assert isinstance(effect, fx.DropsTable) and not isinstance(effect.table, str)
    assert effect.table is not None


def test_a_condition_on_such_a_text_may_hold() -> None:
    (effect,) = effects('if "t".frob():\n    op.drop_table("a")')
    assert isinstance(effect, fx.DropsTable) and effect.conditional
