"""EXEC of SQL Server: the system procedures that change a schema, and texts that are executed."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from headway.effects import model as fx
from headway.reading.sql.blocks import dynamic
from headway.reading.sql.cursor import Cursor, UnreadError
from headway.reading.sql.session import understood
from headway.reading.sql.tokens import tokens

Statement = Callable[[Cursor], Iterator[fx.Effect]]


def execute(cursor: Cursor, span: fx.Span, read: Statement) -> Iterator[fx.Effect]:
    """Reads what follows EXEC."""
    if cursor.at("("):
        text = cursor.group()
        if cursor.at("AT"):
            raise UnreadError  # of another server
        yield from dynamic(text, span, read)
        return
    if cursor.at("AS"):  # EXECUTE AS USER = 'x'
        yield from understood(cursor, span)
        return
    if cursor.peek().text.startswith("@") and cursor.peek(1).word == "=":
        cursor.place += 2  # what it returns
    _, name = cursor.path()
    procedure = str(name).lower()
    if procedure == "sp_rename":
        yield _renamed(_arguments(cursor), span, cursor)
    elif procedure == "sp_executesql" and _at_text(cursor):
        text = cursor.until(",")
        cursor.rest()
        yield from dynamic(text, span, read)
    elif procedure in ("sp_addextendedproperty", "sp_updateextendedproperty", "sp_dropextendedproperty"):
        cursor.rest()
        yield fx.AltersObject(span=span, kind=fx.ObjectKind.COMMENT, name=None, action=procedure)
    else:
        raise UnreadError


def _at_text(cursor: Cursor) -> bool:
    cursor.take("@STMT", "=") or cursor.take("@STATEMENT", "=")
    return cursor.peek().kind == "string"


def _arguments(cursor: Cursor) -> list[fx.Text]:
    found: list[fx.Text] = []
    while not cursor.done:
        if cursor.peek().text.startswith("@") and cursor.peek(1).word == "=":
            cursor.place += 2
        is_variable = cursor.peek().text.startswith("@")
        argument = cursor.string() if cursor.peek().kind == "string" else cursor.name()
        found.append(fx.UNKNOWN if is_variable else argument)
        if not cursor.take(","):
            break
    return found


def _renamed(arguments: list[fx.Text], span: fx.Span, cursor: Cursor) -> fx.Effect:
    """``sp_rename 'table.column', 'new', 'COLUMN'``."""
    if len(arguments) not in (2, 3) or not isinstance(arguments[0], str):
        raise UnreadError
    parts = [token.value() for token in tokens(arguments[0], "mssql") if token.kind in ("word", "name")]
    kind = str(arguments[2]).upper() if len(arguments) == 3 else "OBJECT"
    new_name = arguments[1]
    if kind == "COLUMN" and len(parts) > 1:
        schema = parts[-3] if len(parts) > 2 else None
        return fx.AltersColumn(span=span, table=parts[-2], schema=schema, column=parts[-1], new_name=new_name)
    if kind == "INDEX" and len(parts) > 1:
        schema = parts[-3] if len(parts) > 2 else None
        return fx.RenamesIndex(span=span, name=parts[-1], table=parts[-2], schema=schema, new_name=new_name)
    if kind == "OBJECT" and parts:
        return fx.RenamesTable(
            span=span, table=parts[-1], schema=parts[-2] if len(parts) > 1 else None, new_name=new_name
        )
    raise UnreadError
