"""The CHECK that a type brings with it, and texts whose value nobody knows."""

from __future__ import annotations

import pytest

from headway.effects import model as fx
from reading.harness import read, said

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


def test_a_helper_that_is_handed_on_half_called_is_no_secret() -> None:
    migration = read(
        "register(functools.partial(forget, 't'))",
        "import functools\nfrom shop.hooks import register\n\ndef forget(name):\n    op.drop_table(name)",
    )
    assert any(line.startswith("unread: ") for line in said(migration)), said(migration)


def test_a_dict_that_takes_in_what_nobody_knows_may_hold_more() -> None:
    module = "from shop.names import more"
    known = read("d = {'a': 1}\nd.update({'b': 2})\nfor name in d:\n    op.drop_table(name)", module)
    assert said(known) == ["DropsTable a", "DropsTable b"]
    opened = read(
        "e = {'b': 2}\ne.update(more())\nd = {'a': 1}\nd.update(e)\nfor name in d:\n    op.drop_table(name)", module
    )
    assert any("not known before it runs" in line for line in said(opened)), said(opened)
    mixed = read(
        "e = {'b': 2}\nif flag():\n    e.update(more())\nd = {}\nd.update(e)\nfor name in d:\n    op.drop_table(name)",
        module,
    )
    assert any("not known before it runs" in line for line in said(mixed)), said(mixed)


def test_what_a_decorator_is_told_costs_nothing_of_the_function() -> None:
    migration = read("", "from shop.hooks import told\n\n@told(op)\ndef upgrade():\n    op.drop_table('t')")
    assert "DropsTable t" in said(migration)
    assert any(line.startswith("unread: ") for line in said(migration))


def test_a_helper_behind_a_decorator_that_nobody_has_read_is_told() -> None:
    migration = read("go(op)", "from shop.hooks import deco\n\n@deco\ndef go(x):\n    x.drop_table('t')")
    assert any(line.startswith("unread: ") for line in said(migration))
    method = read(
        "register(h.go)",
        "from shop.hooks import register\n\nclass H:\n    def go(self):\n        op.drop_table('t')\n\nh = H()",
    )
    assert any(line.startswith("unread: ") for line in said(method))


@pytest.mark.parametrize("referred", ["('u.id', 'u.kind')", "['u.id', 'u.kind']"])
def test_the_columns_of_a_foreign_key_are_a_list_of_either_kind(referred: str) -> None:
    source = f"op.create_table('t', sa.Column('a', sa.Integer()), sa.ForeignKeyConstraint(('a', 'b'), {referred}, name='fk'))"
    (made,) = effects(source)
    assert isinstance(made, fx.CreatesTable)
    (key,) = [one.references for one in made.constraints]
    assert key is not None and (key.table, key.columns, key.local_columns) == ("u", ("id", "kind"), ("a", "b"))
