"""The version table: which revisions a database is on. Knows rows, not the revision graph.

The table is Alembic's, column for column, so that either tool understands a database the other one upgraded.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from sqlalchemy import Table, bindparam, inspect, literal_column, select
from sqlalchemy.engine import Connection
from sqlalchemy.sql.dml import Delete, Insert, Update

from headway.dialects.base import DefaultImpl
from headway.effects.sql_kind import Kind
from headway.errors import CheckFailed
from headway.operations.statement import Statement


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
        rows = self.impl.outlet.send(Statement(select(self.table.c.version_num), kind=Kind.READ))
        return tuple(str(row[0]) for row in rows)

    def create(self, connection: Connection | None) -> None:
        """Creates the table if it is missing; in offline mode prints CREATE TABLE."""
        if self.as_sql or (connection is not None and not self.exists(connection)):
            with self.impl.sending_as(Kind.VERSION):
                self.impl.create_table(self.table)

    def purge(self) -> None:
        """Deletes every row."""
        self._run(self.table.delete())

    def apply(self, change: VersionChange) -> None:
        """Makes the rows follow one step.

        Raises CheckFailed when a row that must be there is not: the revision or somebody else has changed the table.
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
        column = self.table.c.version_num
        if self.as_sql:
            self._run(self.table.update().values(version_num=_literal(new)).where(column == _literal(old)))
            return
        result = self._run(self._prepared[1], {"old_version": old, "new_version": new})
        self._expect_one_row(result, old)

    def _delete(self, revision: str) -> None:
        column = self.table.c.version_num
        if self.as_sql:
            self._run(self.table.delete().where(column == _literal(revision)))
            return
        result = self._run(self._prepared[2], {"old_version": revision})
        self._expect_one_row(result, revision)

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

    def _run(self, statement: Any, parameters: dict[str, str] | None = None) -> Any:
        return self.impl.outlet.send(Statement(statement, parameters, kind=Kind.VERSION))

    def _expect_one_row(self, result: Any, row: str) -> None:
        dialect = self.impl.dialect
        if result is None or not dialect.supports_sane_rowcount or result.rowcount == 1:
            return
        found = "does not hold" if not result.rowcount else f"holds {result.rowcount} times"
        raise CheckFailed(
            f"the version table '{self.label}' {found} the row '{row}', which must be there once",
            hint="Either the revision itself or another process changed that table: look at it with 'headway current' "
            "and mend what changed it.",
        )


def _literal(revision: str) -> Any:
    return literal_column(_quoted(revision))


def _quoted(revision: str) -> str:
    escaped = revision.replace("'", "''")
    return f"'{escaped}'"
