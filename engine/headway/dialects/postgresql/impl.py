"""PostgreSQL. See https://www.postgresql.org/docs/current/sql-altertable.html"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Identity, Index, Table
from sqlalchemy.sql.elements import ClauseElement, ColumnClause
from sqlalchemy.types import NullType

from headway.dialects import elements
from headway.dialects.base import DefaultImpl
from headway.dialects.differences import ComparisonResult, TypeParts, as_real_or_double, compare_uniques, normal_sql
from headway.dialects.postgresql.ddl import PostgresqlColumnType, identity_changes
from headway.dialects.postgresql.domains import without_domain
from headway.dialects.postgresql.index_options import with_options
from headway.dialects.postgresql.indexes import compare_stored, note_stored
from headway.dialects.postgresql.partitions import leave_out_inherited_keys
from headway.dialects.postgresql.same import are_same
from headway.dialects.postgresql.sequences import owned_sequences
from headway.errors import UsageError
from headway.logs import logger

log = logger("alembic.ddl.postgresql")


class PostgresqlImpl(DefaultImpl):
    """Transactional DDL, USING, identity columns, CONCURRENTLY."""

    __dialect__ = "postgresql"
    transactional_ddl = True
    type_synonyms = (
        *DefaultImpl.type_synonyms,
        {"FLOAT", "DOUBLE PRECISION"},
        {"CHARACTER VARYING", "VARCHAR"},
        {"TIMESTAMP", "TIMESTAMP WITHOUT TIME ZONE"},
        {"TIME", "TIME WITHOUT TIME ZONE"},
    )

    compared_index_options = frozenset({"concurrently", "include", "nulls_not_distinct", "ops", "using", "with"})

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
        autoincrement: bool | None = None,
        existing_type: Any = None,
        existing_server_default: Any = None,
        existing_nullable: bool | None = None,
        existing_autoincrement: bool | None = None,
        comment: Any = False,
        existing_comment: str | None = None,
        **kw: Any,
    ) -> None:
        using = kw.pop("postgresql_using", None)
        if using is not None and type_ is None:
            raise UsageError("postgresql_using must be used with the type_ parameter")
        # The type first: NOT NULL and the default are checked against the new one.
        if type_ is not None:
            self._exec(
                PostgresqlColumnType(
                    table_name,
                    column_name,
                    type_,
                    schema=schema,
                    using=using,
                    existing_type=existing_type,
                    existing_server_default=existing_server_default,
                    existing_nullable=existing_nullable,
                )
            )
        super().alter_column(
            table_name,
            column_name,
            nullable=nullable,
            server_default=server_default,
            name=name,
            schema=schema,
            existing_type=existing_type,
            existing_server_default=existing_server_default,
            existing_nullable=existing_nullable,
            autoincrement=autoincrement,
            existing_autoincrement=existing_autoincrement,
            comment=comment,
            existing_comment=existing_comment,
            **kw,
        )

    def _alter_default(self, table_name: str, column_name: str, default: Any, known: dict[str, Any]) -> None:
        old = known["existing_server_default"]
        unchanged = isinstance(default, Identity) and isinstance(old, Identity) and not identity_changes(default, old)
        if not unchanged:  # ALTER COLUMN takes no empty list of changes
            super()._alter_default(table_name, column_name, default, known)

    def create_index(self, index: Index, **kw: Any) -> None:
        # Columns that are only INCLUDEd must exist on the table for SQLAlchemy to name them.
        elements.complete_columns(index, index.kwargs.get("postgresql_include") or ())
        super().create_index(index, **kw)

    def prep_table_for_batch(self, batch_impl: Any, table: Any) -> None:
        # Index names are unique in a schema, so the old table must give up its constraints' names first.
        for constraint in sorted(table.constraints, key=lambda item: item._creation_order):
            if constraint.name is not None:
                self.drop_constraint(constraint)

    def autogen_column_reflect(self, inspector: Any, table: Any, column_info: Any) -> None:
        without_domain(inspector, table, column_info)
        # SERIAL is an integer whose default is a sequence of its own; the models say nothing of either.
        match = re.fullmatch(r"nextval\('(.+)'::regclass\)", column_info.get("default") or "")
        if match is None or column_info.get("identity"):
            return
        sequence = match[1].replace('"', "").rpartition(".")[2]
        if (sequence, table.schema, table.name, column_info["name"]) in owned_sequences(inspector):
            log.info(
                "Detected sequence named '%s' as owned by column '%s.%s'", sequence, table.name, column_info["name"]
            )
            del column_info["default"]

    def stored_type(self, parts: TypeParts) -> TypeParts:
        # https://www.postgresql.org/docs/current/datatype-numeric.html#DATATYPE-FLOAT
        parts = as_real_or_double(parts, "real")
        return parts._replace(name="char") if parts.name == "nchar" else parts

    def compare_server_default(
        self,
        inspector_column: Any,
        metadata_column: Any,
        rendered_metadata_default: str | None,
        rendered_inspector_default: str | None,
    ) -> bool:
        table = metadata_column.table
        if metadata_column.primary_key and table is not None and metadata_column is table._autoincrement_column:
            return False  # SERIAL: the sequence's nextval() is not a default of the model's
        # A default of NULL is none to the server.
        ours, theirs = _no_null(rendered_metadata_default), _no_null(rendered_inspector_default)
        if ours is None or theirs is None:
            return ours != theirs
        known = metadata_column if isinstance(inspector_column.type, NullType) else inspector_column
        type_ = elements.type_ddl(self.dialect, known.type)
        same = ours == theirs or are_same(self.connection, [(f"({ours})::{type_}", f"({theirs})::{type_}")])
        return normal_sql(ours) != normal_sql(theirs) if same is None else not same

    def same_expression(self, ours: str, theirs: str, table: Table) -> bool | None:
        return are_same(
            self.connection, [(ours, theirs)], f"FROM ONLY {self.dialect.identifier_preparer.format_table(table)}"
        )

    def complete_reflected(self, inspector: Any, schema: str | None, tables: dict[str, Any]) -> None:
        # Older servers, and others that speak its language, have another catalog.
        if self.dialect.name != "postgresql" or (self.dialect.server_version_info or (0,)) < (11,):
            return
        with inspector._operation_context() as connection:
            note_stored(connection, schema, tables)
            leave_out_inherited_keys(connection, schema, tables)

    def in_index(self, expr: ClauseElement) -> ClauseElement:
        return expr if isinstance(expr, ColumnClause) else expr.self_group()

    def compare_indexes(self, metadata_index: Index, reflected_index: Index) -> ComparisonResult:
        return with_options(
            self, compare_stored(self, metadata_index, reflected_index), metadata_index, reflected_index
        )

    def compare_unique_constraint(self, metadata_constraint: Any, reflected_constraint: Any) -> ComparisonResult:
        comparison = compare_uniques(self, metadata_constraint, reflected_constraint)
        return with_options(self, comparison, metadata_constraint, reflected_constraint)

    def correct_for_autogen_constraints(
        self, conn_uniques: Any, conn_indexes: Any, metadata_unique_constraints: Any, metadata_indexes: Any
    ) -> None:
        # PostgreSQL reports the index behind a unique constraint as an index of its own.
        for index in list(conn_indexes):
            if index.info.get("duplicates_constraint"):
                conn_indexes.discard(index)

    def adjust_reflected_dialect_options(self, reflected_object: Any, kind: str) -> dict[str, Any]:
        options = super().adjust_reflected_dialect_options(reflected_object, kind)
        quiet = ("postgresql_include", "postgresql_nulls_not_distinct")  # said of everything, also where it is usual
        return {name: value for name, value in options.items() if value or name not in quiet}


def _no_null(default: str | None) -> str | None:
    return None if default is None or normal_sql(default) == "null" else default
