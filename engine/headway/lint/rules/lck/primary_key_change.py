"""LCK205."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from headway.effects import model as fx
from headway.effects.lock import Lock
from headway.lint.facts import RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rules.lck._mysql import MySqlRule


class PrimaryKeyChange(MySqlRule):
    """The primary key of an existing table changes on MySQL or MariaDB.

    ## What
    A primary key is added to or dropped from a table that was not made in the same change. Of a drop and an add of one
    table the first is spoken of.

    ## Why
    The rows lie in the order of the primary key: the whole table is written anew, and dropping the key alone copies it
    while nobody can change its rows. Both in one ALTER TABLE, which is a warning, let rows be changed meanwhile. Where there is none, the first unique index over columns that are NOT NULL takes
    its place, and costs the same.
    See https://dev.mysql.com/doc/refman/8.4/en/innodb-online-ddl-operations.html#online-ddl-primary-key-operations
    Proved on MariaDB 10.11; of MySQL it is from the manual.

    ## Bad
    ```python
    op.drop_constraint("PRIMARY", "prices", type_="primary")
    op.create_primary_key("pk_prices", "prices", ["product_id", "region"])
    ```

    ## Good
    The table keeps its key.
    ```python
    op.create_index("ix_prices_product_region", "prices", ["product_id", "region"], unique=True)
    ```

    ## When to ignore
    The table is small. For a large one: drop and add in one ALTER TABLE, or gh-ost.
    """

    code = "LCK205"
    name = "primary-key-change"
    by_size = True
    severity = Severity.ERROR
    sort = "primary key"
    handles = (
        fx.AddsConstraint,
        fx.DropsConstraint,
    )

    def check_lock(self, effect: fx.Effect, lock: Lock, database: str, file: RevisionFile) -> Iterator[Finding]:
        assert isinstance(effect, fx.AddsConstraint | fx.DropsConstraint)
        earlier = (
            other
            for other in file.upgrade_effects
            if isinstance(other, fx.DropsConstraint) and other.order < effect.order and other.table == effect.table
        )
        if any(other.kind is fx.ConstraintKind.PRIMARY_KEY for other in earlier):
            return
        in_one = any(
            isinstance(other, fx.AddsConstraint)
            and other.kind is fx.ConstraintKind.PRIMARY_KEY
            and (other.span, other.table) == (effect.span, effect.table)
            for other in file.upgrade_effects
        )
        if in_one and isinstance(effect, fx.DropsConstraint):
            yield replace(
                self.finding(
                    f"{database} writes the whole table {fx.shown(effect.table)} anew for another primary key: rows can be "
                    "changed meanwhile, but it takes as long as a copy",
                    "for a large table gh-ost",
                    effect.span,
                    file.revision,
                ),
                severity=Severity.WARNING,
            )
            return
        waits = (
            "every INSERT, UPDATE and DELETE waits meanwhile" if lock.blocks_writes else "it takes as long as a copy"
        )
        yield self.finding(
            f"{database} writes the whole table {fx.shown(effect.table)} anew for another primary key: {waits}",
            "drop and add in one ALTER TABLE … DROP PRIMARY KEY, ADD PRIMARY KEY (…); for a large table gh-ost",
            effect.span,
            file.revision,
        )
