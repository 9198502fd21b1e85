"""What a revision has done to the rows of a table before it asks more of them. Judges nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from headway.effects import model as fx
from headway.lint.called import Called, earlier
from headway.lint.facts import Facts, RevisionFile
from headway.lint.meaning.added import Holds, added_column, holds
from headway.pattern import pattern


def may_hold_null(altered: fx.AltersColumn, file: RevisionFile, facts: Facts) -> bool:
    """Whether ``altered`` sets NOT NULL on a column in which a row may hold NULL, as far as anything tells."""
    if altered.nullable is not False or altered.existing_nullable is False or facts.is_new_table(altered, file):
        return False
    if is_filled(altered, file, facts) or facts.known.before.column_nullable(altered, file.revision) is False:
        return False
    return facts.known.before.proves_not_null(altered, file.revision) is not True


def is_filled(altered: fx.AltersColumn, file: RevisionFile, facts: Facts) -> bool:
    """Whether the revision has put a value into the rows that have none: by a change of them, or by the column's default."""
    added = added_column(altered, altered.column, file)
    return filled_before(altered, file, facts) or (added is not None and holds(added, facts).is_one_value)


def filled_before(altered: fx.AltersColumn, file: RevisionFile, facts: Facts) -> bool:
    """Whether an UPDATE of the altered column comes before, or a DELETE of the rows that have none, on each of its databases."""
    return any(
        runs_where(change, altered, facts)
        and ((change.verb == "UPDATE" and _sets(change, called.columns)) or _deletes_without(change, called.columns[0]))
        for change, called in _changes(altered, (altered.column,), file.upgrade_effects)
    )


def is_changed_before(effect: fx.TableEffect, columns: tuple[fx.Text, ...], effects: Sequence[fx.Effect]) -> bool:
    """Whether among ``effects`` an UPDATE of one of the columns comes before, or a DELETE of rows of the table."""
    return next(changes_before(effect, columns, effects), None) is not None


def changed_before(effect: fx.TableEffect, columns: tuple[fx.Text, ...], file: RevisionFile) -> fx.ChangesData | None:
    """The last UPDATE of one of the columns before ``effect``, or DELETE of rows of the table; None where there is none."""
    return next(changes_before(effect, columns, file.upgrade_effects), None)


def set_before(effect: fx.TableEffect, columns: tuple[fx.Text, ...], file: RevisionFile) -> bool:
    """Whether an UPDATE of one of the columns comes before ``effect``."""
    return any(one.verb not in _DELETES for one in changes_before(effect, columns, file.upgrade_effects))


def changes_before(
    effect: fx.TableEffect, columns: tuple[fx.Text, ...], effects: Sequence[fx.Effect]
) -> Iterator[fx.ChangesData]:
    """Each UPDATE of one of the columns before ``effect``, and each DELETE of rows of the table, last first."""
    for change, called in _changes(effect, columns, effects):
        if change.verb in _DELETES or (change.verb in _CHANGES and _sets(change, called.columns)):
            yield change


def filled_since(
    added: fx.AddsColumn, effect: fx.TableEffect | fx.ChangesData, column: fx.Text, file: RevisionFile
) -> bool | None:
    """Whether rows got a value in the added column between the two: True for each of them, False for some, or None."""
    found = [
        change.filtered is False and change.verb == "UPDATE"
        for change, called in _changes(effect, (column,), file.upgrade_effects)
        if change.order > added.order and change.verb in (*_CHANGES, "INSERT", "LOAD") and _sets(change, called.columns)
    ]
    return any(found) if found else None


def is_of_every_row(effect: fx.ChangesData, file: RevisionFile, facts: Facts) -> bool:
    """Whether nothing limits it, or only that a column is NULL which came with the revision and which nobody has filled."""
    found = _IS_NULL.fullmatch(effect.where) if isinstance(effect.where, str) else None
    if found is None:
        return effect.filtered is False
    added = added_column(effect, found["column"], file)
    if added is None or holds(added, facts) is not Holds.NULL:
        return False
    return filled_since(added, effect, found["column"], file) is None


_IS_NULL = pattern(r"""\W*(?:\w+["`\]]?\s*\.\s*["`\[]?)?(?P<column>\w+)["`\]]?\s+IS\s+NULL\W*""", re.I)


def may_copy(effect: fx.DropsColumn | fx.DropsTable | fx.ChangesData, file: RevisionFile) -> bool:
    """Whether something before ``effect`` may have put what goes elsewhere: not what changes this column or table alone.

    What was not read may be what does it, and so may a change of another table behind a query of this one.
    """
    columns = (effect.column,) if isinstance(effect, fx.DropsColumn) else ()
    writes = False
    for other, called in earlier(effect, Called(effect.table, effect.schema, columns), file.upgrade_effects):
        if isinstance(other, fx.NotAnalysed) or (isinstance(other, fx.RunsSql) and not other.understood):
            return True
        if isinstance(other, fx.CreatesTable) and not other.whole:
            return True  # by AS SELECT
        if writes and isinstance(other, fx.Reads) and _may_fetch(other, called, file):
            return True
        if not isinstance(other, fx.ChangesData) or other.verb in _DELETES:
            continue
        writes = writes or (not called.is_named_by(other) and _TAKES.search(_text_of(other, file)) is not None)
        apart = not called.is_named_by(other) or (columns and (other.verb != "UPDATE" or other.sets != called.columns))
        if apart and _may_name(other, called.columns or (called.table,), file):
            return True
    return False


