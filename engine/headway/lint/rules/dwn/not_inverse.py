"""DWN004."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.folded import listed
from headway.lint.inverse import left, lost, mistaken, repeated
from headway.lint.rule import FileRule

_OF_NO_SCHEMA = (fx.ChangesData, fx.Reads, fx.RunsSql, fx.SetsSetting, fx.EndsTransaction, fx.LocksTable)


class NotInverse(FileRule):
    """The downgrade is not the inverse of the upgrade.

    ## What
    ``downgrade()`` leaves a table, column, index or constraint that ``upgrade()`` has made; or does not bring back a table or
    column that ``upgrade()`` has dropped or given another name; or drops a column that ``upgrade()`` has not added, while one
    that it added stays, of the same table or of the same name; or changes a column to what ``upgrade()`` has changed it to. Said
    only where both were read whole. A ``downgrade()`` that is missing or does nothing is DWN001's, an enum type that stays
    DWN003's.

    ## Why
    Whoever downgrades in an incident believes to be back where things worked. What is left makes the next upgrade fail with "already
    exists"; what is not brought back is what the code of before asks for, if only to find it empty; a column of another name is
    not there, or was there before and is lost with what is in it; and what is done again undoes nothing.
    See https://alembic.sqlalchemy.org/en/latest/tutorial.html#downgrading

    ## Bad
    ```python
    def upgrade():
        op.add_column("runs", sa.Column("index", sa.Integer()))


    def downgrade():
        op.drop_column("runs", "number")
    ```

    ## Good
    ```python
    def upgrade():
        op.add_column("runs", sa.Column("index", sa.Integer()))


    def downgrade():
        op.drop_column("runs", "index")
    ```

    ## When to ignore
    What stays is meant to stay: the next upgrade must then ask for it.
    """

    code = "DWN004"
    name = "not-inverse"
    severity = Severity.ERROR

    def check_file(self, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        again = repeated(file)
        if again:
            yield self.finding(
                f"does the same as upgrade(): changes {_columns(again)} once more, to what it is already",
                "change it back to what it was before upgrade()",
                again[0].span,
                file.revision,
            )
        wrong = mistaken(file)
        for one in wrong:
            added = listed([f"{made.table}.{made.name}" for made in one.left])
            yield self.finding(
                f"drops {fx.shown(one.drop.table)}.{fx.shown(one.drop.column)}, which upgrade() has not added: this fails, or takes a "
                f"column of before; {added}, which it has added, stays",
                f"drop {added} instead, if that is meant",
                one.drop.span,
                file.revision,
            )
        down = file.migration.downgrade
        if down is None or all(isinstance(one, _OF_NO_SCHEMA) for one in file.downgrade_effects):
            return
        here = fx.Span(down.span.path, down.span.line, down.span.column)
        said = {made for one in wrong for made in one.left}
        rest = [made for made in left(file) if made not in said]
        if rest:
            lines = [str(one) for one in sorted({made.effect.span.line for made in rest})]
            finding = self.finding(
                f"leaves what upgrade() has made: {listed([made.shown for made in rest])}: the next upgrade fails with "
                '"already exists"',
                f"take it back here: made in {'line' if len(lines) == 1 else 'lines'} {listed(lines)}",
                here,
                file.revision,
            )
            yield replace(finding, severity=Severity.WARNING)
        told = {(one.table, one.column) for one in again} | {(one.drop.table, one.drop.column) for one in wrong}
        gone = [one for one in lost(file) if (one.table, one.column) not in told]
        if gone:
            lines = [str(line) for line in sorted({one.effect.span.line for one in gone})]
            finding = self.finding(
                f"does not bring back what upgrade() has taken away: {listed([one.shown for one in gone])}: the code of before "
                "does not find it, and the next upgrade fails",
                f"make it again: gone in {'line' if len(lines) == 1 else 'lines'} {listed(lines)}",
                here,
                file.revision,
            )
            yield replace(finding, severity=Severity.WARNING)


def _columns(effects: Sequence[fx.AltersColumn]) -> str:
    return listed([f"{fx.shown(one.table)}.{fx.shown(one.column)}" for one in effects])
