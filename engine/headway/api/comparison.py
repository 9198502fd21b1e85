"""What a comparison of the models with a migrated database says."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from headway.autogenerate.api import compare, render_operation
from headway.autogenerate.context import AutogenContext
from headway.autogenerate.not_compared import not_compared
from headway.drift.model_differences import model_differences
from headway.drift.verdict import DriftItem, NotCompared
from headway.operations.containers import UpgradeOps
from headway.runtime.context import MigrationContext
from headway.valueclass import valueclass


@valueclass(frozen=True, slots=True)
class Comparison:
    """What a comparison of models and migrations says, and of what it says nothing."""

    items: tuple[DriftItem, ...] = ()
    not_compared: tuple[NotCompared, ...] = ()

    def and_(self, other: Comparison) -> Comparison:
        """Both together."""
        return Comparison((*self.items, *other.items), (*self.not_compared, *other.not_compared))

    def of(self, database: str) -> Comparison:
        """The same, with the database's name in each."""
        return Comparison(
            tuple(replace(item, detail=f"{item.detail} (database {database})") for item in self.items),
            tuple(replace(item, why=f"{item.why} (database {database})") for item in self.not_compared),
        )


def compared(context: MigrationContext) -> Comparison:
    """Compares the models that env.py gives with the database at the other end."""
    autogen = AutogenContext(context, metadata=context.opts["target_metadata"])
    upgrade_ops = UpgradeOps([])
    compare(autogen, upgrade_ops)
    items = model_differences(upgrade_ops.ops, partial(render_operation, autogen))
    return Comparison(tuple(items), tuple(NotCompared(*item) for item in not_compared(autogen)))
