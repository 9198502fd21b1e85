"""Copies of SQLite tables that lose nothing: triggers, views, indexes of every kind, and the rows of other tables.

See https://www.sqlite.org/lang_altertable.html, "Making Other Kinds Of Table Schema Changes".
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Column, PrimaryKeyConstraint, Table, exc, inspect
from sqlalchemy import types as sqltypes

from headway.dialects.elements import effective_schema
from headway.dialects.sqlite.completed import complete
from headway.dialects.sqlite.create_text import column_options, table_options
from headway.dialects.sqlite.declared import keep_declared
from headway.dialects.table_copy import Copying, Unseen
from headway.errors import UsageError
from headway.pattern import pattern

_UP_TO_THE_NAME = pattern(r"CREATE (?:(?:UNIQUE )?INDEX|TRIGGER) ")
"""How SQLite begins what it stores, however it was written."""


class SQLiteCopying(Copying):
    """One copy, in a savepoint, with foreign keys off; what stood around the table is there again afterwards."""

    def __init__(self, impl: Any, table_name: str, schema: str | None) -> None:
        super().__init__(impl, table_name, effective_schema(impl.connection, schema))
        quote = impl.dialect.identifier_preparer.quote
        self.prefix = f"{quote(self.schema)}." if self.schema else ""
        self.quoted = f"{self.prefix}{quote(table_name)}"
        self._triggers: dict[str, str] = {}
        self._broken_before: set[str] = set()
        self._last_id: int | None = None
        self._cascades = False

    # -- around everything --------------------------------------------------------------------------------------

    @contextmanager
    def guarded(self) -> Iterator[None]:
        if not self._pragma("foreign_keys"):
            with self._savepoint(check=False):
                yield
            return
        if self._in_transaction():
            # Inside a transaction the pragma does nothing, and DROP TABLE deletes what refers to the table's rows.
            self._cascades = True
            self._refuse_cascade([name for name in self._referring() if self._has_references(name)])
            with self._savepoint(check=True):
                yield
            return
        self._execute("PRAGMA foreign_keys=OFF")
        try:
            with self._savepoint(check=True):
                yield
        finally:
            self._execute("PRAGMA foreign_keys=ON")

    def before_drop(self, copy: str) -> None:
        # The copy already refers to the table under its final name, by keys that it may have had since this batch.
        if self._cascades and self._has_references(copy):
            self._refuse_cascade([self.table_name])

    def _refuse_cascade(self, referring: list[str]) -> None:
        if referring:
            raise UsageError(
                f"table {self.table_name} cannot be copied while PRAGMA foreign_keys is on inside a transaction: "
                f"dropping the old table would cascade to the rows that refer to it ({', '.join(referring)})",
                hint="Move what the migration does before the batch into a revision of its own, "
                "or switch the pragma off in env.py.",
            )

    @contextmanager
    def _savepoint(self, *, check: bool) -> Iterator[None]:
        broken = self._orphans() if check else {}
        legacy = self._pragma("legacy_alter_table")
        self._execute("SAVEPOINT headway_batch")
        try:
            self._triggers = self._objects("trigger")
            self._broken_before = self._broken_objects()
            yield
            lost = self._orphans() if check else {}
            if new := sorted(name for name, count in lost.items() if count > broken.get(name, 0)):
                raise UsageError(
                    f"the copy of table {self.table_name} would leave rows of {', '.join(new)} without what they refer to",
                    hint="Mend the rows first; the table is as it was.",
                )
        except BaseException:
            self._execute("ROLLBACK TO headway_batch")
            raise
        finally:
            self._execute("RELEASE headway_batch")
            self._execute(f"PRAGMA legacy_alter_table={'ON' if legacy else 'OFF'}")

    # -- before and after the copy ------------------------------------------------------------------------------

    def rename_columns(self, renamed: Mapping[str, str]) -> bool:
        """SQLite's own RENAME COLUMN also follows the name into CHECKs, indexes, triggers, views and other tables."""
        present = {row[1].lower() for row in self._execute(f"PRAGMA {self.prefix}table_xinfo({self._literal})")}
        new = [name.lower() for name in renamed.values()]
        if len(set(new)) < len(new) or present & set(new) or not present >= {name.lower() for name in renamed}:
            return False
        quote = self.impl.dialect.identifier_preparer.quote
        self._execute("SAVEPOINT headway_rename")
        try:
            for old, name in renamed.items():
                self._execute(f"ALTER TABLE {self.quoted} RENAME COLUMN {quote(old)} TO {quote(name)}")
        except exc.OperationalError:
            # A view or trigger that was broken before is in the way; the copy can do without.
            self._execute("ROLLBACK TO headway_rename")
            return False
        finally:
            self._execute("RELEASE headway_rename")
        return True

    def unseen(self, table: Table, *, given: bool, declared: Collection[str] = ()) -> Unseen:
        # Otherwise the rename at the end reads every view and trigger of the database, and fails on those of the table.
        self._execute("PRAGMA legacy_alter_table=ON")
        self._triggers = self._objects("trigger")
        created = next(iter(self._objects("table").values()), "")
        options = table_options(created)
        if "sqlite_autoincrement" in options:
            query = f"SELECT seq FROM {self.prefix}sqlite_sequence WHERE name = ?"
            self._last_id = self._execute(query, (self.table_name,)).scalar()
        if not given:
            _complete_columns(table, column_options(created))
            rows = self._execute(f"PRAGMA {self.prefix}table_xinfo({self._literal})").all()
            keys = self._execute(f"PRAGMA {self.prefix}foreign_key_list({self._literal})").all()
            complete(table, created, keys, {row[1].lower() for row in rows if row[6] == 3}, declared)
            types = {one["name"]: one["type"] for one in self._inspector().get_columns(self.table_name, self.schema)}
            keep_declared(table, {row[1]: row[2] for row in rows}, types, self.impl.dialect)
        reflected = (
            {index["name"] for index in self._inspector().get_indexes(self.table_name, self.schema)} if given else set()
        )
        indexes = {name: self._placed(sql) for name, sql in self._objects("index").items() if name not in reflected}
        return Unseen(options, indexes)

    def finish(self) -> None:
        for sql in self._triggers.values():
            self._execute(self._placed(sql))
        if self._last_id is not None:
            # Otherwise the ids of rows that were deleted would be given again.
            where = f"{self.prefix}sqlite_sequence WHERE name = ?"
            self._execute(f"DELETE FROM {where}", (self.table_name,))
            self._execute(
                f"INSERT INTO {self.prefix}sqlite_sequence (name, seq) VALUES (?, ?)", (self.table_name, self._last_id)
            )
        if broken := self._broken_objects() - self._broken_before:
            raise UsageError(
                f"the changed table {self.table_name} would break {', '.join(sorted(broken))}",
                hint="Drop it in the migration before the batch, and create it again afterwards.",
            )

    # -- asking -------------------------------------------------------------------------------------------------

    def _objects(self, kind: str) -> dict[str, str]:
        """What belongs to the table, by name, as the SQL that makes it."""
        query = (
            f"SELECT name, sql FROM {self.prefix}sqlite_master "
            "WHERE type = ? AND lower(tbl_name) = lower(?) AND sql IS NOT NULL"
        )
        return {str(row[0]): str(row[1]) for row in self._execute(query, (kind, self.table_name))}

    def _placed(self, sql: str) -> str:
        """A stored text, which never names its schema, as one that makes the object in the schema of the table."""
        return _UP_TO_THE_NAME.sub(lambda found: f"{found[0]}{self.prefix}", sql, count=1)

    def _broken_objects(self) -> set[str]:
        """The views that cannot be read, and the table itself when a trigger of its cannot run."""
        names = self._execute(f"SELECT name FROM {self.prefix}sqlite_master WHERE type = 'view'").scalars().all()
        quote = self.impl.dialect.identifier_preparer.quote
        probes = {f"view {name}": f"SELECT * FROM {self.prefix}{quote(name)}" for name in names}
        if self._triggers:
            columns = [quote(row[1]) for row in self._execute(f"PRAGMA {self.prefix}table_info({self._literal})")]
            sets = ", ".join(f"{column} = {column}" for column in columns)
            probes["a trigger of the table that runs on DELETE"] = f"DELETE FROM {self.quoted}"
            probes["a trigger of the table that runs on INSERT"] = f"INSERT INTO {self.quoted} DEFAULT VALUES"
            probes["a trigger of the table that runs on UPDATE"] = f"UPDATE {self.quoted} SET {sets}"
        return {what for what, sql in probes.items() if not self._compiles(sql)}

    def _compiles(self, sql: str) -> bool:
        try:
            self._execute(f"EXPLAIN {sql}").fetchall()
        except exc.OperationalError:
            return False
        return True

    def _inspector(self) -> Any:
        return inspect(self.impl.connection)

    @property
    def _literal(self) -> str:
        return "'" + self.table_name.replace("'", "''") + "'"

    def _pragma(self, name: str) -> bool:
        return bool(self._execute(f"PRAGMA {name}").scalar())

    def _referring(self) -> list[str]:
        """The tables whose foreign keys name this one, itself among them."""
        tables = self._execute(f"SELECT name FROM {self.prefix}sqlite_master WHERE type = 'table'").scalars().all()
        return [str(name) for name in tables if self._keys(str(name), self.table_name)]

    def _keys(self, name: str, target: str) -> list[list[tuple[str, str | None]]]:
        """The foreign keys of a table that name ``target``, as pairs of columns; None stands for its primary key."""
        query = 'SELECT id, "from", "to" FROM pragma_foreign_key_list(?, ?) WHERE lower("table") = lower(?) ORDER BY id, seq'
        keys: dict[int, list[tuple[str, str | None]]] = {}
        for key, column, other in self._execute(query, (name, self.schema or "main", target)):
            keys.setdefault(key, []).append((column, other))
        return list(keys.values())

    def _has_references(self, name: str) -> bool:
        """Whether a row of the table refers to this one at all."""
        quote = self.impl.dialect.identifier_preparer.quote
        keys = self._keys(name, self.table_name)
        found = " OR ".join(f"({' AND '.join(f'{quote(column)} IS NOT NULL' for column, _ in key)})" for key in keys)
        if not found:
            return False
        return self._execute(f"SELECT 1 FROM {self.prefix}{quote(name)} WHERE {found} LIMIT 1").first() is not None

    def _orphans(self) -> dict[str, int]:
        """How many references lead nowhere: of this table, and to this table from each that refers to it.

        Asked here and not of ``PRAGMA foreign_key_check``, which tells nothing of a table as long as one of its keys
        names columns that are not unique: between two batches of several that is no fault.
        """
        query = 'SELECT DISTINCT "table" FROM pragma_foreign_key_list(?, ?)'
        targets = self._execute(query, (self.table_name, self.schema or "main")).scalars().all()
        found = {self.table_name.lower(): sum(self._orphans_of(self.table_name, target) for target in targets)}
        for name in self._referring():
            if name.lower() not in found:
                found[name] = self._orphans_of(name, self.table_name)
        return found

    def _orphans_of(self, name: str, target: str) -> int:
        quote = self.impl.dialect.identifier_preparer.quote
        listed = self._execute("SELECT lower(name), pk FROM pragma_table_info(?, ?)", (target, self.schema or "main"))
        columns = {row[0]: row[1] for row in listed}
        primary = [column for column, place in sorted(columns.items(), key=lambda item: item[1]) if place]
        count = 0
        for key in self._keys(name, target):
            ends = [end or (primary[at] if at < len(primary) else "") for at, (_, end) in enumerate(key)]
            if not all(end.lower() in columns for end in ends):
                continue  # SQLite will say so to whoever writes a row
            pairs = [(f"c.{quote(column)}", f"p.{quote(end)}") for (column, _), end in zip(key, ends, strict=True)]
            met = " AND ".join(f"{theirs} = {own}" for own, theirs in pairs)
            given = " AND ".join(f"{own} IS NOT NULL" for own, _ in pairs)
            count += self._execute(
                f"SELECT count(*) FROM {self.prefix}{quote(name)} AS c LEFT JOIN {self.prefix}{quote(target)} AS p "
                f"ON {met} WHERE {given} AND {pairs[0][1]} IS NULL"
            ).scalar()
        return count

    def _in_transaction(self) -> bool:
        driver = self.impl.connection.connection.driver_connection
        return bool(getattr(driver, "in_transaction", False))

    def _execute(self, sql: str, parameters: tuple[Any, ...] = ()) -> Any:
        return self.impl.driver_sql(sql, parameters)


def _complete_columns(table: Table, options: Mapping[str, Mapping[str, str]]) -> None:
    """Gives the reflected columns what reflection leaves out."""
    lower = {name.lower(): found for name, found in options.items()}
    for column in table.c:
        found = dict(lower.get(column.name.lower(), {}))
        collation = found.pop("collation", None)
        if collation is not None and isinstance(column.type, sqltypes.String):
            column.type = column.type.copy()
            column.type.collation = collation
        for clause, conflict in found.items():
            _set_conflict(table, column, clause, conflict)


def _set_conflict(table: Table, column: Column[Any], clause: str, conflict: str) -> None:
    """Gives an ON CONFLICT to what SQLAlchemy writes it behind: the column, or its constraint of the table."""
    if clause == "not_null":
        column.dialect_kwargs["sqlite_on_conflict_not_null"] = conflict
        return
    for constraint in table.constraints:
        kind = "primary_key" if isinstance(constraint, PrimaryKeyConstraint) else "unique"
        if kind == clause and [item.name for item in getattr(constraint, "columns", ())] == [column.name]:
            constraint.dialect_kwargs["sqlite_on_conflict"] = conflict
