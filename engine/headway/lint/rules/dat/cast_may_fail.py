"""DAT006."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.effects.narrowing import needs_using
from headway.effects.stored_type import name_of_enum
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding
from headway.lint.rule import UpgradeRule


class CastMayFail(UpgradeRule):
    """Changes a type that PostgreSQL does not cast by itself.

    ## What
    ``alter_column`` from a text or a number to a type that needs ``postgresql_using``, which is not given.

    ## Why
    PostgreSQL ends it with "cannot be cast automatically to type". SQLite never does, and nothing in the revision shows it.
    See https://www.postgresql.org/docs/current/sql-altertable.html

    ## Bad
    ```python
    op.alter_column("orders", "total", existing_type=sa.Text(), type_=sa.Integer())
    ```

    ## Good
    ```python
    op.alter_column("orders", "total", existing_type=sa.Text(), type_=sa.Integer(), postgresql_using="total::integer")
    ```

    ## When to ignore
    The column has a cast of the project's own.
    """

    code = "DAT006"
    name = "cast-may-fail"
    dialects = frozenset({"postgresql"})
    handles = (fx.AltersColumn,)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        assert isinstance(effect, fx.AltersColumn)
        old, new = effect.existing_type, effect.new_type
        if old is None or new is None or effect.using is not None:
            return
        if not needs_using(old, new) and not _is_renamed(effect, file):
            return
        yield self.finding(
            f"{fx.shown(effect.table)}.{fx.shown(effect.column)} cannot be cast from {old} to {new} by itself: PostgreSQL refuses it",
            f'postgresql_using="{fx.shown(effect.column)}::{new}", and look first whether every value can be cast',
            effect.span,
            file.revision,
        )


def _is_renamed(effect: fx.AltersColumn, file: RevisionFile) -> bool:
    """Whether the enum's type was given another name before, so that the one of its own name is another.

    Not where the column has been given the other one since.
    """
    name = name_of_enum(effect.new_type)
    column = (effect.table, effect.schema, effect.column)
    is_renamed = False
    for other in file.upgrade_effects if name is not None else ():
        if other.order >= effect.order:
            break
        if isinstance(other, fx.RenamesEnum) and other.name == name and other.label is None:
            is_renamed = True
        elif isinstance(other, fx.AltersColumn) and (other.table, other.schema, other.column) == column:
            is_renamed = is_renamed and other.new_type is None
    return is_renamed
