"""DML006."""

from __future__ import annotations

import re
from collections.abc import Iterator

from headway.effects import model as fx
from headway.effects.locks_postgresql import WHOLE_NUMBERS
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rule import UpgradeRule
from headway.pattern import pattern


class SequenceNotAdvanced(UpgradeRule):
    """Rows come with their ids, and the sequence does not know.

    ## What
    An INSERT that names the key of a table whose key counts by itself (one whole number: SERIAL, IDENTITY), where nothing
    in the file sets the sequence. The table is one that this revision makes; of others it is not known. A key that a CHECK
    is about (the table of one row), or that is no ``id`` by its name (a version, a year), is left alone.

    ## Why
    PostgreSQL gives ids from a sequence, which an INSERT with an id of its own does not move. The first row that the
    application adds gets id 1, and fails: duplicate key value violates unique constraint.
    See https://www.postgresql.org/docs/current/functions-sequence.html
    Proved on PostgreSQL.

    ## Bad
    ```python
    kinds = op.create_table(
        "kinds", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("name", sa.Text())
    )
    op.bulk_insert(kinds, [{"id": 1, "name": "book"}, {"id": 2, "name": "film"}])
    ```

    ## Good
    ```python
    kinds = op.create_table(
        "kinds", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("name", sa.Text())
    )
    op.bulk_insert(kinds, [{"id": 1, "name": "book"}, {"id": 2, "name": "film"}])
    op.execute("SELECT setval(pg_get_serial_sequence('kinds', 'id'), (SELECT max(id) FROM kinds))")
    ```

    ## When to ignore
    Nobody adds rows but migrations, with ids of their own: then ``autoincrement=False`` says so.
    """

    code = "DML006"
    name = "sequence-not-advanced"
    severity = Severity.WARNING
    dialects = frozenset({"postgresql"})
    handles = (fx.ChangesData,)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        assert isinstance(effect, fx.ChangesData)
        made = _made_before(effect, file)
        key = None if made is None else _key_of(made, file)
        if key is None or not _names(effect, key) or not _gives_ids(effect, key, file) or _is_set(effect, file):
            return
        others = (other for other in file.upgrade_effects if isinstance(other, fx.ChangesData))
        if any(_is_same(other, effect) and _names(other, key) for other in others):
            return
        table = _written(effect)
        yield self.finding(
            f"gives rows of {fx.shown(effect.table)} their '{key}', and the sequence stays where it is: the first row that "
            "the application adds has an id that is taken",
            f"SELECT setval(pg_get_serial_sequence('{table}', '{key}'), (SELECT max({_quoted(key)}) FROM {table}))",
            effect.span,
            file.revision,
        )


_SETS_SEQUENCE = pattern(
    r"setval|nextval|_serial_sequence|ALTER\s+SEQUENCE|\bRESTART\b|OVERRIDING\s+USER", re.IGNORECASE
)
_IS_ID = pattern(r"(?i)(^|_)(id|pk)$")
_COUNTING = frozenset({"serial", "bigserial", "smallserial", "serial4", "serial8", "serial2"})


def _is_same(other: fx.ChangesData, effect: fx.ChangesData) -> bool:
    """Whether ``other`` stands before it and is about the same table, so that the same was said there."""
    return other.order < effect.order and (other.table, other.schema) == (effect.table, effect.schema)


def _names(effect: fx.ChangesData, key: str) -> bool:
    return effect.verb == "INSERT" and key.lower() in {name.lower() for name in effect.sets if isinstance(name, str)}


def _gives_ids(effect: fx.ChangesData, key: str, file: RevisionFile) -> bool:
    """Whether the ids are some that the sequence would come to, as far as they stand in the call."""
    written = _lines(effect, file)
    if re.search(r"\bDEFAULT\b", written):
        return False
    values = re.findall(rf"""["']?{re.escape(key)}["']?\s*[:=]\s*(-?\d+)""", written)
    return not values or any(int(value) > 0 for value in values)


def _is_set(effect: fx.ChangesData, file: RevisionFile) -> bool:
    """Whether a text of the file sets the sequence of this table, or of tables that it does not spell."""
    made = {str(one.table).lower() for one in file.upgrade_effects if isinstance(one, fx.CreatesTable)}
    for literal in file.written.literals:
        text = literal.text.lower()
        if _SETS_SEQUENCE.search(text) and (str(effect.table).lower() in text or not any(one in text for one in made)):
            return True
    return False


def _made_before(effect: fx.ChangesData, file: RevisionFile) -> fx.CreatesTable | None:
    """The table, where the revision makes it, and leaves it."""
    if not isinstance(effect.table, str):
        return None
    made = None
    for other in file.upgrade_effects:
        if (getattr(other, "table", None), getattr(other, "schema", None)) != (effect.table, effect.schema):
            continue
        if isinstance(other, fx.CreatesTable) and other.order < effect.order:
            made = other
        elif isinstance(other, fx.DropsTable) and other.order > effect.order:
            return None
    return made


def _key_of(table: fx.CreatesTable, file: RevisionFile) -> str | None:
    """The key that counts by itself, from 1."""
    names = [column.name for column in table.columns if column.primary_key]
    names += [name for one in table.constraints if one.kind is fx.ConstraintKind.PRIMARY_KEY for name in one.columns]
    if len(set(names)) != 1 or not isinstance(names[0], str) or not _IS_ID.search(names[0]):
        return None
    key = names[0]
    points = any(one.kind is fx.ConstraintKind.FOREIGN_KEY and key in one.columns for one in table.constraints)
    checked = any(
        one.kind is fx.ConstraintKind.CHECK and key.lower() in str(one.condition).lower() for one in table.constraints
    )
    column = next((column for column in table.columns if column.name == key), None)
    if points or checked or column is None or column.type is None or not isinstance(column.type.name, str):
        return None
    kind = column.type.name.lower()
    if kind in _COUNTING or column.identity:
        return None if re.search(r"(?i)\bstart\b", _lines(table, file)) else key
    if table.raw or kind not in WHOLE_NUMBERS or column.default is not None or column.references:
        return None  # SQL makes a plain number of it, and SQLAlchemy of a key that points elsewhere
    return key if column.autoincrement in (None, True) else None


def _lines(effect: fx.Effect, file: RevisionFile) -> str:
    """The lines of the call, or of the statement in it."""
    first = effect.span.line
    return "\n".join(file.migration.lines[first - 1 : effect.span.end_line or first])


def _written(effect: fx.ChangesData) -> str:
    """The table as SQL names it."""
    name = _quoted(str(effect.table))
    return f"{_quoted(effect.schema)}.{name}" if isinstance(effect.schema, str) else name


def _quoted(name: str) -> str:
    return name if re.fullmatch("[a-z_][a-z0-9_]*", name) else f'"{name}"'
