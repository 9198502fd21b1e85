"""ALTER, MODIFY, CHANGE and RENAME within ALTER TABLE, of every database: what changes about a column that is there."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.reading.sql.columns import column_of
from headway.reading.sql.cursor import Cursor, UnreadError
from headway.reading.sql.t_sql import at_verb
from headway.reading.sql.target import Target, adds_constraint
from headway.reading.sql.types import expression, type_of

# -- ALTER, MODIFY, CHANGE, RENAME ----------------------------------------------------------------------------------


def alter(cursor: Cursor, target: Target) -> Iterator[fx.Effect]:
    if cursor.at("CONSTRAINT") or (cursor.script.mysql and cursor.at_any(("INDEX", "KEY", "CHECK"))):
        kind = cursor.next().word
        cursor.take("IF", "EXISTS")
        name = cursor.name()
        while not cursor.done and not cursor.at(",") and not at_verb(cursor):
            cursor.next()
        yield target.other(f"ALTER {kind}", name)
        return
    cursor.take("COLUMN")
    if_exists = cursor.take("IF", "EXISTS")
    del if_exists  # a column that is not there is not altered; nothing else changes by it
    yield from _alter_column(cursor, target, cursor.name())


def _alter_column(cursor: Cursor, target: Target, column: fx.Text) -> Iterator[fx.Effect]:
    values: dict[str, object]
    if cursor.take("SET", "DEFAULT"):
        value = expression(cursor)
        values = {"changes_default": True, "default": value}
        if isinstance(value, str) and value.upper() == "NULL":
            values = {"drops_default": True}
    elif cursor.take("DROP", "DEFAULT"):
        values = {"drops_default": True}
    elif cursor.take("SET", "NOT", "NULL"):
        values = {"nullable": False}
    elif cursor.take("DROP", "NOT", "NULL"):
        values = {"nullable": True}
    elif cursor.take("TYPE") or cursor.take("SET", "DATA", "TYPE"):
        values = _new_type(cursor)
    elif cursor.take("ADD", "GENERATED"):
        cursor.take("ALWAYS") or cursor.take("BY", "DEFAULT")
        cursor.need("AS", "IDENTITY")
        if cursor.at("("):
            cursor.skip_group()
        values = {"identity": True}
    elif cursor.take("DROP", "IDENTITY"):
        cursor.take("IF", "EXISTS")
        values = {"identity": False}
    elif cursor.script.database == "mssql" and not cursor.at_any(("ADD", "DROP", "SET")):
        values = _redefined(cursor)
    else:
        yield _column_option(cursor, target, column)
        return
    yield target.made(fx.AltersColumn, column=column, **values)


def _new_type(cursor: Cursor) -> dict[str, object]:
    values: dict[str, object] = {"new_type": type_of(cursor)}
    if cursor.take("COLLATE"):
        cursor.path()
    if cursor.take("USING"):
        start = cursor.place
        while not cursor.done and not cursor.at(",") and not at_verb(cursor):
            cursor.step()
        values["using"] = cursor.text(start)
    return values


def _redefined(cursor: Cursor) -> dict[str, object]:
    """SQL Server's ``ALTER COLUMN name type [NULL | NOT NULL]``."""
    values: dict[str, object] = {"new_type": type_of(cursor)}
    if cursor.take("COLLATE"):
        cursor.name()
    if cursor.take_any("MASKED", "ENCRYPTED"):
        cursor.need("WITH")
        cursor.skip_group()
    cursor.take("SPARSE")
    if cursor.take("NOT", "NULL"):
        values["nullable"] = False
    elif cursor.take("NULL"):
        values["nullable"] = True
    if cursor.take("WITH"):  # (ONLINE = ON)
        cursor.skip_group()
    return values


def _column_option(cursor: Cursor, target: Target, column: fx.Text) -> fx.Effect:
    """What changes neither type nor default of the column: its statistics, storage, sequence, expression."""
    for words in _COLUMN_OPTIONS:
        if words in (("SET",), ("RESET",)) and cursor.peek(1).word != "(":
            continue
        if cursor.take(*words):
            while not cursor.done and not cursor.at(",") and not at_verb(cursor):
                cursor.step()
            return target.other(f"ALTER COLUMN {' '.join(words)}", column)
    raise UnreadError


