"""Stands in the driver's place for as long as a block runs: every statement of every engine of the process is handed
over before the driver gets it. What is done with a statement is decided above."""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import event
from sqlalchemy.engine import Engine


class Call(NamedTuple):
    """A statement that is about to be given to a driver."""

    sql: str
    parameters: Any
    executemany: bool
    cursor: Any
    context: Any

    def send(self) -> None:
        """Gives the statement to the driver."""
        dialect = self.context.dialect
        if self.executemany:
            dialect.do_executemany(self.cursor, self.sql, self.parameters, self.context)
        elif not self.parameters and self.context.no_parameters:
            dialect.do_execute_no_params(self.cursor, self.sql, self.context)
        else:
            dialect.do_execute(self.cursor, self.sql, self.parameters, self.context)


Handle = Callable[[Call], bool]
"""Whether the statement is dealt with; if not, the driver gets it."""


@contextmanager
def in_the_drivers_place(handle: Handle) -> Iterator[None]:
    """Hands every statement of the process to ``handle`` while the block runs."""

    def one(cursor: Any, statement: str, parameters: Any, context: Any) -> bool:
        return handle(Call(statement, parameters, False, cursor, context))

    def bare(cursor: Any, statement: str, context: Any) -> bool:
        return handle(Call(statement, (), False, cursor, context))

    def many(cursor: Any, statement: str, parameters: Any, context: Any) -> bool:
        return handle(Call(statement, parameters, True, cursor, context))

    listeners: dict[str, Callable[..., Any]] = {
        "do_execute": one,
        "do_execute_no_params": bare,
        "do_executemany": many,
        "set_connection_execution_options": _keep_read_only,
        "set_engine_execution_options": _keep_read_only,
    }
    with _listening(listeners):
        yield


def _keep_read_only(target: Any, options: MutableMapping[str, Any]) -> None:
    # psycopg, psycopg2 and asyncpg turn it into BEGIN READ WRITE, which goes before the session's default.
    if options.get("postgresql_readonly") is False:
        del options["postgresql_readonly"]


@contextmanager
def _listening(listeners: dict[str, Callable[..., Any]]) -> Iterator[None]:
    for name, function in listeners.items():
        event.listen(Engine, name, function, insert=True)
    try:
        yield
    finally:
        for name, function in listeners.items():
            event.remove(Engine, name, function)
