"""CREATE, ALTER and DROP of what is neither table nor index as effects."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from headway.effects import model as fx
from headway.reading.sql.alter_table import alter_table
from headway.reading.sql.create_table import create_table
from headway.reading.sql.cursor import Cursor, UnreadError
from headway.reading.sql.indexes import alter_index, create_index, drop_index
from headway.reading.sql.object_kinds import kind_of
from headway.reading.sql.t_sql import bounded, to_next

KIND = fx.ObjectKind

_OF_A_BATCH = (KIND.FUNCTION, KIND.PROCEDURE, KIND.TRIGGER, KIND.VIEW, KIND.MATERIALIZED_VIEW, KIND.RULE)
"""What goes on to the end of its batch on SQL Server."""

_OF_A_TABLE = (KIND.TRIGGER, KIND.POLICY, KIND.RULE)


# -- CREATE -------------------------------------------------------------------------------------------------------


@dataclass
class _Prefix:
    """What stands between CREATE and the kind of object."""

    replaces: bool = False
    unique: bool = False
    temporary: bool = False
    method: fx.MaybeText = None
    columnstore: bool = False


Body = Callable[[Cursor], tuple[fx.Effect, ...] | None]


def create(cursor: Cursor, span: fx.Span, body: Body) -> Iterator[fx.Effect]:
    """Reads what follows CREATE; ``body`` reads what a function or trigger does when it is called."""
    prefix = _prefix(cursor)
    if cursor.take("FOREIGN", "TABLE") or cursor.take("EXTERNAL", "TABLE") or cursor.take("TABLE"):
        for effect in create_table(cursor, span):
            yield _temporary(effect) if prefix.temporary else effect
    elif cursor.take("VIRTUAL", "TABLE"):
        if_not_exists = cursor.take("IF", "NOT", "EXISTS")
        schema, table = cursor.path()
        to_next(cursor)
        yield fx.CreatesTable(span=span, table=table, schema=schema, whole=False, if_not_exists=if_not_exists)
    elif cursor.take("INDEX"):
        yield from create_index(
            cursor, span, unique=prefix.unique, method=prefix.method, columnstore=prefix.columnstore
        )
    else:
        yield from _create_object(cursor, span, prefix, body)


def _temporary(effect: fx.Effect) -> fx.Effect:
    return replace(effect, temporary=True) if isinstance(effect, fx.CreatesTable) else effect


def _prefix(cursor: Cursor) -> _Prefix:
    prefix = _Prefix()
    while True:
        word = cursor.peek().word
        if cursor.take("OR"):
            prefix.replaces = True
            cursor.next()
        elif cursor.take("UNIQUE"):
            prefix.unique = True
        elif cursor.take_any("TEMP", "TEMPORARY"):
            prefix.temporary = True
        elif cursor.take_any("FULLTEXT", "SPATIAL", "BITMAP", "VECTOR"):
            prefix.method = word.lower()
        elif cursor.take_any("DEFINER", "ALGORITHM"):
            cursor.need("=")
            _account(cursor)
        elif cursor.take("COLUMNSTORE"):
            prefix.columnstore = True
        elif cursor.at("XML", "INDEX") or cursor.at("PRIMARY", "XML", "INDEX"):
            cursor.take("PRIMARY")
            cursor.next()
            prefix.method = "xml"
        elif cursor.take("SQL", "SECURITY"):
            cursor.next()
        elif cursor.take("AGGREGATE", "FUNCTION"):
            cursor.place -= 1
        elif not cursor.take_any(*_MODIFIERS):
            return prefix


_MODIFIERS = [
    "GLOBAL",
    "LOCAL",
    "UNLOGGED",
    "CLUSTERED",
    "NONCLUSTERED",
    "RECURSIVE",
    "FORCE",
    "NOFORCE",
    "EDITIONABLE",
    "NONEDITIONABLE",
    "TRUSTED",
    "PROCEDURAL",
    "CONSTRAINT",
    "DEFAULT",
    "PUBLIC",
    "PRIVATE",
]


def _account(cursor: Cursor) -> None:
    """MySQL's ``'user'@'host'``, or a word."""
    cursor.next()
    if cursor.take("@"):
        cursor.next()
    elif cursor.at("("):
        cursor.skip_group()
    elif cursor.peek().text.startswith("@"):
        cursor.next()


