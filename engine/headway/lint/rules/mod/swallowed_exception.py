"""MOD004."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding
from headway.lint.rule import FileRule
from headway.lint.written import Region


class SwallowedException(FileRule):
    """Goes on when a change of the database has failed.

    ## What
    A ``try`` around a change whose ``except`` takes any error of the database and raises none, or
    ``contextlib.suppress``.

    ## Why
    The revision counts as applied although a part of it is missing, and nobody hears of it. On PostgreSQL it does not
    even help: after the error every statement of the transaction answers "current transaction is aborted".

    ## Bad
    ```python
    try:
        op.drop_index("ix_orders_note", table_name="orders")
    except Exception:
        pass
    ```

    ## Good
    ```python
    op.drop_index("ix_orders_note", table_name="orders", if_exists=True)
    ```

    ## When to ignore
    The failing statement stands in a savepoint, and leaving it out is what the revision is for.
    """

    code = "MOD004"
    name = "swallowed-exception"

    def check_file(self, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        if "except" not in file.migration.source and "suppress" not in file.migration.source:
            return
        changes = [one for one in (*file.upgrade_effects, *file.downgrade_effects) if _changes(one)]
        for region in _outermost(file.written.swallows):
            if any(region.holds(change.span) for change in changes):
                yield self.finding(
                    "goes on when this change fails: the revision counts as applied, and a part of it is missing",
                    "let it fail; for what may be there or not: if_exists=True, if_not_exists=True",
                    region.span,
                    file.revision,
                )


def _changes(effect: fx.Effect) -> bool:
    harmless = (fx.Reads, fx.SetsSetting, fx.NotAnalysed, fx.EndsTransaction)
    return not isinstance(effect, harmless)


def _outermost(regions: tuple[Region, ...]) -> list[Region]:
    return [one for one in regions if not any(other is not one and other.holds(one.span) for other in regions)]
