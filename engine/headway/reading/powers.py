"""What can be done with the powers: ``op``, batches, contexts, connections and drivers' cursors."""

from __future__ import annotations

from collections.abc import Callable

from headway.effects import model as fx
from headway.effects.signatures import SIGNATURES
from headway.reading.directives import run_directive
from headway.reading.executed import statement_effects
from headway.reading.reader import Call, Reader
from headway.reading.sessions import attribute_of_session, call_session
from headway.reading.values import (
    NOTHING_KNOWN,
    POWER,
    UNCERTAIN,
    AlembicContext,
    Batch,
    Bind,
    Bound,
    Cursor,
    Dialect,
    DialectName,
    Impl,
    MigrationContext,
    Names,
    Op,
    OrmRow,
    Query,
    Session,
    SessionMaker,
    text_of,
)

_SESSIONS = (Session, SessionMaker, Query, OrmRow)


def is_power(value: object) -> bool:
    """Whether the value is itself one of the powers."""
    return isinstance(value, (Op, Batch, AlembicContext, MigrationContext, Impl, Bind, Cursor, *_SESSIONS))


def attribute_of_power(value: object, name: str) -> object:
    """The value of ``power.name``: what it is where it is no method, else the method."""
    if isinstance(value, _SESSIONS):
        return attribute_of_session(value, name)
    found = _ATTRIBUTES.get(type(value), {}).get(name)
    return Bound(value, name) if found is None else found


def call_power(reader: Reader, receiver: object, name: str, call: Call, scope: Names) -> object:
    """The value of ``power.name(…)``; what it does to the database is taken up."""
    if isinstance(receiver, _SESSIONS):
        return call_session(reader, receiver, name, call, scope)
    return _CALLS[type(receiver)](reader, receiver, name, call, scope)


_ATTRIBUTES: dict[type, dict[str, object]] = {
    Op: {"_proxy": Op(), "impl": Impl(), "migration_context": MigrationContext(), "context": MigrationContext()},
    Batch: {"impl": Impl(), "migration_context": MigrationContext()},
    AlembicContext: {"config": NOTHING_KNOWN, "script": NOTHING_KNOWN},
    MigrationContext: {
        "dialect": Dialect(),
        "bind": Bind(),
        "connection": Bind(),
        "impl": Impl(),
        "as_sql": UNCERTAIN,
        "opts": NOTHING_KNOWN,
        "environment_context": AlembicContext(),
        "script": NOTHING_KNOWN,
        "config": NOTHING_KNOWN,
    },
    Impl: {"dialect": Dialect(), "connection": Bind(), "bind": Bind(), "as_sql": UNCERTAIN},
    Bind: {
        "dialect": Dialect(),
        "engine": Bind(),
        "sync_engine": Bind(),
        "sync_connection": Bind(),
        "connection": Cursor(),
        "driver_connection": Cursor(),
        "name": DialectName(),
        "url": NOTHING_KNOWN,
        "driver": NOTHING_KNOWN,
        "info": NOTHING_KNOWN,
        "closed": UNCERTAIN,
        "default_isolation_level": NOTHING_KNOWN,
    },
    Cursor: {
        "connection": Cursor(),
        "driver_connection": Cursor(),
        "dbapi_connection": Cursor(),
        "rowcount": NOTHING_KNOWN,
        "description": NOTHING_KNOWN,
        "lastrowid": NOTHING_KNOWN,
        "notices": NOTHING_KNOWN,
    },
}


# -- op and batches -----------------------------------------------------------------------------------------------


def _call_op(reader: Reader, receiver: object, name: str, call: Call, scope: Names) -> object:
    if name in SIGNATURES:
        return run_directive(reader, name, call, scope)
    match name:
        case "get_bind":
            return Bind()
        case "get_context":
            return MigrationContext()
        case "f" | "inline_literal":
            return call.argument(0, "name" if name == "f" else "value")
        case "batch_alter_table":
            schema = call.argument(1, "schema")
            return Batch(text_of(call.argument(0, "table_name")), None if schema is None else text_of(schema))
        case "run_async":
            return reader.call(call.argument(0, "async_function"), Call(call.node, (Bind(), *call.args[1:])), scope)
    reader.not_analysed(call.node, scope, f"op.{name}() is not a directive of Alembic's")
    return POWER


def _call_batch(reader: Reader, receiver: object, name: str, call: Call, scope: Names) -> object:
    assert isinstance(receiver, Batch)
    if name in SIGNATURES and name != "execute":
        return run_directive(reader, name, call, scope, receiver)
    if name in ("batch_alter_table", "run_async"):
        reader.not_analysed(call.node, scope, f"{name}() inside a batch was not read")
        return POWER
    if name in ("__enter__", "__exit__", "__aenter__"):
        return receiver
    return _call_op(reader, receiver, name, call, scope)