_COLUMN_OPTIONS = (
    ("SET", "EXPRESSION"),
    ("DROP", "EXPRESSION"),
    ("SET", "GENERATED"),
    ("SET", "STATISTICS"),
    ("SET", "STORAGE"),
    ("SET", "COMPRESSION"),
    ("SET", "VISIBLE"),
    ("SET", "INVISIBLE"),
    ("SET", "INCREMENT"),
    ("SET", "START"),
    ("SET", "CACHE"),
    ("SET",),
    ("RESET",),
    ("RESTART",),
    ("ADD", "ROWGUIDCOL"),
    ("ADD", "PERSISTED"),
    ("DROP", "ROWGUIDCOL"),
    *((verb, what) for verb in ("ADD", "DROP") for what in ("HIDDEN", "MASKED", "SPARSE", "NOT")),
    ("DROP", "PERSISTED"),
)


_NO_COLUMNS = ("CONSTRAINT", "PARTITION", "SUBPARTITION", "LOB", "NESTED", "PRIMARY", "UNIQUE", "DEFAULT", "OPAQUE")


def modify(cursor: Cursor, target: Target) -> Iterator[fx.Effect]:
    if cursor.script.database == "oracle" and cursor.at_any(_NO_COLUMNS):
        kind = cursor.next().word
        subject = cursor.name() if kind in ("CONSTRAINT", "PARTITION", "SUBPARTITION") else None
        cursor.rest()
        yield target.other(f"MODIFY {kind}", subject)
        return
    cursor.take("COLUMN")
    cursor.take("IF", "EXISTS")
    if cursor.at("("):
        for item in cursor.group().items():
            yield from _modified(item, target, None)
            if not item.done:
                raise UnreadError
        return
    yield from _modified(cursor, target, None)


def change(cursor: Cursor, target: Target) -> Iterator[fx.Effect]:
    cursor.take("COLUMN")
    cursor.take("IF", "EXISTS")
    yield from _modified(cursor, target, cursor.name())


def _modified(cursor: Cursor, target: Target, old: fx.Text | None) -> Iterator[fx.Effect]:
    """A column written anew. MySQL says all of it; Oracle says only what changes."""
    before = cursor.copy()
    defined = column_of(cursor)
    column = defined.column
    said = {token.word for token in before.tokens[before.place : cursor.place]}
    oracle = cursor.script.database == "oracle"
    values: dict[str, object] = {
        "column": column.name if old is None else old,
        "new_type": column.type,
        "comment": column.comment,
        "nullable": None if oracle and "NULL" not in said else column.nullable,
    }
    if old is not None and old != column.name:
        values["new_name"] = column.name
    if column.has_default is True and column.default is not None:
        values |= {"changes_default": True, "default": column.default}
    elif column.identity:
        values["identity"] = True
    elif column.computed is None and (not oracle or "DEFAULT" in said):
        values["drops_default"] = True
    yield target.made(fx.AltersColumn, **values)
    for constraint in defined.constraints:
        yield adds_constraint(constraint, target)


def rename(cursor: Cursor, target: Target) -> Iterator[fx.Effect]:
    if cursor.take("CONSTRAINT"):
        name = cursor.name()
        cursor.need("TO")
        yield target.made(fx.RenamesConstraint, name=name, new_name=cursor.name())
    elif cursor.script.mysql and cursor.take_any("INDEX", "KEY"):
        cursor.take("IF", "EXISTS")
        name = cursor.name()
        cursor.need("TO")
        yield fx.RenamesIndex(
            span=target.span, name=name, new_name=cursor.name(), table=target.table, schema=target.schema
        )
    elif cursor.take("TO") or (cursor.script.mysql and not cursor.at("COLUMN")):
        cursor.take_any("AS", "=")
        schema, name = cursor.path()
        yield target.made(fx.RenamesTable, new_name=name, new_schema=schema)
    else:
        cursor.take("COLUMN")
        cursor.take("IF", "EXISTS")
        name = cursor.name()
        cursor.need("TO")
        yield target.made(fx.AltersColumn, column=name, new_name=cursor.name())
