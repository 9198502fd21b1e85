"""MySQL's and MariaDB's own SQL for changes. See https://dev.mysql.com/doc/refman/8.4/en/alter-table.html"""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint, FetchedValue
from sqlalchemy import types as sqltypes
from sqlalchemy.schema import DropConstraint

from headway.dialects import elements
from headway.dialects.elements import AlterColumn, compiled, format_column_name, format_server_default, format_type
from headway.errors import NotSupported, UsageError


class MySQLChangeColumn(AlterColumn):
    """CHANGE: the whole definition of a column, with its new name. Without a new name it is MODIFY."""

    def __init__(
        self,
        name: str,
        column_name: str,
        schema: str | None = None,
        newname: str | None = None,
        type_: Any = None,
        nullable: bool | None = None,
        default: Any = False,
        autoincrement: bool | None = None,
        comment: Any = False,
    ) -> None:
        super().__init__(name, column_name, schema=schema)
        if type_ is None:
            raise UsageError(
                "All MySQL CHANGE/MODIFY COLUMN operations require the existing type.",
                hint=f"Add existing_type=… to alter_column('{name}', '{column_name}').",
            )
        if isinstance(default, FetchedValue) and not hasattr(default, "arg"):
            raise UsageError(
                f"what the server puts into column {column_name} of {name} is not known, and would be lost",
                hint="Give existing_server_default=… as the text of the default.",
            )
        self.newname = newname
        self.type_ = sqltypes.to_instance(type_)
        self.nullable = nullable
        self.default = default
        self.autoincrement = autoincrement
        self.comment = comment


class MySQLModifyColumn(MySQLChangeColumn):
    """MODIFY: the whole definition of a column that keeps its name."""


class MySQLDropConstraint(DropConstraint):
    """The DROP that the kind of constraint needs. A class of its own, because others compile DropConstraint too."""


class MySQLAlterDefault(AlterColumn):
    """ALTER COLUMN … SET DEFAULT."""

    def __init__(self, name: str, column_name: str, default: Any, schema: str | None = None) -> None:
        super().__init__(name, column_name, schema=schema)
        self.default = default


@compiled(MySQLChangeColumn, "mysql", "mariadb")
def _change(element: MySQLChangeColumn, compiler: Any, **kw: Any) -> str:
    table = elements.alter_table(compiler, element.table_name, element.schema)
    column = format_column_name(compiler, element.column_name)
    verb = (
        f"MODIFY {column}"
        if element.newname is None
        else f"CHANGE {column} {format_column_name(compiler, element.newname)}"
    )
    return f"{table} {verb} {_specification(element, compiler)}"


@compiled(MySQLAlterDefault, "mysql", "mariadb")
def _default(element: MySQLAlterDefault, compiler: Any, **kw: Any) -> str:
    table = elements.alter_table(compiler, element.table_name, element.schema)
    column = format_column_name(compiler, element.column_name)
    if element.default is None:
        return f"{table} ALTER COLUMN {column} DROP DEFAULT"
    return f"{table} ALTER COLUMN {column} SET DEFAULT {format_server_default(compiler, element.default)}"


def _specification(element: MySQLChangeColumn, compiler: Any) -> str:
    text = f"{format_type(compiler, element.type_)} {'NULL' if element.nullable else 'NOT NULL'}"
    if element.autoincrement:
        text += " AUTO_INCREMENT"
    if element.default is not False and element.default is not None:
        text += f" DEFAULT {format_server_default(compiler, element.default)}"
    if element.comment is not None:
        text += f" COMMENT {elements.format_text(compiler, element.comment)}"
    return text


@compiled(MySQLDropConstraint, "mysql", "mariadb")
def _drop_constraint(element: Any, compiler: Any, **kw: Any) -> str:
    constraint = element.element
    if constraint.__visit_name__ in ("foreign_key_constraint", "primary_key_constraint", "unique_constraint"):
        return str(compiler.visit_drop_constraint(element, **kw))
    table = compiler.preparer.format_table(constraint.table)
    if isinstance(constraint, CheckConstraint):
        word = "CONSTRAINT" if compiler.dialect.is_mariadb else "CHECK"
        return f"ALTER TABLE {table} DROP {word} {compiler.preparer.format_constraint(constraint)}"
    raise NotSupported(
        "No generic 'DROP CONSTRAINT' in MySQL - please specify constraint type: "
        f"'{constraint.name}' of {constraint.table.name}",
        hint="Give drop_constraint() type_='foreignkey', 'primary', 'unique' or 'check'.",
    )
