"""What rows can do to a key that is put on them: how two of them may be alike, and whether one may point nowhere. Judges
nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from enum import Enum

from headway.effects import model as fx
from headway.lint.called import Called, called_first, earlier
from headway.lint.facts import Facts, RevisionFile
from headway.lint.meaning.added import Holds, added_column, holds
from headway.lint.meaning.fills import changed_before, changes_before, filled_since, set_before
from headway.pattern import pattern
from headway.valueclass import valueclass


class Stop(Enum):
    """Which rows make a key fail."""

    NONE = "no row can"
    CHANGED = "those that a change before it in the revision leaves so"
    SOME = "rows that are so"
    ALL = "all that were there"


@valueclass(frozen=True, slots=True)
class Alike:
    """Two rows that are alike in what becomes unique."""

    stop: Stop
    old: Called
    """The table, and those of the columns that were there before the revision, by the names that they had."""
    change: fx.ChangesData | None = None

    def __str__(self) -> str:
        """What makes the migration fail, to be said of the plural."""
        match self.stop:
            case Stop.ALL:
                return "all rows that were there before get the same value in it, so that two of them"
            case Stop.CHANGED if self.change is not None:
                return f"rows that are still alike after the change in line {self.change.span.line}"
        return "two rows that are alike"


def alike(effect: fx.AddsConstraint | fx.CreatesIndex, file: RevisionFile, facts: Facts) -> Alike:
    """Which rows a unique constraint or index, or a primary key, may find alike; a key refuses NULL as well."""
    is_key = isinstance(effect, fx.AddsConstraint) and effect.kind is fx.ConstraintKind.PRIMARY_KEY
    added = [added_column(effect, column, file) for column in effect.columns]
    takes_null = is_key and any(new is not None and new.column.nullable is not False for new in added)
    if (
        effect.order in file.without_rows
        or facts.is_new_table(effect, file)
        or (not takes_null and _was_unique(effect, file, facts))
    ):
        return Alike(Stop.NONE, Called(effect.table, effect.schema))
    old = tuple(column for column, new in zip(effect.columns, added, strict=True) if new is None)
    called = called_first(effect, Called(effect.table, effect.schema, old), file.upgrade_effects)
    held = [
        None if new is None or filled_since(new, effect, column, file) is not None else holds(new, facts)
        for column, new in zip(effect.columns, added, strict=True)
    ]
    if Holds.NO_ROWS in held or (not is_key and _nulls_differ(effect, held, facts)):
        return Alike(Stop.NONE, called)
    if any(_keeps_out(effect, new, one) for new, one in zip(added, held, strict=True)):
        return Alike(Stop.NONE, called)
    if _are_looked_for(effect, file):
        return Alike(Stop.NONE, called)
    change = changed_before(effect, effect.columns, file)
    if change is not None:
        return Alike(Stop.CHANGED, called, change)
    same = bool(held) and all(one is not None and (one.is_one_value or one is Holds.NULL) for one in held)
    return Alike(Stop.ALL if same else Stop.SOME, called)


def _are_looked_for(effect: fx.AddsConstraint | fx.CreatesIndex, file: RevisionFile) -> bool:
    """Whether the file asks for values of these columns that are there several times, and has an error of its own for them."""
    source = file.migration.source
    if effect.written_at is not None or not effect.columns or "raise" not in source:
        return False
    words = {word.lower() for column in effect.columns for word in re.findall(r"\w+", str(column))}
    words.add(str(effect.table).lower())
    for found in _HAVING.finditer(source):
        place = fx.Span(file.path, source.count("\n", 0, found.start()) + 1)
        before = _FUNCTION.split(source[max(0, found.start() - _NEAR) : found.end()])[-1]
        behind = _FUNCTION.split(source[found.end() : found.end() + 3 * _NEAR])[0]
        runs = any(one.holds(place) for one in file.written.functions) and not file.written.is_way_back(place)
        is_refused = runs and _RAISE.search(behind) is not None and _OF_SOME.search(before) is None
        groups = _GROUPS.findall(before)
        of_these = bool(groups) and groups[-1].count(",") + 1 == len(effect.columns)
        if is_refused and of_these and words <= set(re.findall(r"\w+", before.lower())):
            return True
    return False


_HAVING = pattern(r"(?i)\bhaving\b[^;]{0,60}?\bcount\b[^;]{0,40}?>\s*1\b")
_FUNCTION = pattern(r"\n[ \t]*(?:async )?def ")
_OF_SOME = pattern(r"(?i)\bdelete\b|\bwhere\b|\bfilter(?:_by)?\b")
"""What looks at some of the rows, or is no search."""
_GROUPS = pattern(r"(?is)\bgroup[ _]by\b(.*?)\bhaving\b")
_RAISE = pattern(r"(?m)^[ \t]*raise\b")
_NEAR = 500
"""So many characters before it hold the table and the columns that it groups by."""


def _was_unique(effect: fx.AddsConstraint | fx.CreatesIndex, file: RevisionFile, facts: Facts) -> bool:
    """Whether what becomes unique was so until the revision, be it under the names that a copy was made from."""
    copied = {column: old for column in effect.columns if (old := _copied_whole(effect, column, file)) is not None}
    rest = tuple(column for column in effect.columns if column not in copied)
    if rest and _is_set_since_the_drop(effect, rest, file):
        return False
    named = replace(effect, columns=tuple(copied.get(column, column) for column in effect.columns))
    return facts.known.earlier.had_unique(named, file.revision)


def _is_set_since_the_drop(
    effect: fx.AddsConstraint | fx.CreatesIndex, columns: tuple[fx.Text, ...], file: RevisionFile
) -> bool:
    """Whether an UPDATE of the columns comes between the first key that the revision has dropped of the table and ``effect``:
    until then the old one held, whatever was changed."""
    own = Called(effect.table, effect.schema)
    drops = [
        other.order for other, called in earlier(effect, own, file.upgrade_effects) if _may_drop_a_key(other, called)
    ]
    first = min(drops, default=effect.order)
    changes = changes_before(effect, columns, file.upgrade_effects)
    return any(one.order > first and one.verb not in ("DELETE", "TRUNCATE") for one in changes)


def _may_drop_a_key(other: fx.Effect, called: Called) -> bool:
    """Whether it drops a key or an index of the table, or one of a table that it does not name, or was not read."""
    if isinstance(other, fx.NotAnalysed) or (isinstance(other, fx.RunsSql) and not other.understood):
        return True
    if not isinstance(other, fx.DropsConstraint | fx.DropsIndex | fx.DropsColumn):
        return False
    return called.is_table_of(other) or not isinstance(other.table, str)


def _copied_whole(effect: fx.AddsConstraint | fx.CreatesIndex, column: fx.Text, file: RevisionFile) -> str | None:
    """The column that the last UPDATE of every row has copied into this one."""
    change = changed_before(effect, (column,), file)
    if change is None or change.verb != "UPDATE" or change.filtered is not False or len(change.sets) != 1:
        return None
    if change.written_at is not None or not isinstance(column, str):
        return None
    text = "\n".join(file.migration.lines[change.span.line - 1 : change.span.end_line or change.span.line])
    found = re.search(
        rf"""(?i)\bset\s+[`"]?{re.escape(column)}[`"]?\s*=\s*(?:\w+\.)?[`"]?(\w+)[`"]?\s*(?:["';)]|$)""", text
    ) or re.search(
        rf"""(?:\b(?P<table>\w+)\.update\(\)|update\((?P<given>\w+)\))\.values\(\s*(?:\w+|{{.+)?\b{re.escape(column)}["']?\]?\s*[:=]\s*(?P<of>\w+)\.c\.(?P<old>\w+)\s*,?\s*[)}}]""",
        text,
    )
    if found is None:
        return None
    if "old" in found.groupdict():
        return found["old"] if found["of"] in (found["table"], found["given"]) else None
    return None if found[1].isdigit() else found[1]


def _keeps_out(effect: fx.AddsConstraint | fx.CreatesIndex, added: fx.AddsColumn | None, held: Holds | None) -> bool:
    """Whether a partial index takes only rows where the new column is true, which all hold false."""
    where = getattr(effect, "where", None)
    if added is None or held is not Holds.DEFAULT or not isinstance(where, str):
        return False
    is_false = str(added.column.default).strip("'() ").lower() in ("false", "0", "f")
    is_asked = re.fullmatch(rf"(?i)\W*{re.escape(str(added.column.name))}\W*(?:(?:=|is)\s*(?:true|1))?\s*\)*", where)
    return is_false and is_asked is not None


def _nulls_differ(effect: fx.AddsConstraint | fx.CreatesIndex, held: list[Holds | None], facts: Facts) -> bool:
    """Whether rows are told apart by the NULL that they hold: SQL Server takes NULLs for alike, Oracle beside a value."""
    here = facts.dialects if effect.databases is None else facts.dialects & effect.databases
    if "mssql" in here and getattr(effect, "where", None) is None:
        return False
    nulls = [one is Holds.NULL for one in held]
    return any(nulls) if "oracle" not in here else bool(nulls) and all(nulls)


@valueclass(frozen=True, slots=True)
class Orphans:
    """Rows that a foreign key finds to point nowhere."""

    stop: Stop
    old: Called
    referent: Called
    """Both tables, by the names that they had before the revision."""
    value: str = ""
    """What every row holds, where it is all of them."""


def orphans(effect: fx.AddsConstraint, file: RevisionFile, facts: Facts) -> Orphans:
    """Which rows a foreign key may find to point nowhere."""
    called = called_first(effect, Called(effect.table, effect.schema, effect.columns), file.upgrade_effects)
    schema = None if effect.references is None else effect.references.schema
    referent = Called(fx.UNKNOWN if effect.referent is None else effect.referent, schema)
    target = called_first(effect, referent, file.upgrade_effects)
    none, some = Orphans(Stop.NONE, called, target), Orphans(Stop.SOME, called, target)
    if effect.order in file.without_rows or facts.is_new_table(effect, file):
        return none
    if facts.known.earlier.had_foreign_key(effect, file.revision):
        return none
    if _has_dropped_it(effect, referent, file) and not set_before(effect, effect.columns, file):
        return none
    if _are_seen_to(effect, referent, file) or _is_put_back(effect, file, facts):
        return none
    added = [added_column(effect, column, file) for column in effect.columns]
    held = [None if new is None else holds(new, facts) for new in added]
    if Holds.NULL in held or Holds.NO_ROWS in held:
        return none  # who fills it takes what is there to point to
    filled = [
        new and filled_since(new, effect, column, file) for column, new in zip(effect.columns, added, strict=True)
    ]
    if any(filled):
        return none
    if not held or not all(one is not None and one.is_one_value for one in held) or False in filled:
        return some
    if Holds.ZERO not in held and _is_made_for(effect, referent, file):
        return none
    defaults = [str(new.column.default) for new in added if new is not None]
    shown = ["'' or 0" if one is Holds.ZERO else default for one, default in zip(held, defaults, strict=True)]
    return Orphans(Stop.ALL, called, target, ", ".join(shown))


def _is_put_back(effect: fx.AddsConstraint, file: RevisionFile, facts: Facts) -> bool:
    """Whether the revision drops the keys that the database has, as it tells them, and makes the same again.

    Where it knows what the key points to, it counts for that one if no column of it is new or has been changed.
    """
    is_told = isinstance(effect.referent, str)
    if is_told and (
        any(added_column(effect, column, file) is not None for column in effect.columns)
        or set_before(effect, effect.columns, file)
        or facts.known.earlier.points_elsewhere(effect, file.revision)
    ):
        return False
    return any(
        isinstance(other, fx.DropsConstraint)
        and not isinstance(other.name, str)
        and (not is_told or other.kind is fx.ConstraintKind.FOREIGN_KEY)
        and called.is_table_of(other)
        for other, called in earlier(effect, Called(effect.table, effect.schema), file.upgrade_effects)
    )


def _are_seen_to(effect: fx.AddsConstraint, referent: Called, file: RevisionFile) -> bool:
    """Whether a change of the table comes before that looks for rows without one in the table the key points to."""
    own = Called(effect.table, effect.schema, effect.columns)
    both = zip(earlier(effect, own, file.upgrade_effects), earlier(effect, referent, file.upgrade_effects), strict=True)
    return any(
        isinstance(other, fx.ChangesData)
        and other.verb in ("UPDATE", "DELETE")
        and called.is_named_by(other)
        and isinstance(other.where, str)
        and isinstance(target.table, str)
        and _HAS_NONE.search(other.where) is not None
        and re.search(rf"(?i)\b{re.escape(target.table)}\b", other.where) is not None
        for (other, called), (_, target) in both
    )


_HAS_NONE = pattern(r"(?i)\bis\s+null\b|\bnot\s+(?:exists|in)\b")


def made_empty(effect: fx.AddsConstraint, file: RevisionFile) -> fx.CreatesTable | None:
    """What has made the table that a foreign key of older columns points to, where the revision puts no row into it."""
    if not effect.columns or any(added_column(effect, column, file) is not None for column in effect.columns):
        return None
    if changed_before(effect, effect.columns, file) is not None:
        return None  # who deletes rows may delete those
    schema = None if effect.references is None else effect.references.schema
    referent = Called(fx.UNKNOWN if effect.referent is None else effect.referent, schema)
    for other, called in earlier(effect, referent, file.upgrade_effects):
        if isinstance(other, fx.NotAnalysed) or (isinstance(other, fx.RunsSql) and not other.understood):
            return None
        if isinstance(other, fx.ChangesData) and (called.is_named_by(other) or not isinstance(other.table, str)):
            return None
        if isinstance(other, fx.CreatesTable) and called.is_table_of(other):
            is_sure = other.if_not_exists is False and (effect.conditional or not other.conditional)
            return other if is_sure else None
    return None


def _has_dropped_it(effect: fx.AddsConstraint, referent: Called, file: RevisionFile) -> bool:
    """Whether the revision has dropped a foreign key whose name ends with these columns and that table, as one of the usual
    conventions has it: ``fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s``.

    Until then it held, and what the history does not tell of it the name does.
    """
    own = Called(effect.table, effect.schema, effect.columns)
    both = zip(earlier(effect, own, file.upgrade_effects), earlier(effect, referent, file.upgrade_effects), strict=True)
    for (other, called), (_, target) in both:
        if (
            isinstance(other, fx.DropsConstraint)
            and other.kind is fx.ConstraintKind.FOREIGN_KEY
            and not other.conditional
        ):
            told = [*called.columns, target.table]
            is_told = bool(called.columns) and all(isinstance(one, str) for one in told)
            end = "_".join(["", *map(str, told)]).lower()
            if is_told and called.is_table_of(other) and str(other.name).lower().endswith(end):
                return True
    return False


def _is_made_for(effect: fx.AddsConstraint, referent: Called, file: RevisionFile) -> bool:
    """Whether the revision has made the table that the key points to, and put rows into it."""
    filled = False
    for other, called in earlier(effect, referent, file.upgrade_effects):
        filled = filled or (isinstance(other, fx.ChangesData) and called.is_named_by(other))
        if isinstance(other, fx.CreatesTable) and called.is_table_of(other):
            return filled
    return False
