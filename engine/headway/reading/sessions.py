"""What ORM sessions, their queries and the objects they load do to rows."""

from __future__ import annotations

from headway.effects import model as fx
from headway.reading.constructs import names_in, table_of
from headway.reading.executed import statement_effects
from headway.reading.reader import Call, Reader
from headway.reading.values import (
    NOTHING_KNOWN,
    POWER,
    Bind,
    Bound,
    Class,
    Construct,
    Imported,
    Instance,
    Items,
    Member,
    Names,
    OrmRow,
    Pairs,
    Query,
    Session,
)

_READS_WORDS = (
    "all first one one_or_none scalar scalars get count exists yield_per fetchall as_scalar subquery get_one "
    "fetchmany scalar_one scalar_one_or_none scalar_subquery cte statement label pop"
)
_READS = frozenset(_READS_WORDS.split())
_ONLY_SAYS = frozenset(["exists", "as_scalar", "subquery", "scalar_subquery", "cte", "statement", "label"])
"""Those of them that fetch nothing."""


def attribute_of_session(value: object, name: str) -> object:
    """The value of ``session.name`` and the like."""
    if isinstance(value, OrmRow):
        return NOTHING_KNOWN
    if isinstance(value, Query) and name == "session":
        return Session()
    if isinstance(value, Session) and name in ("bind", "get_bind"):
        return Bind() if name == "bind" else Bound(value, name)
    if isinstance(value, Session) and name in ("dirty", "new", "deleted", "info", "is_active"):
        return NOTHING_KNOWN
    return Bound(value, name)


def call_session(reader: Reader, receiver: object, name: str, call: Call, scope: Names) -> object:
    """The value of ``session.name(…)``; what it does to rows is taken up."""
    match receiver:
        case Query():
            return _call_query(reader, receiver, name, call, scope)
        case OrmRow():
            return NOTHING_KNOWN
    session = receiver if isinstance(receiver, Session) else Session()
    return _call_session(reader, session, name, call, scope)


def new_query(call: Call) -> Query:
    """``session.query(…)``."""
    first = call.args[0] if call.args else None
    table, schema = table_of(first) or (fx.UNKNOWN, None)
    whole = isinstance(first, Class | Imported) and len(call.args) == 1
    several: tuple[object, ...] = ()
    if len(call.args) > 1 and not call.hidden and any(isinstance(one, Class | Imported) for one in call.args):
        several = tuple(map(_row_of, call.args))
    return Query(table, schema, columns=isinstance(first, Member) or not whole, several=several)


def _row_of(entity: object) -> object:
    """What a row of a query for several things holds of one of them."""
    found = table_of(entity) if isinstance(entity, Class | Imported) else None
    return NOTHING_KNOWN if found is None else OrmRow(*found)


def _call_session(reader: Reader, session: Session, name: str, call: Call, scope: Names) -> object:
    span = reader.span(call.node, scope)
    match name:
        case "execute" | "scalar" | "scalars" | "exec" | "stream" | "stream_scalars":
            statement = call.argument(0, "statement")
            reader.add(statement_effects(reader, statement, call.node, scope))
            return _rows_of(statement)
        case "query":
            return new_query(call)
        case "get" | "get_one" | "load":
            table, schema = table_of(call.argument(0, "entity")) or (fx.UNKNOWN, None)
            return OrmRow(table, schema)
        case "add" | "merge" | "add_all" | "bulk_save_objects" | "bulk_insert_mappings" | "save":
            _changed(reader, "INSERT", call, span)
            return None
        case "bulk_update_mappings" | "delete":
            _changed(reader, "DELETE" if name == "delete" else "UPDATE", call, span)
            return None
        case "commit" | "rollback" | "prepare" if session.nested:
            return None
        case "commit" | "rollback" | "prepare":
            reader.add([fx.EndsTransaction(span=span, verb=name.upper(), through_session=True)])
            return None
        case "begin" | "begin_nested" | "__enter__" | "__aenter__" | "no_autoflush" | "using_bind":
            return Session(session.nested or name == "begin_nested")
        case "connection" | "get_bind":
            return Bind()
        case "run_sync":
            return reader.call(call.argument(0, "fn"), Call(call.node, (Session(), *call.args[1:])), scope)
        case (
            "flush"
            | "close"
            | "expunge"
            | "expunge_all"
            | "expire"
            | "expire_all"
            | "refresh"
            | "remove"
            | "in_transaction"
        ):
            return None
        case "configure" | "invalidate" | "reset" | "is_modified" | "close_all" | "__exit__":
            return None
    reader.not_analysed(call.node, scope, f"{name}() of the session was not read")
    return POWER


