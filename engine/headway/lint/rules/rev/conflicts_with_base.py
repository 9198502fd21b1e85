"""REV017."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.facts import Facts
from headway.lint.finding import Finding
from headway.lint.history.conflicts import conflicts
from headway.lint.rule import Rule


class ConflictsWithBase(Rule):
    """A new revision and one that the base branch has got meanwhile do not commute.

    ## What
    Both change the same column, or one drops or renames what the other uses, or both make the same table, column or
    index.

    ## Why
    Each was green by itself. Whichever runs second fails, or finds another schema than it was written for; a merge
    revision does not help, because the two have no order.

    ## Bad
    ```python
    # main has got, meanwhile: op.alter_column("orders", "note", new_column_name="remark")
    def upgrade():
        op.create_index("ix_orders_note", "orders", ["note"])
    ```

    ## Good
    ```python
    # after git merge main and headway rebase
    def upgrade():
        op.create_index("ix_orders_remark", "orders", ["remark"])
    ```

    ## When to ignore
    The two were written together, and work in either order.
    """

    code = "REV017"
    name = "conflicts-with-base"

    def check(self, facts: Facts) -> Iterator[Finding]:
        if facts.base is None:
            return
        added = [(old, _effects_of(old.migration.upgrade if old.migration else None)) for old in facts.base.added]
        for file in facts.examined if added else ():
            if file.revision not in facts.new:
                continue
            for old, theirs in added:
                for conflict in conflicts(file.upgrade_effects, theirs):
                    yield self.finding(
                        f"{file.revision} and {old.id}, which is on {facts.base_name} by now, do not commute: "
                        f"{conflict.why} ({old.path}:{conflict.theirs.span.line})",
                        f"git merge {facts.base_name}, then headway rebase, and fit this revision to the schema that it finds",
                        conflict.mine.span,
                        file.revision,
                    )


def _effects_of(body: object) -> tuple[fx.Effect, ...]:
    return getattr(body, "effects", ())
