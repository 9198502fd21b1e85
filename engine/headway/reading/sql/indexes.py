"""CREATE INDEX, DROP INDEX, ALTER INDEX of every database as effects."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.reading.sql.cursor import Cursor, UnreadError
from headway.reading.sql.index_parts import index_columns
from headway.reading.sql.t_sql import at_verb


def create_index(
    cursor: Cursor, span: fx.Span, *, unique: bool = False, method: fx.MaybeText = None, columnstore: bool = False
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
    if cursor.at("("):
        columns = index_columns(cursor.group())
    else:
        columns = () if columnstore else _unknown_columns(cursor)
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
            if cursor.script.database == "mssql":
                while not cursor.done and not cursor.at_any(("WITH", "ON")) and not at_verb(cursor):
                    cursor.step()
            else:
                cursor.until()
            where = cursor.text(start)
        elif cursor.script.database == "mssql" and cursor.take_any("ON", "FILESTREAM_ON"):
            cursor.step()  # a group of files, a catalog, or a scheme and its column
            if cursor.at("("):
                cursor.skip_group()
        elif cursor.script.database == "mssql" and cursor.take("KEY", "INDEX"):
            cursor.name()  # of a full-text index
        elif cursor.script.database == "mssql" and (cursor.at("ORDER", "(") or cursor.take("USING", "XML", "INDEX")):
            cursor.next()
            if cursor.at("("):
                cursor.skip_group()
        elif cursor.script.database == "mssql" and cursor.at("WITH") and not cursor.at("WITH", "("):
            cursor.next()
            _bare_options(cursor)
        elif cursor.script.database == "mssql" and cursor.take("FOR"):  # of an XML index
            cursor.step()
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


def _bare_options(cursor: Cursor) -> None:
    """SQL Server's options without parentheses: ``FILLFACTOR = 80, PAD_INDEX``, ``CHANGE_TRACKING AUTO``."""
    while True:
        cursor.name()
        cursor.take("=")
        if (
            not at_verb(cursor)
            and not cursor.at_any(("ON", "WITH"))
            and (cursor.peek().kind in ("word", "name", "number"))
        ):
            cursor.next()
        if not cursor.take(","):
            return


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
    if cursor.script.database == "mssql":
        yield from _drop_of_tables(cursor, span, if_exists)
        return
    names = [cursor.path()]
    while cursor.take(","):
        names.append(cursor.path())
    table: fx.MaybeText = None
    table_schema: fx.MaybeText = None
    if cursor.take("ON"):
        table_schema, table = cursor.path()
    while cursor.take_any("ALGORITHM", "LOCK"):
        cursor.take("=")
        cursor.next()
    cascade = cursor.take("CASCADE")
    cursor.take("RESTRICT")
    for schema, name in names:
        yield fx.DropsIndex(
            span=span,
            name=name,
            table=table,
            schema=table_schema if schema is None else schema,
            concurrently=concurrently,
            if_exists=if_exists,
            cascade=cascade,
        )


def _drop_of_tables(cursor: Cursor, span: fx.Span, if_exists: bool) -> Iterator[fx.Effect]:
    """SQL Server's ``i ON s.t, j ON u``, and its old form ``s.t.i``."""
    while True:
        parts = [cursor.name()]
        while cursor.take("."):
            parts.append(cursor.name())
        name = parts[-1]
        table: fx.MaybeText = parts[-2] if len(parts) > 1 else None
        schema: fx.MaybeText = parts[-3] if len(parts) > 2 else None
        if cursor.take("ON"):
            schema, table = cursor.path()
            if cursor.at("WITH", "("):
                cursor.next()
                cursor.skip_group()
        yield fx.DropsIndex(span=span, name=name, table=table, schema=schema, if_exists=if_exists)
        if not cursor.take(","):
            return


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
            if cursor.take("PARTITION"):
                cursor.take("=")
                cursor.step()
            elif not cursor.take("WITH"):
                cursor.skip_group()
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
