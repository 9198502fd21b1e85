"""What an operation that autogenerate has found says, for a person: what it is about and how the two sides differ.

Compares nothing, and writes no Python.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy.exc import CompileError, UnsupportedCompilationError
from sqlalchemy.schema import Computed, Identity
from sqlalchemy.types import NullType

from headway.operations.alter_column import AlterColumnOp
from headway.operations.base import MigrateOperation
from headway.operations.columns import AddColumnOp, DropColumnOp
from headway.operations.constraint_base import DropConstraintOp
from headway.operations.constraints import (
    CreateCheckConstraintOp,
    CreateExcludeConstraintOp,
    CreateForeignKeyOp,
    CreatePrimaryKeyOp,
    CreateUniqueConstraintOp,
)
from headway.operations.containers import ModifyTableOps
from headway.operations.indexes import CreateIndexOp, DropIndexOp
from headway.operations.tables import CreateTableCommentOp, CreateTableOp, DropTableCommentOp, DropTableOp
from headway.operations.views import CreateViewOp, DropViewOp
from headway.valueclass import valueclass


@valueclass(frozen=True, slots=True)
class Difference:
    """One difference between the models and a schema."""

    operation: MigrateOperation
    lacking: bool
    """Whether the schema lacks what the models have; otherwise it is the other way round."""
    object: str
    """What it is about: ``table storefront.orders``, ``column orders.note``."""
    detail: str
    """How the two differ, in words."""


def differences(operations: Iterable[MigrateOperation], schema: str) -> list[Difference]:
    """One for each operation, in their order; ``schema`` is what the models were compared with: ``the database``.

    A column that is missing in a table where one of the same type is too many is said to be renamed, probably.
    """
    flat = [inner for op in operations for inner in (op.ops if isinstance(op, ModifyTableOps) else (op,))]
    renamed = dict(_renames(flat))
    return [_described(operation, schema, renamed.get(id(operation), "")) for operation in flat]


def _described(operation: MigrateOperation, schema: str, note: str) -> Difference:
    lacks, has = f"the models have it, {schema} lacks it", f"{schema} has it, the models lack it"
    match operation:
        case CreateTableOp():
            return Difference(operation, True, _table(operation), lacks)
        case DropTableOp():
            return Difference(operation, False, _table(operation), has)
        case AddColumnOp():
            return Difference(operation, True, _column(operation, operation.column.name), lacks + note)
        case DropColumnOp():
            return Difference(operation, False, _column(operation, operation.column_name), has + note)
        case AlterColumnOp():
            detail = "; ".join(_altered(operation, schema)) or f"it differs between the models and {schema}"
            return Difference(operation, True, _column(operation, operation.column_name), detail)
        case CreateIndexOp():
            return Difference(operation, True, _table(operation), f"{schema} lacks index {operation.index_name}")
        case DropIndexOp():
            return Difference(operation, False, _table(operation), f"the models lack index {operation.index_name}")
        case CreateForeignKeyOp():
            owner = f"{name}." if (name := operation.kw.get("source_schema")) else ""
            detail = f"{schema} lacks {_constraint(operation)}"
            return Difference(operation, True, f"table {owner}{operation.source_table}", detail)
        case (
            CreatePrimaryKeyOp() | CreateUniqueConstraintOp() | CreateCheckConstraintOp() | CreateExcludeConstraintOp()
        ):
            return Difference(operation, True, _table(operation), f"{schema} lacks {_constraint(operation)}")
        case DropConstraintOp():
            return Difference(operation, False, _table(operation), f"the models lack {_constraint(operation)}")
        case CreateTableCommentOp():
            detail = f"comment: {operation.comment!r} in the models, {operation.existing_comment!r} in {schema}"
            return Difference(operation, True, _table(operation), detail)
        case DropTableCommentOp():
            return Difference(operation, False, _table(operation), f"{schema} has a comment, the models have none")
        case CreateViewOp():
            return Difference(operation, True, f"view {_named(operation.schema, operation.view_name)}", lacks)
        case DropViewOp():
            return Difference(operation, False, f"view {_named(operation.schema, operation.view_name)}", has)
        case _:
            # An operation of the project's own, or of an add-on: of what it is about only its class tells.
            return Difference(operation, True, f"{type(operation).__name__}", lacks)


# -- a column that is altered -----------------------------------------------------------------------------------


def _altered(operation: AlterColumnOp, schema: str) -> Iterator[str]:
    """Each thing that differs, with both values."""
    if operation.modify_type is not None:
        ours, theirs = shown_type(operation.modify_type), shown_type(operation.existing_type)
        if ours == theirs:
            ours, theirs = repr(operation.modify_type), repr(operation.existing_type)
        yield f"type {ours} in the models, {theirs} in {schema}"
    if operation.modify_nullable is not None:
        words = {True: "NULL allowed", False: "NOT NULL", None: "unknown"}
        ours, theirs = words[operation.modify_nullable], words[operation.existing_nullable]
        yield f"{ours} in the models, {theirs} in {schema}"
    if operation.modify_server_default is not False:
        ours, theirs = shown_default(operation.modify_server_default), shown_default(operation.existing_server_default)
        yield f"server default {ours} in the models, {theirs} in {schema}"
    if operation.modify_comment is not False:
        yield f"comment {operation.modify_comment!r} in the models, {operation.existing_comment!r} in {schema}"
    if operation.modify_name is not None:
        yield f"name {operation.modify_name} in the models, {operation.column_name} in {schema}"


def shown_type(kind: Any) -> str:
    """A type as SQL writes it, where that can be told without a database."""
    try:
        return str(kind)
    except (CompileError, UnsupportedCompilationError, NotImplementedError, AttributeError):
        return repr(kind)


def shown_default(default: Any) -> str:
    """A server default in few words: its text, or what kind of default it is."""
    if default is None or default is False:
        return "none"
    if isinstance(default, Computed | Identity):
        return type(default).__name__.lower()
    argument = getattr(default, "arg", default)
    return repr(argument) if isinstance(argument, str) else str(argument)


# -- columns that have another name -----------------------------------------------------------------------------


def _renames(operations: Sequence[MigrateOperation]) -> Iterator[tuple[int, str]]:
    """By an operation's id, what to say of a column that was renamed, probably: the one missing, the one too many."""
    added: dict[tuple[Any, Any], list[AddColumnOp]] = {}
    dropped: dict[tuple[Any, Any], list[DropColumnOp]] = {}
    for operation in operations:
        if isinstance(operation, AddColumnOp):
            added.setdefault((operation.schema, operation.table_name), []).append(operation)
        elif isinstance(operation, DropColumnOp):
            dropped.setdefault((operation.schema, operation.table_name), []).append(operation)
    for table in added.keys() & dropped.keys():
        if len(added[table]) == len(dropped[table]) == 1:
            (new,), (old,) = added[table], dropped[table]
            column = old.to_column()
            if not isinstance(column.type, NullType) and shown_type(new.column.type) == shown_type(column.type):
                how = f"op.alter_column({new.table_name!r}, {old.column_name!r}, new_column_name={new.column.name!r})"
                yield id(new), f"; probably {old.column_name} under a new name: {how}"
                yield id(old), f"; probably renamed to {new.column.name}"


# -- names ------------------------------------------------------------------------------------------------------


def _constraint(operation: Any) -> str:
    kind = getattr(operation, "constraint_type", None) or "constraint"
    name = operation.constraint_name
    return f"the {_KINDS.get(kind, kind)} {name}" if name else f"a {_KINDS.get(kind, kind)} without a name"


_KINDS = {
    "foreignkey": "foreign key",
    "primary": "primary key",
    "primarykey": "primary key",
    "unique": "unique constraint",
    "check": "CHECK",
    "exclude": "exclusion constraint",
}


def _table(operation: Any) -> str:
    return f"table {_named(operation.schema, operation.table_name)}"


def _column(operation: Any, name: object) -> str:
    return f"column {_named(operation.schema, operation.table_name)}.{name}"


def _named(schema: object, name: object) -> str:
    return f"{schema}.{name}" if schema else f"{name}"
