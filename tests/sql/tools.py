"""The two tools that the bank compares, Alembic and headway, behind one interface. Both live in one process."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import alembic.migration
import alembic.operations
import sqlalchemy as sa
from sqlalchemy.dialects import mssql, mysql, oracle, postgresql, sqlite

from headway.operations import every
from headway.operations.base import Operations
from headway.runtime.context import MigrationContext
from sql.bank import Case

assert every  # importing it fills Operations


@dataclass(frozen=True)
class Outcome:
    """What a tool printed, how it ended, and the warnings that it gave."""

    sql: str
    error: BaseException | None
    warnings: tuple[str, ...] = ()

    def shown(self) -> str:
        """All of it as comparable text; errors count as such, whatever their words."""
        lines = [self.sql, *(f"-- warning: {text}" for text in self.warnings)]
        return "\n".join(lines + (["-- refused"] if self.error is not None else []))


@dataclass(frozen=True)
class Tool:
    """How to make a tool's migration context and its ``op``."""

    name: str
    configure: Callable[..., Any]
    operations: Callable[[Any], Any]

    def offline(self, case: Case, dialect: str, code: str, more: Mapping[str, Any] = {}) -> Outcome:
        """The SQL script that the code gives; ``more`` are options of ``configure()`` beside those of the case."""
        buffer = io.StringIO()
        opts = {"as_sql": True, "output_buffer": buffer, **more, **options(case)}
        dialect_opts = opts.pop("dialect_opts", None)
        return self._run(
            code, buffer, lambda: self.configure(dialect_name=dialect, dialect_opts=dialect_opts, opts=opts)
        )

    def online(self, case: Case, connection: sa.Connection, code: str) -> Outcome:
        """Runs the code on a database, in one transaction that a failure rolls back."""
        transaction = connection.begin()
        outcome = self._run(code, io.StringIO(), lambda: self.configure(connection=connection, opts=options(case)))
        transaction.commit() if outcome.error is None else transaction.rollback()
        return outcome

    def _run(self, code: str, buffer: io.StringIO, configure: Callable[[], Any]) -> Outcome:
        error: Exception | None = None
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                execute(code, self.operations(configure()))
            except Exception as raised:
                error = raised
        said = tuple(str(item.message) for item in caught if item.category is UserWarning)
        return Outcome(buffer.getvalue(), error, said)


ALEMBIC = Tool("alembic", alembic.migration.MigrationContext.configure, alembic.operations.Operations)
HEADWAY = Tool("headway", MigrationContext.configure, Operations)

TEMPLATE = {"literal_binds": True, "dialect_opts": {"paramstyle": "named"}}
"""What the env.py of ``alembic init`` gives to ``configure()`` in offline mode."""


def options(case: Case) -> dict[str, Any]:
    """The options of ``context.configure()`` that a case asks for."""
    opts = dict(case.opts)
    if case.naming is not None:
        opts["target_metadata"] = sa.MetaData(naming_convention=dict(case.naming))
    return opts


def execute(code: str, op: Any) -> None:
    """Runs the body of a migration function."""
    names = {"op": op, "sa": sa, "mssql": mssql, "mysql": mysql, "oracle": oracle}
    exec(compile(code, "<case>", "exec"), {**names, "postgresql": postgresql, "sqlite": sqlite})
