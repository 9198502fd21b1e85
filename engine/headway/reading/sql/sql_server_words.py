"""Statements that only SQL Server has, besides EXEC: DENY, BULK INSERT, triggers on and off, waiting."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from headway.effects import model as fx
from headway.reading.sql.comments import grant
from headway.reading.sql.cursor import Cursor, UnreadError
from headway.reading.sql.session import understood

Reader = Callable[[Cursor, fx.Span], Iterator[fx.Effect]]


def _bulk_insert(cursor: Cursor, span: fx.Span) -> Iterator[fx.Effect]:
    cursor.need("INSERT")
    schema, table = cursor.path()
    cursor.need("FROM")
    cursor.step()
    if cursor.take("WITH"):
        cursor.skip_group()
    yield fx.ChangesData(span=span, verb="BULK INSERT", table=table, schema=schema)


def _triggers(verb: str) -> Reader:
    """``ENABLE TRIGGER a, b ON t``, which ALTER TABLE says too."""

    def read(cursor: Cursor, span: fx.Span) -> Iterator[fx.Effect]:
        cursor.need("TRIGGER")
        names: list[fx.MaybeText] = []
        if not cursor.take("ALL"):
            names.append(cursor.path()[1])
            while cursor.take(","):
                names.append(cursor.path()[1])
        cursor.need("ON")
        if cursor.take("DATABASE") or cursor.take("ALL", "SERVER"):
            for name in names or [None]:
                yield fx.AltersObject(span=span, kind=fx.ObjectKind.TRIGGER, name=name, action=verb)
            return
        schema, table = cursor.path()
        if not names:
            yield fx.AltersTable(span=span, table=table, schema=schema, action=f"{verb} TRIGGER ALL")
        for name in names:
            yield fx.AltersTable(span=span, table=table, schema=schema, action=f"{verb} TRIGGER", subject=name)

    return read


def _wait(cursor: Cursor, span: fx.Span) -> Iterator[fx.Effect]:
    if not cursor.at_any(("DELAY", "TIME")):
        raise UnreadError  # RECEIVE takes messages from a queue
    yield from understood(cursor, span)


T_SQL_READERS: dict[str, Reader] = {
    "DENY": grant,
    "BULK": _bulk_insert,
    "ENABLE": _triggers("ENABLE"),
    "DISABLE": _triggers("DISABLE"),
    "WAITFOR": _wait,
    "REVERT": understood,
    "READTEXT": understood,
}
