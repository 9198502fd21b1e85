"""DSN001."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rule import UpgradeRule


class NoPrimaryKey(UpgradeRule):
    """Makes a table without a primary key.

    ## What
    ``create_table`` without a primary key, and no revision of the history adds one or drops the table. Temporary tables,
    and tables whose columns could not all be read, are left alone.

    ## Why
    Rows cannot be told apart: the ORM cannot map the table, logical replication refuses UPDATE and DELETE, and MySQL's
    replicas search the whole table for each changed row.
    See https://www.postgresql.org/docs/current/logical-replication-publication.html#LOGICAL-REPLICATION-PUBLICATION-REPLICA-IDENTITY

    ## Bad
    ```python
    op.create_table("visits", sa.Column("page", sa.Text()), sa.Column("at", sa.DateTime()))
    ```

    ## Good
    ```python
    op.create_table("visits", sa.Column("id", sa.BigInteger(), primary_key=True), sa.Column("page", sa.Text()))
    ```

    ## When to ignore
    Rows are only ever added and read as a whole.
    """

    code = "DSN001"
    name = "no-primary-key"
    severity = Severity.WARNING
    handles = (fx.CreatesTable,)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        assert isinstance(effect, fx.CreatesTable)
        if effect.temporary or not effect.whole or not effect.columns or _has_key(effect):
            return
        later = (other for other in file.upgrade_effects if getattr(other, "table", None) == effect.table)
        if any(_gives_key(other) or isinstance(other, fx.DropsTable | fx.RenamesTable) for other in later):
            return
        if _is_settled_later(effect, file, facts):
            return
        yield self.finding(
            f"makes {fx.shown(effect.table)} without a primary key: its rows cannot be told apart, "
            "and replication and the ORM need that",
            'sa.Column("id", sa.BigInteger(), primary_key=True), or sa.PrimaryKeyConstraint(…)',
            effect.span,
            file.revision,
        )


def _is_settled_later(effect: fx.CreatesTable, file: RevisionFile, facts: Facts) -> bool:
    """Whether the history ends with a key of the table, or without the table."""
    settled = False
    for one, _ in facts.known.later.done_to(effect, file.revision):
        if isinstance(one, fx.DropsTable):
            return True
        if isinstance(one, fx.DropsConstraint) and one.kind is fx.ConstraintKind.PRIMARY_KEY:
            settled = False
        settled = settled or _gives_key(one)
    return settled


def _has_key(effect: fx.CreatesTable) -> bool:
    kinds = (fx.ConstraintKind.PRIMARY_KEY, fx.ConstraintKind.UNKNOWN)
    return any(column.primary_key for column in effect.columns) or any(one.kind in kinds for one in effect.constraints)


def _gives_key(effect: fx.Effect) -> bool:
    if isinstance(effect, fx.AddsColumn):
        return effect.column.primary_key
    if isinstance(effect, fx.AltersTable):
        return effect.action in ("ATTACH PARTITION", "INHERIT")
    return isinstance(effect, fx.AddsConstraint) and effect.kind is fx.ConstraintKind.PRIMARY_KEY
