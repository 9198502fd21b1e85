"""What a construct that is executed says of its rows, and what a call with hidden keywords leaves open."""

from __future__ import annotations

import pytest

from headway.effects import model as fx
from reading.harness import read

TABLE = 't = sa.table("t", sa.column("a"))\n'
ROWS = [
    ("t.update().where(t.c.a == 1).values(a=2)", True),
    ("sa.update(t).where(t.c.a == 1)", True),
    ("sa.update(t).filter_by(a=1)", True),
    ("t.update().values(a=2)", False),
    ("sa.delete(t)", False),
    ("sa.delete(t).where(t.c.a == 1)", True),
]


@pytest.mark.parametrize(("construct", "chosen"), ROWS)
def test_rows_are_chosen_or_all(construct: str, chosen: bool) -> None:
    body = read(f"{TABLE}op.execute({construct})").upgrade
    assert body is not None
    (effect,) = body.effects
    assert isinstance(effect, fx.ChangesData)
    assert (effect.where is not None) is chosen


def test_a_keyword_that_is_hidden_may_be_any() -> None:
    def index(call: str) -> fx.DropsIndex:
        body = read(call, "from elsewhere import given\n").upgrade
        assert body is not None
        return next(effect for effect in body.effects if isinstance(effect, fx.DropsIndex))

    plain, hidden = index('op.drop_index("ix")'), index('op.drop_index("ix", **given())')
    assert (plain.table, hidden.table) == (None, fx.UNKNOWN)
    assert (plain.schema, hidden.schema) == (None, None), "a schema is left out nearly always"
