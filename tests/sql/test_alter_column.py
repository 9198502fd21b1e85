"""``alter_column`` in every combination of what it changes and what it is told, on every dialect: Alembic's SQL."""

from __future__ import annotations

from itertools import chain, combinations, product

import pytest

from sql.bank import DIALECTS, Case
from sql.tools import ALEMBIC, HEADWAY

CHANGES = {
    "nullable": ("nullable=True", "nullable=False"),
    "type": ("type_=sa.String(50)", "type_=sa.BigInteger()", "type_=sa.DateTime()"),
    "default": ('server_default="x"', "server_default=None", 'server_default=sa.text("5")'),
    "comment": ('comment="c"', "comment=None"),
    "name": ('new_column_name="b"', 'new_column_name="Mixed Case"'),
}
KNOWN = {
    "nothing": "",
    "type": "existing_type=sa.Integer()",
    "all": (
        'existing_type=sa.String(20), existing_nullable=False, existing_server_default="old", existing_comment="old"'
    ),
    "none of it": (
        "existing_type=sa.String(20), existing_nullable=True, existing_server_default=None, existing_comment=None"
    ),
}
SCHEMAS = {"mssql": ', schema="s"'}
"""Without one Alembic cannot comment there (mssql-default-schema)."""


def _combinations() -> list[str]:
    """For each set of aspects every choice of values."""
    sets = chain.from_iterable(combinations(CHANGES, size) for size in range(1, len(CHANGES) + 1))
    return [", ".join(chosen) for aspects in sets for chosen in product(*(CHANGES[aspect] for aspect in aspects))]


@pytest.mark.parametrize("known", KNOWN)
@pytest.mark.parametrize("dialect", [name for name in DIALECTS if name != "sqlite"])
def test_every_combination_gives_the_same_sql(dialect: str, known: str) -> None:
    wrong = []
    for change in _combinations():
        told = ", ".join(filter(None, (change, KNOWN[known])))
        code = f'op.alter_column("t", "a", {told}{SCHEMAS.get(dialect, "")})'
        case = Case("alter_column", "combination", code)
        theirs, ours = ALEMBIC.offline(case, dialect, code), HEADWAY.offline(case, dialect, code)
        if ours.shown() != theirs.shown():
            wrong.append(f"{code}\n{theirs.shown()}\n{ours.shown()}")
    assert wrong == []


def test_on_sqlite_only_a_new_name_is_an_alteration() -> None:
    """sqlite-alter-column"""
    for change in _combinations():
        code = f'op.alter_column("t", "a", {change})'
        case = Case("alter_column", "combination", code)
        ours = HEADWAY.offline(case, "sqlite", code)
        if change.startswith("new_column_name") and "," not in change:
            assert ours.shown() == ALEMBIC.offline(case, "sqlite", code).shown()
        else:
            assert ours.error is not None, code
            assert ours.sql == "", code
