"""What the operations on constraints have in common, and the one that drops any of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, ClassVar

from sqlalchemy import Constraint

from headway.errors import NotSupported
from headway.operations.base import AbstractOperations, MigrateOperation, directive
from headway.operations.dispatch import implementations
from headway.operations.naming import final_name, table_of
from headway.operations.refusals import CannotCompile
from headway.operations.schemaobj import SchemaObjects


class AddConstraintOp(MigrateOperation):
    """The base of the operations that add a constraint."""

    constraint_name: Any
    constraint_type: ClassVar[str]
    add_constraint_ops: ClassVar[dict[str, type[AddConstraintOp]]] = {}

    @classmethod
    def register_add_constraint(cls, type_: str) -> Callable[[type], type]:
        """A class decorator: the operation adds constraints whose ``__visit_name__`` is ``type_``."""

        def register(op_class: type) -> type:
            cls.add_constraint_ops[type_] = op_class
            return op_class

        return register

    @classmethod
    def from_constraint(cls, constraint: Constraint) -> Any:
        """The operation that adds ``constraint``, of the class for its kind."""
        return cls.add_constraint_ops[constraint.__visit_name__].from_constraint(constraint)

    def to_constraint(self, migration_context: Any = None) -> Constraint:
        """The constraint as SQLAlchemy sees it."""
        raise NotSupported(f"{type(self).__name__} builds no constraint")

    def reverse(self) -> DropConstraintOp:
        return DropConstraintOp.from_constraint(self.to_constraint())

    def to_diff_tuple(self) -> tuple[Any, ...]:
        return ("add_constraint", self.to_constraint())


@directive("drop_constraint", batch=True)
class DropConstraintOp(MigrateOperation):
    """``op.drop_constraint``."""

    def __init__(
        self,
        constraint_name: Any,
        table_name: str,
        type_: str | None = None,
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
        _reverse: AddConstraintOp | None = None,
    ) -> None:
        self.constraint_name = constraint_name
        self.table_name = table_name
        self.constraint_type = type_
        self.schema = schema
        self.if_exists = if_exists
        self._reverse = _reverse

    @classmethod
    def drop_constraint(
        cls,
        operations: AbstractOperations,
        constraint_name: str,
        table_name: str,
        type_: str | None = None,
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
    ) -> None:
        """Drops a constraint; ``type_`` is foreignkey, primary, unique or check, and MySQL needs it."""
        operations.invoke(cls(constraint_name, table_name, type_=type_, schema=schema, if_exists=if_exists))

    def reverse(self) -> AddConstraintOp:
        return AddConstraintOp.from_constraint(self.to_constraint())  # type: ignore[no-any-return]

    def to_diff_tuple(self) -> tuple[Any, ...]:
        kind = "remove_fk" if self.constraint_type == "foreignkey" else "remove_constraint"
        return (kind, self.to_constraint())

    @classmethod
    def from_constraint(cls, constraint: Constraint) -> DropConstraintOp:
        """The operation that drops ``constraint`` and remembers how to make it again."""
        types = {
            "unique_constraint": "unique",
            "foreign_key_constraint": "foreignkey",
            "primary_key_constraint": "primary",
            "check_constraint": "check",
            "column_check_constraint": "check",
            "table_or_column_check_constraint": "check",
        }
        table = table_of(constraint)
        return cls(
            database_name(constraint),
            table.name,
            schema=table.schema,
            type_=types.get(constraint.__visit_name__),
            _reverse=AddConstraintOp.from_constraint(constraint),
        )

    def to_constraint(self) -> Constraint:
        """The dropped constraint. Raises ValueError when the operation does not remember it."""
        if self._reverse is None:
            raise ValueError("constraint cannot be produced; original constraint is not present")
        constraint = self._reverse.to_constraint()
        constraint.name = self.constraint_name
        return constraint


@implementations.dispatch_for(AddConstraintOp)
def add_constraint(operations: AbstractOperations, operation: AddConstraintOp) -> None:
    """Adds the constraint."""
    operations.impl.add_constraint(operation.to_constraint(operations.migration_context))


@implementations.dispatch_for(DropConstraintOp)
def drop_constraint(operations: AbstractOperations, operation: DropConstraintOp) -> None:
    """Drops the constraint. Raises UsageError when nobody can tell its name."""
    _check_name(operations, operation)
    constraint = SchemaObjects(operations.migration_context).generic_constraint(
        operation.constraint_name, operation.table_name, operation.constraint_type, schema=operation.schema
    )
    keywords = {} if operation.if_exists is None else {"if_exists": operation.if_exists}
    operations.impl.drop_constraint(constraint, **keywords)


def database_name(constraint: Constraint) -> Any:
    """The name as it is in the database, so that no naming convention is applied to it twice."""
    return final_name(constraint) if isinstance(constraint.name, str) else None


def _check_name(operations: AbstractOperations, operation: DropConstraintOp) -> None:
    """A name that the convention makes of columns cannot be known: the operation does not say which they are."""
    if operation.constraint_name is not None:
        return
    if operation.constraint_type == "primary" and not operations.migration_context.impl.names_primary_keys:
        return
    convention = SchemaObjects(operations.migration_context).metadata().naming_convention
    kinds = {"primary": "pk", "unique": "uq", "check": "ck", "foreignkey": "fk"}
    template = convention.get(kinds.get(operation.constraint_type or "", ""))
    if isinstance(template, str) and not re.search(r"%\((column|referred|constraint)_", template):
        return
    raise CannotCompile(
        f"Constraint must have a name: drop_constraint() of table {operation.table_name} was given None",
        hint="Look the name up in the database, or give every constraint one with a naming convention.",
    )
