"""SQLite. See https://www.sqlite.org/lang_altertable.html, whose procedure for copying a table this follows."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Computed, Constraint, Identity, Index, Table, literal_column
from sqlalchemy import types as sqltypes
from sqlalchemy.sql.elements import ClauseElement, ColumnElement

from headway.dialects.base import DefaultImpl
from headway.dialects.differences import ComparisonResult
from headway.dialects.elements import NO_COMPUTED, NO_IDENTITY
from headway.dialects.sqlite.conversion import conversion
from headway.dialects.sqlite.ddl import no_comments
from headway.dialects.sqlite.declared import is_declared, note_declared
from headway.dialects.sqlite.defaults import is_constant, normal_default
from headway.dialects.sqlite.indexes import are_same, compare_stored, complete
from headway.dialects.sqlite.table_copy import SQLiteCopying
from headway.dialects.table_copy import Copying
from headway.errors import NotSupported
from headway.operations.refusals import CannotCompile
from headway.operations.rewrite.conversion import Conversion


class SQLiteImpl(DefaultImpl):
    """ALTER TABLE does little here; batches copy the table."""

    __dialect__ = "sqlite"
    # The driver's own transaction handling lets DDL take effect at once unless a transaction was begun by hand.
    transactional_ddl = False

    def requires_recreate_in_batch(self, batch_op: Any) -> bool:
        for name, args, kw in batch_op.batch:
            if name == "add_column":
                default = args[1].server_default
                stored = isinstance(default, Computed) and bool(default.persisted)
                placed = kw.keys() & {"insert_before", "insert_after"}
                if self._is_worked_out(default) or stored or placed:
                    return True
            elif name not in ("create_index", "drop_index"):
                return True
        return False

    def add_column(self, table_name: str, column: Any, **kw: Any) -> None:
        kw.pop("insert_before", None)
        kw.pop("insert_after", None)
        super().add_column(table_name, column, **kw)

    def add_constraint(self, const: Any, **kw: Any) -> None:
        if not self.wants_type_check(const):
            return
        if getattr(const, "_create_rule", None) is not None:
            warnings.warn(
                "Skipping unsupported ALTER for creation of implicit constraint. Please refer to the batch mode feature "
                "which allows for SQLite migrations using a copy-and-move strategy.",
                stacklevel=2,
            )
            return
        raise _needs_batch("add a constraint to")

    def drop_constraint(self, const: Constraint, **kw: Any) -> None:
        if getattr(const, "_create_rule", None) is None:
            raise _needs_batch("drop a constraint of")

    def alter_column(self, table_name: str, column_name: str, **kw: Any) -> None:
        defaults = (kw.get("server_default", False), kw.get("existing_server_default"))
        if defaults[0] is not False:
            for kind, refused in ((Computed, NO_COMPUTED), (Identity, NO_IDENTITY)):
                if any(isinstance(default, kind) for default in defaults):
                    raise CannotCompile(f"{refused}: column {column_name} of {table_name} on sqlite", hint=_BATCH)
        changes = {key: kw.get(key) for key in ("nullable", "type_") if kw.get(key) is not None}
        if changes or kw.get("server_default", False) is not False:
            raise _needs_batch("alter a column of")
        super().alter_column(table_name, column_name, **kw)

    def abandon_batch(self, new: Table | None, freed: Sequence[Constraint]) -> None:
        """Nothing: the copy's savepoint is rolled back."""

    def create_table_comment(self, table: Table) -> None:
        raise no_comments()

    def drop_table_comment(self, table: Table) -> None:
        raise no_comments()

    def compare_type(self, inspector_column: Any, metadata_column: Any) -> bool:
        wanted = metadata_column.type
        if not isinstance(wanted, sqltypes.NullType) and is_declared(inspector_column, wanted, self.dialect):
            return False
        return super().compare_type(inspector_column, metadata_column)

    def compare_server_default(
        self,
        inspector_column: Any,
        metadata_column: Any,
        rendered_metadata_default: str | None,
        rendered_inspector_default: str | None,
    ) -> bool:
        return normal_default(rendered_metadata_default) != normal_default(rendered_inspector_default)

    def render_ddl_sql_expr(self, expr: Any, is_server_default: bool = False, **kw: Any) -> str:
        sql = super().render_ddl_sql_expr(expr, is_server_default=is_server_default, **kw)
        # A default that is no literal must stand in parentheses.
        return f"({sql})" if is_server_default and isinstance(expr, ColumnElement) and not is_constant(sql) else sql

    def same_expression(self, ours: str, theirs: str, table: Table) -> bool | None:
        return are_same(self.connection, ours, theirs, self.dialect.identifier_preparer.format_table(table))

    def compare_indexes(self, metadata_index: Index, reflected_index: Index) -> ComparisonResult:
        return compare_stored(self, metadata_index, reflected_index)

    def complete_reflected(self, inspector: Any, schema: str | None, tables: dict[str, Table]) -> None:
        prefix = f"{self.dialect.identifier_preparer.quote_identifier(schema)}." if schema else ""
        with inspector._operation_context() as connection:
            complete(connection, prefix, tables)
            note_declared(connection, schema, prefix, tables)

    def same_table_option(self, option: str, value: Any, stored: Mapping[str, Any]) -> bool:
        return super().same_table_option(option, value, {"with_rowid": True, **stored})

    def _is_worked_out(self, default: Any) -> bool:
        """Whether a server default is an expression, which ADD COLUMN does not take."""
        arg = getattr(default, "arg", None)
        return isinstance(arg, ClauseElement) and not is_constant(self.render_ddl_sql_expr(arg))

    def cast_for_batch_migrate(self, existing: Any, existing_transfer: dict[str, Any], new_type: Any) -> None:
        found = self.batch_conversion(existing_transfer["expr"], existing.type, new_type)
        if found is not None:
            existing_transfer["expr"] = literal_column(found.sql)
        elif not isinstance(new_type, sqltypes.JSON):  # CAST(x AS JSON) would turn the text into a number
            super().cast_for_batch_migrate(existing, existing_transfer, new_type)

    def batch_conversion(self, column: Any, old_type: Any, new_type: Any) -> Conversion | None:
        name = self.dialect.identifier_preparer.quote(column.name)
        return conversion(name, old_type, new_type, self.dialect)

    def copying_table(self, table_name: str, schema: str | None) -> Copying:
        return Copying(self, table_name, schema) if self.as_sql else SQLiteCopying(self, table_name, schema)


def _needs_batch(what: str) -> NotSupported:
    return NotSupported(
        f"No support for ALTER of constraints in SQLite dialect: it cannot {what} a table in place. "
        "Please refer to the batch mode feature which allows for SQLite migrations using a copy-and-move strategy",
        hint=_BATCH,
    )


_BATCH = "Use 'with op.batch_alter_table(\"…\") as batch_op:'."
