"""Whether an index is, to PostgreSQL, the one that the models ask for: expressions, collations, operator classes, order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Index, Table, text
from sqlalchemy.engine import Connection

from headway.dialects.differences import ComparisonResult, compare_indexes, in_uniqueness
from headway.dialects.index_text import STORED, elements_of, same_words, written_elements
from headway.dialects.postgresql.same import are_same
from headway.operations.rewrite.text import pieces, plain_name

_DEFINITIONS = text(
    "SELECT c.relname::text, x.relname::text, pg_get_indexdef(i.indexrelid), m.amname::text, x.relispartition"
    " FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_am m ON m.oid = x.relam"
    " JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = coalesce(:schema, current_schema())"
)
_DEFAULT_CLASSES = text(
    "SELECT o.opcname::text FROM pg_opclass o JOIN pg_am m ON m.oid = o.opcmethod WHERE o.opcdefault AND m.amname = :method"
)


class Element(NamedTuple):
    """One element of an index."""

    expression: str
    collation: str | None = None
    operator_class: str | None = None
    descending: bool = False
    nulls_first: bool = False


class Stored(NamedTuple):
    """What the server says of an index."""

    definition: str
    method: str
    is_inherited: bool
    """Whether it is a partition's part of an index, which comes and goes with the whole."""


def note_stored(connection: Connection, schema: str | None, tables: dict[str, Table]) -> None:
    """Notes on each reflected index how the server writes it, and leaves out those that partitions inherit."""
    found = {(row[0], row[1]): Stored(*row[2:]) for row in connection.execute(_DEFINITIONS, {"schema": schema})}
    for name, table in tables.items():
        for index in list(table.indexes):
            stored = index.info[STORED] = found.get((name, str(index.name)))
            if stored is not None and stored.is_inherited:
                table.indexes.discard(index)


def compare_stored(impl: Any, wanted: Index, reflected: Index) -> ComparisonResult:
    """What tells two indexes of the same name apart; a skip where the server cannot tell."""
    stored: Stored | None = reflected.info.get(STORED)
    if stored is None:
        return compare_indexes(impl, wanted, reflected)
    differences = in_uniqueness(wanted, reflected)
    ours, theirs = written_elements(wanted, impl.dialect), elements_of(stored.definition)
    changed = f"expression ({_shown(theirs)}) to ({_shown(ours)})"
    if len(ours) != len(theirs):
        return ComparisonResult((*differences, changed))
    same = _are_same(impl, reflected, stored, [element(one) for one in ours], [element(one) for one in theirs])
    if same is None and not differences:
        return ComparisonResult.Skip(f"the server cannot tell whether {changed}")
    return ComparisonResult((*differences, changed) if same is False else tuple(differences))


def element(words: list[str]) -> Element | None:
    """An element of CREATE INDEX: a name, a call or parentheses, and what stands behind it. None when it is more."""
    place = _end_of_name(words, 0)
    if words[place : place + 1] and words[place].startswith("("):
        place += 1
    expression, rest = "".join(words[:place]), words[place:]
    collation = operator_class = None
    if rest and rest[0].upper() == "COLLATE":
        end = _end_of_name(rest, 1)
        collation, rest = plain_name(rest[end - 1]), rest[end:]
    if rest and rest[0].upper() not in ("ASC", "DESC", "NULLS"):
        if plain_name(rest[0]) is None:
            return None
        end = _end_of_name(rest, 0)
        operator_class, rest = plain_name(rest[end - 1]), rest[end:]
        if rest and rest[0].startswith("("):
            operator_class, rest = f"{operator_class}{''.join(rest[0].split())}", rest[1:]
    order = " ".join(rest).upper()
    if order not in _ORDERS:
        return None
    descending, nulls_first = _ORDERS[order]
    expression, inner = _without_collation(expression)
    return Element(expression, inner or collation, operator_class, descending, nulls_first)


_ORDERS = {
    f"{way}{nulls}".strip(): (way == "DESC", nulls == " NULLS FIRST" or (not nulls and way == "DESC"))
    for way in ("", "ASC", "DESC")
    for nulls in ("", " NULLS FIRST", " NULLS LAST")
}


def _end_of_name(words: list[str], place: int) -> int:
    place += 1
    while words[place : place + 1] == ["."]:
        place += 2
    return place


def _without_collation(expression: str) -> tuple[str, str | None]:
    """``(name COLLATE "C")``, which the server takes for the column with a collation."""
    if not expression.startswith("("):
        return expression, None
    inner = element(pieces(expression[1:-1]))
    if inner is None or inner[2:] != (None, False, False):
        return expression, None
    return inner.expression, inner.collation


def _are_same(
    impl: Any, reflected: Index, stored: Stored, ours: Sequence[Element | None], theirs: Sequence[Element | None]
) -> bool | None:
    pairs: list[tuple[str, str]] = []
    usual: set[str] | None = None
    table: Any = reflected.table
    for our, their in zip(ours, theirs, strict=True):
        if our is None or their is None:
            return None
        if our[3:] != their[3:] or not _same_collation(our, their, table):
            return False
        if our.operator_class != their.operator_class:
            usual = usual or set(impl.connection.scalars(_DEFAULT_CLASSES, {"method": stored.method}))
            if their.operator_class is not None or our.operator_class not in usual:
                return False
        if not same_words(our.expression, their.expression):
            pairs.append((our.expression, their.expression))
    if not pairs:
        return True
    # Without its partitions, of which each would have a plan of its own.
    source = f"FROM ONLY {impl.dialect.identifier_preparer.format_table(table)}"
    return are_same(impl.connection, pairs, source)


def _same_collation(ours: Element, theirs: Element, table: Table) -> bool:
    if ours.collation == theirs.collation:
        return True
    # The server leaves out the one that the column has anyway.
    column = table.c.get(plain_name(ours.expression) or "")
    own = getattr(getattr(column, "type", None), "collation", None) or "default"
    return theirs.collation is None and ours.collation == own


def _shown(elements: list[list[str]]) -> str:
    return ", ".join(" ".join(words) for words in elements)
