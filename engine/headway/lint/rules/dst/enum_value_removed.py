"""DST008."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding
from headway.lint.rule import UpgradeRule


class EnumValueRemoved(UpgradeRule):
    """Takes a label out of an enum that rows may hold.

    ## What
    A column's enum gets fewer labels than it had, and nothing before it has changed the table's rows, nor does USING map them;
    or a label is deleted from PostgreSQL's own ``pg_enum``.

    ## Why
    PostgreSQL refuses the change when one row holds the label. MySQL without strict mode writes an empty string in its place. A
    label deleted from ``pg_enum`` leaves rows and index pages that nothing can read any more.
    See https://www.postgresql.org/docs/current/datatype-enum.html

    ## Bad
    ```python
    op.alter_column(
        "orders", "status",
        existing_type=sa.Enum("open", "paid", "lost", name="status"),
        type_=sa.Enum("open", "paid", name="status_new"),
        postgresql_using="status::text::status_new",
    )
    ```

    ## Good
    ```python
    op.execute("UPDATE orders SET status = 'open' WHERE status = 'lost'")
    op.alter_column(
        "orders", "status",
        existing_type=sa.Enum("open", "paid", "lost", name="status"),
        type_=sa.Enum("open", "paid", name="status_new"),
        postgresql_using="status::text::status_new",
    )
    ```

    ## When to ignore
    A query in production has shown that no row holds the label, and nothing writes it any more.
    """

    code = "DST008"
    name = "enum-value-removed"
    handles = (fx.AltersColumn, fx.ChangesData)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        if isinstance(effect, fx.ChangesData):
            if effect.verb == "DELETE" and effect.table == "pg_enum":
                yield self.finding(
                    "deletes a label from pg_enum: rows and indexes that hold it cannot be read any more (PostgreSQL)",
                    "make a new type, change the column to it with USING, and drop the old type",
                    effect.span,
                    file.revision,
                )
            return
        assert isinstance(effect, fx.AltersColumn)
        gone = removed_labels(effect)
        if not gone or _maps_rows(effect, file) or facts.is_new_table(effect, file):
            return
        labels = ", ".join(f"'{label}'" for label in gone)
        table, column = fx.shown(effect.table), fx.shown(effect.column)
        yield self.finding(
            f"takes {labels} out of the enum of {table}.{column}: one row that holds it makes the migration fail, or loses it",
            f"give such rows another value first: UPDATE {table} SET {column} = … WHERE {column} IN ({labels})",
            effect.span,
            file.revision,
        )


def removed_labels(effect: fx.AltersColumn) -> list[str]:
    """The labels that the old type has and the new one has not; none where one of them is not known whole."""
    old, new = _labels(effect.existing_type), _labels(effect.new_type)
    return [label for label in old if label not in new] if old and new else []


def _labels(type_: fx.Type | None) -> list[str]:
    """The labels that the database holds rows to: those of an enum, or of a text with a CHECK; none where one is not known."""
    if type_ is None or not isinstance(type_.name, str) or type_.name.lower() != "enum":
        return []
    options = dict(type_.options)
    if options.get("native_enum") is False and options.get("create_constraint") in (None, False):
        return []
    labels = [label for label in type_.arguments if isinstance(label, str)]
    return labels if len(labels) == len(type_.arguments) else []


def _maps_rows(effect: fx.AltersColumn, file: RevisionFile) -> bool:
    """Whether rows of the table were changed before, or USING says what becomes of them."""
    if isinstance(effect.using, str) and "case" in effect.using.lower():
        return True
    return any(
        isinstance(other, fx.ChangesData)
        and other.order < effect.order
        and other.verb in ("UPDATE", "DELETE", "MERGE")
        and (other.table == effect.table or not isinstance(other.table, str))
        for other in file.upgrade_effects
    )
