"""A JSON Schema as a table: each key with its place, what it may be, and what it is. Knows nothing of any one schema."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]


def keys(schema: Schema) -> Iterator[tuple[str, str, str]]:
    """Place, type and description of each key, as ``steps[].sql``; ``…`` is any name. What may be missing says so."""
    yield from _below("", schema, schema)


def kinds(schema: Schema, whole: Schema) -> str:
    """What a value may be, in words."""
    schema = _meant(schema, whole)
    if "const" in schema:
        return f"`{json.dumps(schema['const'])}`"
    if "enum" in schema:
        return ", ".join(f"`{json.dumps(value).strip(chr(34))}`" for value in schema["enum"])
    if "oneOf" in schema:
        return ", or ".join(dict.fromkeys(kinds(one, whole) for one in schema["oneOf"]))
    names = [schema.get("type", "any")] if isinstance(schema.get("type", "any"), str) else schema["type"]
    items = schema.get("items")
    of = f" of {kinds(items, whole)}" if items is not None and "properties" not in _meant(items, whole) else ""
    return ", or ".join(f"{_NAMES.get(name, name)}{of if name == 'array' else ''}" for name in names)


_NAMES = {"array": "list", "object": "mapping", "string": "text", "boolean": "true or false"}


def _below(place: str, schema: Schema, whole: Schema) -> Iterator[tuple[str, str, str]]:
    schema = _meant(schema, whole)
    for one in schema.get("oneOf", ()):
        yield from _below(place, one, whole)
    if "items" in schema:
        yield from _below(f"{place}[]", schema["items"], whole)
    dot = f"{place}." if place else ""
    for name, value in schema.get("properties", {}).items():
        meant = _meant(value, whole)
        optional = "" if name in schema.get("required", ()) else " (may be missing)"
        yield f"{dot}{name}", f"{kinds(value, whole)}{optional}", value.get("description", meant.get("description", ""))
        yield from _below(f"{dot}{name}", meant, whole)
    others = schema.get("additionalProperties")
    if isinstance(others, Mapping):
        yield f"{dot}…", kinds(others, whole), others.get("description", "")
        yield from _below(f"{dot}…", others, whole)


def _meant(schema: Schema, whole: Schema) -> Schema:
    """What a reference within the schema stands for."""
    if "$ref" not in schema:
        return schema
    meant: Schema = whole["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    return meant
