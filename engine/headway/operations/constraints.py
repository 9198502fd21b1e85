"""Operations that add a constraint, one class for each kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import CheckConstraint, Constraint, ForeignKeyConstraint, PrimaryKeyConstraint, UniqueConstraint

from headway.operations.base import AbstractOperations, directive
from headway.operations.constraint_base import AddConstraintOp, database_name
from headway.operations.naming import table_of
from headway.operations.schemaobj import SchemaObjects, options_by_name, referent


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
        **kw: Any,
    ) -> None:
        """Adds a primary key; ``kw`` takes deferrable, initially and dialect options."""
        operations.invoke(cls(constraint_name, table_name, columns, schema=schema, **kw))

    @classmethod
    def from_constraint(cls, constraint: Constraint) -> CreatePrimaryKeyOp:
        assert isinstance(constraint, PrimaryKeyConstraint)
        return cls(
            database_name(constraint),
            constraint.table.name,
            [column.name for column in constraint.columns],
            schema=constraint.table.schema,
            **_timing(constraint),
            **options_by_name(constraint.dialect_kwargs, constraint.table),
        )

    def to_constraint(self, migration_context: Any = None) -> PrimaryKeyConstraint:
        return SchemaObjects(migration_context).primary_key_constraint(
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
            database_name(constraint),
            constraint.table.name,
            [column.name for column in constraint.columns],
            schema=constraint.table.schema,
            **_timing(constraint),
            **options_by_name(constraint.dialect_kwargs, constraint.table),
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
            database_name(constraint),
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
        return SchemaObjects(migration_context).foreign_key_constraint(
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
        table = table_of(constraint)
        return cls(
            database_name(constraint),
            table.name,
            constraint.sqltext,
            schema=table.schema,
            **_timing(constraint),
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
            database_name(constraint),
            constraint.table.name,
            [(expression, operator) for expression, _, operator in constraint._render_exprs],
            where=constraint.where,
            schema=constraint.table.schema,
            _orig_constraint=constraint,
            using=constraint.using,
            **({"ops": constraint.ops} if constraint.ops else {}),
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


def _timing(constraint: Any) -> dict[str, Any]:
    return {n: value for n in ("deferrable", "initially") if (value := getattr(constraint, n)) is not None}


def _target(constraint: ForeignKeyConstraint) -> tuple[str | None, str, list[str]]:
    """Schema, table and columns that a foreign key refers to, whether its target is resolved or only named."""
    found = [referent(element) for element in constraint.elements]
    schema, table, _ = found[0]
    return schema, table, [column for _, _, column in found]
