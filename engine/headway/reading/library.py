"""What SQLAlchemy's functions make, and what methods of its constructs do: engines, sessions, tables, statements."""

from __future__ import annotations

from headway.effects.values import UNKNOWN, Flag
from headway.reading.arguments import flag_of
from headway.reading.executed import created, dropped, statement_effects
from headway.reading.imports import is_unknown_library
from headway.reading.reader import Call, Reader
from headway.reading.sessions import new_query
from headway.reading.values import (
    NOTHING_KNOWN,
    POWER,
    Bind,
    Construct,
    Function,
    Inspector,
    Items,
    Member,
    Names,
    Query,
    Session,
    SessionMaker,
    has_power,
    is_handle,
)

_ENGINES = frozenset({"create_engine", "engine_from_config", "create_async_engine", "async_engine_from_config"})
_SESSIONS = frozenset({"Session", "AsyncSession", "object_session"})
_SESSION_MAKERS = frozenset({"sessionmaker", "scoped_session", "async_sessionmaker", "create_session"})
_READS_ONLY = frozenset({"Table", "MetaData", "inspect", "from_engine", "Inspector", "automap_base", "reflect"})
"""What takes a connection to look, and changes nothing."""
_TYPE_METHODS = frozenset({"with_variant", "evolve", "adapt", "copy", "as_mutable", "as_generic", "bind_processor"})
"""What is asked of a column's type."""
_TYPES = frozenset({"Enum", "ENUM", "DOMAIN"})

_EXTENSIONS = frozenset(
    {
        "flask_sqlalchemy.SQLAlchemy",
        "flask_sqlalchemy.extension.SQLAlchemy",
        "flask_sqlalchemy_lite.SQLAlchemy",
        "flask_appbuilder.SQLA",
        "flask_appbuilder.models.sqla.base.SQLA",
    }
)
"""See https://flask-sqlalchemy.readthedocs.io/en/stable/api/#flask_sqlalchemy.SQLAlchemy"""
_OF_EXTENSION = {"session": Session(), "Session": SessionMaker(), "engine": Bind()}


def made_by_library(reader: Reader, path: str, call: Call, scope: Names) -> object:
    """The value of a call of one of SQLAlchemy's functions or classes."""
    name = path.rpartition(".")[2]
    if name in _ENGINES:
        return Bind()
    if name in _SESSIONS:
        return Session()
    if name in _SESSION_MAKERS:
        return SessionMaker()
    if name == "inspect" and isinstance(call.argument(0, "subject"), Query):
        return call.argument(0, "subject")  # a query is what is known of itself
    if name in ("inspect", "from_engine", "Inspector") and call.has_power:
        return Inspector()
    if path.startswith("sqlalchemy.event."):
        reader.not_analysed(call.node, scope, f"{path}() runs code at events, which was not read")
        return POWER
    if name == "Query" and call.has_power:
        return new_query(call)
    power = call.has_power and name not in _READS_ONLY
    made = Construct(path, call.args, call.keywords, call.node, hidden=call.hidden, power=power)
    given = any(is_handle(value) for value in (*call.args, *call.keywords.values()))
    if given and power and name[:1].islower() and not _is_statement(made) and name != "declarative_base":
        reader.not_analysed(call.node, scope, f"{path}() is given what reaches the database, and was not read")
        return POWER
    return made


def attribute_of_construct(value: Construct | Member, name: str) -> object:
    """The value of ``construct.name``: a column of a table, a session of Flask-SQLAlchemy's extension."""
    if isinstance(value, Construct) and value.receiver is None and value.path in _EXTENSIONS:
        found = _OF_EXTENSION.get(name)
        if found is not None:
            return found
    if name == "name" and isinstance(value, Construct) and value.receiver is None and value.name == "Table":
        return value.argument(0, "name")
    return Member(value, name, value.power)


