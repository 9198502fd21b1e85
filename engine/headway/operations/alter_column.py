"""The operation that changes a column."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column

from headway.operations.base import AbstractOperations, directive
from headway.operations.columns import given
from headway.operations.dispatch import implementations
from headway.operations.schemaobj import SchemaObjects
from headway.operations.tables import AlterTableOp


@directive("alter_column", batch=True)
class AlterColumnOp(AlterTableOp):
    """``op.alter_column``."""

    def __init__(
        self,
        table_name: str,
        column_name: str,
        *,
        schema: str | None = None,
        existing_type: Any = None,
        existing_server_default: Any = False,
        existing_nullable: bool | None = None,
        existing_comment: str | None = None,
        modify_nullable: bool | None = None,
        modify_comment: Any = False,
        modify_server_default: Any = False,
        modify_name: str | None = None,
        modify_type: Any = None,
        **kw: Any,
    ) -> None:
        super().__init__(table_name, schema=schema)
        self.column_name = column_name
        self.existing_type = existing_type
        self.existing_server_default = existing_server_default
        self.existing_nullable = existing_nullable
        self.existing_comment = existing_comment
        self.modify_nullable = modify_nullable
        self.modify_comment = modify_comment
        self.modify_server_default = modify_server_default
        self.modify_name = modify_name
        self.modify_type = modify_type
        self.kw = kw

    @classmethod
    def alter_column(
        cls,
        operations: AbstractOperations,
        table_name: str,
        column_name: str,
        *,
        nullable: bool | None = None,
        comment: Any = False,
        server_default: Any = False,
        new_column_name: str | None = None,
        type_: Any = None,
        existing_type: Any = None,
        existing_server_default: Any = False,
        existing_nullable: bool | None = None,
        existing_comment: str | None = None,
        schema: str | None = None,
        **kw: Any,
    ) -> None:
        """Changes nullability, default, name, type or comment of a column; what is not given stays.

        The ``existing_*`` arguments say what the column is now, which MySQL and SQL Server need to keep it.
        """
        operations.invoke(
            cls(
                table_name,
                column_name,
                schema=schema,
                existing_type=existing_type,
                existing_server_default=existing_server_default,
                existing_nullable=existing_nullable,
                existing_comment=existing_comment,
                modify_name=new_column_name,
                modify_type=type_,
                modify_server_default=server_default,
                modify_nullable=nullable,
                modify_comment=comment,
                **kw,
            )
        )

    @classmethod
    def batch_alter_column(
        cls,
        operations: AbstractOperations,
        table_name: str,
        column_name: str,
        *,
        nullable: bool | None = None,
        comment: Any = False,
        server_default: Any = False,
        new_column_name: str | None = None,
        type_: Any = None,
        existing_type: Any = None,
        existing_server_default: Any = False,
        existing_nullable: bool | None = None,
        existing_comment: str | None = None,
        schema: str | None = None,
        insert_before: str | None = None,
        insert_after: str | None = None,
        **kw: Any,
    ) -> None:
        """Changes a column; in a copied table it can be placed before or after another."""
        place = given(insert_before=insert_before, insert_after=insert_after)
        cls.alter_column(
            operations,
            table_name,
            column_name,
            nullable=nullable,
            comment=comment,
            server_default=server_default,
            new_column_name=new_column_name,
            type_=type_,
            existing_type=existing_type,
            existing_server_default=existing_server_default,
            existing_nullable=existing_nullable,
            existing_comment=existing_comment,
            schema=schema,
            **place,
            **kw,
        )

    def has_changes(self) -> bool:
        """Whether it changes anything."""
        plain = self.modify_nullable is not None or self.modify_type is not None or self.modify_name is not None
        marked = self.modify_server_default is not False or self.modify_comment is not False
        return plain or marked or any(key.startswith("modify_") for key in self.kw)

    def reverse(self) -> AlterColumnOp:
        changed = {
            "modify_nullable": (self.modify_nullable, self.existing_nullable, None),
            "modify_type": (self.modify_type, self.existing_type, None),
            "modify_server_default": (self.modify_server_default, self.existing_server_default, False),
            "modify_comment": (self.modify_comment, self.existing_comment, False),
        }
        keywords = dict(self.kw)
        for name, (new, old, unset) in changed.items():
            existing = name.replace("modify", "existing")
            if new is not unset:
                keywords[name], keywords[existing] = old, new
            else:
                keywords[existing] = old
        for key in [key for key in self.kw if key.startswith("modify_")]:
            existing = key.replace("modify", "existing", 1)
            keywords[key], keywords[existing] = self.kw.get(existing), self.kw[key]
        name = self.column_name
        if self.modify_name is not None:
            name, keywords["modify_name"] = self.modify_name, self.column_name
        return AlterColumnOp(self.table_name, name, schema=self.schema, **keywords)

    def to_diff_tuple(self) -> Any:
        known = {
            "existing_nullable": self.existing_nullable,
            "existing_type": self.existing_type,
            "existing_server_default": self.existing_server_default,
            "existing_comment": self.existing_comment,
        }
        diffs = []
        for aspect, kind, new, unset in (
            ("type", "modify_type", self.modify_type, None),
            ("nullable", "modify_nullable", self.modify_nullable, None),
            ("server_default", "modify_default", self.modify_server_default, False),
            ("comment", "modify_comment", self.modify_comment, False),
        ):
            if new is not unset:
                old = f"existing_{aspect}"
                rest = {key: value for key, value in known.items() if key != old}
                diffs.append((kind, self.schema, self.table_name, self.column_name, rest, known[old], new))
        return diffs


@implementations.dispatch_for(AlterColumnOp)
def alter_column(operations: AbstractOperations, operation: AlterColumnOp) -> None:
    """Alters the column; a CHECK that belongs to its old type is dropped before, one of its new type made after."""
    impl, schema = operations.impl, operation.schema
    objects = SchemaObjects(operations.migration_context)

    def type_checks(type_: Any, name: str) -> list[Any]:
        table = objects.table(operation.table_name, Column(name, type_), schema=schema)
        return [item for item in table.constraints if item._type_bound]

    if operation.existing_type is not None and operation.modify_type is not None:
        for constraint in type_checks(operation.existing_type, operation.column_name):
            if impl.wants_type_check(constraint):
                impl.drop_constraint(constraint)
    impl.alter_column(
        operation.table_name,
        operation.column_name,
        nullable=operation.modify_nullable,
        server_default=operation.modify_server_default,
        name=operation.modify_name,
        type_=operation.modify_type,
        schema=schema,
        existing_type=operation.existing_type,
        existing_server_default=operation.existing_server_default,
        existing_nullable=operation.existing_nullable,
        comment=operation.modify_comment,
        existing_comment=operation.existing_comment,
        **operation.kw,
    )
    if operation.modify_type is not None:
        for constraint in type_checks(operation.modify_type, operation.modify_name or operation.column_name):
            if impl.wants_type_check(constraint):
                impl.add_constraint(constraint)
