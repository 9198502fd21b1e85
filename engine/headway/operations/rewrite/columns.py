"""A column of the new table while it is being changed: plain values, made into a Column at the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Computed, Identity
from sqlalchemy import types as sqltypes

from headway.operations.rewrite.conversion import Conversion


@dataclass
class ColumnState:
    """What one column of the new table will be."""

    origin: Column[Any]
    """The column as it was, or as it was given to add_column()."""
    name: str
    type_: sqltypes.TypeEngine[Any]
    nullable: bool
    server_default: Any
    autoincrement: Any
    comment: str | None
    source: Any
    """What fills it: a column of the old table, perhaps cast; None for a column that the database fills."""
    conversion: Conversion | None = None
    """How its values become those of another type, where the database's own CAST would make nonsense of some."""

    @classmethod
    def existing(cls, column: Column[Any]) -> ColumnState:
        """A column of the old table."""
        return cls._of(column, source=None if column.computed is not None else column)

    @classmethod
    def added(cls, column: Column[Any]) -> ColumnState:
        """A column that the old table has not."""
        return cls._of(column, source=None)

    @classmethod
    def _of(cls, column: Column[Any], source: Any) -> ColumnState:
        return cls(
            origin=column,
            name=column.name,
            type_=column.type,
            nullable=bool(column.nullable),
            server_default=column.server_default,
            autoincrement=column.autoincrement,
            comment=column.comment,
            source=source,
        )

    def set_default(self, server_default: Any) -> None:
        """Gives it another default, computed expression or identity, or with None takes it away."""
        self.server_default = server_default
        if isinstance(server_default, Computed):
            self.source = None  # nothing can be inserted into a generated column

    def forget_type_check(self) -> None:
        """Makes the type bring no CHECK; the type itself may belong to the user and is left as it is."""
        type_: Any = self.type_
        self.type_ = type_.copy()
        self.type_.create_constraint = False  # type: ignore[attr-defined]

    def checked_by_type(self) -> str | None:
        """The name of the CHECK that the type brings, if it brings one."""
        if isinstance(self.type_, sqltypes.SchemaType) and getattr(self.type_, "create_constraint", False):
            return self.type_.name
        return None

    def build(self, copy_check: Callable[[Any], Any]) -> Column[Any]:
        """The column, with the copies that ``copy_check`` makes of the CHECKs that are written into it.

        Made anew and not copied, because a copied one would bring the CHECK of its former type.
        """
        default: Any = self.server_default
        extra: list[Any] = [copy_check(constraint) for constraint in self.origin.constraints]
        if isinstance(default, Computed | Identity):
            extra.append(default._copy())
            default = None
        return Column(
            self.name,
            self.type_,
            *extra,
            nullable=self.nullable,
            server_default=default,
            autoincrement=self.autoincrement,
            comment=self.comment,
            info=dict(self.origin.info),
            **self.origin.dialect_kwargs,
        )
