"""What the operations say that would bring a migrated schema to the models: a verdict for each. Compares nothing itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from headway.drift.verdict import DriftItem, Verdict
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


@dataclass(frozen=True, slots=True)
class _Meaning:
    verdict: Verdict
    object: str
    detail: str


def model_differences(
    operations: Iterable[MigrateOperation], render: Callable[[MigrateOperation], str]
) -> Iterator[DriftItem]:
    """A verdict for each of ``operations``, which autogenerate has found; ``render`` writes one as Python."""
    for operation in operations:
        for inner in operation.ops if isinstance(operation, ModifyTableOps) else (operation,):
            meaning = _meaning_of(inner)
            text = " ".join(render(inner).split())
            yield DriftItem(meaning.verdict, meaning.object, meaning.detail, text)


def _meaning_of(operation: MigrateOperation) -> _Meaning:
    lacking, extra = Verdict.NOT_MIGRATED, Verdict.NOT_MODELLED
    match operation:
        case CreateTableOp():
            return _Meaning(lacking, _table(operation), "the models have it, no migration creates it")
        case DropTableOp():
            return _Meaning(extra, _table(operation), "a migration creates it, the models lack it")
        case AddColumnOp():
            detail = "the models have it, no migration adds it"
            return _Meaning(lacking, _column(operation, operation.column.name), detail)
        case DropColumnOp():
            detail = "a migration adds it, the models lack it"
            return _Meaning(extra, _column(operation, operation.column_name), detail)
        case AlterColumnOp():
            detail = "it differs between models and migrations"
            return _Meaning(lacking, _column(operation, operation.column_name), detail)
        case CreateIndexOp():
            return _Meaning(lacking, _table(operation), "the models have an index that no migration creates")
        case DropIndexOp():
            return _Meaning(extra, _table(operation), "a migration creates an index that the models lack")
        case CreateForeignKeyOp():
            schema = f"{name}." if (name := operation.kw.get("source_schema")) else ""
            return _Meaning(lacking, f"table {schema}{operation.source_table}", _ASKED_FOR)
        case (
            CreatePrimaryKeyOp() | CreateUniqueConstraintOp() | CreateCheckConstraintOp() | CreateExcludeConstraintOp()
        ):
            return _Meaning(lacking, _table(operation), _ASKED_FOR)
        case DropConstraintOp():
            return _Meaning(extra, _table(operation), "a migration creates a constraint that the models lack")
        case CreateTableCommentOp():
            return _Meaning(lacking, _table(operation), "the models have another comment than the migrations")
        case DropTableCommentOp():
            return _Meaning(extra, _table(operation), "a migration makes a comment that the models lack")
        case CreateViewOp():
            return _Meaning(lacking, f"view {_with_schema(operation.schema, operation.view_name)}", _ASKED_FOR)
        case DropViewOp():
            detail = "a migration creates it, the models lack it"
            return _Meaning(extra, f"view {_with_schema(operation.schema, operation.view_name)}", detail)
        case _:
            # An operation of the project's own, or of an add-on: of what it is about only its class tells.
            return _Meaning(lacking, f"{type(operation).__name__}", _ASKED_FOR)


_ASKED_FOR = "the models ask for it, no migration makes it"

_OfTable = (
    CreateTableOp
    | DropTableOp
    | CreateIndexOp
    | DropIndexOp
    | DropConstraintOp
    | CreatePrimaryKeyOp
    | CreateUniqueConstraintOp
    | CreateCheckConstraintOp
    | CreateExcludeConstraintOp
    | CreateTableCommentOp
    | DropTableCommentOp
)
_OfColumn = AddColumnOp | DropColumnOp | AlterColumnOp


def _table(operation: _OfTable) -> str:
    return f"table {_with_schema(operation.schema, operation.table_name)}"


def _column(operation: _OfColumn, name: object) -> str:
    return f"column {_with_schema(operation.schema, operation.table_name)}.{name}"


def _with_schema(schema: object, name: object) -> str:
    return f"{schema}.{name}" if schema else f"{name}"
