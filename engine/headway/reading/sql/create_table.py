"""CREATE TABLE of every database as effects: columns, constraints, indexes within it, LIKE, AS SELECT, partitions."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field

from headway.effects import model as fx
from headway.reading.sql.columns import column_of
from headway.reading.sql.constraints import at_constraint, constraint_of
from headway.reading.sql.cursor import Cursor, UnreadError, words
from headway.reading.sql.index_parts import mysql_index
from headway.reading.sql.rows import query
from headway.reading.sql.t_sql import bounded


@dataclass
class _Parts:
    columns: list[fx.Column] = field(default_factory=list)
    constraints: list[fx.Constraint] = field(default_factory=list)
    indexes: list[fx.Index] = field(default_factory=list)
    whole: bool = True


def create_table(cursor: Cursor, span: fx.Span) -> Iterator[fx.Effect]:
    """Reads what follows CREATE TABLE."""
    if_not_exists = cursor.take("IF", "NOT", "EXISTS")
    schema, table = cursor.path()
    parts = _Parts()
    if cursor.take("PARTITION", "OF"):
        parts.whole = False
        parent_schema, parent = cursor.path()
        yield fx.AltersTable(span=span, table=parent, schema=parent_schema, action="PARTITION OF", subject=table)
    elif cursor.take("OF"):
        parts.whole = False
        cursor.path()
    if cursor.take("LIKE"):
        parts.whole = False
        cursor.path()
    if cursor.at("(") and not cursor.at("(", "SELECT") and not cursor.at("(", "WITH"):
        for item in cursor.group().items():
            _element(item, parts)
            if not item.done:
                raise UnreadError
    start = cursor.place
    query = yield from _table_rest(cursor, span)
    if any(token.word == "INHERITS" for token in cursor.tokens[start : cursor.place]):
        parts.whole = False
    yield fx.CreatesTable(
        span=span,
        table=table,
        schema=schema,
        columns=tuple(parts.columns),
        constraints=tuple(parts.constraints),
        indexes=tuple(parts.indexes),
        if_not_exists=if_not_exists,
        whole=parts.whole and not query,
    )


def _element(item: Cursor, parts: _Parts) -> None:
    """One element between the commas: a column, a constraint, an index or LIKE."""
    if item.take("LIKE"):
        parts.whole = False
        item.path()
        while item.take_any("INCLUDING", "EXCLUDING"):
            item.next()
    elif item.script.database == "mssql" and item.take("PERIOD", "FOR", "SYSTEM_TIME"):
        item.skip_group()
    elif at_constraint(item):
        parts.constraints.append(constraint_of(item).constraint)
    elif item.script.mysql and item.at_any(("INDEX", "KEY", "FULLTEXT", "SPATIAL")):
        name, columns, _ = mysql_index(item)
        parts.indexes.append(fx.Index(name, columns))
    elif item.script.database == "mssql" and item.at("INDEX"):
        item.next()
        name, unique = item.name(), item.take("UNIQUE")
        item.take_any("CLUSTERED", "NONCLUSTERED")
        item.take_any("HASH", "COLUMNSTORE")
        parts.indexes.append(fx.Index(name, item.names() if item.at("(") else (), unique))
        item.rest()  # its condition, its options and where it lies
    elif _at_typed_column(item):
        item.name()
        parts.whole = False
        item.rest()
    else:
        defined = column_of(item)
        parts.columns.append(defined.column)
        parts.constraints += [found for found in defined.constraints if _stands_alone(found)]


def _at_typed_column(item: Cursor) -> bool:
    return item.peek(1).word == "WITH" and item.peek(2).word == "OPTIONS"


def _stands_alone(constraint: fx.Constraint) -> bool:
    """Whether the column itself does not say all of it: a foreign key is among its references."""
    if constraint.kind is fx.ConstraintKind.FOREIGN_KEY:
        return False
    return constraint.kind is fx.ConstraintKind.CHECK or constraint.name is not None


def _table_rest(cursor: Cursor, span: fx.Span) -> Generator[fx.Effect, None, bool]:
    """Reads the options behind the columns; tells whether a query fills the table."""
    while not cursor.done:
        cursor.take(",")
        if cursor.script.database == "mssql":
            if cursor.take("AS") and cursor.take_any("NODE", "EDGE", "FILETABLE"):
                continue
            if cursor.at("SELECT") and cursor.tokens[cursor.place - 1].word == "AS":  # of Azure Synapse
                inner = bounded(cursor) or cursor
                yield from query(inner, span)
                cursor.place = inner.end
                return True
            if not _t_sql_option(cursor):
                break
            continue
        if cursor.at_any(("AS", "SELECT", "WITH", "VALUES", "TABLE", "(")) and _at_query(cursor):
            cursor.take("AS")
            yield from query(_without_data(cursor), span)
            cursor.rest()
            return True
        if cursor.take("FOR", "VALUES") or cursor.take("PARTITION", "BY"):
            cursor.rest()  # how it is partitioned changes no other table
        elif cursor.take("PARTITION"):
            cursor.rest()
        elif (
            cursor.at_any(_OPTIONS)
            or (cursor.script.mysql and cursor.peek().kind == "word" and cursor.peek(1).word in _AFTER_OPTION)
            or (cursor.script.mysql and cursor.peek(1).word == "=")
        ):
            _option(cursor)
        else:
            break
    return False


def _t_sql_option(cursor: Cursor) -> bool:
    """Where a table of SQL Server lies, and ``WITH (MEMORY_OPTIMIZED = ON)``; no statement that follows it."""
    if cursor.take_any("ON", "TEXTIMAGE_ON", "FILESTREAM_ON"):
        cursor.step()  # a group of files, or a scheme and its column
        if cursor.at("("):
            cursor.skip_group()
        return True
    if cursor.take("WITH"):
        cursor.skip_group()
        return True
    return False


_AFTER_OPTION = frozenset({"=", "SET", "CHARSET", "CHARACTER", "COLLATE"})


def _at_query(cursor: Cursor) -> bool:
    word = cursor.peek(1).word
    return cursor.peek().word != "WITH" or word not in ("(", "OIDS")


def _without_data(cursor: Cursor) -> Cursor:
    query = cursor.copy()
    tail = [token.word for token in query.tokens[max(query.place, query.end - 3) : query.end]]
    if tail[-2:] == ["WITH", "DATA"]:
        query.end -= 2
    elif tail == ["WITH", "NO", "DATA"]:
        query.end -= 3
    return query


def _option(cursor: Cursor) -> None:
    word = last = cursor.next().word
    while cursor.at_any(_MORE):
        last = cursor.next().word
    if word in _ALONE or last in ("DROP", "ROWS"):
        return
    cursor.take("=")
    if cursor.at("("):
        cursor.skip_group()
    elif not cursor.done:
        cursor.next()
        while cursor.take("."):
            cursor.next()


_ALONE = frozenset({"WITHOUT", "STRICT", "DEFAULT_", "COMPRESS", "NOCOMPRESS", "LOGGING", "NOLOGGING", "PARALLEL"})
_MORE = frozenset(
    {"ROWID", "OIDS", "CHARACTER", "SET", "CHARSET", "COLLATE", "COMMIT", "PRESERVE", "DROP", "ROWS", "DELETE"}
)
_OPTIONS = words(
    "WITH WITHOUT STRICT INHERITS TABLESPACE USING ENGINE DEFAULT CHARSET CHARACTER COLLATE COMMENT "
    "AUTO_INCREMENT ROW_FORMAT KEY_BLOCK_SIZE ON TEXTIMAGE_ON COMPRESS NOCOMPRESS LOGGING NOLOGGING "
    "PARALLEL SEGMENT SERVER OPTIONS"
)
