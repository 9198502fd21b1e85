"""LCK107."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.effects.keys import foreign_keys
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding
from headway.lint.meaning.stops import made_empty
from headway.lint.rule import UpgradeRule


class FkValidated(UpgradeRule):
    """Adds a foreign key to an existing PostgreSQL table and checks every row at once.

    ## What
    A foreign key without ``postgresql_not_valid=True`` on a table that was not created in the same change, by itself or with
    a column that gets a value at once. (A column without a default is NULL everywhere, so that a key in the same
    statement reads no rows; ``op.add_column`` makes two statements of it.)

    ## Why
    PostgreSQL reads the whole table while writes to it *and* to the table that the key points to wait. A row that points
    nowhere makes the migration fail. See https://www.postgresql.org/docs/current/sql-altertable.html
    Proved on PostgreSQL 18 and 15.

    ## Bad
    ```python
    op.create_foreign_key("fk_orders_user", "orders", "users", ["user_id"], ["id"])
    ```

    ## Good
    ```python
    op.create_foreign_key("fk_orders_user", "orders", "users", ["user_id"], ["id"], postgresql_not_valid=True)
    # in the next revision: op.execute("ALTER TABLE orders VALIDATE CONSTRAINT fk_orders_user")
    ```

    ## When to ignore
    The table is small, or nothing uses it while the migration runs.
    """

    code = "LCK107"
    name = "fk-validated"
    by_size = True
    dialects = frozenset({"postgresql"})
    handles = (fx.AddsConstraint, fx.AddsColumn)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        if facts.is_new_table(effect, file):
            return
        if isinstance(effect, fx.AddsConstraint):
            if effect.kind is not fx.ConstraintKind.FOREIGN_KEY or effect.not_valid is not False:
                return
            if effect.raw and _is_of_an_empty_column(effect, file):
                return
            table = fx.shown(effect.table)
            what = f"adds a foreign key from {table} to {fx.shown(effect.referent)}"
        elif isinstance(effect, fx.AddsColumn) and effect.column.references and not _is_told_apart(effect, file):
            table, referent = fx.shown(effect.table), fx.shown(effect.column.references[0].table)
            what = f"adds column {table}.{fx.shown(effect.column.name)} with a foreign key to {referent}"
        else:
            return
        keys = [
            key for key in foreign_keys(effect) if not facts.known.new_tables.has_referent(effect, key, file.revision)
        ]
        made = made_empty(effect, file) if isinstance(effect, fx.AddsConstraint) else None
        if isinstance(effect, fx.AddsConstraint) and made is not None:
            columns = ", ".join(map(fx.shown, effect.columns))
            what = (
                f"{what}, which is made in line {made.span.line} and holds no row: the first row with a value in "
                f"{columns} makes the migration fail. It"
            )
        others = dict.fromkeys(fx.shown(key.table) for key in keys[:1])  # nobody writes to one that is being made
        yield self.finding(
            f"{what} {'checks' if made else 'and checks'} every row: writes to {' and to '.join([table, *others])} wait until it is done (PostgreSQL)",
            "create it with postgresql_not_valid=True (a column's in a statement of its own), and in the next revision: "
            "op.execute('ALTER TABLE … VALIDATE CONSTRAINT …')",
            effect.span,
            file.revision,
        )


def _is_of_an_empty_column(effect: fx.AddsConstraint, file: RevisionFile) -> bool:
    """Whether the same statement adds the column, and no row has a value in it."""
    return any(
        isinstance(other, fx.AddsColumn)
        and (other.span, other.table) == (effect.span, effect.table)
        and (other.column.name,) == effect.columns
        and other.column.has_default is False
        for other in file.upgrade_effects
    )


def _is_told_apart(effect: fx.AddsColumn, file: RevisionFile) -> bool:
    """Whether the key of the column is an effect of its own."""
    return any(
        isinstance(other, fx.AddsConstraint)
        and other.kind is fx.ConstraintKind.FOREIGN_KEY
        and (other.span, other.table) == (effect.span, effect.table)
        for other in file.upgrade_effects
    )
