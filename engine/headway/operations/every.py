"""Importing this module puts every directive of headway's own onto ``op`` and ``batch_op``."""

from headway.operations import (
    alter_column,
    columns,
    constraint_base,
    constraints,
    containers,
    data,
    indexes,
    tables,
    views,
)

__all__ = [
    "alter_column",
    "columns",
    "constraint_base",
    "constraints",
    "containers",
    "data",
    "indexes",
    "tables",
    "views",
]
