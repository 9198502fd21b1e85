"""DML006."""

from __future__ import annotations

import re
from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rule import UpgradeRule


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
        if effect.verb != "INSERT" or _SETS_SEQUENCE.search(file.migration.source):
            return
        key = _counting_key(effect, file)
        if key is None or key.lower() not in {name.lower() for name in effect.sets if isinstance(name, str)}:
            return
        if self._was_said(effect, file):
            return
        yield self.finding(
            f"gives rows of {fx.shown(effect.table)} their '{key}', and the sequence stays where it is: the first row that "
            "the application adds has an id that is taken",
            f"SELECT setval(pg_get_serial_sequence('{effect.table}', '{key}'), (SELECT max({key}) FROM {effect.table}))",
            effect.span,
            file.revision,
        )

    @staticmethod
    def _was_said(effect: fx.ChangesData, file: RevisionFile) -> bool:
        """Whether an INSERT before it has the same fault: it is one for each table."""
        return any(
            isinstance(other, fx.ChangesData)
            and other.order < effect.order
            and (other.verb, other.table) == ("INSERT", effect.table)
            and set(effect.sets) & set(other.sets)
            for other in file.upgrade_effects
        )


_SETS_SEQUENCE = re.compile(r"setval|nextval|_serial_sequence|ALTER\s+SEQUENCE|RESTART\b|OVERRIDING", re.IGNORECASE)
_IS_ID = re.compile(r"(?i)(^|_)(id|pk)$")
_WHOLE = frozenset({"integer", "int", "biginteger", "bigint", "smallinteger", "smallint"})
_COUNTING = frozenset({"serial", "bigserial", "smallserial", "serial4", "serial8", "serial2"})


def _counting_key(effect: fx.ChangesData, file: RevisionFile) -> str | None:
    """The key of the table where the revision makes it with one that counts by itself."""
    made = None
    for other in file.upgrade_effects:
        if other.order > effect.order:
            break
        if isinstance(other, fx.CreatesTable) and (other.table, other.schema) == (effect.table, effect.schema):
            made = other
    return None if made is None else _key_of(made)


def _key_of(table: fx.CreatesTable) -> str | None:
    names = [column.name for column in table.columns if column.primary_key]
    names += [name for one in table.constraints if one.kind is fx.ConstraintKind.PRIMARY_KEY for name in one.columns]
    if len(set(names)) != 1 or not isinstance(names[0], str):
        return None
    points = any(one.kind is fx.ConstraintKind.FOREIGN_KEY and names[0] in one.columns for one in table.constraints)
    checked = any(
        one.kind is fx.ConstraintKind.CHECK and names[0].lower() in str(one.condition).lower()
        for one in table.constraints
    )
    if points or checked or not _IS_ID.search(names[0]):
        return None
    column = next((column for column in table.columns if column.name == names[0]), None)
    if column is None or column.type is None or not isinstance(column.type.name, str):
        return None
    kind = column.type.name.lower()
    if kind in _COUNTING or column.identity:
        return column.name if isinstance(column.name, str) else None
    if table.raw or kind not in _WHOLE or column.default is not None or column.references:
        return None  # SQL makes a plain number of it, and SQLAlchemy of a key that points elsewhere
    return names[0] if column.autoincrement in (None, True) else None
