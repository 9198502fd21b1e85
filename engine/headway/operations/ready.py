"""Statements whose SQL is known already, so that nothing has to be compiled."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import DDLElement


class Ready(DDLElement):
    """A statement to execute."""

    def __init__(self, sql: str) -> None:
        self.sql = sql


class Printed:
    """One for an SQL script, where nobody but the implementation that prints it is shown it."""

    def __init__(self, sql: str) -> None:
        self.sql = sql

    def compile(self, **options: Any) -> str:
        """The SQL, whatever the options."""
        return self.sql


@compiles(Ready)  # type: ignore[no-untyped-call,untyped-decorator,unused-ignore]  # by SQLAlchemy version
def _visit_ready(element: Ready, compiler: Any, **kw: Any) -> str:
    return element.sql
