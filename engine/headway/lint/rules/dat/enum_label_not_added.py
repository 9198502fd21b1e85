"""DAT009."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.effects.stored_type import labels_of, name_of_enum
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding
from headway.lint.rule import UpgradeRule


class EnumLabelNotAdded(UpgradeRule):
    """Gives a column an enum with more labels, which PostgreSQL does not get.

    ## What
    ``alter_column`` to an enum of the name that the column's enum has, with labels that this has not; nothing else in the
    revision adds them or makes the type anew.

    ## Why
    PostgreSQL's enum is a type of its own, and ``ALTER COLUMN … TYPE status`` names the type that the column has already:
    nothing happens, without an error. The first INSERT with the new label fails in production. SQLite and MySQL write the
    labels into the column, so that tests there pass.
    See https://www.postgresql.org/docs/current/sql-altertype.html

    ## Bad
    ```python
    op.alter_column(
        "orders", "status",
        existing_type=sa.Enum("open", "paid", name="status"),
        type_=sa.Enum("open", "paid", "lost", name="status"),
    )
    ```

    ## Good
    ```python
    with op.get_context().autocommit_block():
        op.execute("ALTER TYPE status ADD VALUE IF NOT EXISTS 'lost'")
    ```

    ## When to ignore
    The label is there already, and the revision only tells the other databases of it.
    """

    code = "DAT009"
    name = "enum-label-not-added"
    dialects = frozenset({"postgresql"})
    handles = (fx.AltersColumn,)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        assert isinstance(effect, fx.AltersColumn)
        old, new = labels_of(effect.existing_type), labels_of(effect.new_type)
        name = name_of_enum(effect.new_type)
        if not old or name is None or name != name_of_enum(effect.existing_type):
            return
        added = {
            other.label
            for other in file.upgrade_effects
            if isinstance(other, fx.AddsEnumLabel) and other.name in (name, fx.UNKNOWN)
        }
        missing = [label for label in new if label not in old and label not in added]
        if not missing or fx.UNKNOWN in added or any(_makes_anew(other, name) for other in file.upgrade_effects):
            return
        labels = ", ".join(f"'{label}'" for label in missing)
        table, column = fx.shown(effect.table), fx.shown(effect.column)
        yield self.finding(
            f"{table}.{column}: PostgreSQL's type {name} does not get {labels} by this, and rows with it are refused",
            "; ".join(f"ALTER TYPE {name} ADD VALUE IF NOT EXISTS '{label}'" for label in missing)
            + ", in an autocommit_block() and only on PostgreSQL",
            effect.span,
            file.revision,
        )


def _makes_anew(other: fx.Effect, name: str) -> bool:
    """Whether it takes the type of this name away, or makes one, so that the column may get another by its name."""
    if isinstance(other, fx.RenamesEnum):
        return other.label is None and {other.name, other.new_name} & {name, fx.UNKNOWN} != set()
    return isinstance(other, fx.CreatesEnum | fx.DropsEnum) and other.name in (name, fx.UNKNOWN)
