"""LCK305."""

from __future__ import annotations

import re
from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rule import UpgradeRule


class NonConstantDefault(UpgradeRule):
    """SQLite cannot add a column like this to a table with rows.

    ## What
    ``op.add_column`` with a default that is worked out (``CURRENT_TIMESTAMP``, a function, an expression), or with UNIQUE or
    PRIMARY KEY, outside of a batch. NOT NULL without a default is CMP003's.

    ## Why
    SQLite answers "Cannot add a column with non-constant default", and only where the table has rows: CI is green, and the
    users' databases are not upgraded. See https://www.sqlite.org/lang_altertable.html#alter_table_add_column
    Proved on SQLite.

    ## Bad
    ```python
    op.add_column("orders", sa.Column("seen", sa.DateTime(), server_default=sa.text("CURRENT_TIMESTAMP")))
    ```

    ## Good
    ```python
    with op.batch_alter_table("orders", recreate="always") as batch_op:
        batch_op.add_column(sa.Column("seen", sa.DateTime(), server_default=sa.text("CURRENT_TIMESTAMP")))
    ```

    ## When to ignore
    The table has no rows anywhere.
    """

    code = "LCK305"
    name = "non-constant-default"
    severity = Severity.ERROR
    dialects = frozenset({"sqlite"})
    handles = (fx.AddsColumn,)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        assert isinstance(effect, fx.AddsColumn)
        column = effect.column
        if (effect.span.line, effect.span.column) not in file.written.directives or effect.raw:
            return
        keyed = column.unique is True or column.primary_key
        if not keyed and (not _is_worked_out(column) or facts.is_new_table(effect, file)):
            return
        what = "UNIQUE or PRIMARY KEY" if keyed else "a default that is worked out"
        yield self.finding(
            f"SQLite cannot add {fx.shown(effect.table)}.{fx.shown(column.name)} with {what}"
            + ("" if keyed else ": it fails as soon as the table has a row"),
            'with op.batch_alter_table(…, recreate="always") as batch_op: batch_op.add_column(…)',
            effect.span,
            file.revision,
        )


def _is_worked_out(column: fx.Column) -> bool:
    default = column.default
    if not isinstance(default, str) or column.computed is not None:
        return False
    return bool(re.match(r"(?i)\s*(?:CURRENT_(?:TIMESTAMP|DATE|TIME)\b|\(|[a-z_][\w.]*\s*\()", default))
