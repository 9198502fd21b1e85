"""SQL Server. See https://learn.microsoft.com/sql/t-sql/statements/alter-table-transact-sql"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Computed, Identity, Index
from sqlalchemy.engine import Dialect

from headway.dialects import elements
from headway.dialects.base import DefaultImpl
from headway.dialects.mssql.ddl import SCHEMA, ColumnDefinition, DropDependent
from headway.dialects.mssql.defaults import normal_default
from headway.errors import UsageError


class MSSQLImpl(DefaultImpl):
    """Defaults are constraints with generated names, comments are properties, renaming is a procedure."""

    __dialect__ = "mssql"
    transactional_ddl = True
    batch_separator = "GO"
    type_synonyms = (*DefaultImpl.type_synonyms, {"VARCHAR", "NVARCHAR"})

    def __init__(
        self,
        dialect: Dialect,
        connection: Any,
        as_sql: bool,
        transactional_ddl: bool | None,
        output_buffer: Any,
        context_opts: Mapping[str, Any],
    ) -> None:
        super().__init__(dialect, connection, as_sql, transactional_ddl, output_buffer, context_opts)
        if as_sql and dialect.default_schema_name is None:
            dialect.default_schema_name = SCHEMA  # comments need one to name their table

    def emit_begin(self) -> None:
        self.static_output(f"BEGIN TRANSACTION{self.command_terminator}")

    def emit_commit(self) -> None:
        self.print_statement("COMMIT")

    def alter_column(
        self,
        table_name: str,
        column_name: str,
        *,
        nullable: bool | None = None,
        server_default: Any = False,
        name: str | None = None,
        type_: Any = None,
        schema: str | None = None,
        existing_type: Any = None,
        existing_server_default: Any = None,
        existing_nullable: bool | None = None,
        **kw: Any,
    ) -> None:
        known = {"schema": schema, "existing_type": existing_type, "existing_nullable": existing_nullable}
        generated = any(isinstance(d, Computed | Identity) for d in (server_default, existing_server_default))
        replaces_default = server_default is not False and not generated
        definition = self._definition(table_name, column_name, type_, nullable, known)
        if replaces_default and (existing_server_default is not False or server_default is None):
            # A default is a constraint on the column, which can neither be replaced nor survive a change of type.
            self._exec(DropDependent(table_name, column_name, "default", schema=schema))
        if definition is not None:
            self._exec(definition)
        super().alter_column(
            table_name,
            column_name,
            server_default=server_default if generated else False,
            schema=schema,
            existing_type=existing_type,
            existing_server_default=existing_server_default,
            existing_nullable=existing_nullable,
            **kw,
        )
        if replaces_default and server_default is not None:
            self._exec(elements.ColumnDefault(table_name, column_name, server_default, **known))
        if name is not None:
            self._exec(elements.ColumnName(table_name, column_name, name, **known))

    def _definition(
        self, table_name: str, column_name: str, type_: Any, nullable: bool | None, known: dict[str, Any]
    ) -> ColumnDefinition | None:
        """Type and nullability, which are one clause here: what is left out of it falls back to NULL."""
        if type_ is None and nullable is None:
            return None
        definition = type_ if type_ is not None else known["existing_type"]
        if definition is None:
            raise UsageError(
                "MS-SQL ALTER COLUMN operations with NULL or NOT NULL require the existing_type or a new type_ "
                "be passed.",
                hint=f"Add existing_type=… to alter_column('{table_name}', '{column_name}').",
            )
        wanted = nullable if nullable is not None else known["existing_nullable"]
        if wanted is None:
            warnings.warn(
                "MS-SQL ALTER COLUMN operations that specify type_= should also specify a nullable= or "
                "existing_nullable= argument to avoid implicit conversion of NOT NULL columns to NULL.",
                stacklevel=2,
            )
        return ColumnDefinition(table_name, column_name, definition, wanted, **known)

    def drop_column(self, table_name: str, column: Column[Any], *, schema: str | None = None, **kw: Any) -> None:
        for kind in ("default", "check", "foreign_key"):
            if kw.pop(f"mssql_drop_{kind}", None):
                self._exec(DropDependent(table_name, column.name, kind, schema=schema))
        super().drop_column(table_name, column, schema=schema, **kw)

    def create_index(self, index: Index, **kw: Any) -> None:
        # Columns that are only INCLUDEd must exist on the table for SQLAlchemy to name them.
        elements.complete_columns(index, index.kwargs.get("mssql_include") or ())
        super().create_index(index, **kw)

    def bulk_insert(self, table: Any, rows: Any, multiinsert: bool = True, **kw: Any) -> None:
        if not self.as_sql:
            super().bulk_insert(table, rows, multiinsert)
            return
        # A script cannot ask whether a column is an IDENTITY, which refuses values unless told so.
        name = self.dialect.identifier_preparer.format_table(table)
        self.print_statement(f"SET IDENTITY_INSERT {name} ON")
        super().bulk_insert(table, rows, multiinsert)
        self.print_statement(f"SET IDENTITY_INSERT {name} OFF")

    def compare_server_default(
        self,
        inspector_column: Any,
        metadata_column: Any,
        rendered_metadata_default: str | None,
        rendered_inspector_default: str | None,
    ) -> bool:
        return normal_default(rendered_metadata_default) != normal_default(rendered_inspector_default)

    def adjust_reflected_dialect_options(self, reflected_object: Any, kind: str) -> dict[str, Any]:
        options = super().adjust_reflected_dialect_options(reflected_object, kind)
        for name in ("mssql_include", "mssql_clustered", "mssql_columnstore"):
            if not options.get(name):
                options.pop(name, None)
        return options
