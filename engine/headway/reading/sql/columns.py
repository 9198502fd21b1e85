"""The definition of a column and of a constraint, as they stand in CREATE TABLE and ALTER TABLE."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from headway.effects import model as fx
from headway.reading.sql.constraints import references
from headway.reading.sql.cursor import Cursor, UnreadError
from headway.reading.sql.t_sql import at_verb
from headway.reading.sql.types import COLUMN_WORDS, expression, type_of

KIND = fx.ConstraintKind


@dataclass
class Defined:
    """A column as far as it has been read, and the constraints that stand in its definition."""

    column: fx.Column
    constraints: list[fx.Constraint] = field(default_factory=list)

    def set(self, **values: object) -> None:
        self.column = replace(self.column, **values)  # type: ignore[arg-type]  # the names are those of the fields

    def constrain(self, kind: fx.ConstraintKind, name: fx.MaybeText, **values: object) -> None:
        made = fx.Constraint(kind, name, (self.column.name,), **values)  # type: ignore[arg-type]  # as above
        self.constraints.append(made)


_NOT_A_TYPE = COLUMN_WORDS - {"CHARACTER", "SET", "SIGNED", "UNSIGNED"}


def column_of(cursor: Cursor) -> Defined:
    """Reads a column: its name, its type and everything behind it."""
    name = cursor.name()
    typed = None if cursor.done or cursor.at_any(_NOT_A_TYPE) or cursor.at(",") else type_of(cursor)
    defined = Defined(fx.Column(name=name, type=typed))
    if typed is not None and "serial" in str(typed.name).lower():
        defined.set(has_default=True, nullable=False)
    column_rest(cursor, defined)
    return defined


def column_rest(cursor: Cursor, defined: Defined) -> None:
    """Reads what follows a column's type, until something follows that does not belong to it."""
    while not cursor.done:
        if at_verb(cursor):
            return
        named = cursor.take("CONSTRAINT")
        constraint = cursor.name() if named else None
        word = cursor.peek().word
        reader = _PARTS.get(word)
        if reader is None or (word in ("ADD", "DROP")):
            if named:
                raise UnreadError
            return
        cursor.next()
        reader(cursor, defined, constraint)


# -- one function a clause of a column ----------------------------------------------------------------------------


def _not(cursor: Cursor, defined: Defined, name: fx.MaybeText) -> None:
    if cursor.take("NULL"):
        defined.set(nullable=False)
        _no_inherit(cursor)
    elif not cursor.take_any("DEFERRABLE", "ENFORCED", "VISIBLE"):
        cursor.need("FOR", "REPLICATION")


def _null(cursor: Cursor, defined: Defined, name: fx.MaybeText) -> None:
    defined.set(nullable=True)


def _default(cursor: Cursor, defined: Defined, name: fx.MaybeText) -> None:
    if cursor.take("ON", "NULL"):  # Oracle, where the column is NOT NULL then
        defined.set(nullable=False)
    value = expression(cursor)
    empty = isinstance(value, str) and value.upper() == "NULL"
    defined.set(has_default=not empty, default=None if empty else value)


def _primary(cursor: Cursor, defined: Defined, name: fx.MaybeText) -> None:
    cursor.need("KEY")
    _key(cursor, defined, name)


def _key(cursor: Cursor, defined: Defined, name: fx.MaybeText) -> None:
    defined.set(primary_key=True, nullable=False)
    cursor.take_any("ASC", "DESC")
    if cursor.take_any("CLUSTERED", "NONCLUSTERED"):
        cursor.take("HASH")
    defined.constrain(KIND.PRIMARY_KEY, name)


def _unique(cursor: Cursor, defined: Defined, name: fx.MaybeText) -> None:
    cursor.take_any("KEY", "INDEX")
    cursor.take("NULLS", "NOT", "DISTINCT") or cursor.take("NULLS", "DISTINCT")
    cursor.take_any("CLUSTERED", "NONCLUSTERED")
    defined.set(unique=True)
    defined.constrain(KIND.UNIQUE, name)


def _check(cursor: Cursor, defined: Defined, name: fx.MaybeText) -> None:
    cursor.take("NOT", "FOR", "REPLICATION")
    defined.constrain(KIND.CHECK, name, condition=cursor.condition())
    _no_inherit(cursor)


def _references(cursor: Cursor, defined: Defined, name: fx.MaybeText) -> None:
    key = references(cursor, name, (defined.column.name,))
    defined.set(references=(*defined.column.references, key))
    defined.constrain(KIND.FOREIGN_KEY, name, references=key)


def _generated(cursor: Cursor, defined: Defined, name: fx.MaybeText) -> None:
    if not cursor.take("ALWAYS"):
        cursor.need("BY", "DEFAULT")
        cursor.take("ON", "NULL")
    cursor.need("AS")
    _as(cursor, defined, name)


