"""MOD016."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding
from headway.lint.rule import FileRule


class DropConstraintWithoutType(FileRule):
    """Drops a constraint on MySQL or MariaDB without saying of which kind it is.

    ## What
    ``drop_constraint(…)`` without ``type_``, in ``upgrade()`` or ``downgrade()``. Not said where the name is missing
    as well (MOD014).

    ## Why
    MySQL has another statement for each kind, so that this one cannot be written: it fails with "No generic 'DROP
    CONSTRAINT' in MySQL" before anything is sent.
    See https://alembic.sqlalchemy.org/en/latest/ops.html#alembic.operations.Operations.drop_constraint

    ## Bad
    ```python
    op.drop_constraint("fk_orders_customer", "orders")
    ```

    ## Good
    ```python
    op.drop_constraint("fk_orders_customer", "orders", type_="foreignkey")
    ```

    ## When to ignore
    Never: it cannot run there.
    """

    code = "MOD016"
    name = "drop-constraint-without-type"
    dialects = frozenset({"mysql", "mariadb"})

    def check_file(self, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        for effect in (*file.upgrade_effects, *file.downgrade_effects):
            if not isinstance(effect, fx.DropsConstraint) or effect.raw or effect.name is None:
                continue
            if effect.kind is fx.ConstraintKind.UNKNOWN and fx.can_run_on(effect, self.dialects or frozenset()):
                yield self.finding(
                    f"drops {fx.shown(effect.name)} without type_: MySQL and MariaDB have no statement for that, and it fails",
                    'add type_="foreignkey", "unique", "check" or "primary"',
                    effect.span,
                    file.revision,
                )
