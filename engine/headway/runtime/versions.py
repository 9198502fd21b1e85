"""The version table: which revisions a database is on. Knows rows, not the revision graph.

The table is Alembic's, column for column, so that either tool understands a database the other one upgraded.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Protocol

from sqlalchemy import String, Table, bindparam, inspect, literal_column, select
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.engine.interfaces import BindTyping
from sqlalchemy.sql.dml import Delete, Insert, Update

from headway.dialects.base import DefaultImpl
from headway.errors import CheckFailed
from headway.operations.audience import is_alone
from headway.operations.ready import Printed


class VersionChange(Protocol):
    """What one step does to the rows: ids to delete, to insert, and a pair (old, new) to update."""

    @property
    def deletes(self) -> Sequence[str]: ...
    @property
    def inserts(self) -> Sequence[str]: ...
    @property
    def update(self) -> tuple[str, str] | None: ...


class VersionTable:
    """Reads and writes the version rows of one database, or prints the statements in offline mode."""

    def __init__(self, impl: DefaultImpl, name: str, schema: str | None, pk: bool, as_sql: bool) -> None:
        self.impl = impl
        self.as_sql = as_sql
        self.table: Table = impl.version_table_impl(
            version_table=name, version_table_schema=schema, version_table_pk=pk
        )
        self._statements: tuple[Insert, Update, Delete] | None = None

    @property
    def label(self) -> str:
        """The table's name as messages show it."""
        return self.table.fullname

    def exists(self, connection: Connection) -> bool:
        """Whether the table is there."""
        return bool(inspect(connection).has_table(self.table.name, schema=self.table.schema))

    def read(self, connection: Connection) -> tuple[str, ...]:
        """The revision ids in the table, or an empty tuple when there is no table yet."""
        if not self.exists(connection):
            return ()
        rows = connection.execute(select(self.table.c.version_num))
        return tuple(str(row[0]) for row in rows)

    def create(self, connection: Connection | None) -> None:
        """Creates the table if it is missing; in offline mode prints CREATE TABLE."""
        if self.as_sql:
            self.impl.create_table(self.table)
        elif connection is not None and not self.exists(connection):
            self.table.create(connection, checkfirst=False)

    def purge(self) -> None:
        """Deletes every row."""
        self._run(self.table.delete())

    def apply(self, change: VersionChange) -> None:
        """Makes the rows follow one step.

        Raises CheckFailed when a row that must be there is not: somebody else moved the database meanwhile.
        """
        # An unmerge inserts before it updates and a merge deletes before it updates, so that
        # no moment shows fewer branches than the database is on.
        for revision in change.deletes:
            self._delete(revision)
        for revision in change.inserts:
            self._insert(revision)
        if change.update is not None:
            self._update(*change.update)

    def _insert(self, revision: str) -> None:
        if self.as_sql:
            insert = self.table.insert().values(version_num=_literal(revision))
            # Oracle would render RETURNING … INTO :bind, which no script can run.
            self._run(insert.inline() if self.impl.dialect.name == "oracle" else insert)
        else:
            self._run(self._prepared[0], {"new_version": revision})

    def _update(self, old: str, new: str) -> None:
        if self.as_sql:
            self._run(self._printed_update.filled(old, new))
            return
        values = {"old_version": old, "new_version": new}
        update, connection = self._driver_update, self.impl.connection
        if update is not None and is_alone(connection):
            result = connection.exec_driver_sql(update.text, update.parameters(values))
        else:
            result = self._run(self._prepared[1], values)
        self._expect_one_row(result, f"updating '{old}' to '{new}' in")

    def _delete(self, revision: str) -> None:
        column = self.table.c.version_num
        if self.as_sql:
            self._run(self.table.delete().where(column == _literal(revision)))
            return
        result = self._run(self._prepared[2], {"old_version": revision})
        self._expect_one_row(result, f"deleting '{revision}' from")

    @property
    def _prepared(self) -> tuple[Insert, Update, Delete]:
        # Bound parameters let SQLAlchemy compile each statement once for a whole run.
        if self._statements is None:
            column = self.table.c.version_num
            self._statements = (
                self.table.insert().inline().values(version_num=bindparam("new_version")),
                self.table.update()
                .values(version_num=bindparam("new_version"))
                .where(column == bindparam("old_version")),
                self.table.delete().where(column == bindparam("old_version")),
            )
        return self._statements

    @cached_property
    def _driver_update(self) -> _DriverUpdate | None:
        return _DriverUpdate.of(self._prepared[1], self.impl.dialect)

    @cached_property
    def _printed_update(self) -> _PrintedUpdate:
        return _PrintedUpdate(self.table, self.impl.dialect)

    def _run(self, statement: Any, parameters: dict[str, str] | None = None) -> Any:
        if self.as_sql or parameters is None:
            return self.impl._exec(statement)
        connection = self.impl.connection
        assert connection is not None
        return connection.execute(statement, parameters)

    def _expect_one_row(self, result: Any, doing: str) -> None:
        dialect = self.impl.dialect
        if result is None or not dialect.supports_sane_rowcount or result.rowcount == 1:
            return
        raise CheckFailed(
            f"Online migration expected to match one row when {doing} '{self.table.name}'; {result.rowcount} found",
            hint="Another process moved this database at the same time; run 'headway current' and start again.",
        )


class _DriverUpdate:
    """The UPDATE as the driver takes it: finding the compiled form of a statement again takes a while, 1,000 times."""

    def __init__(self, compiled: Any) -> None:
        self._places: Sequence[str] | None = compiled.positiontup if compiled.positional else None
        self.text = str(compiled)

    @classmethod
    def of(cls, statement: Update, dialect: Dialect) -> _DriverUpdate | None:
        """The form for a dialect; None where SQLAlchemy does something to the values before the driver sees them."""
        converts = String().dialect_impl(dialect).bind_processor(dialect) is not None
        if converts or dialect.is_async or dialect.bind_typing is BindTyping.SETINPUTSIZES:
            return None
        return cls(statement.compile(dialect=dialect))

    def parameters(self, values: dict[str, str]) -> Any:
        """The values in the form of the driver's parameters."""
        return values if self._places is None else tuple([values[name] for name in self._places])


class _PrintedUpdate:
    """The UPDATE of an SQL script, compiled once: compiling takes longer than all else that such a step does."""

    _OLD, _NEW = "\0old", "\0new"

    def __init__(self, table: Table, dialect: Dialect) -> None:
        statement = table.update().values(version_num=literal_column(self._NEW))
        self._compiled: Any = statement.where(table.c.version_num == literal_column(self._OLD)).compile(dialect=dialect)
        self._text = str(self._compiled)

    def filled(self, old: str, new: str) -> Printed:
        """The statement for two revisions."""
        escape = self._compiled.escape_literal_column
        text = self._text.replace(self._OLD, escape(_quoted(old))).replace(self._NEW, escape(_quoted(new)))
        return Printed(text)


def _literal(revision: str) -> Any:
    return literal_column(_quoted(revision))


def _quoted(revision: str) -> str:
    escaped = revision.replace("'", "''")
    return f"'{escaped}'"
