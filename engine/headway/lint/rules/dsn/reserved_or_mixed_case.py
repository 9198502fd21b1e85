"""DSN008."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rule import UpgradeRule

_WORDS = frozenset(
    [
        "ALL",
        "AND",
        "ANY",
        "AS",
        "ASC",
        "BETWEEN",
        "BY",
        "CASE",
        "CAST",
        "CHECK",
        "COLUMN",
        "CONSTRAINT",
        "CREATE",
        "CROSS",
        "CURRENT_USER",
        "DEFAULT",
        "DELETE",
        "DESC",
        "DISTINCT",
        "DROP",
        "ELSE",
        "END",
        "EXISTS",
        "FETCH",
        "FOR",
        "FOREIGN",
        "FROM",
        "FULL",
        "GRANT",
        "GROUP",
        "HAVING",
        "IN",
        "INDEX",
        "INNER",
        "INSERT",
        "INTERVAL",
        "INTO",
        "IS",
        "JOIN",
        "KEY",
        "LEFT",
        "LIKE",
        "LIMIT",
        "NATURAL",
        "NOT",
        "NULL",
        "OFFSET",
        "ON",
        "OR",
        "ORDER",
        "OUTER",
        "PRIMARY",
        "RANGE",
        "REFERENCES",
        "RIGHT",
        "ROW",
        "ROWS",
        "SELECT",
        "SESSION_USER",
        "SET",
        "TABLE",
        "THEN",
        "TO",
        "TRIGGER",
        "UNION",
        "UNIQUE",
        "UPDATE",
        "USER",
        "USING",
        "VALUES",
        "WHEN",
        "WHERE",
        "WITH",
    ]
)


class ReservedOrMixedCase(UpgradeRule):
    """A new table whose name needs quotes.

    ## What
    ``create_table`` with a name that is a word of SQL (``user``, ``order``) or has capitals in it. Not where a later
    revision of the history drops or renames the table.

    ## Why
    SQLAlchemy writes the quotes and people forget them: ``SELECT * FROM user`` answers the name of the session on
    PostgreSQL, and an error elsewhere. See https://www.postgresql.org/docs/current/sql-keywords-appendix.html

    ## Bad
    ```python
    op.create_table("order", sa.Column("id", sa.Integer(), primary_key=True))
    ```

    ## Good
    ```python
    op.create_table("orders", sa.Column("id", sa.Integer(), primary_key=True))
    ```

    ## When to ignore
    Nobody reads the table by hand.
    """

    code = "DSN008"
    name = "reserved-or-mixed-case"
    severity = Severity.INFO
    handles = (fx.CreatesTable,)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        assert isinstance(effect, fx.CreatesTable)
        name = effect.table
        if not isinstance(name, str) or effect.raw:
            return
        if name.upper() in _WORDS:
            what = "is a word of SQL"
        elif name != name.lower() and facts.runs_on("postgresql", "oracle"):
            what = "has capitals, which PostgreSQL and Oracle keep only in quotes"
        else:
            return
        if any(_is_gone(one) for one, _ in facts.known.later.done_to(effect, file.revision)):
            return
        yield self.finding(
            f"the table's name {name} {what}: every statement written by hand has to quote it",
            "choose another name before it is released",
            effect.span,
            file.revision,
        )


def _is_gone(effect: fx.Effect) -> bool:
    """Whether the table, or at least a name that needs quotes, is gone when it has run."""
    if isinstance(effect, fx.RenamesTable):
        name = effect.new_name
        return isinstance(name, str) and name == name.lower() and name.upper() not in _WORDS
    return isinstance(effect, fx.DropsTable)
