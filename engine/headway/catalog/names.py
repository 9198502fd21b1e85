"""How a database compares names: its default schema, upper and lower case. Knows no table."""

from __future__ import annotations

from headway.catalog.schema import Key
from headway.effects.values import MaybeText, Text
from headway.valueclass import valueclass

DEFAULT_SCHEMAS = {"postgresql": "public", "mssql": "dbo", "sqlite": "main"}

_EXACT = frozenset({"postgresql"})
"""Databases that keep ``Users`` and ``users`` apart once they are quoted, which everything but raw SQL does. MySQL does
so for tables on some systems: there two spellings of one table leave a doubt."""


@valueclass(frozen=True, slots=True)
class Names:
    """The names of one database, or with None of one that is not known."""

    database: str | None = None
    default_schema: str | None = None
    """Where it is not the usual one of the database."""

    def schema(self, name: str | None) -> str:
        """A schema as keys have it: empty for the default one."""
        default = self.default_schema or DEFAULT_SCHEMAS.get(self.database or "postgresql", "")
        return "" if not name or (default and self.part(name) == self.part(default)) else self.part(name)

    def key(self, schema: MaybeText, table: MaybeText) -> Key | None:
        """The key of a table, or None where it may be any."""
        if schema is not None and not isinstance(schema, str):
            return None
        if isinstance(table, str):
            return self.schema(schema), self.part(table)
        # An expression has the same value wherever it stands; None and UNKNOWN have none.
        return None if table is None or not hasattr(table, "expression") else (self.schema(schema), table)

    def part(self, name: str) -> str:
        """The name of a column, index, constraint or object as it is compared with others."""
        return name if self.database in _EXACT else name.lower()

    def doubtful_spelling(self, name: str, raw: bool) -> str | None:
        """The other name that raw SQL may mean where its quotes are not known: PostgreSQL reads Users as users."""
        folded = name.lower()
        return folded if raw and self.database in _EXACT and folded != name else None

    def spelled_otherwise(self, one: Text, other: Text) -> bool:
        """Whether two names of one key may be two tables on some servers."""
        return one != other and self.database in (None, "mysql", "mariadb")


def stored(name: str, *, quoted: bool, database: str | None) -> str:
    """A name of raw SQL as the database keeps it.

    See https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS
    """
    return name.lower() if database == "postgresql" and not quoted else name
