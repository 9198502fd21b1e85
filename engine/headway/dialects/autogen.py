"""What autogenerate asks a database: whether types, defaults, indexes and constraints differ, and how they are written.

A part of every implementation; changes nothing in the database.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Index, Table
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.elements import ClauseElement

from headway.dialects.differences import ComparisonResult, TypeParts, compare_indexes, compare_types, compare_uniques
from headway.dialects.index_text import single_percents

OPTIONS = "headway_options"
"""Where the ``info`` of a reflected MetaData keeps, by the keys of its tables, options that SQLAlchemy leaves out.

By their names without the dialect's. What stood in a table's own ``info`` would be written into migrations.
"""


class Comparing:
    """The questions with the answers of most databases; implementations override what differs."""

    dialect: Dialect
    compared_index_options: frozenset[str] = frozenset()
    """The options of an index, without the dialect's name, that ``compare_indexes`` looks at or that leave no trace."""

    def compare_type(self, inspector_column: Column[Any], metadata_column: Column[Any]) -> bool:
        """Whether the types differ."""
        return compare_types(self, inspector_column, metadata_column)

    def stored_type(self, parts: TypeParts) -> TypeParts:
        """A type as the database keeps it: some have several names."""
        return parts

    def compare_server_default(
        self,
        inspector_column: Any,
        metadata_column: Any,
        rendered_metadata_default: str | None,
        rendered_inspector_default: str | None,
    ) -> bool:
        """Whether the defaults differ, given as SQL text."""
        return rendered_inspector_default != rendered_metadata_default

    def same_expression(self, ours: str, theirs: str, table: Table) -> bool | None:
        """Whether two expressions over a table's columns are the same to the database; None when it cannot tell."""
        return None

    def compare_indexes(self, metadata_index: Index, reflected_index: Index) -> ComparisonResult:
        """What tells two indexes of the same name apart."""
        return compare_indexes(self, metadata_index, reflected_index)

    def same_table_option(self, option: str, value: Any, stored: Mapping[str, Any]) -> bool:
        """Whether what the models say of a table is among the options that the database tells of it."""
        told = stored.get(option)
        if isinstance(value, bool):
            return bool(told) == value
        ours, theirs = (
            {str(k).lower(): str(v).lower() for k, v in one.items()} if isinstance(one, Mapping) else str(one).lower()
            for one in (value, told)
        )
        return ours == theirs

    def compare_unique_constraint(self, metadata_constraint: Any, reflected_constraint: Any) -> ComparisonResult:
        """What tells two unique constraints of the same name apart."""
        return compare_uniques(self, metadata_constraint, reflected_constraint)

    def compare_check_constraint(self, metadata_constraint: Any, reflected_constraint: Any) -> ComparisonResult:
        """What tells two CHECKs of the same name apart: nothing, since databases rewrite their text."""
        return ComparisonResult.Equal()

    def correct_for_autogen_constraints(
        self, conn_uniques: Any, conn_indexes: Any, metadata_unique_constraints: Any, metadata_indexes: Any
    ) -> None:
        """Removes from the four sets what this database makes or reports by itself."""

    def correct_for_autogen_foreignkeys(self, conn_fks: Any, metadata_fks: Any) -> None:
        """Evens out foreign keys that this database reports in another way."""

    def index_made_for(self, foreign_key: Any) -> Any:
        """The index that this database made by itself for a reflected foreign key, or None."""
        return None

    def autogen_column_reflect(self, inspector: Any, table: Any, column_info: Any) -> None:
        """Called for each reflected column; may change its description in place."""

    def complete_reflected(self, inspector: Any, schema: str | None, tables: dict[str, Table]) -> None:
        """Adds to the reflected tables of a schema what SQLAlchemy leaves out and the comparisons need."""

    def adjust_reflected_dialect_options(self, reflected_object: Any, kind: str) -> dict[str, Any]:
        """The dialect options of a reflected index or constraint that a migration should show."""
        return dict(reflected_object.get("dialect_options", {}))

    def render_ddl_sql_expr(self, expr: ClauseElement, is_server_default: bool = False, **kw: Any) -> str:
        """An expression as this database's SQL; ``is_index=True`` for an element of an index."""
        options = {"literal_binds": True, "include_table": False}
        written = self.in_index(expr) if kw.get("is_index") else expr
        return single_percents(str(written.compile(dialect=self.dialect, compile_kwargs=options)), self.dialect)

    def in_index(self, expr: ClauseElement) -> ClauseElement:
        """An expression with the parentheses that this database wants around it in an index."""
        return expr

    def render_type(self, type_obj: Any, autogen_context: Any) -> Any:
        """A type's Python text for a migration, or False for the usual one."""
        return False
