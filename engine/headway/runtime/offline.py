"""The connection of offline mode: prints what it is told to execute, and says clearly that it cannot read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NoReturn

from sqlalchemy import Insert, Update, bindparam, inspection
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.engine.mock import MockConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import ClauseElement, literal_column
from sqlalchemy.types import NullType

from headway.errors import UsageError
from headway.runtime.account import brief


class ScriptConnection(MockConnection):
    """What ``op.get_bind()`` gives in offline mode; ``emit`` prints one statement."""

    def __init__(self, dialect: Dialect, emit: Callable[[Any], None]) -> None:
        super().__init__(dialect, lambda statement, *multiparams, **params: emit(statement))
        self._emit = emit

    def execute(self, obj: Any, parameters: Any = None, execution_options: Any = None) -> NoRows:
        """Prints the statement, once for each set of parameters, with their values written out."""
        if not parameters:
            self._emit(obj)
        else:
            for one in [parameters] if isinstance(parameters, Mapping) else parameters:
                self._emit(_with_values(obj, one, self.dialect))
        return NoRows(obj)

    def exec_driver_sql(self, statement: str, parameters: Any = None, execution_options: Any = None) -> NoRows:
        """Prints the statement as it is. Raises UsageError for parameters, whose form only the driver knows."""
        if parameters:
            raise UsageError("SQL parameters not allowed with as_sql", hint="Write the values into the statement.")
        self._emit(literal_column(statement))
        return NoRows(statement)

    def scalar(self, obj: Any, *args: Any, **kw: Any) -> NoReturn:
        """Refuses: there is no database to ask."""
        _refuse(obj)

    def scalars(self, obj: Any, *args: Any, **kw: Any) -> NoReturn:
        """Refuses: there is no database to ask."""
        _refuse(obj)

    def __getattr__(self, name: str) -> Callable[..., NoReturn]:
        """What a real connection can do besides, such as ``close()``, or ``begin()`` for a session of the ORM: refuses."""
        if name.startswith("_") or not callable(getattr(Connection, name, None)):
            raise AttributeError(f"an SQL script has no connection, and so no attribute '{name}' of one")

        def refuse(*args: Any, **kw: Any) -> NoReturn:
            _refuse(f"{name}()")

        return refuse


class NoRows:
    """The result of a printed statement. May be ignored; whoever looks into it is told why there is nothing."""

    def __init__(self, statement: Any) -> None:
        self._statement = statement

    def __bool__(self) -> bool:
        return False

    def __iter__(self) -> NoReturn:
        _refuse(self._statement)

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        _refuse(self._statement)


@inspection._inspects(ScriptConnection)
def _inspect(connection: ScriptConnection) -> NoReturn:
    _refuse("inspect()")


def reads_through_dialect(error: BaseException) -> UsageError | None:
    """The refusal for a question that a migration put to the dialect itself, which takes no connection but a real one."""
    if not isinstance(error, ArgumentError) or ScriptConnection.__name__ not in str(error):
        return None
    asked = re.search(r"Dialect\.(\w+\(\))", str(error))
    return _refusal(asked[1] if asked else "a question to the dialect")


def _refuse(what: Any) -> NoReturn:
    raise _refusal(what)


def _refusal(what: Any) -> UsageError:
    """``what`` is the statement, or the call that needs a database."""
    shown = brief(" ".join(str(what).split()))
    return UsageError(
        f"this migration reads from the database, which an SQL script cannot do: {shown}",
        hint="Guard the code with 'if not context.is_offline_mode():', or write it as one SQL statement.",
    )


def _with_values(statement: Any, values: Mapping[str, Any] | Iterable[Any], dialect: Dialect) -> Any:
    if not isinstance(values, Mapping) or not isinstance(statement, ClauseElement):
        raise UsageError("SQL parameters not allowed with as_sql", hint="Write the values into the statement.")
    left = dict(values)

    def fill(parameter: Any) -> None:
        if parameter.key in left:
            value = left.pop(parameter.key)
            type_ = None if isinstance(parameter.type, NullType) else parameter.type
            filled = bindparam(parameter.key, value, type_)
            parameter.value, parameter.type, parameter.required = filled.value, filled.type, False
        elif parameter.required:
            raise UsageError(f"the parameter '{parameter.key}' of a statement has no value")

    full: Any = visitors.cloned_traverse(statement, {}, {"bindparam": fill})
    if left and isinstance(full, Insert | Update):
        full = full.values(**left)  # what no parameter is called is a column
    return literal_column(str(full.compile(dialect=dialect, compile_kwargs={"literal_binds": True})))
