"""LCK203."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.effects.lock import Lock
from headway.effects.locks_mysql import bytes_of_labels
from headway.lint.facts import RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rules.lck._mysql import MySqlRule, labels_of


class EnumSetChange(MySqlRule):
    """The labels of an ENUM or SET change other than at their end.

    ## What
    A label is removed, moved or put in between, or so many are added that the value takes another size, on MySQL or
    MariaDB. Labels that are appended cost nothing.

    ## Why
    The table is copied, and nobody can change its rows meanwhile; rows with a label that is gone make the change fail,
    or lose it where the SQL mode is not strict.
    See https://dev.mysql.com/doc/refman/8.4/en/innodb-online-ddl-operations.html
    Proved on MariaDB 10.11; of MySQL it is from the manual.

    ## Bad
    ```python
    op.alter_column(
        "orders", "status", existing_type=sa.Enum("new", "paid"), type_=sa.Enum("draft", "new", "paid")
    )
    ```

    ## Good
    ```python
    op.alter_column(
        "orders", "status", existing_type=sa.Enum("new", "paid"), type_=sa.Enum("new", "paid", "draft")
    )
    ```

    ## When to ignore
    The table is small, and no row has a label that goes.
    """

    code = "LCK203"
    name = "enum-set-change"
    by_size = True
    severity = Severity.ERROR
    sort = "labels"
    handles = (fx.AltersColumn,)

    def check_lock(self, effect: fx.Effect, lock: Lock, database: str, file: RevisionFile) -> Iterator[Finding]:
        assert isinstance(effect, fx.AltersColumn)
        before, after = labels_of(effect.existing_type) or (), labels_of(effect.new_type) or ()
        family = str(effect.new_type.name).lower() if effect.new_type is not None else ""
        if after[: len(before)] == before and bytes_of_labels(family, len(before)) == bytes_of_labels(
            family, len(after)
        ):
            return
        gone = [str(label) for label in before if label not in after]
        what = f"takes {', '.join(gone)} away from" if gone else "reorders"
        yield self.finding(
            f"{what} the labels of {fx.shown(effect.table)}.{fx.shown(effect.column)}: {database} copies the whole table"
            + (", and rows that have one of them make it fail" if gone else ""),
            "append new labels at the end; change the rows before a label goes",
            effect.span,
            file.revision,
        )
