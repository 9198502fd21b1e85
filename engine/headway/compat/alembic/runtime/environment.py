"""``alembic.runtime.environment``."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, MutableMapping
from typing import Any, Literal, TypeAlias

from headway.compat.alembic import util
from headway.operations.base import Operations
from headway.operations.containers import MigrationScript
from headway.runtime.context import MigrationContext
from headway.runtime.environment import EnvironmentContext
from headway.runtime.info import MigrationInfo

NameFilterType: TypeAlias = Literal[
    "schema", "table", "column", "index", "unique_constraint", "foreign_key_constraint", "check_constraint"
]
NameFilterParentNames: TypeAlias = MutableMapping[
    Literal["schema_name", "table_name", "schema_qualified_table_name"], str | None
]
ProcessRevisionDirectiveFn: TypeAlias = Callable[
    [MigrationContext, str | Iterable[str | None] | Iterable[str], list[MigrationScript]], None
]
IncludeNameFn: TypeAlias = Callable[[str | None, NameFilterType, NameFilterParentNames], bool]
IncludeObjectFn: TypeAlias = Callable[[Any, str | None, NameFilterType, bool, Any], bool]
RenderItemFn: TypeAlias = Callable[[str, Any, Any], str | Literal[False]]
OnVersionApplyFn: TypeAlias = Callable[[MigrationContext, MigrationInfo, Collection[Any], Mapping[str, Any]], None]
CompareServerDefault: TypeAlias = Callable[[MigrationContext, Any, Any, str | None, Any, str | None], bool | None]
CompareType: TypeAlias = Callable[[MigrationContext, Any, Any, Any, Any], bool | None]

__all__ = [
    "CompareServerDefault",
    "CompareType",
    "EnvironmentContext",
    "IncludeNameFn",
    "IncludeObjectFn",
    "MigrationContext",
    "NameFilterParentNames",
    "NameFilterType",
    "OnVersionApplyFn",
    "Operations",
    "ProcessRevisionDirectiveFn",
    "RenderItemFn",
    "util",
]
