"""DAT010."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from headway.effects import model as fx
from headway.effects.stored_type import stored
from headway.lint.called import Called, called_last
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rule import UpgradeRule


class PythonDefault(UpgradeRule):
    """Adds a column whose default only Python knows: rows that are there get NULL.

    ## What
    A nullable column with ``default=`` and a constant, but without ``server_default=``, is added to an existing table, and
    neither this revision nor a new one above it fills it. A warning for Boolean and numbers, a note for other types; nothing of
    an empty text, which hardly anybody tells from NULL.

    ## Why
    ``default=`` is what SQLAlchemy puts into the rows that it inserts itself. It is no part of the statement: rows that are
    there, and those that other programs insert, hold NULL. ``WHERE NOT public`` and ``WHERE public = false`` pass them over, and
    ``visits + 1`` stays NULL. See https://docs.sqlalchemy.org/en/20/core/defaults.html
    Proved on PostgreSQL and SQLite.

    ## Bad
    ```python
    op.add_column("orders", sa.Column("public", sa.Boolean(), default=False))
    ```

    ## Good
    ```python
    op.add_column("orders", sa.Column("public", sa.Boolean(), server_default=sa.false()))
    ```

    ## When to ignore
    To the application NULL is the same as the default, or the table has no rows.
    """

    code = "DAT010"
    name = "python-default"
    severity = Severity.WARNING
    handles = (fx.AddsColumn,)

    def check(self, facts: Facts) -> Iterator[Finding]:
        self._later: dict[_Column, list[str]] | None = None
        yield from super().check(facts)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        assert isinstance(effect, fx.AddsColumn)
        column = effect.column
        if column.python_default in (None, "''") or column.nullable is not True or column.has_default is not False:
            return
        if not isinstance(effect.table, str) or not isinstance(column.name, str) or effect.order in file.without_rows:
            return
        if facts.is_new_table(effect, file):
            return
        if _is_seen_to(effect, file) or self._is_seen_to_later(effect, file, facts):
            return
        name, default = f"{effect.table}.{column.name}", column.python_default
        passed = f", and a query for {default} passes them over" if default in ("True", "False") else ""
        finding = self.finding(
            f"default={default} of {name} is Python's, and no part of the statement: the rows that are there hold NULL{passed}",
            f"server_default=…, or behind it: UPDATE {effect.table} SET {column.name} = …",
            effect.span,
            file.revision,
        )
        yield finding if _is_counted(column.type) else replace(finding, severity=Severity.INFO)

    def _is_seen_to_later(self, effect: fx.AddsColumn, file: RevisionFile, facts: Facts) -> bool:
        """Whether a new revision above this one fills the column, or takes it away."""
        if facts.graph.problems:
            return True
        if self._later is None:
            self._later = _seen_to(facts)
        last = called_last(effect, Called(effect.table, effect.schema, (effect.column.name,)), file.upgrade_effects)
        found = {
            one
            for column in (last.columns[0], fx.UNKNOWN)
            for one in self._later.get(_key(last.table, column), ())
            if one != file.revision
        }
        return bool(found) and not found.isdisjoint(facts.graph.descendants([file.revision]))


_Column = tuple[str, object]
"""A table's name and a column's, in small letters; UNKNOWN for any column."""


def _key(table: object, column: object) -> _Column:
    return str(table).lower(), column.lower() if isinstance(column, str) else fx.UNKNOWN


def _is_counted(type_: fx.Type | None) -> bool:
    """Whether the type is one that is asked for its value, or counted with: NULL is neither true nor false, nor a number."""
    one = None if type_ is None else stored(type_)
    return one is not None and one.family in _COUNTED


_COUNTED = frozenset({"boolean", "tinyint", "int2", "int4", "int8", "numeric", "float", "float4", "float8"})


def _is_seen_to(added: fx.AddsColumn, file: RevisionFile) -> bool:
    """Whether something behind it in the revision may put a value into the column, or takes it away."""
    called = Called(added.table, added.schema, (added.column.name,))
    for other in file.upgrade_effects:
        if other.order <= added.order:
            continue
        if isinstance(other, fx.NotAnalysed) or (isinstance(other, fx.RunsSql) and not other.understood):
            return True
        if isinstance(other, fx.ChangesData) and not isinstance(other.table, str):
            return True
        names = {_key(called.table, called.columns[0]), _key(called.table, fx.UNKNOWN)}
        if not names.isdisjoint(_touches(other)):
            return True
        called = called_last(other, called, [other])
    return False


def _seen_to(facts: Facts) -> dict[_Column, list[str]]:
    """The new revisions that fill a column or take it away."""
    found: dict[_Column, list[str]] = defaultdict(list)
    for file in facts.examined:
        for effect in file.upgrade_effects:
            for column in _touches(effect):
                found[column].append(file.revision)
    return found


def _touches(effect: fx.Effect) -> Iterator[_Column]:
    """The columns that an effect gives a value to in rows that are there, makes NOT NULL, or takes away."""
    match effect:
        case fx.ChangesData(verb="UPDATE", sets=columns) if columns:
            yield from (_key(effect.table, column) for column in columns)
        case (
            fx.ChangesData(verb="UPDATE" | "MERGE" | "REPLACE" | "TRUNCATE")
            | fx.ChangesData(verb="DELETE", filtered=False)
        ):
            yield _key(effect.table, fx.UNKNOWN)
        case fx.DropsTable():
            yield _key(effect.table, fx.UNKNOWN)
        case fx.DropsColumn() | fx.AltersColumn(nullable=False):
            yield _key(effect.table, effect.column)
