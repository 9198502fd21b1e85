"""COMMENT ON, GRANT and REVOKE as effects."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.reading.sql.cursor import Cursor, UnreadError, words

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
    effect = fx.CreatesObject if verb == "GRANT" else fx.DropsObject
    cursor.until("ON", "TO", "FROM")
    tables: list[fx.MaybeText] = []
    if cursor.take("ON"):
        cursor.take("TABLE")
        if cursor.script.database == "mssql" and cursor.take("OBJECT"):
            cursor.need("::")
        is_other = cursor.at_any(_GRANTED) and cursor.peek(1).word not in ("TO", "FROM", ",", ".")
        if cursor.at_name() and not is_other and cursor.peek(1).word != "::":
            tables = list(_tables(cursor))
        cursor.until("TO", "FROM")
    if not cursor.take_any("TO", "FROM"):
        raise UnreadError
    names = list(_accounts(cursor))
    cursor.rest()
    for table in tables or [None]:
        for name in names:
            if verb == "DENY":
                yield fx.AltersObject(span=span, kind=KIND.GRANT, name=name, table=table, action=verb)
            else:
                yield effect(span=span, kind=KIND.GRANT, name=name, table=table)


_GRANTED = words(
    "ALL SCHEMA SEQUENCE DATABASE FUNCTION PROCEDURE ROUTINE TYPE DOMAIN LANGUAGE LARGE FOREIGN TABLESPACE PARAMETER PACKAGE"
)
"""What rights are about besides tables, before its name."""


def _tables(cursor: Cursor) -> Iterator[fx.MaybeText]:
    while True:
        _, name = cursor.path()
        yield None if cursor.at(".") else name  # MySQL's ``schema.*``
        if not cursor.take(","):
            return


def _accounts(cursor: Cursor) -> Iterator[fx.Text]:
    """Those who get or lose something, up to what follows the last."""
    while True:
        cursor.take_any("GROUP", "USER", "ROLE")
        yield cursor.string() if cursor.peek().kind == "string" else cursor.name()
        if cursor.take("@") or cursor.peek().text.startswith("@"):
            cursor.next()  # the host of a MySQL account
        if not cursor.take(","):
            return
