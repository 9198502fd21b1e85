"""CMP003."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.effects.stored_type import stored
from headway.lint.called import Called, called_first, called_last
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding
from headway.lint.meaning.added import FILLS_IN
from headway.lint.meaning.fills import is_filled
from headway.lint.meaning.required import makes_required
from headway.lint.rule import UpgradeRule
from headway.lint.rules.lck._mysql import NAMES


class NewRequiredColumn(UpgradeRule):
    """Adds a NOT NULL column without a server default.

    ## What
    A column that must have a value is added to an existing table, and the database has none to give: at once, or in steps
    of one revision (added, filled, made NOT NULL; or given a default that is taken away again).

    ## Why
    Copies of the application that do not know the column yet leave it out of their INSERT: each of them fails
    from the moment the migration has run. On a table with rows PostgreSQL and SQLite refuse the column at once,
    MySQL and MariaDB fill in zeros and empty strings that nobody asked for (no dates, where sql_mode has NO_ZERO_DATE,
    as MySQL's has).

    ## Bad
    ```python
    op.add_column("orders", sa.Column("currency", sa.String(3), nullable=False))
    ```

    ## Good
    ```python
    op.add_column("orders", sa.Column("currency", sa.String(3), nullable=False, server_default="EUR"))
    ```

    ## When to ignore
    The table has no rows and nothing writes to it yet.
    """

    code = "CMP003"
    name = "new-required-column"
    handles = (fx.AddsColumn, fx.AltersColumn)

    def check_file(self, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        self._dropped: dict[int | None, frozenset[tuple[object, object]]] = {}
        yield from super().check_file(file, facts)

    def _is_known_by_name(self, effect: fx.AltersColumn, file: RevisionFile) -> bool:
        """Whether it ends up under the name of a column that goes, so that running code does not leave it out."""
        # Where it has a condition, what goes has to stand under the same one.
        block = file.block_of_call.get(effect.span.line) if effect.conditional else None
        if block not in self._dropped:
            self._dropped[block] = _dropped_first(file, block)
        dropped = self._dropped[block]
        if not dropped:
            return False
        last = called_last(effect, Called(effect.table, effect.schema, (effect.column,)), file.upgrade_effects)
        return not dropped.isdisjoint({(last.table, last.columns[0]), (effect.table, last.columns[0])})

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        if isinstance(effect, fx.AddsColumn):
            column = effect.column
            required = column.nullable is False and column.has_default is False
            what = f"adds NOT NULL column {fx.shown(effect.table)}.{fx.shown(column.name)} without a server default"
            fate = (
                f"INSERTs of the running code fail{'' if effect.order in file.without_rows else _fate(effect, facts)}"
            )
        else:
            assert isinstance(effect, fx.AltersColumn)
            required = makes_required(effect, file) and not self._is_known_by_name(effect, file)
            required = required and (
                not effect.drops_default or facts.known.before.takes_default(effect, file.revision)
            )
            what = f"leaves {fx.shown(effect.table)}.{fx.shown(effect.column)} NOT NULL and without a default"
            fate = "INSERTs of the running code, which leave it out, fail"
            no_rows = effect.order in file.without_rows
            if (
                effect.nullable is False
                and not no_rows
                and not is_filled(effect, file, facts)
                and not _may_be_filled(effect, file)
            ):
                fate += ", and so does the migration itself where the table has rows"
        if not required or facts.is_new_table(effect, file):
            return
        yield self.finding(
            f"{what}: {fate}",
            "give it server_default=…, or add it with nullable=True, fill it, and set NOT NULL in a later release",
            effect.span,
            file.revision,
        )


def _fate(effect: fx.AddsColumn, facts: Facts) -> str:
    """What becomes of the statement where the table has rows: MySQL and MariaDB have something to give them."""
    here = facts.dialects if effect.databases is None else facts.dialects & effect.databases
    names = [name for database, name in NAMES.items() if database in (here & FILLS_IN or FILLS_IN)]
    type_ = None if effect.column.type is None else stored(effect.column.type)
    family = "" if type_ is None else type_.family
    gives = "its first label" if family == "enum" else "a date of zeros" if family in _DATES else "'' or 0"
    filled = f"on {' and '.join(names)} the rows that are there get {gives}"
    if family in _DATES:
        filled += ", or NO_ZERO_DATE refuses it"
    if here and here <= FILLS_IN:
        return f"; {filled}"
    fails = ", and so does the migration itself where the table has rows"
    return f"{fails} ({filled})" if here & FILLS_IN or not here else fails


_DATES = ("date", "datetime", "timestamp", "timestamptz")


def _dropped_first(file: RevisionFile, block: int | None) -> frozenset[tuple[object, object]]:
    """Table and column of what the revision surely drops, or drops in this block, by the names from before it."""
    drops = [
        one
        for one in file.upgrade_effects
        if isinstance(one, fx.DropsColumn)
        and (not one.conditional or (block is not None and file.block_of_call.get(one.span.line) == block))
    ]
    called = (
        called_first(one, Called(one.table, one.schema, (one.column,)), file.upgrade_effects)
        for one in drops
        if isinstance(one.column, str)
    )
    return frozenset((one.table, one.columns[0]) for one in called)


def _may_be_filled(effect: fx.AltersColumn, file: RevisionFile) -> bool:
    """Whether rows are changed before, of this table or of one that only the run tells."""
    return any(
        other.order < effect.order
        and (
            isinstance(other, fx.RunsSql | fx.NotAnalysed)
            or (isinstance(other, fx.ChangesData) and (other.table == effect.table or not isinstance(other.table, str)))
        )
        for other in file.upgrade_effects
    )
