"""Shapes of histories: which revision follows which, and what one does. Pure; writes no files."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

PER_TABLE = 10
"""Revisions that go to one table."""
LASTING = 5
"""Tables that stay for ever; the others refer to them."""
ALIVE = 20
"""How many of the other tables there are at a time: a schema does not grow for ever as its history does."""


@dataclass(frozen=True)
class Revision:
    """One revision file to write."""

    id: str
    parents: tuple[str, ...]
    depends_on: tuple[str, ...] = ()
    message: str = ""
    upgrade: str = "pass"
    downgrade: str = "pass"


def linear(count: int) -> list[Revision]:
    """``count`` revisions in one line, which can be run."""
    return [_change(number, (_id(number - 1),) if number else ()) for number in range(count)]


def diamonds(count: int) -> list[Revision]:
    """::

    a -- b -- d -- a' …      four revisions each: one that branches, two side by side, one that merges
      \\- c -/
    """
    parents: list[tuple[int, ...]] = []
    for number in range(count):
        match number % 4:
            case 0:
                parents.append((number - 1,) if number else ())
            case 1:
                parents.append((number - 1,))
            case 2:
                parents.append((number - 2,))
            case _:
                parents.append((number - 2, number - 1))
    return [_change(number, tuple(map(_id, above))) for number, above in enumerate(parents)]


def depending_branches(count: int) -> list[Revision]:
    """::

    a0 -- a1 -- a2 -- …      two branches, half of the revisions each;
    :     :     :            each of the second needs its neighbour in the first
    b0 -- b1 -- b2 -- …
    """
    half = count // 2
    first = [_change(n, (_id(n - 1),) if n else ()) for n in range(half)]
    second = [
        _change(half + n, (_id(half + n - 1),) if n else (), needs=(_id(n),)) for n in range(count - half) if n < half
    ]
    return first + second


# -- one revision -----------------------------------------------------------------------------------------------


def _id(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()[:12]


def _change(number: int, parents: tuple[str, ...], needs: tuple[str, ...] = ()) -> Revision:
    table, step = divmod(number, PER_TABLE)
    message, upgrade, downgrade = _STEPS[step]
    old = table - ALIVE
    if step == PER_TABLE - 1 and old >= LASTING:
        message, upgrade, downgrade = "drop {old}", 'op.drop_table("{old}")', _CREATE
    names = {"table": f"table_{table}", "old": f"table_{old}", "lasting": f"table_{table % LASTING}"}
    return Revision(
        id=_id(number),
        parents=parents,
        depends_on=needs,
        message=message.format(**names),
        upgrade=upgrade.format(**names),
        downgrade=downgrade.format(**names),
    )


_CREATE = """op.create_table(
        "{table}",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("email", sa.String(length=200), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), server_default=sa.text("CURRENT_TIMESTAMP"), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["{lasting}.id"], name="fk_{table}_owner"),
        sa.PrimaryKeyConstraint("id", name="pk_{table}"),
    )"""


def _adds(column: str, type_: str, more: str = "nullable=True") -> tuple[str, str, str]:
    return (
        f"add {column} to {{table}}",
        f'op.add_column("{{table}}", sa.Column("{column}", sa.{type_}, {more}))',
        f'op.drop_column("{{table}}", "{column}")',
    )


_STEPS = (
    ("create {table}", _CREATE, 'op.drop_table("{table}")'),
    (
        "index the names of {table}",
        'op.create_index("ix_{table}_name", "{table}", ["name"])',
        'op.drop_index("ix_{table}_name", table_name="{table}")',
    ),
    _adds("amount", "Numeric(precision=10, scale=2)"),
    _adds("active", "Boolean()", 'server_default=sa.text("true"), nullable=False'),
    _adds("notes", "Text()"),
    ("fill the notes of {table}", "op.execute(\"UPDATE {table} SET notes = '' WHERE notes IS NULL\")", "pass"),
    (
        "emails of {table} are unique",
        'op.create_index(op.f("ix_{table}_email"), "{table}", ["email"], unique=True)',
        'op.drop_index(op.f("ix_{table}_email"), table_name="{table}")',
    ),
    _adds("position", "Integer()", 'server_default="0", nullable=False'),
    (
        "drop notes of {table}",
        'op.drop_column("{table}", "notes")',
        'op.add_column("{table}", sa.Column("notes", sa.Text(), nullable=True))',
    ),
    _adds("updated_at", "DateTime()"),  # or, once the project is old enough, an older table goes
)
"""Message, upgrade and downgrade of the revisions that go to one table."""
