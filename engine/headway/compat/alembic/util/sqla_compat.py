"""``alembic.util.sqla_compat``: what add-ons ask about SQLAlchemy and its schema objects."""

from __future__ import annotations

from typing import Any
from warnings import warn

from sqlalchemy import CheckConstraint, Index, Table
from sqlalchemy import __version__ as sqlalchemy_version
from sqlalchemy.schema import Identity
from sqlalchemy.sql.elements import ColumnClause, UnaryExpression, quoted_name

from headway.operations.naming import NONE_NAME, final_name

_vers = tuple(int("".join(filter(str.isdigit, part)) or 0) for part in sqlalchemy_version.split(".")[:3])
sqla_2_1 = _vers >= (2, 1)
sqla_2_0_25 = _vers >= (2, 25)  # as Alembic has it

AUTOINCREMENT_DEFAULT = "auto"
identity_has_dialect_kwargs = hasattr(Identity, "dialect_kwargs")


def constraint_name_defined(name: Any) -> bool:
    """Whether a constraint's name is a text or the marker for "none, on purpose"."""
    return name is NONE_NAME or isinstance(name, (str, quoted_name))


def constraint_name_string(name: Any) -> bool:
    """Whether a constraint's name is a text."""
    return isinstance(name, str)


def constraint_name_or_none(name: Any) -> str | None:
    """A constraint's name where it is a text, else None."""
    return name if isinstance(name, str) else None


def is_expression_index(index: Index) -> bool:
    """Whether an index is on something else than columns."""
    return any(is_expression(element) for element in index.expressions)


def is_expression(expr: Any) -> bool:
    """Whether an index's element is something else than a column, or a modifier such as DESC on one."""
    while isinstance(expr, UnaryExpression):
        expr = expr.element
    return not isinstance(expr, ColumnClause) or expr.is_literal


def all_table_check_constraints(table: Table) -> set[CheckConstraint]:
    """The CHECK constraints of a table."""
    return {constraint for constraint in table.constraints if isinstance(constraint, CheckConstraint)}


def _get_constraint_final_name(constraint: Any, dialect: Any) -> str | None:
    """The name of a constraint or index in the database, cut off and hashed where ``dialect`` does so; add-ons use it."""
    name: str | None = final_name(constraint)
    if name is None or dialect is None:
        return name
    rule = dialect.identifier_preparer
    ways = (
        rule.truncate_and_render_index_name
        if isinstance(constraint, Index)
        else rule.truncate_and_render_constraint_name
    )
    return str(ways(name))


__all__ = [
    "AUTOINCREMENT_DEFAULT",
    "all_table_check_constraints",
    "constraint_name_defined",
    "constraint_name_or_none",
    "constraint_name_string",
    "identity_has_dialect_kwargs",
    "is_expression",
    "is_expression_index",
    "sqla_2_0_25",
    "sqla_2_1",
    "sqlalchemy_version",
    "warn",
]
