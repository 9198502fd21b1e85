"""A schema as one short text that is the same for equal schemas, in whatever order a database names their parts."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from headway.catalog.schema import Schema


def schema_digest(schema: Schema) -> str:
    """The SHA-256 of everything that the schema says."""
    return hashlib.sha256(_written(schema).encode()).hexdigest()


def _written(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ",".join(sorted(f"{_written(key)}:{_written(one)}" for key, one in value.items())) + "}"
    if isinstance(value, set | frozenset):
        return "{" + ",".join(sorted(map(_written, value))) + "}"
    if isinstance(value, tuple | list):
        return "(" + ",".join(map(_written, value)) + ")"
    if is_dataclass(value):
        told = (f"{one.name}={_written(getattr(value, one.name))}" for one in fields(value) if one.compare)
        return f"{type(value).__name__}({','.join(told)})"
    return repr(value)
