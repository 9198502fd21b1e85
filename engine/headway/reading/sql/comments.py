"""COMMENT ON, GRANT and REVOKE as effects."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.reading.sql.cursor import Cursor, UnreadError

KIND = fx.ObjectKind


def comment(cursor: Cursor, span: fx.Span) -> Iterator[fx.Effect]:
    """Reads what follows COMMENT."""
    cursor.need("ON")
    if cursor.take_any("TABLE", "FOREIGN"):
        cursor.take("TABLE")
        schema, table = cursor.path()
        yield fx.AltersTable(span=span, table=table, schema=schema, action="COMMENT", subject=_said(cursor))
    elif cursor.take("COLUMN"):
        parts = [cursor.name()]
        while cursor.take("."):
            parts.append(cursor.name())
        if len(parts) < 2:
            raise UnreadError
        yield fx.AltersColumn(
            span=span,
            table=parts[-2],
            schema=parts[-3] if len(parts) > 2 else None,
            column=parts[-1],
            comment=_said(cursor),
        )
    else:
        first = cursor.next().word
        cursor.until("IS")
        yield fx.AltersObject(span=span, kind=KIND.COMMENT, name=None, action=f"COMMENT ON {first}")
        _said(cursor)


def _said(cursor: Cursor) -> fx.Text:
    """The text of a comment; the empty one takes it away."""
    cursor.need("IS")
    return "" if cursor.take("NULL") else cursor.string()


def grant(cursor: Cursor, span: fx.Span) -> Iterator[fx.Effect]:
    """Reads GRANT, REVOKE or SQL Server's DENY to its end."""
    verb = cursor.next().word
    cursor.until("ON", "TO", "FROM")
    table: fx.MaybeText = None
    if cursor.take("ON"):
        cursor.take("TABLE")
        if cursor.script.database == "mssql" and cursor.take("OBJECT"):
            cursor.need("::")
        table = (
            cursor.path()[1]
            if cursor.at_name()
            and not cursor.at_any(("ALL", "SCHEMA", "SEQUENCE", "DATABASE"))
            and cursor.peek(1).word != "::"
            else None
        )
        if cursor.at("."):
            table = None  # MySQL's ``schema.*``
        cursor.until("TO", "FROM")
    if not cursor.take_any("TO", "FROM"):
        raise UnreadError
    cursor.take_any("GROUP", "USER", "ROLE")
    name = cursor.string() if cursor.peek().kind == "string" else cursor.name()
    cursor.rest()
    if verb == "DENY":
        yield fx.AltersObject(span=span, kind=KIND.GRANT, name=name, table=table, action=verb)
    else:
        effect = fx.CreatesObject if verb == "GRANT" else fx.DropsObject
        yield effect(span=span, kind=KIND.GRANT, name=name, table=table)