def _create_object(cursor: Cursor, span: fx.Span, prefix: _Prefix, body: Body) -> Iterator[fx.Effect]:
    if cursor.take_any("OPERATOR", "CAST", "TRANSFORM") and not cursor.at_any(("CLASS", "FAMILY")):
        to_next(cursor)
        yield fx.CreatesObject(span=span, kind=KIND.OTHER, name=None, replaces=prefix.replaces)
        return
    if cursor.at_any(("CLASS", "FAMILY")):
        cursor.place -= 1
    assembled = cursor.script.database == "mssql" and cursor.at("AGGREGATE")  # which holds no statements
    kind = kind_of(cursor)
    if_not_exists = cursor.take("IF", "NOT", "EXISTS")
    schema, name = _object_name(cursor, kind)
    if assembled:
        to_next(cursor)
        yield fx.CreatesObject(span=span, kind=kind, name=name, schema=schema)
        return
    if kind is KIND.TYPE and cursor.take("AS", "ENUM"):
        labels = tuple(_label(item) for item in cursor.group().items())
        yield fx.CreatesEnum(span=span, name=name or fx.UNKNOWN, schema=schema, labels=labels)
        return
    if kind is KIND.POLICY and cursor.script.database == "mssql":
        raise UnreadError
    table_schema, table = _table_of(cursor.copy(), kind) if kind in _OF_A_TABLE else (None, None)
    done: tuple[fx.Effect, ...] | None = ()
    if kind in (KIND.FUNCTION, KIND.PROCEDURE, KIND.TRIGGER) or cursor.script.database == "oracle":
        done = body(cursor.copy())
    if kind in (KIND.FUNCTION, KIND.PROCEDURE) and isinstance(name, str):
        # Functions that call each other double what they do with each step.
        short = done if done is not None and len(done) <= 100 else (fx.RunsSql(span=span, text=f"{name}()", raw=True),)
        cursor.script.bodies[name.lower()] = short
    if kind is KIND.SCHEMA and _holds_statements(cursor.copy()):
        raise UnreadError  # CREATE SCHEMA with its tables in one statement
    _to_end(cursor, kind)
    yield fx.CreatesObject(
        span=span,
        kind=kind,
        name=name,
        schema=table_schema if schema is None else schema,
        table=table,
        replaces=prefix.replaces,
        if_not_exists=if_not_exists,
        body=done or (),
    )


def _holds_statements(cursor: Cursor) -> bool:
    if cursor.script.database == "mssql":
        if cursor.take("AUTHORIZATION"):
            cursor.name()
        return cursor.at_any(("CREATE", "GRANT", "REVOKE", "DENY"))
    return any(token.word in ("CREATE", "GRANT") for token in cursor.tokens[cursor.place : cursor.end])


def _to_end(cursor: Cursor, kind: fx.ObjectKind) -> None:
    """Goes past the rest of a CREATE or ALTER; what holds statements is alone in its batch on SQL Server."""
    if cursor.script.database == "mssql" and kind is KIND.VIEW:
        while cursor.tokens[cursor.place - 1].word != "AS":
            cursor.step()
        query = bounded(cursor)
        cursor.place = cursor.end if query is None else query.end
    elif cursor.script.database != "mssql" or kind in _OF_A_BATCH:
        cursor.rest()
    else:
        to_next(cursor)


def _label(item: Cursor) -> fx.Text:
    return item.string() if item.peek().kind == "string" else fx.UNKNOWN


def _object_name(cursor: Cursor, kind: fx.ObjectKind) -> tuple[fx.MaybeText, fx.MaybeText]:
    if cursor.peek().kind == "string":  # MySQL's accounts
        name = cursor.string()
        _host(cursor)
        return None, name
    if kind is KIND.SCHEMA and cursor.take("AUTHORIZATION"):
        return None, cursor.name()
    if kind is KIND.OTHER and cursor.at_any(("FOR", "ON", "WITH", "REGENERATE")):
        return None, None
    path = cursor.path()
    _host(cursor)
    return path


def _host(cursor: Cursor) -> None:
    named = cursor.take("@")
    if (named and cursor.peek().kind in ("string", "name")) or cursor.peek().text.startswith("@"):
        cursor.next()


