"""Operations on constraints."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Constraint, ForeignKeyConstraint, PrimaryKeyConstraint, UniqueConstraint

from headway.errors import UsageError
from headway.operations.base import AbstractOperations, MigrateOperation, directive
from headway.operations.dispatch import implementations
from headway.operations.naming import final_name
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
        raise UsageError(f"{type(self).__name__} builds no constraint")

    def reverse(self) -> DropConstraintOp:
        return DropConstraintOp.from_constraint(self.to_constraint())

    def to_diff_tuple(self) -> tuple[Any, ...]:
        return ("add_constraint", self.to_constraint())


@AddConstraintOp.register_add_constraint("primary_key_constraint")
@directive("create_primary_key", batch=True)
class CreatePrimaryKeyOp(AddConstraintOp):
    """``op.create_primary_key``."""

    constraint_type = "primarykey"

    def __init__(
        self, constraint_name: Any, table_name: str, columns: Sequence[str], *, schema: str | None = None, **kw: Any
    ) -> None:
        self.constraint_name = constraint_name
        self.table_name = table_name
        self.columns = columns
        self.schema = schema
        self.kw = kw

    @classmethod
    def create_primary_key(
        cls,
        operations: AbstractOperations,
        constraint_name: str | None,
        table_name: str,
        columns: list[str],
        *,
        schema: str | None = None,
    ) -> None:
        """Adds a primary key."""
        operations.invoke(cls(constraint_name, table_name, columns, schema=schema))

    @classmethod
    def from_constraint(cls, constraint: Constraint) -> CreatePrimaryKeyOp:
        assert isinstance(constraint, PrimaryKeyConstraint)
        return cls(
            _name(constraint),
            constraint.table.name,
            list(constraint.columns.keys()),
            schema=constraint.table.schema,
            **constraint.dialect_kwargs,
        )

    def to_constraint(self, migration_context: Any = None) -> PrimaryKeyConstraint:
        return SchemaObjects(migration_context).primary_key(
            self.constraint_name, self.table_name, self.columns, schema=self.schema, **self.kw
        )


@AddConstraintOp.register_add_constraint("unique_constraint")
@directive("create_unique_constraint", batch=True)
class CreateUniqueConstraintOp(AddConstraintOp):
    """``op.create_unique_constraint``."""

    constraint_type = "unique"

    def __init__(
        self, constraint_name: Any, table_name: str, columns: Sequence[str], *, schema: str | None = None, **kw: Any
    ) -> None:
        self.constraint_name = constraint_name
        self.table_name = table_name
        self.columns = columns
        self.schema = schema
        self.kw = kw

    @classmethod
    def create_unique_constraint(
        cls,
        operations: AbstractOperations,
        constraint_name: str | None,
        table_name: str,
        columns: Sequence[str],
        *,
        schema: str | None = None,
        **kw: Any,
    ) -> Any:
        """Adds a unique constraint; ``kw`` takes deferrable, initially and dialect options."""
        return operations.invoke(cls(constraint_name, table_name, columns, schema=schema, **kw))

    @classmethod
    def from_constraint(cls, constraint: Constraint) -> CreateUniqueConstraintOp:
        assert isinstance(constraint, UniqueConstraint)
        return cls(
            _name(constraint),
            constraint.table.name,
            [column.name for column in constraint.columns],
            schema=constraint.table.schema,
            **_timing(constraint),
            **constraint.dialect_kwargs,
        )

    def to_constraint(self, migration_context: Any = None) -> UniqueConstraint:
        return SchemaObjects(migration_context).unique_constraint(
            self.constraint_name, self.table_name, self.columns, schema=self.schema, **self.kw
        )


@AddConstraintOp.register_add_constraint("foreign_key_constraint")
@directive("create_foreign_key", batch=True)
class CreateForeignKeyOp(AddConstraintOp):
    """``op.create_foreign_key``."""

    constraint_type = "foreignkey"

    def __init__(
        self,
        constraint_name: Any,
        source_table: str,
        referent_table: str,
        local_cols: Sequence[str],
        remote_cols: Sequence[str],
        **kw: Any,
    ) -> None:
        self.constraint_name = constraint_name
        self.source_table = source_table
        self.referent_table = referent_table
        self.local_cols = local_cols
        self.remote_cols = remote_cols
        self.kw = kw

    @classmethod
    def create_foreign_key(
        cls,
        operations: AbstractOperations,
        constraint_name: str | None,
        source_table: str,
        referent_table: str,
        local_cols: list[str],
        remote_cols: list[str],
        *,
        onupdate: str | None = None,
        ondelete: str | None = None,
        deferrable: bool | None = None,
        initially: str | None = None,
        match: str | None = None,
        source_schema: str | None = None,
        referent_schema: str | None = None,
        **dialect_kw: Any,
    ) -> None:
        """Adds a foreign key."""
        options = {
            "onupdate": onupdate,
            "ondelete": ondelete,
            "deferrable": deferrable,
            "initially": initially,
            "match": match,
            "source_schema": source_schema,
            "referent_schema": referent_schema,
        }
        operations.invoke(
            cls(constraint_name, source_table, referent_table, local_cols, remote_cols, **options, **dialect_kw)
        )

    def to_diff_tuple(self) -> tuple[Any, ...]:
        return ("add_fk", self.to_constraint())

    @classmethod
    def from_constraint(cls, constraint: Constraint) -> CreateForeignKeyOp:
        assert isinstance(constraint, ForeignKeyConstraint)
        options = _timing(constraint)
        for name in ("onupdate", "ondelete", "match", "use_alter"):
            if value := getattr(constraint, name):
                options[name] = value
        schema, table, remote = _target(constraint)
        return cls(
            _name(constraint),
            constraint.parent.name,
            table,
            [column.name for column in constraint.columns],
            remote,
            source_schema=constraint.parent.schema,
            referent_schema=schema,
            **options,
            **constraint.dialect_kwargs,
        )

    def to_constraint(self, migration_context: Any = None) -> ForeignKeyConstraint:
        return SchemaObjects(migration_context).foreign_key(
            self.constraint_name,
            self.source_table,
            self.referent_table,
            self.local_cols,
            self.remote_cols,
            **self.kw,
        )


@AddConstraintOp.register_add_constraint("check_constraint")
@AddConstraintOp.register_add_constraint("table_or_column_check_constraint")
@AddConstraintOp.register_add_constraint("column_check_constraint")
@directive("create_check_constraint", batch=True)
class CreateCheckConstraintOp(AddConstraintOp):
    """``op.create_check_constraint``."""

    constraint_type = "check"

    def __init__(
        self, constraint_name: Any, table_name: str, condition: Any, *, schema: str | None = None, **kw: Any
    ) -> None:
        self.constraint_name = constraint_name
        self.table_name = table_name
        self.condition = condition
        self.schema = schema
        self.kw = kw

    @classmethod
    def create_check_constraint(
        cls,
        operations: AbstractOperations,
        constraint_name: str | None,
        table_name: str,
        condition: Any,
        *,
        schema: str | None = None,
        **kw: Any,
    ) -> None:
        """Adds a CHECK; the condition is text or an expression."""
        operations.invoke(cls(constraint_name, table_name, condition, schema=schema, **kw))

    @classmethod
    def from_constraint(cls, constraint: Constraint) -> CreateCheckConstraintOp:
        assert isinstance(constraint, CheckConstraint)
        return cls(
            _name(constraint),
            constraint.table.name,
            constraint.sqltext,
            schema=constraint.table.schema,
            **constraint.dialect_kwargs,
        )

    def to_constraint(self, migration_context: Any = None) -> CheckConstraint:
        return SchemaObjects(migration_context).check_constraint(
            self.constraint_name, self.table_name, self.condition, schema=self.schema, **self.kw
        )


@AddConstraintOp.register_add_constraint("exclude_constraint")
@directive("create_exclude_constraint", batch=True)
class CreateExcludeConstraintOp(AddConstraintOp):
    """``op.create_exclude_constraint``, for PostgreSQL."""

    constraint_type = "exclude"

    def __init__(
        self,
        constraint_name: Any,
        table_name: str,
        elements: Sequence[tuple[Any, str]],
        *,
        where: Any = None,
        schema: str | None = None,
        _orig_constraint: Any = None,
        **kw: Any,
    ) -> None:
        self.constraint_name = constraint_name
        self.table_name = table_name
        self.elements = elements
        self.where = where
        self.schema = schema
        self._orig_constraint = _orig_constraint
        self.kw = kw

    @classmethod
    def create_exclude_constraint(
        cls,
        operations: AbstractOperations,
        constraint_name: str,
        table_name: str,
        *elements: Any,
        **kw: Any,
    ) -> Any:
        """Adds an EXCLUDE of ``(column or expression, operator)`` pairs; takes where, schema, using and timing."""
        return operations.invoke(cls(constraint_name, table_name, elements, **kw))

    @classmethod
    def from_constraint(cls, constraint: Any) -> CreateExcludeConstraintOp:
        return cls(
            _name(constraint),
            constraint.table.name,
            [(expression, operator) for expression, _, operator in constraint._render_exprs],
            where=constraint.where,
            schema=constraint.table.schema,
            _orig_constraint=constraint,
            using=constraint.using,
            **_timing(constraint),
        )

    def to_constraint(self, migration_context: Any = None) -> Constraint:
        if self._orig_constraint is not None:
            return self._orig_constraint  # type: ignore[no-any-return]
        from sqlalchemy import Column
        from sqlalchemy.dialects.postgresql import ExcludeConstraint
        from sqlalchemy.types import NULLTYPE

        names = [element for element, _ in self.elements if isinstance(element, str)]
        table = SchemaObjects(migration_context).table(
            self.table_name, *[Column(name, NULLTYPE) for name in dict.fromkeys(names)], schema=self.schema
        )
        constraint = ExcludeConstraint(*self.elements, name=self.constraint_name, where=self.where, **self.kw)
        for element, name, _ in constraint._render_exprs:
            if name is not None and name not in table.c:
                table.append_column(Column(name, getattr(element, "type", NULLTYPE)))
        table.append_constraint(constraint)
        return constraint


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
        table = constraint.table
        return cls(
            _name(constraint),
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


def _check_name(operations: AbstractOperations, operation: DropConstraintOp) -> None:
    """A name that the convention makes of columns cannot be known: the operation does not say which they are."""
    if operation.constraint_name is not None:
        return
    convention = SchemaObjects(operations.migration_context).metadata().naming_convention
    kinds = {"primary": "pk", "unique": "uq", "check": "ck", "foreignkey": "fk"}
    template = convention.get(kinds.get(operation.constraint_type or "", ""))
    if isinstance(template, str) and not re.search(r"%\((column|referred|constraint)_", template):
        return
    raise UsageError(
        f"Constraint must have a name: drop_constraint() of table {operation.table_name} was given None",
        hint="Look the name up in the database, or give every constraint one with a naming convention.",
    )


def _name(constraint: Constraint) -> Any:
    """The name as it is in the database, so that no naming convention is applied to it twice."""
    return final_name(constraint) if isinstance(constraint.name, str) else None


def _timing(constraint: Any) -> dict[str, Any]:
    return {n: value for n in ("deferrable", "initially") if (value := getattr(constraint, n)) is not None}


def _target(constraint: ForeignKeyConstraint) -> tuple[str | None, str, list[str]]:
    """Schema, table and columns that a foreign key refers to, whether its target is resolved or only named."""
    columns: list[str] = []
    schema: str | None = None
    table = ""
    for element in constraint.elements:
        parts = element._get_colspec().split(".")
        schema, table = ".".join(parts[:-2]) or None, parts[-2]
        columns.append(parts[-1])
    return schema, table, columns
