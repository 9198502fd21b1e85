"""Whether a reflected type, index or unique constraint is the one the models ask for. Pure comparisons of text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Column, Index
from sqlalchemy import types as sqltypes

from headway.dialects.elements import type_ddl
from headway.dialects.index_text import is_plain, single_percents
from headway.pattern import pattern

_EXTRA = r"(?i)\s+(collate|character set)\s+(\S+)"


class ComparisonResult(NamedTuple):  # not a dataclass, which takes longer to make than most runs need it for
    """The differences in words; ``is_equal`` when there are none, ``is_skip`` when they cannot be compared."""

    differences: tuple[str, ...] = ()
    skip: str | None = None

    @classmethod
    def Equal(cls) -> ComparisonResult:
        """Nothing differs."""
        return cls()

    @classmethod
    def Different(cls, reason: str | Sequence[str]) -> ComparisonResult:
        """These differences, in words."""
        return cls((reason,) if isinstance(reason, str) else tuple(reason))

    @classmethod
    def Skip(cls, reason: str | Sequence[str]) -> ComparisonResult:
        """It cannot be told, for these reasons."""
        return cls(skip=reason if isinstance(reason, str) else ", ".join(reason))

    @property
    def status(self) -> str:
        """``equal``, ``different`` or ``skip``."""
        return "equal" if self.is_equal else "skip" if self.is_skip else "different"

    @property
    def is_equal(self) -> bool:
        """Nothing differs."""
        return not self.differences and self.skip is None

    @property
    def is_different(self) -> bool:
        """Something differs."""
        return bool(self.differences)

    @property
    def is_skip(self) -> bool:
        """It cannot be told."""
        return self.skip is not None

    @property
    def message(self) -> str:
        """All of it as one text."""
        return self.skip or ", ".join(self.differences)


class TypeParts(NamedTuple):
    """A type's DDL, taken apart: ``character varying(20) collate "C"``."""

    name: str
    arguments: tuple[str, ...]
    extra: Mapping[str, str]
    """Character set and collation, where they are said."""


def compare_types(impl: Any, reflected: Column[Any], wanted: Column[Any]) -> bool:
    """Whether two columns' types differ, by their DDL on the database; types that have none are equal."""
    existing, model = reflected.type, wanted.type
    if isinstance(existing, sqltypes.NullType) or isinstance(model, sqltypes.NullType):
        return False
    # A type of the default schema may be called with it or without.
    prefix = f"{impl.dialect.default_schema_name}."
    first, second = (
        impl.stored_type(type_parts(type_ddl(impl.dialect, type_).removeprefix(prefix))) for type_ in (existing, model)
    )
    if first.name != second.name and not _are_synonyms(impl.type_synonyms, first, second):
        return True
    if any(first.extra[key] != second.extra[key] for key in first.extra.keys() & second.extra.keys()):
        return True
    # A count that differs (NUMERIC against NUMERIC(10, 2)) is the database's own precision, not a change.
    return len(first.arguments) == len(second.arguments) and first.arguments != second.arguments


def type_parts(ddl: str) -> TypeParts:
    """Name, arguments and the rest of a type's DDL, in lower case."""
    extra = {kind.lower(): value.strip('"`').lower() for kind, value in re.findall(_EXTRA, ddl)}
    match = re.match(r"\s*([^(]*)(?:\(([^)]*)\))?(.*)\Z", re.sub(_EXTRA, "", ddl), re.S)
    assert match is not None
    name, arguments, rest = match.groups()
    full = " ".join(f"{name} {rest}".split()).lower()
    full = re.sub(r"(\[\])+", "[]", full)  # PostgreSQL does not keep how many dimensions an array has
    listed = tuple(a.strip().lower() for a in arguments.split(",")) if arguments else ()
    return TypeParts(full, listed, extra)


def as_real_or_double(parts: TypeParts, single: str, bits: int = 24) -> TypeParts:
    """FLOAT(p) by the type that standard SQL makes of it; others as they are."""
    if parts.name != "float" or len(parts.arguments) != 1 or not parts.arguments[0].isdigit():
        return parts
    return TypeParts(single if int(parts.arguments[0]) <= bits else "double precision", (), parts.extra)


def in_uniqueness(wanted: Index, reflected: Index) -> list[str]:
    """Whether one index is unique and the other is not, in words."""
    ours, theirs = bool(wanted.unique), bool(reflected.unique)
    return [] if ours == theirs else [f"unique={theirs} to unique={ours}"]


def compare_indexes(impl: Any, wanted: Index, reflected: Index) -> ComparisonResult:
    """Compares uniqueness and the elements, in order; what two texts of expressions say cannot be told here."""
    differences = in_uniqueness(wanted, reflected)
    ours = [index_expression(impl, e) for e in wanted.expressions]
    theirs = [index_expression(impl, e) for e in reflected.expressions]
    if ours == theirs:
        return ComparisonResult(tuple(differences))
    changed = f"expression {_list(theirs)} to {_list(ours)}"
    if is_plain(wanted) and is_plain(reflected):
        return ComparisonResult((*differences, changed))
    return ComparisonResult(tuple(differences)) if differences else ComparisonResult.Skip(f"nothing tells {changed}")


def compare_uniques(impl: Any, wanted: Any, reflected: Any) -> ComparisonResult:
    """Compares the columns, whatever their order."""
    ours = sorted(column.name for column in wanted.columns)
    theirs = sorted(column.name for column in reflected.columns)
    if ours != theirs:
        return ComparisonResult((f"expression {_list(theirs)} to {_list(ours)}",))
    return ComparisonResult()


def index_expression(impl: Any, expression: Any) -> str:
    """An element of an index as comparable text: a column's name, or normalised SQL."""
    if isinstance(expression, Column):
        return str(expression.name)
    options = {"literal_binds": True, "include_table": False}
    sql = str(expression.compile(dialect=impl.dialect, compile_kwargs=options))
    return normal_sql(single_percents(sql, impl.dialect))


def normal_sql(sql: str) -> str:
    """SQL without what databases add or drop when they store it: case, spaces, quotes of names, outer parentheses, casts.

    Strings are left as they are.
    """
    strings = _STRING.findall(sql)
    text = " ".join(_STRING.sub("''", sql).lower().split()).replace('"', "").replace("`", "")
    text = re.sub(r"::[a-z_ ]+(?:\([0-9, ]*\))?(?:\[\])?", "", text)
    text = re.sub(r"\b[a-z_]\w*\.(?=\w)", "", text)
    text = text.replace("( ", "(").replace(" )", ")").replace(", ", ",")
    while text.startswith("(") and text.endswith(")") and _closes_at_end(text):
        text = text[1:-1].strip()
    kept = iter(strings)
    return _STRING.sub(lambda _: next(kept), text)


_STRING = pattern(r"'(?:[^']|'')*'")


def _closes_at_end(text: str) -> bool:
    depth = 0
    for position, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return position == len(text) - 1
    return False


def _are_synonyms(groups: Sequence[set[str]], first: TypeParts, second: TypeParts) -> bool:
    names = {first.name.upper(), second.name.upper()}
    whole = {_whole(first), _whole(second)}
    return any(names <= group or whole <= group for group in groups)


def _whole(parts: TypeParts) -> str:
    return f"{parts.name}({','.join(parts.arguments)})".upper() if parts.arguments else parts.name.upper()


def _list(names: Sequence[str]) -> str:
    return "(" + ", ".join(names) + ")"