def method_of_construct(reader: Reader, receiver: object, name: str, call: Call, scope: Names) -> object:
    """The value of ``construct.name(…)``."""
    root = receiver
    if isinstance(root, Construct) and root.receiver is None:
        if name in ("create", "drop") and _is_schema_item(root):
            effects = created if name == "create" else dropped
            reader.add(effects(root, reader.span(call.node, scope), _looks_first(root, call)))
            return None
        if root.name == "MetaData" and name in ("create_all", "drop_all"):
            if (tables := _listed_tables(call)) is not None:
                _all_of(reader, tables, name, call, scope)
                return None
            why = f"{name}() of a MetaData: the tables are not known from this file"
            reader.not_analysed(call.node, scope, why, adds_only=name == "create_all")
            return None
        if root.name == "MetaData" and name in ("reflect", "bind", "clear"):
            return None
    if name in ("execute", "scalar") and isinstance(root, Construct) and not call.args and _is_statement(root):
        reader.add(statement_effects(reader, root, call.node, scope))
        return NOTHING_KNOWN
    if isinstance(root, Member) and name in ("create", "drop", "create_all", "drop_all"):
        tables = _listed_tables(call) if root.name == "metadata" and name.endswith("_all") else None
        if tables is not None:
            _all_of(reader, tables, name, call, scope)
            return None
        reader.not_analysed(call.node, scope, f"{name}() was not read: what it is called on is not known")
        return POWER
    if isinstance(root, Construct) and root.receiver is None and _is_unknown(root) and name not in _TYPE_METHODS:
        if reader.importing and not call.has_power:
            return NOTHING_KNOWN
        reader.not_analysed(call.node, scope, f"{root.path}().{name}() was not read")
        return POWER
    if isinstance(root, Construct) and root.receiver is None and root.power and not _is_statement(root):
        reader.not_analysed(call.node, scope, f"{root.path}().{name}() was not read: it reaches the database")
        return POWER
    given = call.has_power or any(isinstance(value, Function) for value in call.args)
    if given and name not in ("compile", "bindparams", "with_bind", "values", "where", "in_"):
        reader.not_analysed(call.node, scope, f"{name}() is given what reaches the database, and was not read")
        return POWER
    power = has_power(receiver)
    return Construct(name, call.args, call.keywords, call.node, receiver, call.hidden, power)


def _is_unknown(value: Construct) -> bool:
    return "." in value.path and is_unknown_library(value.path)


def _is_schema_item(value: Construct) -> bool:
    return value.name in _TYPES or value.name in ("Table", "Index", "Sequence", "CheckConstraint", "UniqueConstraint")


def _listed_tables(call: Call) -> list[Construct] | None:
    """The tables that ``create_all()`` or ``drop_all()`` is given; None where it is for all of them, or one of them is not known."""
    given = call.argument(1, "tables")
    items = list(given.items) if isinstance(given, Items) else []
    tables = [one for one in items if isinstance(one, Construct) and one.name == "Table" and one.receiver is None]
    return tables if tables and len(tables) == len(items) and not call.hidden else None


def _all_of(reader: Reader, tables: list[Construct], name: str, call: Call, scope: Names) -> None:
    """What ``create_all(bind, tables=[…])`` does to each, which looks first unless it is told not to."""
    looks_first = flag_of(call.argument(2, "checkfirst"), True)
    for table in tables if name == "create_all" else tables[::-1]:
        effects = created if name == "create_all" else dropped
        reader.add(effects(table, reader.span(call.node, scope), looks_first))


def _looks_first(value: Construct, call: Call) -> Flag:
    """Whether ``create()`` and ``drop()`` leave alone what is there, or is not: ``checkfirst``."""
    by_default = value.name in ("ENUM", "DOMAIN", "Sequence")
    given = call.argument(1, "checkfirst")
    return UNKNOWN if given is None and call.hidden else flag_of(given, by_default)


def _is_statement(value: Construct) -> bool:
    current: object = value
    while isinstance(current, Construct):
        if current.name in ("insert", "update", "delete", "select", "text"):
            return True
        current = current.receiver
    return False
