"""A value that is rendered into its statement, whatever the mode."""

from __future__ import annotations

from typing import Any

from sqlalchemy import types as sqltypes
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import ColumnElement, literal


class InlineLiteral(ColumnElement[Any]):
    """``op.inline_literal(value)``."""

    inherit_cache = False  # its value is part of its SQL
    __visit_name__ = "headway_inline_literal"

    def __init__(self, value: Any, type_: Any = None) -> None:
        self.value = value
        bound = literal(value, type_) if type_ is not None else literal(value)
        self.type = sqltypes.to_instance(type_) if type_ is not None else bound.type


@compiles(InlineLiteral)  # type: ignore[untyped-decorator,no-untyped-call,unused-ignore]  # differs by SQLAlchemy version
def _render(element: InlineLiteral, compiler: Any, **kw: Any) -> str:
    return str(compiler.render_literal_value(element.value, element.type))
