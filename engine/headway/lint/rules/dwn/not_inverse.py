"""DWN004."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.folded import listed
from headway.lint.inverse import left, mistaken, repeated
from headway.lint.rule import FileRule

_OF_NO_SCHEMA = (fx.ChangesData, fx.Reads, fx.RunsSql, fx.SetsSetting, fx.EndsTransaction, fx.LocksTable)


class NotInverse(FileRule):
    """The downgrade is not the inverse of the upgrade.

    ## What
    ``downgrade()`` leaves a table, column, index or constraint that ``upgrade()`` has made; or drops a column that ``upgrade()`` has
    not added, while one that it added stays, of the same table or of the same name; or changes a column to what ``upgrade()`` has
    changed it to. Said only where both were read whole. A missing or empty ``downgrade()`` is DWN001's, and an enum type that
    stays DWN003's.

    ## Why
    Whoever downgrades in an incident believes to be back where things worked. What is left makes the next upgrade fail with "already
    exists"; a column of another name is not there, or was there before and is lost with what is in it; and what is done again
    undoes nothing. See https://alembic.sqlalchemy.org/en/latest/tutorial.html#downgrading

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
        said = {made for one in wrong for made in one.left}
        rest = [made for made in left(file) if made not in said]
        down = file.migration.downgrade
        if rest and down is not None and any(not isinstance(one, _OF_NO_SCHEMA) for one in file.downgrade_effects):
            lines = [str(one) for one in sorted({made.effect.span.line for made in rest})]
            finding = self.finding(
                f"leaves what upgrade() has made: {listed([made.shown for made in rest])}: the next upgrade fails with "
                '"already exists"',
                f"take it back here: made in {'line' if len(lines) == 1 else 'lines'} {listed(lines)}",
                fx.Span(down.span.path, down.span.line, down.span.column),
                file.revision,
            )
            yield replace(finding, severity=Severity.WARNING)


def _columns(effects: Sequence[fx.AltersColumn]) -> str:
    return listed([f"{fx.shown(one.table)}.{fx.shown(one.column)}" for one in effects])
