"""Whether the options of an index or unique constraint are, to PostgreSQL, those of the models. Compares, asks nobody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from headway.dialects.differences import ComparisonResult


def with_options(impl: Any, comparison: ComparisonResult, wanted: Any, reflected: Any) -> ComparisonResult:
    """A comparison of the elements, and what tells the options apart."""
    # Others that speak PostgreSQL's language have indexes of their own kinds, and tell less of them.
    compared = _OPTIONS if impl.dialect.name == "postgresql" else {"nulls_not_distinct": bool}
    found: list[str] = []
    for option, normal in compared.items():
        ours, theirs = (normal(_given(item, option)) for item in (wanted, reflected))
        if ours != theirs:
            found.append(f"{option}={theirs} to {ours}")
    return ComparisonResult((*comparison.differences, *found)) if found else comparison


def _given(item: Any, option: str) -> Any:
    value = item.dialect_kwargs.get(f"postgresql_{option}")
    if option == "include":
        # A text is the key of a column in the models, and a name in what was reflected; there both are the same.
        columns = item.table.c
        return [columns[one].name if isinstance(one, str) and one in columns else one for one in value or ()]
    return value


def _names(columns: Any) -> list[str]:
    return sorted(str(getattr(column, "name", column)) for column in columns)


def _method(name: Any) -> str:
    return str(name or "btree").lower()


def _parameters(given: Any) -> dict[str, str]:
    return {str(name).lower(): _SWITCHES.get(text := str(value).lower(), text) for name, value in (given or {}).items()}


_SWITCHES = {"true": "on", "yes": "on", "1": "on", "false": "off", "no": "off", "0": "off"}
"""What a boolean storage parameter may be called; the server keeps the word that was written."""

_OPTIONS: dict[str, Callable[[Any], Any]] = {
    "nulls_not_distinct": bool,
    "include": _names,
    "using": _method,
    "with": _parameters,
}