_TAKES = pattern(r""":\w+["\s,)]|%\(\w+\)s|%s|\?|\{\w|\bbindparams\b|\.values\(|\bf["']|\[\s*\{""")
"""What says that a statement is given values."""


def _may_fetch(read: fx.Reads, called: Called, file: RevisionFile) -> bool:
    """Whether a query may have fetched what goes: it names the table, and the column or all of them, and does not only count."""
    if called.table not in read.tables:
        return False
    text = "\n".join(file.migration.lines[read.span.line - 1 : read.span.end_line or read.span.line]).lower()
    if re.search(r"\bcount\b|\bexists\b", text):
        return False
    names = [str(one).lower() for one in called.columns]
    return not names or "*" in text or all(re.search(rf"\b{re.escape(one)}\b", text) for one in names)


def _may_name(change: fx.ChangesData, names: tuple[fx.Text, ...], file: RevisionFile) -> bool:
    """Whether the statement names one of these, or all columns, or its text stands elsewhere or is put together."""
    if change.written_at is not None or change.through_session or not _stands_in_upgrade(change, file):
        return True
    text = _text_of(change, file).lower()
    if not re.search("[\"']", text) or "*" in text or _PUT_TOGETHER.search(text):
        return True
    return any(not isinstance(name, str) or re.search(rf"\b{re.escape(name.lower())}\b", text) for name in names)


_PUT_TOGETHER = pattern(r"""\b(?:f|rf|fr)["']|["']\s*(?:%|\+|\.\s*format\b)|\+\s*["']""")
"""What says that a text has holes."""


def _text_of(change: fx.ChangesData, file: RevisionFile) -> str:
    return "\n".join(file.migration.lines[change.span.line - 1 : change.span.end_line or change.span.line])


def _stands_in_upgrade(change: fx.ChangesData, file: RevisionFile) -> bool:
    """Whether it is written in ``upgrade()`` itself, and not in a function that is given the names."""
    lines = file.migration.lines
    around = (lines[one.first - 1] for one in file.written.functions if one.holds(change.span))
    return any(_UPGRADE.match(line) for line in around)


_UPGRADE = pattern(r"(?:async\s+)?def upgrade")


def is_copied_whole(effect: fx.DropsColumn, new: str, file: RevisionFile, facts: Facts) -> bool:
    """Whether the last change of the column ``new`` before ``effect`` sets it, in every row, to the one that goes as it is."""
    for change, called in _changes(effect, (effect.column,), file.upgrade_effects):
        if change.verb in _DELETES or not _sets(change, (new,)):
            continue
        surely = runs_where(change, effect, facts) and (not change.conditional or effect.conditional)
        if change.verb != "UPDATE" or not surely or not is_of_every_row(change, file, facts):
            return False
        return _sets_as_it_is(new, called.columns[0], _text_of(change, file))
    return False


def _sets_as_it_is(new: str, old: fx.Text, text: str) -> bool:
    """Whether a statement sets one column to the other and nothing more: ``SET new = old``, ``{t.c.new: t.c.old}``."""
    if not isinstance(old, str):
        return False
    of_a_table = r"""["'`\[]?(?:\w+["'`\]]?\s*\.\s*)*["'`\[]?"""
    value = rf"""{of_a_table}{re.escape(old)}["'`\]]*\s*(?:[)}},;]|$)"""
    return re.search(rf"""\b{re.escape(new)}["'`\]]*\s*[:=]\s*{value}""", text, re.I) is not None


def runs_where(other: fx.Effect, effect: fx.Effect, facts: Facts) -> bool:
    """Whether the guard of ``other`` lets it run on every database of the history that ``effect`` runs on."""
    here = facts.dialects if effect.databases is None else facts.dialects & effect.databases
    return other.databases is None or (bool(here) and here <= other.databases)


_DELETES = ("DELETE", "TRUNCATE")
_CHANGES = ("UPDATE", "MERGE", "REPLACE")


def _changes(
    effect: fx.TableEffect | fx.ChangesData, columns: tuple[fx.Text, ...], effects: Sequence[fx.Effect]
) -> Iterator[tuple[fx.ChangesData, Called]]:
    """The changes of the table's rows before ``effect``, last first, each with the names that held then."""
    for other, called in earlier(effect, Called(effect.table, effect.schema, columns), effects):
        if isinstance(other, fx.ChangesData) and called.is_named_by(other):
            yield other, called


def _sets(change: fx.ChangesData, columns: tuple[fx.Text, ...]) -> bool:
    """Whether one of the columns, or of those in an expression, may be among what is set."""
    if not change.sets or not all(isinstance(name, str) for name in (*change.sets, *columns)):
        return True
    words = {word for column in columns for word in (str(column).lower(), *re.findall(r"\w+", str(column).lower()))}
    return any(str(name).lower() in words for name in change.sets)


def _deletes_without(effect: fx.ChangesData, column: fx.Text) -> bool:
    if effect.verb != "DELETE" or not isinstance(effect.where, str) or not isinstance(column, str):
        return False
    # Whatever else the condition asks for, fewer rows would go.
    alone = rf"\(*\s*(?:\w+\s*\.\s*)?[\"`\[]?{re.escape(column)}[\"`\]]?\s+IS\s+NULL\s*\)*"
    return re.fullmatch(alone, effect.where.strip(), re.I) is not None