def _table_of(cursor: Cursor, kind: fx.ObjectKind) -> tuple[fx.MaybeText, fx.MaybeText]:
    """The table that a trigger, a policy or a rule belongs to, with its schema."""
    cursor.until("TO" if kind is KIND.RULE else "ON")
    of_all = cursor.at("ON", "DATABASE") or cursor.at("ON", "ALL", "SERVER")
    if of_all and cursor.script.database in ("mssql", "oracle"):
        return None, None
    if cursor.take_any("TO", "ON") and cursor.at_name():
        return cursor.path()
    return None, None


# -- DROP ---------------------------------------------------------------------------------------------------------


def drop(cursor: Cursor, span: fx.Span) -> Iterator[fx.Effect]:
    """Reads what follows DROP."""
    temporary = bool(cursor.take_any("TEMPORARY", "TEMP"))
    if cursor.take("FOREIGN", "TABLE") or cursor.take("EXTERNAL", "TABLE") or cursor.take_any("TABLE", "TABLES"):
        if_exists, paths, cascade = _dropped(cursor)
        for schema, table in paths:
            yield fx.DropsTable(
                span=span,
                table=fx.UNKNOWN if table is None else table,
                schema=schema,
                if_exists=if_exists,
                cascade=cascade,
            )
    elif cursor.take("INDEX"):
        yield from drop_index(cursor, span)
    elif temporary:
        raise UnreadError
    elif cursor.take_any("CAST", "OPERATOR", "TRANSFORM") and not cursor.at_any(("CLASS", "FAMILY")):
        to_next(cursor)
        yield fx.DropsObject(span=span, kind=KIND.OTHER, name=None)
    else:
        yield from _drop_object(cursor, span)


def _drop_object(cursor: Cursor, span: fx.Span) -> Iterator[fx.Effect]:
    if cursor.at_any(("CLASS", "FAMILY")):
        cursor.place -= 1
    cursor.take_any("PUBLIC", "PROCEDURAL", "FORCE")
    of_tables = cursor.script.database == "mssql" and cursor.at("STATISTICS")
    kind = kind_of(cursor)
    if_exists, paths, cascade = _dropped(cursor, kind)
    table = None
    if cursor.script.database == "mssql" and cursor.take("ON", "ALL", "SERVER"):
        pass
    elif cursor.take("ON"):
        table = None if cursor.script.database == "mssql" and cursor.take("DATABASE") else cursor.path()[1]
    cascade = cursor.take("CASCADE") or cascade
    cursor.take("RESTRICT")
    if kind is KIND.OTHER or kind is KIND.DATABASE:
        to_next(cursor)
    for schema, name in paths:
        if of_tables:
            schema, table = None, schema
        yield fx.DropsObject(
            span=span, kind=kind, name=name, schema=schema, table=table, if_exists=if_exists, cascade=cascade
        )


def _dropped(
    cursor: Cursor, kind: fx.ObjectKind | None = None
) -> tuple[bool, list[tuple[fx.MaybeText, fx.MaybeText]], bool]:
    """Whether IF EXISTS, the names, and whether CASCADE."""
    if_exists = cursor.take("IF", "EXISTS")
    paths: list[tuple[fx.MaybeText, fx.MaybeText]] = []
    while True:
        paths.append(cursor.path() if kind is None else _object_name(cursor, kind))
        if cursor.at("("):
            cursor.skip_group()
        if not cursor.take(","):
            break
    cascade = cursor.take("CASCADE")
    if cascade:
        cursor.take("CONSTRAINTS")
    cursor.take("RESTRICT")
    cursor.take("PURGE")
    if cursor.take_any("WAIT", "NOWAIT") and cursor.peek().kind == "number":
        cursor.next()
    return if_exists, paths, cascade


# -- ALTER --------------------------------------------------------------------------------------------------------


