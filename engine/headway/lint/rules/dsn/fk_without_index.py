"""DSN002."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rule import UpgradeRule


class FkWithoutIndex(UpgradeRule):
    """A foreign key whose columns no index begins with.

    ## What
    ``create_table`` or ``add_column`` with a foreign key, or ``create_foreign_key`` on columns that the revision adds, and neither the table nor a revision that is judged with it has
    an index, unique constraint or primary key that begins with its columns. MySQL and MariaDB make one by themselves.
    Keys on columns that were there before are not judged, nor what a later revision of the history drops.

    ## Why
    A DELETE or a change of key in the table that it points to reads this whole table for each row, under locks.
    See https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-FK

    ## Bad
    ```python
    op.create_table(
        "reviews",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("order_id", sa.Integer(), sa.ForeignKey("orders.id")),
    )
    ```

    ## Good
    ```python
    op.create_table(
        "reviews",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("order_id", sa.Integer(), sa.ForeignKey("orders.id"), index=True),
    )
    ```

    ## When to ignore
    Nothing is ever deleted from the table it points to.
    """

    code = "DSN002"
    name = "fk-without-index"
    severity = Severity.INFO
    dialects = frozenset({"postgresql", "oracle", "mssql"})
    handles = (fx.CreatesTable, fx.AddsColumn, fx.AddsConstraint)

    def check(self, facts: Facts) -> Iterator[Finding]:
        self._later = _led_by_table(facts)
        yield from super().check(facts)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        assert isinstance(effect, fx.CreatesTable | fx.AddsColumn | fx.AddsConstraint)
        made = list(_made_with(effect, file))
        if any(isinstance(one, fx.CreatesTable) and not one.whole for one in made):
            return
        led = [index for one in made for index in _led(one)] + self._later.get(effect.table, [])
        for columns in _keys(effect, made):
            known = all(isinstance(column, str) for column in columns)
            if columns and known and not any(set(one[: len(columns)]) == set(columns) for one in led):
                if any(_settles(*one) for one in facts.known.later.done_to(effect, file.revision, columns)):
                    continue
                named = ", ".join(map(str, columns))
                quoted = ", ".join(f'"{column}"' for column in columns)
                yield self.finding(
                    f"foreign key ({named}) of {fx.shown(effect.table)} has no index that begins with it: a DELETE in the table "
                    "it points to reads all rows of this one",
                    f'op.create_index("ix_…", "{fx.shown(effect.table)}", [{quoted}])',
                    effect.span,
                    file.revision,
                )


_INDEXED = (fx.ConstraintKind.PRIMARY_KEY, fx.ConstraintKind.UNIQUE)


_Makes = fx.CreatesTable | fx.AddsColumn


def _made_with(effect: _Makes | fx.AddsConstraint, file: RevisionFile) -> Iterator[_Makes]:
    """The effect itself, or for a key of its own what the revision has made of the key's columns."""
    if not isinstance(effect, fx.AddsConstraint):
        yield effect
        return
    for one in file.upgrade_effects:
        if isinstance(one, fx.CreatesTable | fx.AddsColumn) and (one.table, one.schema) == (
            effect.table,
            effect.schema,
        ):
            names = {column.name for column in _columns(one)}
            if one.order < effect.order and not names.isdisjoint(effect.columns):
                yield one


def _keys(effect: _Makes | fx.AddsConstraint, made: Sequence[_Makes]) -> Iterator[tuple[fx.Text, ...]]:
    """The foreign keys that come with it; one of its own on columns that are all new here, and that did not bring one."""
    if isinstance(effect, fx.AddsConstraint):
        new = {column.name for one in made for column in _columns(one) if not column.references}
        if effect.kind is fx.ConstraintKind.FOREIGN_KEY and new >= set(effect.columns):
            yield effect.columns
        return
    columns = _columns(effect)
    yield from ((column.name,) for column in columns if column.references)
    if isinstance(effect, fx.CreatesTable):
        yield from (one.columns for one in effect.constraints if one.kind is fx.ConstraintKind.FOREIGN_KEY)


def _columns(effect: _Makes) -> tuple[fx.Column, ...]:
    return effect.columns if isinstance(effect, fx.CreatesTable) else (effect.column,)


def _led(effect: _Makes) -> Iterator[tuple[fx.Text, ...]]:
    """What the indexes that come with it begin with; a flag that is not known counts as one."""
    columns = _columns(effect)
    yield tuple(column.name for column in columns if column.primary_key)
    yield from ((c.name,) for c in columns if c.index is not False or c.unique is not False)
    if isinstance(effect, fx.CreatesTable):
        yield from (one.columns for one in effect.constraints if one.kind in _INDEXED)
        yield from (one.columns for one in effect.indexes)


def _settles(effect: fx.Effect, columns: tuple[fx.Text, ...]) -> bool:
    """Whether a key of these columns is gone when ``effect`` has run, or has an index."""
    if isinstance(effect, fx.DropsTable):
        return True
    if isinstance(effect, fx.DropsColumn):
        return effect.column in columns
    if isinstance(effect, fx.CreatesIndex) or (isinstance(effect, fx.AddsConstraint) and effect.kind in _INDEXED):
        return set(effect.columns[: len(columns)]) == set(columns)
    return False


def _led_by_table(facts: Facts) -> dict[fx.Text, list[tuple[fx.Text, ...]]]:
    """What the indexes that the judged revisions build begin with."""
    found: dict[fx.Text, list[tuple[fx.Text, ...]]] = {}
    for effect in (one for file in facts.examined for one in file.upgrade_effects):
        if isinstance(effect, fx.CreatesIndex) or (isinstance(effect, fx.AddsConstraint) and effect.kind in _INDEXED):
            found.setdefault(effect.table, []).append(effect.columns)
    return found
