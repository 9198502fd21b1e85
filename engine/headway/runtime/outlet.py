"""The outlet: the one door through which statements of migrations leave, and the sinks behind it.

What ``op``, the dialects, batches and the version table do to a database passes :meth:`Outlet.send`. What user code
does past them, over the connection itself, the witness sees at the cursor.
"""

from __future__ import annotations

from typing import Any, Protocol

from sqlalchemy import text
from sqlalchemy.schema import ExecutableDDLElement
from sqlalchemy.sql.elements import TextClause

from headway.dialects.base import DefaultImpl
from headway.errors import InvalidValue, WrongType
from headway.operations.statement import DriverText, Statement
from headway.runtime.witness import Witness

KEY = "headway.outlet"
"""Where an implementation finds, among the options of its context, what makes its door."""


class Sink(Protocol):
    """What becomes of a statement behind the door."""

    def take(self, statement: Statement) -> Any:
        """Carries the statement out in this sink's way."""
        ...


class Outlet:
    """The door of one migration context."""

    def __init__(self, sink: Sink, witness: Witness) -> None:
        self.sink = sink
        self.witness = witness

    def send(self, statement: Statement) -> Any:
        """Sends one statement and returns its result; None where no database is asked.

        Raises what the database, the compiler or a listener raises.
        """
        witness = self.witness
        before, witness.sending = witness.sending, statement.told_kind
        try:
            return self.sink.take(statement)
        finally:
            witness.sending = before


class DriverSink:
    """Executes on the connection that the implementation has at that moment."""

    def __init__(self, impl: DefaultImpl) -> None:
        self.impl = impl

    def take(self, statement: Statement) -> Any:
        """Executes; nothing stands between a construct and SQLAlchemy, so that everybody who listens hears it."""
        connection, construct = self.impl.connection, statement.construct
        if isinstance(construct, DriverText):
            return connection.exec_driver_sql(construct.sql, construct.parameters)
        if isinstance(construct, str):
            construct = text(construct)
        if statement.execution_options:
            connection = connection.execution_options(**statement.execution_options)
        if statement.many:
            return connection.execute(construct, list(statement.many))
        if statement.parameters:
            return connection.execute(construct, dict(statement.parameters))
        return connection.execute(construct)


class ScriptSink:
    """Prints into the SQL script of offline mode."""

    def __init__(self, impl: DefaultImpl) -> None:
        self.impl = impl

    def take(self, statement: Statement) -> None:
        """Prints. Raises WrongType for parameters, which a script cannot hold, InvalidValue for one without a value."""
        if statement.many or statement.parameters:
            raise WrongType("SQL parameters not allowed with as_sql", hint="Write the values into the statement.")
        self.impl.print_statement(self._sql(statement.construct).replace("\t", "    ").strip())

    def _sql(self, construct: Any) -> str:
        if isinstance(construct, DriverText):
            return construct.sql
        if isinstance(construct, str):
            construct = text(construct)
        self._refuse_unbound(construct)
        literal = self.impl.literal_binds and not isinstance(construct, ExecutableDDLElement)
        options: dict[str, Any] = {"compile_kwargs": {"literal_binds": True}} if literal else {}
        return str(construct.compile(dialect=self.impl.dialect, **options))

    def _refuse_unbound(self, construct: Any) -> None:
        """A colon in a text may be meant as one. SQLAlchemy would write NULL or a driver's mark in its place."""
        kept = self.impl.dialect.paramstyle == "named" and not self.impl.literal_binds  # written ``:x`` again
        if kept or not isinstance(construct, TextClause):
            return
        unbound = sorted(name for name, bind in construct._bindparams.items() if bind.required)
        if unbound:
            raise InvalidValue(
                f"A value is required for bind parameter {unbound[0]!r}",
                hint="Write a colon that is none with a backslash, r'\\:', or give values with sa.text(…).bindparams(…).",
            )


def outlet_for(impl: DefaultImpl, witness: Witness) -> Outlet:
    """The door of an implementation: to its database, or into a script."""
    return Outlet(ScriptSink(impl) if impl.as_sql else DriverSink(impl), witness)
