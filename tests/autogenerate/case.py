"""What a pair of schemas is, and the words to write one in. No tests of its own.

Each is Python text that adds tables to ``m``, with ``sa`` for SQLAlchemy and ``pg``/``my`` for its dialects. A case
runs on every database unless it names some.
"""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import dedent

ALL = ("sqlite", "postgresql", "mariadb")


@dataclass(frozen=True)
class Case:
    """One pair; ``shared`` stands in both."""

    name: str
    before: str
    after: str
    on: tuple[str, ...] = ALL

    @property
    def family(self) -> str:
        """What a part of the bank has at least one of: changes of a type are alike, and many."""
        return "type" if self.name.startswith("type ") else self.name


def case(name: str, before: str, after: str, *, shared: str = "", on: tuple[str, ...] = ALL) -> Case:
    return Case(name, dedent(shared) + dedent(before), dedent(shared) + dedent(after), on)


PARENT = """
parent = sa.Table("parent", m, sa.Column("id", sa.Integer, primary_key=True), sa.Column("code", sa.String(10)),
                  sa.UniqueConstraint("code", name="uq_parent_code"))
"""


def table(*columns: str, name: str = "t", extra: str = "") -> str:
    """A table with an id and these columns and constraints."""
    inside = ", ".join(['sa.Column("id", sa.Integer, primary_key=True)', *columns])
    return f'sa.Table("{name}", m, {inside}{extra})\n'


def column(kind: str, *options: str, name: str = "c") -> str:
    return f'sa.Column("{name}", {", ".join([kind, *options])})'


def retyped(old: str, new: str, *, on: tuple[str, ...] = ALL) -> Case:
    return case(f"type {old} to {new}", table(column(old)), table(column(new)), on=on)


PG = ("postgresql",)
MY = ("mariadb",)
SERVERS = ("postgresql", "mariadb")
