"""MySQL and MariaDB. See https://dev.mysql.com/doc/refman/8.4/en/alter-table.html"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import CheckConstraint, Computed, Constraint, Identity, Index, Table, UniqueConstraint
from sqlalchemy import types as sqltypes
from sqlalchemy.dialects.mysql import SET
from sqlalchemy.schema import DropConstraint
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BinaryExpression, Cast, ClauseElement, Grouping, UnaryExpression
from sqlalchemy.sql.functions import FunctionElement

from headway.dialects import elements
from headway.dialects.base import DefaultImpl, isolation
from headway.dialects.differences import ComparisonResult, TypeParts, as_real_or_double
from headway.dialects.mysql.ddl import (
    MySQLAlterDefault,
    MySQLChangeColumn,
    MySQLDropConstraint,
    MySQLModifyColumn,
)
from headway.dialects.mysql.defaults import complete_defaults, defaults_differ, repeats_default
from headway.dialects.mysql.indexes import compare_stored, note_stored
from headway.dialects.mysql.same import are_same
from headway.operations.naming import stored_name


class MySQLImpl(DefaultImpl):
    """Every change of a column but its default repeats the whole definition."""

    __dialect__ = "mysql"
    transactional_ddl = False
    names_primary_keys = False
    type_synonyms = (
        *DefaultImpl.type_synonyms,
        {"BOOL", "TINYINT"},
        {"BOOL", "TINYINT(1)"},
        {"JSON", "LONGTEXT"},
        {"INTEGER", "INT"},
    )

    compared_index_options = frozenset({"length", "prefix", "with_parser"})

    def in_index(self, expr: ClauseElement) -> ClauseElement:
        if isinstance(expr, UnaryExpression) and expr.modifier in (operators.desc_op, operators.asc_op):
            return expr
        return Grouping(expr) if isinstance(expr, BinaryExpression | UnaryExpression | FunctionElement | Cast) else expr

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
        autoincrement: bool | None = None,
        existing_autoincrement: bool | None = None,
        comment: Any = False,
        existing_comment: str | None = None,
        **kw: Any,
    ) -> None:
        known = {"schema": schema, "existing_server_default": existing_server_default}
        if isinstance(server_default, Computed) or isinstance(existing_server_default, Computed):
            self._exec(elements.ComputedColumnDefault(table_name, column_name, server_default, **known))
        elif isinstance(server_default, Identity) or isinstance(existing_server_default, Identity):
            self._exec(elements.IdentityColumnDefault(table_name, column_name, server_default, self, **known))
        definition = {
            "schema": schema,
            "nullable": nullable if nullable is not None else True if existing_nullable is None else existing_nullable,
            "type_": type_ if type_ is not None else existing_type,
            "default": server_default if server_default is not False else existing_server_default,
            "autoincrement": autoincrement if autoincrement is not None else existing_autoincrement,
            "comment": comment if comment is not False else existing_comment,
        }
        if name is not None or repeats_default(definition["type_"], server_default):
            self._exec(MySQLChangeColumn(table_name, column_name, newname=name or column_name, **definition))
        elif nullable is not None or type_ is not None or autoincrement is not None or comment is not False:
            self._exec(MySQLModifyColumn(table_name, column_name, newname=None, **definition))
        elif server_default is not False:
            self._exec(MySQLAlterDefault(table_name, column_name, server_default, schema=schema))

    def drop_constraint(self, const: Constraint, **kw: Any) -> None:
        # The CHECKs of Boolean and Enum types were never there on servers that knew no CHECK.
        if not (isinstance(const, CheckConstraint) and getattr(const, "_type_bound", False)):
            self._exec(MySQLDropConstraint(const, **kw, **isolation(DropConstraint)))

    def prep_table_for_batch(self, batch_impl: Any, table: Table) -> list[Constraint]:
        # Names of foreign keys are unique in a database, so the old table must give them up first.
        named = [key for key in table.foreign_key_constraints if key.name is not None]
        for key in named:
            self.drop_constraint(key)
        return list(named)

    def compare_type(self, inspector_column: Any, metadata_column: Any) -> bool:
        existing, wanted = inspector_column.type, metadata_column.type
        if isinstance(existing, sqltypes.Enum) and isinstance(wanted, sqltypes.Enum):
            return set(existing.enums) != set(wanted.enums)
        if isinstance(existing, SET) and isinstance(wanted, SET) and existing.values != wanted.values:
            return True
        return super().compare_type(inspector_column, metadata_column)

    def stored_type(self, parts: TypeParts) -> TypeParts:
        # https://dev.mysql.com/doc/refman/8.4/en/floating-point-types.html, …/charset-national.html
        parts = as_real_or_double(parts, "float")
        national = parts.name.startswith("national ")
        extra = {"character set": "utf8mb3"} if national else dict(parts.extra)
        if extra.get("character set") == "utf8":
            extra["character set"] = "utf8mb3"  # its name until MySQL 8.0.30 and MariaDB 10.6
        name = parts.name.removeprefix("national ")
        return TypeParts({"real": "double", "double precision": "double"}.get(name, name), parts.arguments, extra)

    def compare_server_default(
        self,
        inspector_column: Any,
        metadata_column: Any,
        rendered_metadata_default: str | None,
        rendered_inspector_default: str | None,
    ) -> bool:
        table = metadata_column.table
        counts = table is not None and metadata_column is table._autoincrement_column
        if counts and rendered_metadata_default is None:
            return False
        return defaults_differ(
            self, inspector_column, metadata_column, rendered_metadata_default, rendered_inspector_default
        )

    def same_expression(self, ours: str, theirs: str, table: Table) -> bool | None:
        return are_same(self.connection, ours, theirs, f"FROM {self.dialect.identifier_preparer.format_table(table)}")

    def compare_indexes(self, metadata_index: Index, reflected_index: Index) -> ComparisonResult:
        return compare_stored(self, metadata_index, reflected_index)

    def same_table_option(self, option: str, value: Any, stored: Mapping[str, Any]) -> bool:
        told = {_plain_option(name): one for name, one in stored.items()}
        name = _plain_option(option)
        if super().same_table_option(name, value, told):
            return True
        # What was called utf8 is utf8mb3 to newer servers.
        return name == "charset" and {str(value).lower(), str(told.get(name)).lower()} == {"utf8", "utf8mb3"}

    def complete_reflected(self, inspector: Any, schema: str | None, tables: dict[str, Table]) -> None:
        with inspector._operation_context() as connection:
            note_stored(connection, schema, tables)
            complete_defaults(connection, schema, tables)

    def correct_for_autogen_constraints(
        self, conn_uniques: Any, conn_indexes: Any, metadata_unique_constraints: Any, metadata_indexes: Any
    ) -> None:
        # A unique constraint is a unique index here; what the models call a constraint counts as one.
        wanted_indexes = {stored_name(index, self.dialect) for index in metadata_indexes}
        names = {constraint: stored_name(constraint, self.dialect) for constraint in metadata_unique_constraints}
        wanted_uniques = set(names.values()) - {None}
        nameless = {_columns(constraint) for constraint, name in names.items() if name is None}
        for index in list(conn_indexes):
            if not index.unique or index.name in wanted_indexes:
                continue
            if index.name in wanted_uniques or _columns(index) in nameless:
                conn_indexes.discard(index)
                conn_uniques.add(UniqueConstraint(*index.columns, name=index.name))
        # InnoDB makes an index for a foreign key that has none; nobody asked for it.
        made = {
            tuple(key.column_keys)
            for index in conn_indexes
            if index.table is not None
            for key in index.table.foreign_key_constraints
        }
        for index in list(conn_indexes):
            columns = tuple(column.name for column in index.columns)
            if not index.unique and index.name not in wanted_indexes | wanted_uniques and columns in made:
                conn_indexes.discard(index)

    def index_made_for(self, foreign_key: Any) -> Any:
        # InnoDB makes one where none fits, and leaves it behind when the key goes.
        keys = foreign_key.parent.foreign_key_constraints - {foreign_key}
        columns = tuple(foreign_key.column_keys)
        if any(tuple(key.column_keys) == columns for key in keys):
            return None
        fitting = (index for index in foreign_key.parent.indexes if _columns(index) == columns and not index.unique)
        return next((index for index in fitting if index.name == foreign_key.name), None)

    def correct_for_autogen_foreignkeys(self, conn_fks: Any, metadata_fks: Any) -> None:
        # RESTRICT is the default and is reported as nothing.
        for key in (*conn_fks, *metadata_fks):
            for name in ("onupdate", "ondelete"):
                if (getattr(key, name) or "").lower() in ("restrict", "no action"):
                    setattr(key, name, None)


class MariaDBImpl(MySQLImpl):
    """MariaDB, where its SQLAlchemy dialect calls itself so."""

    __dialect__ = "mariadb"


def _plain_option(name: str) -> str:
    """One name for each of the options of a table that have several."""
    plain = name.lower().replace(" ", "_").removeprefix("default_")
    return {"character_set": "charset", "collation": "collate"}.get(plain, plain)


def _columns(item: Any) -> tuple[str, ...]:
    return tuple(column.name for column in item.columns)