def _as(cursor: Cursor, defined: Defined, name: fx.MaybeText) -> None:
    if cursor.take("IDENTITY"):
        _identity(cursor, defined, name)
        return
    if cursor.script.database == "mssql":
        if cursor.take_any("ROW", "TRANSACTION_ID", "SEQUENCE_NUMBER"):  # of a temporal table or a ledger
            cursor.take_any("START", "END")
            defined.set(has_default=True, nullable=False)
            return
        if not cursor.at("(") or _goes_on_behind_group(cursor.copy()):
            defined.set(computed=expression(cursor), has_default=True, computed_stored=cursor.take("PERSISTED"))
            return
    defined.set(computed=cursor.group().text(), has_default=True)
    kind = cursor.take_any("STORED", "PERSISTED", "PERSISTENT", "VIRTUAL")
    defined.set(computed_stored=kind in ("STORED", "PERSISTED", "PERSISTENT"))


def _goes_on_behind_group(cursor: Cursor) -> bool:
    cursor.skip_group()
    return cursor.peek().kind == "mark" and not cursor.at(",")


def _identity(cursor: Cursor, defined: Defined, name: fx.MaybeText) -> None:
    defined.set(identity=True, has_default=True, nullable=False)
    if cursor.at("("):
        cursor.skip_group()


def _automatic(cursor: Cursor, defined: Defined, name: fx.MaybeText) -> None:
    defined.set(has_default=True, identity=True, nullable=False)


def _comment(cursor: Cursor, defined: Defined, name: fx.MaybeText) -> None:
    cursor.take("=")
    defined.set(comment=cursor.string())


def _word(cursor: Cursor, defined: Defined, name: fx.MaybeText) -> None:
    """A clause of one word: its value is a word, a name or a literal."""
    cursor.take("=")
    cursor.next()
    while cursor.take("."):
        cursor.next()


def _character(cursor: Cursor, defined: Defined, name: fx.MaybeText) -> None:
    cursor.need("SET")
    _word(cursor, defined, name)


def _on(cursor: Cursor, defined: Defined, name: fx.MaybeText) -> None:
    if cursor.take("CONFLICT"):
        cursor.next()
        return
    if cursor.script.database == "mssql":
        cursor.step()  # a group of files, or a scheme and its column
        if cursor.at("("):
            cursor.skip_group()
        return
    cursor.need("UPDATE")
    expression(cursor)


def _index(cursor: Cursor, defined: Defined, name: fx.MaybeText) -> None:
    """SQL Server's index, and the storage of a constraint's index."""
    if cursor.take("TABLESPACE"):
        cursor.next()
        return
    raise UnreadError


def _with(cursor: Cursor, defined: Defined, name: fx.MaybeText) -> None:
    """The options of a constraint's index, and SQL Server's ``DEFAULT 0 WITH VALUES``."""
    if not cursor.take("VALUES"):
        cursor.skip_group()


def _nothing(cursor: Cursor, defined: Defined, name: fx.MaybeText) -> None:
    """A clause that is told by its first word."""


def _state(cursor: Cursor, defined: Defined, name: fx.MaybeText) -> None:
    """ENABLE or DISABLE of Oracle."""
    cursor.take_any("VALIDATE", "NOVALIDATE")


def _no_inherit(cursor: Cursor) -> None:
    cursor.take("NO", "INHERIT")
    cursor.take("NOT", "ENFORCED")


def _masked(cursor: Cursor, defined: Defined, name: fx.MaybeText) -> None:
    """SQL Server's ``MASKED WITH (FUNCTION = …)`` and ``ENCRYPTED WITH (…)``."""
    cursor.need("WITH")
    cursor.skip_group()


def _column_set(cursor: Cursor, defined: Defined, name: fx.MaybeText) -> None:
    cursor.need("FOR", "ALL_SPARSE_COLUMNS")


_Part = Callable[[Cursor, Defined, fx.MaybeText], None]
_PARTS: dict[str, _Part] = {
    "NOT": _not,
    "NULL": _null,
    "DEFAULT": _default,
    "PRIMARY": _primary,
    "KEY": _key,
    "UNIQUE": _unique,
    "CHECK": _check,
    "REFERENCES": _references,
    "GENERATED": _generated,
    "AS": _as,
    "IDENTITY": _identity,
    "AUTO_INCREMENT": _automatic,
    "AUTOINCREMENT": _automatic,
    "COMMENT": _comment,
    "CHARACTER": _character,
    "ON": _on,
    "INDEX": _index,
    "WITH": _with,
    "MASKED": _masked,
    "ENCRYPTED": _masked,
    "COLUMN_SET": _column_set,
    "ENABLE": _state,
    "DISABLE": _state,
    **dict.fromkeys(
        (
            "COLLATE",
            "CHARSET",
            "STORAGE",
            "COMPRESSION",
            "COLUMN_FORMAT",
            "SRID",
            "INITIALLY",
            "ENGINE_ATTRIBUTE",
            "ENCODE",
        ),
        _word,
    ),
    **dict.fromkeys(
        (
            "DEFERRABLE",
            "VISIBLE",
            "INVISIBLE",
            "SPARSE",
            "ROWGUIDCOL",
            "ENFORCED",
            "PERSISTED",
            "FIRST",
            "FILESTREAM",
            "HIDDEN",
            "USING",
        ),
        _nothing,
    ),
    "AFTER": _word,
}
