"""PostgreSQL's own SQL for changes. See https://www.postgresql.org/docs/current/sql-altertable.html"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Computed, Identity
from sqlalchemy import types as sqltypes

from headway.dialects import elements
from headway.dialects.elements import AlterColumn, compiled, format_column_name, format_type
from headway.operations.refusals import CannotCompile


class PostgresqlColumnType(AlterColumn):
    """ALTER COLUMN … TYPE … USING."""

    def __init__(self, name: str, column_name: str, type_: Any, **kw: Any) -> None:
        using = kw.pop("using", None)
        super().__init__(name, column_name, **kw)
        self.type_ = sqltypes.to_instance(type_)
        self.using = using


@compiled(PostgresqlColumnType, "postgresql")
def visit_column_type(element: PostgresqlColumnType, compiler: Any, **kw: Any) -> str:
    using = f" USING {element.using}" if element.using else ""
    return f"{_alter(element, compiler)} TYPE {format_type(compiler, element.type_)}{using}"


@compiled(elements.ColumnComment, "postgresql")
def visit_column_comment(element: elements.ColumnComment, compiler: Any, **kw: Any) -> str:
    table = elements.format_table_name(compiler, element.table_name, element.schema)
    text = "NULL" if element.comment is None else elements.format_text(compiler, element.comment)
    return f"COMMENT ON COLUMN {table}.{format_column_name(compiler, element.column_name)} IS {text}"


@compiled(elements.IdentityColumnDefault, "postgresql")
def visit_identity_column(element: elements.IdentityColumnDefault, compiler: Any, **kw: Any) -> str:
    column = _alter(element, compiler)
    if element.default is None:
        return f"{column} DROP IDENTITY"
    if not isinstance(element.default, Identity):
        raise CannotCompile(
            f"column {element.column_name} of {element.table_name} is an identity and can have no default",
            hint="Drop the identity first: alter_column(…, server_default=None, existing_server_default=sa.Identity()).",
        )
    if not isinstance(element.existing_server_default, Identity):
        return f"{column} ADD {compiler.visit_identity_column(element.default)}"
    return f"{column} {' '.join(identity_changes(element.default, element.existing_server_default))}"


@compiled(elements.ComputedColumnDefault, "postgresql")
def visit_computed_column(element: elements.ComputedColumnDefault, compiler: Any, **kw: Any) -> str:
    if element.default is None and isinstance(element.existing_server_default, Computed):
        return f"{_alter(element, compiler)} DROP EXPRESSION"
    raise CannotCompile(
        f"{elements.NO_COMPUTED}: column {element.column_name} of {element.table_name}",
        hint="Drop the column and add it again with sa.Computed(…).",
    )


IDENTITY_OPTIONS = {
    "cache": "CACHE {}",
    "cycle": "{} CYCLE",
    "increment": "INCREMENT BY {}",
    "maxvalue": "MAXVALUE {}",
    "minvalue": "MINVALUE {}",
    "nomaxvalue": "NO MAXVALUE",
    "nominvalue": "NO MINVALUE",
    "start": "START WITH {}",
}


def identity_changes(new: Identity, old: Identity) -> list[str]:
    """What ALTER COLUMN must be told to make one identity of another."""
    changes: list[str] = []
    if bool(new.always) != bool(old.always):
        changes.append(f"SET GENERATED {'ALWAYS' if new.always else 'BY DEFAULT'}")
    for name, words in IDENTITY_OPTIONS.items():
        value = getattr(new, name)
        if value is not None and value != getattr(old, name):
            shown = ("" if value else "NO") if name == "cycle" else value
            changes.append(f"SET {words.format(shown).strip()}")
    return changes


def _alter(element: AlterColumn, compiler: Any) -> str:
    table = elements.alter_table(compiler, element.table_name, element.schema)
    return f"{table} {elements.alter_column(compiler, element.column_name)}"
