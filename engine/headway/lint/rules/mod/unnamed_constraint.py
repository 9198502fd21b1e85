"""MOD014."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding
from headway.lint.rule import UpgradeRule


class UnnamedConstraint(UpgradeRule):
    """Drops a constraint without naming it.

    ## What
    ``drop_constraint(None, …)``, as autogenerate writes it for a constraint that has no name.

    ## Why
    There is no such statement: the migration ends with "can't emit DROP CONSTRAINT for constraint; it has no name". Often it
    stands in a downgrade and is found in an incident.

    ## Bad
    ```python
    op.drop_constraint(None, "orders", type_="unique")
    ```

    ## Good
    ```python
    op.drop_constraint("uq_orders_number", "orders", type_="unique")
    op.create_unique_constraint("uq_orders_number", "orders", ["number", "year"])
    ```

    ## When to ignore
    env.py gives a naming convention to the batch that finds the name.
    """

    code = "MOD014"
    name = "unnamed-constraint"
    handles = (fx.DropsConstraint,)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        assert isinstance(effect, fx.DropsConstraint)
        if effect.name is not None:
            return
        yield self.finding(
            f"drops a constraint of {fx.shown(effect.table)} that has no name: no database can run that",
            "give the name that the database has, and the models a naming_convention",
            effect.span,
            file.revision,
        )