def alter(cursor: Cursor, span: fx.Span) -> Iterator[fx.Effect]:
    """Reads what follows ALTER."""
    cursor.take_any("ONLINE", "IGNORE")
    if cursor.take("FOREIGN", "TABLE") or cursor.take("EXTERNAL", "TABLE") or cursor.take("TABLE"):
        yield from alter_table(cursor, span)
    elif cursor.take("INDEX"):
        yield from alter_index(cursor, span)
    elif cursor.take("SESSION", "SET"):
        name = cursor.next().text.lower()
        cursor.need("=")
        yield fx.SetsSetting(span=span, name=name, value=cursor.text())
        cursor.rest()
    elif cursor.take("DEFAULT", "PRIVILEGES"):
        to_next(cursor)
        yield fx.AltersObject(span=span, kind=KIND.GRANT, name=None, action="DEFAULT PRIVILEGES")
    elif cursor.take("SYSTEM"):
        to_next(cursor)
        yield fx.AltersObject(span=span, kind=KIND.DATABASE, name=None, action="SYSTEM")
    elif cursor.take("TYPE"):
        yield from _alter_type(cursor, span)
    else:
        yield from _alter_object(cursor, span)


def _alter_type(cursor: Cursor, span: fx.Span) -> Iterator[fx.Effect]:
    schema, name = cursor.path()
    if cursor.take("ADD", "VALUE"):
        if_not_exists = cursor.take("IF", "NOT", "EXISTS")
        label = cursor.string() if cursor.peek().kind == "string" else cursor.name()
        if cursor.take_any("BEFORE", "AFTER"):
            cursor.next()
        yield fx.AddsEnumLabel(span=span, name=name, schema=schema, label=label, if_not_exists=if_not_exists)
    elif cursor.take("RENAME", "VALUE"):
        label = cursor.string()
        cursor.need("TO")
        yield fx.RenamesEnum(span=span, name=name, schema=schema, label=label, new_name=cursor.string())
    elif cursor.take("RENAME", "TO"):
        yield fx.RenamesEnum(span=span, name=name, schema=schema, new_name=cursor.name())
    else:
        yield _altered(cursor, span, KIND.TYPE, schema, name)


def _alter_object(cursor: Cursor, span: fx.Span) -> Iterator[fx.Effect]:
    kind = kind_of(cursor)
    if_exists = cursor.take("IF", "EXISTS")
    del if_exists  # what is not there is not altered
    of_this = kind is KIND.DATABASE and cursor.script.database == "mssql"
    if of_this and cursor.take("SCOPED", "CONFIGURATION"):
        cursor.take("FOR", "SECONDARY")
        cursor.next()  # SET or CLEAR
        to_next(cursor)
        yield fx.AltersObject(span=span, kind=kind, name=None, action="SCOPED CONFIGURATION")
        return
    if (of_this and cursor.take("CURRENT")) or (
        kind is KIND.DATABASE and cursor.at_any(("CHARACTER", "SET", "COLLATE", "DEFAULT"))
    ):
        yield _altered(cursor, span, kind, None, None)
        return
    schema, name = _object_name(cursor, kind)
    if kind is KIND.SCHEMA and cursor.take("TRANSFER"):
        yield from _transferred(cursor, span, name)
        return
    if cursor.at("("):
        cursor.skip_group()
    table = cursor.path()[1] if cursor.take("ON") else None
    yield _altered(cursor, span, kind, schema, name, table)


def _transferred(cursor: Cursor, span: fx.Span, new_schema: fx.MaybeText) -> Iterator[fx.Effect]:
    """SQL Server's ``ALTER SCHEMA new TRANSFER old.name``: a table, unless a kind is said."""
    if not cursor.take("OBJECT", "::") and cursor.peek(1).word == "::":
        raise UnreadError
    schema, table = cursor.path()
    yield fx.RenamesTable(span=span, table=table, schema=schema, new_name=table, new_schema=new_schema)


def _altered(
    cursor: Cursor,
    span: fx.Span,
    kind: fx.ObjectKind,
    schema: fx.MaybeText,
    name: fx.MaybeText,
    table: fx.MaybeText = None,
) -> fx.AltersObject:
    start, done = cursor.place, cursor.done
    if not done:
        cursor.next()
    _to_end(cursor, kind)
    named = [token.word for token in cursor.tokens[start : min(cursor.place, start + 2)] if token.kind == "word"]
    if not named and not done:
        raise UnreadError
    return fx.AltersObject(span=span, kind=kind, name=name, schema=schema, table=table, action=" ".join(named))