def _rows_of(statement: object) -> object:
    """What a session gives back: objects that can be changed where the statement selects such."""
    if isinstance(statement, Query):
        return statement
    while isinstance(statement, Construct) and statement.receiver is not None:
        statement = statement.receiver
    if not isinstance(statement, Construct) or statement.name != "select" or not statement.args:
        return NOTHING_KNOWN
    found = table_of(statement.args[0])
    whole = isinstance(statement.args[0], Class | Imported)
    return Query(found[0], found[1]) if found is not None and whole else NOTHING_KNOWN


def _changed(reader: Reader, verb: str, call: Call, span: fx.Span) -> None:
    value = call.argument(0, "instance")
    found = value.items if isinstance(value, Items) else [value]
    tables = [_table_of_object(item) for item in found] or [(fx.UNKNOWN, None)]
    for table, schema in dict.fromkeys(tables):
        reader.add(
            [fx.ChangesData(span=span, verb=verb, table=table, schema=schema, through_session=True, filtered=True)]
        )


def _table_of_object(value: object) -> tuple[fx.Text, fx.MaybeText]:
    match value:
        case OrmRow(table=table, schema=schema):
            return table, schema
        case Instance(class_=class_):
            return table_of(class_) or (fx.UNKNOWN, None)
        case Class() | Imported():
            return table_of(value) or (fx.UNKNOWN, None)
    return fx.UNKNOWN, None


def _call_query(reader: Reader, query: Query, name: str, call: Call, scope: Names) -> object:
    span = reader.span(call.node, scope)
    if name in ("update", "delete"):
        values = call.argument(0, "values")
        sets: tuple[fx.Text, ...] = ()
        if isinstance(values, Pairs) and name == "update":
            sets = (*(str(key) for key in values.items), *names_in([key for key, _ in values.others]))
        reader.add(
            [
                fx.ChangesData(
                    span=span,
                    verb=name.upper(),
                    table=query.table,
                    schema=query.schema,
                    filtered=query.filtered,
                    where=fx.UNKNOWN if query.filtered else None,
                    sets=sets,
                    through_session=True,
                    by_query=True,
                )
            ]
        )
        return NOTHING_KNOWN
    if name in _READS:
        loaded = [one.table for one in query.several if isinstance(one, OrmRow)]
        tables = tuple(dict.fromkeys([query.table, *loaded]))
        reader.add([fx.Reads(span=span, tables=tables, through_session=name not in _ONLY_SAYS)])
        rows = name in ("all", "yield_per", "fetchall", "fetchmany")
        if query.several and (rows or name in ("one", "first", "one_or_none")):
            return query if rows else Items(list(query.several), may_be_none=name != "one")
        if query.columns or name in ("scalar", "count", "exists", "label"):
            return NOTHING_KNOWN
        rows = name in ("all", "yield_per", "fetchall", "fetchmany", "scalars")
        return query if rows else OrmRow(query.table, query.schema)
    if name in ("append", "extend", "insert") and call.has_power:
        reader.not_analysed(call.node, scope, f"{name}() puts something else among the rows, which was not followed")
        return POWER
    filtered = query.filtered or name in ("filter", "filter_by", "where")
    others = name in ("with_entities", "values", "add_columns")
    return Query(query.table, query.schema, filtered, query.columns or others, () if others else query.several)
