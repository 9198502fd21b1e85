"""DWN004."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.folded import listed
from headway.lint.meaning.inverse import left, lost, mistaken, repeated
from headway.lint.meaning.standing import Drops, Makes, missing, shown, standing
from headway.lint.meaning.unmade import unmade
from headway.lint.rule import FileRule

_OF_NO_SCHEMA = (fx.ChangesData, fx.Reads, fx.RunsSql, fx.SetsSetting, fx.EndsTransaction, fx.LocksTable)


class NotInverse(FileRule):
    """The downgrade is not the inverse of the upgrade.

    ## What
    ``downgrade()`` leaves a table, column, index or constraint that ``upgrade()`` has made; or does not bring back a table or
    column that ``upgrade()`` has dropped or given another name; or drops a column that ``upgrade()`` has not added, while one
    that it added stays, of the same table or of the same name; or changes a column to what ``upgrade()`` has changed it to. Or it
    makes what the history has made and ``upgrade()`` left, as an index that a renamed table keeps; drops what ``upgrade()`` has
    dropped already, or what neither has made; or does not make again a unique constraint, foreign key or index that ``upgrade()``
    has dropped, which is a notice where only plain indexes are lost. Said only where both were read whole. A ``downgrade()`` that is missing or does nothing is DWN001's, an enum type that stays
    DWN003's.

    ## Why
    Whoever downgrades in an incident believes to be back where things worked. What is left makes the next upgrade fail with "already
    exists"; what is not brought back is what the code of before asks for, if only to find it empty; a column of another name is
    not there, or was there before and is lost with what is in it; and what is done again undoes nothing. To make what is there, or
    drop what is not, is refused by every server.
    See https://alembic.sqlalchemy.org/en/latest/tutorial.html#downgrading,
    https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-RENAME

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
        absent = [one for one in missing(file, facts.known) if one not in [other.drop for other in wrong]]
        there = standing(file, facts.known)
        yield from self._refused(absent, there, file)
        down = file.migration.downgrade
        if down is None or all(isinstance(one, _OF_NO_SCHEMA) for one in file.downgrade_effects):
            return
        here = fx.Span(down.span.path, down.span.line, down.span.column)
        said = {made for one in wrong for made in one.left}
        again_made = {shown(one) for one in there}
        rest = [made for made in left(file) if made not in said and made.shown not in again_made]
        if rest:
            finding = self.finding(
                f"leaves what upgrade() has made: {listed([made.shown for made in rest])}: the next upgrade fails with "
                '"already exists"',
                f"take it back here: made in {_line_or_lines([made.effect for made in rest])}",
                here,
                file.revision,
            )
            yield replace(finding, severity=Severity.WARNING)
        told = {(one.table, one.column) for one in again} | {(one.drop.table, one.drop.column) for one in wrong}
        gone_again = {shown(one) for one in absent}
        gone = [one for one in lost(file) if (one.table, one.column) not in told and one.shown not in gone_again]
        if gone:
            finding = self.finding(
                f"does not bring back what upgrade() has taken away: {listed([one.shown for one in gone])}: the code of before "
                "does not find it, and the next upgrade fails",
                f"make it again: gone in {_line_or_lines([one.effect for one in gone])}",
                here,
                file.revision,
            )
            yield replace(finding, severity=Severity.WARNING)
        told_names = {one.name for one in absent if isinstance(one, fx.DropsIndex | fx.DropsConstraint)}
        gone_tables = {one.table for one in gone if one.column is None}
        away = [
            one
            for one in unmade(file, facts)
            if one.effect.name not in told_names and one.effect.table not in gone_tables
        ]
        if away:
            finding = self.finding(
                f"does not make again what upgrade() has dropped: {listed([one.shown for one in away])}: what it has done for the "
                "code of before is not done any more",
                f"make it again: dropped in {_line_or_lines([one.effect for one in away])}",
                here,
                file.revision,
            )
            plain = all(one.kind == "index" for one in away)
            yield replace(finding, severity=Severity.INFO if plain else Severity.WARNING)

    def _refused(self, absent: Sequence[Drops], there: Sequence[Makes], file: RevisionFile) -> Iterator[Finding]:
        """Of what is dropped without being there, and of what is made and is there."""
        if absent:
            yield self.finding(
                f"drops what is not there then: {listed([shown(one) for one in absent])}: downgrade() fails here",
                f"leave it out{_lines(absent)}, or give the name that it has",
                absent[0].span,
                file.revision,
            )
        if there:
            yield self.finding(
                f"makes what is there already: {listed([shown(one) for one in there])}: downgrade() fails here with "
                '"already exists"',
                f"leave it out{_lines(there)}, or drop it before",
                there[0].span,
                file.revision,
            )


def _lines(effects: Sequence[fx.Effect]) -> str:
    """Where they stand, when that is more than one line."""
    return f" ({_line_or_lines(effects)})" if len({one.span.line for one in effects}) > 1 else ""


def _line_or_lines(effects: Sequence[fx.Effect]) -> str:
    lines = [str(line) for line in sorted({one.span.line for one in effects})]
    return f"{'line' if len(lines) == 1 else 'lines'} {listed(lines)}"


def _columns(effects: Sequence[fx.AltersColumn]) -> str:
    return listed([f"{fx.shown(one.table)}.{fx.shown(one.column)}" for one in effects])