# -- contexts -------------------------------------------------------------------------------------------------------


def _call_context(reader: Reader, receiver: object, name: str, call: Call, scope: Names) -> object:
    match name:
        case "execute":
            statement = call.argument(0, "sql")
            reader.add(statement_effects(reader, statement, call.node, scope))
            return NOTHING_KNOWN
        case "get_bind":
            return Bind()
        case "get_context":
            return MigrationContext()
        case "is_offline_mode" | "is_transactional_ddl":
            return UNCERTAIN
        case "begin_transaction" | "autocommit_block":
            return Bound(receiver, name)  # the statement 'with' knows what it means
        case "get_impl":
            return Impl()
        case "get_x_argument" | "get_tag_argument" | "get_head_revision" | "get_current_revision" | "get_current_heads":
            return NOTHING_KNOWN
        case "get_starting_revision_argument" | "get_revision_argument" | "get_head_revisions":
            return NOTHING_KNOWN
    reader.not_analysed(call.node, scope, f"{name}() of the context was not read")
    return POWER


def _call_impl(reader: Reader, receiver: object, name: str, call: Call, scope: Names) -> object:
    if name in ("execute", "_exec"):
        reader.add(statement_effects(reader, call.argument(0, "sql"), call.node, scope))
        return NOTHING_KNOWN
    reader.not_analysed(call.node, scope, f"{name}() of the dialect's implementation was not read")
    return POWER


# -- connections ------------------------------------------------------------------------------------------------------

_EXECUTES = frozenset({"execute", "exec_driver_sql", "scalar", "scalars", "stream", "stream_scalars", "executescript"})
_HARMLESS_WORDS = (
    "close dispose in_transaction in_nested_transaction get_transaction get_isolation_level detach invalidate "
    "get_execution_options has_table table_names schema_for_object default_isolation_level set_isolation_level "
    "get_raw_connection __exit__"
)
_HARMLESS = frozenset(_HARMLESS_WORDS.split())
_SAME = frozenset(
    [
        "connect",
        "begin",
        "begin_nested",
        "begin_twophase",
        "__enter__",
        "__aenter__",
        "contextual_connect",
        "execution_options",
        "get_sync_connection",
        "start",
        "savepoint",
    ]
)


def _call_bind(reader: Reader, receiver: object, name: str, call: Call, scope: Names) -> object:
    assert isinstance(receiver, Bind)
    if name in _EXECUTES:
        with reader.under(autocommit=True if receiver.autocommit else None):
            reader.add(statement_effects(reader, call.argument(0, "statement"), call.node, scope))
        return NOTHING_KNOWN
    if name in _SAME:
        level = call.keywords.get("isolation_level")
        autocommit = isinstance(level, str) and level.upper().replace("_", " ") == "AUTOCOMMIT"
        nested = receiver.nested or name in ("begin_nested", "savepoint")
        return Bind(receiver.autocommit or autocommit, nested)
    if name in ("commit", "rollback", "prepare"):
        if receiver.nested:
            return None
        reader.add([fx.EndsTransaction(span=reader.span(call.node, scope), verb=name.upper())])
        return None
    if name in ("run_callable", "run_sync", "transaction"):
        return reader.call(call.argument(0, "fn"), Call(call.node, (receiver, *call.args[1:]), call.keywords), scope)
    if name in ("raw_connection", "cursor"):
        return Cursor()
    if name in _HARMLESS:
        return NOTHING_KNOWN
    reader.not_analysed(call.node, scope, f"{name}() of the connection was not read")
    return POWER


def _call_cursor(reader: Reader, receiver: object, name: str, call: Call, scope: Names) -> object:
    match name:
        case "execute" | "executemany" | "executescript":
            reader.add(statement_effects(reader, call.argument(0, "sql"), call.node, scope))
            return NOTHING_KNOWN
        case "cursor" | "__enter__":
            return Cursor()
        case "commit" | "rollback":
            reader.add([fx.EndsTransaction(span=reader.span(call.node, scope), verb=name.upper())])
            return None
        case "close" | "fetchone" | "fetchall" | "fetchmany" | "mogrify" | "create_function" | "set_isolation_level":
            return NOTHING_KNOWN
    reader.not_analysed(call.node, scope, f"{name}() of the driver's connection was not read")
    return POWER


_CALLS: dict[type, Callable[[Reader, object, str, Call, Names], object]] = {
    Op: _call_op,
    Batch: _call_batch,
    AlembicContext: _call_context,
    MigrationContext: _call_context,
    Impl: _call_impl,
    Bind: _call_bind,
    Cursor: _call_cursor,
}
