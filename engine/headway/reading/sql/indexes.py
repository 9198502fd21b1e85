"""CREATE INDEX, DROP INDEX, ALTER INDEX of every database as effects."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.reading.sql.cursor import Cursor, UnreadError
from headway.reading.sql.index_parts import index_columns


def create_index(
    cursor: Cursor, span: fx.Span, *, unique: bool = False, method: fx.MaybeText = None
) -> Iterator[fx.Effect]:
    """Reads what follows CREATE [UNIQUE] INDEX."""
    concurrently = cursor.take("CONCURRENTLY")
    if_not_exists = cursor.take("IF", "NOT", "EXISTS")
    name: fx.MaybeText = None
    if not cursor.at("ON"):
        schema, name = cursor.path()
    else:
        schema = None
    if cursor.take("USING"):
        method = cursor.name()
    cursor.need("ON")
    only = cursor.take("ONLY")
    table_schema, table = cursor.path()
    if cursor.take("USING"):
        method = cursor.name()
    columns = index_columns(cursor.group()) if cursor.at("(") else _unknown_columns(cursor)
    where, online = _options(cursor)
    yield fx.CreatesIndex(
        span=span,
        table=table,
        schema=table_schema if table_schema is not None else schema,
        name=name,
        columns=columns,
        unique=unique,
        concurrently=concurrently or online,
        if_not_exists=if_not_exists,
        where=where,
        method=method,
        only=only,
    )


def _unknown_columns(cursor: Cursor) -> tuple[fx.Text, ...]:
    """``CREATE INDEX … ON table {columns}``, whose parentheses are in the hole."""
    cursor.hole()
    return (fx.UNKNOWN,)


def _options(cursor: Cursor) -> tuple[fx.MaybeText, bool]:
    """Reads the clauses behind the columns, and gives back the predicate and whether it is built online."""
    where: fx.MaybeText = None
    online = False
    while not cursor.done:
        if cursor.take("WHERE"):
            start = cursor.place
            cursor.until("WITH") if cursor.script.database == "mssql" else cursor.until()
            where = cursor.text(start)
        elif cursor.take("NULLS"):
            cursor.take("NOT")
            cursor.need("DISTINCT")
        elif cursor.take("INCLUDE"):
            cursor.skip_group()
        elif cursor.take("ONLINE"):
            online = True  # Oracle
        elif cursor.at("WITH", "("):
            cursor.next()
            online = any(item.take("ONLINE", "=", "ON") for item in cursor.group().items())  # SQL Server
        elif cursor.take_any(*_ALONE):
            continue
        elif cursor.take("WITH", "PARSER"):
            cursor.next()  # MySQL
        elif cursor.take_any(*_WITH_VALUE):
            cursor.take("=")
            cursor.step()
        else:
            break
    return where, online


_ALONE = ("ONLINE", "REVERSE", "COMPRESS", "NOLOGGING", "LOGGING", "VISIBLE", "INVISIBLE", "IGNORED", "LOCAL", "GLOBAL")
_WITH_VALUE = (
    "TABLESPACE",
    "USING",
    "COMMENT",
    "ALGORITHM",
    "LOCK",
    "KEY_BLOCK_SIZE",
    "PARALLEL",
    "ON",
)


def drop_index(cursor: Cursor, span: fx.Span) -> Iterator[fx.Effect]:
    """Reads what follows DROP INDEX."""
    concurrently = cursor.take("CONCURRENTLY")
    if_exists = cursor.take("IF", "EXISTS")
    names = [cursor.path()]
    while cursor.take(","):
        names.append(cursor.path())
    table: fx.MaybeText = None
    table_schema: fx.MaybeText = None
    if cursor.take("ON"):
        table_schema, table = cursor.path()
    of_tables = table is None and cursor.script.database == "mssql"  # its old form ``DROP INDEX table.index``
    while cursor.take_any("ALGORITHM", "LOCK"):
        cursor.take("=")
        cursor.next()
    cascade = cursor.take("CASCADE")
    cursor.take("RESTRICT")
    for schema, name in names:
        yield fx.DropsIndex(
            span=span,
            name=name,
            table=schema if of_tables else table,
            schema=table_schema if of_tables or schema is None else schema,
            concurrently=concurrently,
            if_exists=if_exists,
            cascade=cascade,
        )


def alter_index(cursor: Cursor, span: fx.Span) -> Iterator[fx.Effect]:
    """Reads what follows ALTER INDEX."""
    cursor.take("IF", "EXISTS")
    if cursor.script.database == "mssql":
        name = None if cursor.take("ALL") else cursor.name()
        cursor.need("ON")
        schema, table = cursor.path()
        action = cursor.next().word
        if action not in ("REBUILD", "REORGANIZE", "DISABLE", "SET", "RESUME", "PAUSE", "ABORT"):
            raise UnreadError
        while cursor.at("WITH") or cursor.at("(") or cursor.at("PARTITION"):
            cursor.next() if not cursor.at("(") else cursor.skip_group()
        if action in ("REBUILD", "REORGANIZE"):
            yield fx.Reindexes(
                span=span, verb=f"ALTER INDEX {action}", name=name if name is not None else table, schema=schema
            )
        else:
            yield fx.AltersTable(span=span, table=table, schema=schema, action=f"ALTER INDEX {action}", subject=name)
        return
    schema, name = cursor.path()
    if cursor.take("RENAME", "TO"):
        yield fx.RenamesIndex(span=span, name=name, new_name=cursor.name(), schema=schema)
        return
    if cursor.take("REBUILD"):
        online = cursor.take("ONLINE")
        cursor.rest()
        yield fx.Reindexes(span=span, verb="ALTER INDEX REBUILD", name=name, schema=schema, concurrently=online)
        return
    if not cursor.at_any(_ALTERED):
        raise UnreadError
    action = cursor.next().word
    cursor.rest()
    yield fx.AltersObject(span=span, kind=fx.ObjectKind.OTHER, name=name, schema=schema, action=f"ALTER INDEX {action}")


_ALTERED = ("SET", "RESET", "ATTACH", "DEPENDS", "NO", "ALTER", "VISIBLE", "INVISIBLE", "UNUSABLE", "MONITORING")
