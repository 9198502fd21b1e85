"""DWN001."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.effects.model import Span
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rule import FileRule

_LEAVES_NOTHING = (fx.ValidatesConstraint,)
"""What no way back has to undo: a constraint that is known to hold is the same constraint."""


class MissingDowngrade(FileRule):
    """Changes something and has no way back.

    ## What
    ``upgrade()`` does something; ``downgrade()`` is missing, empty, or only raises, and the file does not say that
    it is meant to be irreversible.

    ## Why
    Whoever is on call finds out in the middle of an incident. An empty ``downgrade()`` is worse than a missing one:
    it reports success and leaves the database changed.

    ## Bad
    ```python
    def upgrade():
        op.add_column("orders", sa.Column("note", sa.Text()))


    def downgrade():
        pass
    ```

    ## Good
    Write ``downgrade()``, or state the reason at the top of the file: ``irreversible = "rows were merged"``.
    ```python
    def upgrade():
        op.add_column("orders", sa.Column("note", sa.Text()))


    def downgrade():
        op.drop_column("orders", "note")
    ```

    ## When to ignore
    Use ``irreversible`` instead of ignoring.
    """

    code = "DWN001"
    name = "missing-downgrade"
    severity = Severity.WARNING

    def check_file(self, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        migration = file.migration
        upgrade, downgrade = migration.upgrade, migration.downgrade
        if upgrade is None or not file.upgrade_effects:  # what was not read is one of them
            return
        if downgrade is not None and not downgrade.empty and not downgrade.raises:
            return
        if isinstance(migration.constants.get("irreversible"), str):
            return
        if file.upgrade_effects and all(isinstance(one, _LEAVES_NOTHING) for one in file.upgrade_effects):
            return
        what = "has no downgrade()" if downgrade is None else "has an empty downgrade()"
        if downgrade is not None and downgrade.raises:
            what = "has a downgrade() that only raises"
        span = downgrade.span if downgrade is not None else upgrade.span
        yield self.finding(
            f"changes the database and {what}: there is no way back in an incident",
            'write the inverse of upgrade(), or state: irreversible = "why there is no way back"',
            Span(span.path, span.line, span.column),
            file.revision,
        )
