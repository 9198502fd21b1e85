"""Whether an index is, to MySQL or MariaDB, the one that the models ask for: columns, lengths, order, expressions."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Column, Index, Table, text
from sqlalchemy.engine import Connection

from headway.dialects.differences import ComparisonResult, compare_indexes, in_uniqueness
from headway.dialects.index_text import STORED, same_words, written_elements
from headway.dialects.mysql.same import are_same
from headway.operations.rewrite.text import plain_name

_STATISTICS = text(
    "SELECT * FROM information_schema.statistics WHERE table_schema = coalesce(:schema, DATABASE())"
    " ORDER BY table_name, index_name, seq_in_index"
)


class Element(NamedTuple):
    """One element of an index; ``column`` is empty for an expression."""

    column: str
    expression: str = ""
    length: int | None = None
    descending: bool = False


def note_stored(connection: Connection, schema: str | None, tables: dict[str, Table]) -> None:
    """Notes on each reflected index what the server says of its elements."""
    found: dict[tuple[str, str], list[Element]] = {}
    for row in connection.execute(_STATISTICS, {"schema": schema}).mappings():
        said = {str(name).lower(): value for name, value in row.items()}
        column, expression = said["column_name"], said.get("expression")
        one = Element(column or "", expression or "", said["sub_part"], said["collation"] == "D")
        found.setdefault((said["table_name"], said["index_name"]), []).append(one)
    for name, table in tables.items():
        for index in list(table.indexes):
            elements = found.get((name, str(index.name)))
            if elements is not None and any(one.descending and one.column in table.c for one in elements):
                table.indexes.discard(index)
                index = _ordered(index, elements, table)
            index.info[STORED] = elements


def compare_stored(impl: Any, wanted: Index, reflected: Index) -> ComparisonResult:
    """What tells two indexes of the same name apart; a skip where nothing can tell."""
    theirs: list[Element] | None = reflected.info.get(STORED)
    if theirs is None:
        return compare_indexes(impl, wanted, reflected)
    differences = [*in_uniqueness(wanted, reflected), *_in_kind(impl.dialect.name, wanted, reflected)]
    ours = [_element(words) for words in written_elements(wanted, impl.dialect)]
    if None in ours and not differences:
        return ComparisonResult.Skip("an element of the index is written in a way that nobody here can read")
    table: Any = reflected.table
    if len(ours) != len(theirs) or not all(
        our is None or _are_same(impl, our, their, table) for our, their in zip(ours, theirs, strict=True)
    ):
        shown = [
            ", ".join(one.column or one.expression if one else "?" for one in elements) for elements in (theirs, ours)
        ]
        differences.append(f"expression ({shown[0]}) to ({shown[1]})")
    return ComparisonResult(tuple(differences))


def _in_kind(dialect: str, wanted: Index, reflected: Index) -> list[str]:
    """Whether one is FULLTEXT or SPATIAL and the other is not, and the parser of a FULLTEXT one."""
    found = []
    for option in ("prefix", "with_parser"):
        ours, theirs = (str(one.dialect_kwargs.get(f"{dialect}_{option}") or "") for one in (wanted, reflected))
        if ours.upper() != theirs.upper():
            found.append(f"{option}={theirs} to {ours}")
    return found


def _ordered(index: Index, elements: list[Element], table: Table) -> Index:
    """The index with the order of its columns, which SQLAlchemy leaves out."""
    parts: list[Any] = [
        given if one.column not in table.c else table.c[one.column].desc() if one.descending else table.c[one.column]
        for one, given in zip(elements, index.expressions, strict=True)
    ]
    options: dict[str, Any] = dict(index.dialect_kwargs)
    return Index(index.name, *parts, unique=bool(index.unique), info=index.info, **options)


def _element(words: list[str]) -> Element | None:
    """An element of CREATE INDEX: ``name(10) DESC``, or an expression in parentheses."""
    descending = words[-1].upper() == "DESC"
    words = words[:-1] if words[-1].upper() in ("ASC", "DESC") else words
    if words[0].startswith("(") and len(words) == 1:
        return Element("", words[0], None, descending)
    name = plain_name(words[0])
    if name is None or len(words) > 2:
        return None
    length = words[1].strip("() ") if len(words) == 2 else ""
    if len(words) == 2 and not length.isdigit():
        return None
    return Element(name, "", int(length) if length else None, descending)


def _are_same(impl: Any, ours: Element, theirs: Element, table: Table) -> bool:
    if ours.descending != theirs.descending and _keeps_order(impl.dialect):
        return False
    if bool(ours.column) != bool(theirs.column):
        return False
    if not ours.column:
        source = f"FROM {impl.dialect.identifier_preparer.format_table(table)}"
        return same_words(ours.expression, theirs.expression) or are_same(
            impl.connection, ours.expression, theirs.expression, source
        )
    if ours.column.lower() != theirs.column.lower():
        return False
    # The server sets a length by itself where a whole value is too long for an index.
    return ours.length is None or ours.length == theirs.length or _is_whole(ours, theirs, table.c.get(theirs.column))


def _is_whole(ours: Element, theirs: Element, column: Column[Any] | None) -> bool:
    """Whether a length is that of the column, of which the server says nothing."""
    whole = getattr(getattr(column, "type", None), "length", None)
    return theirs.length is None and whole is not None and whole <= (ours.length or 0)


def _keeps_order(dialect: Any) -> bool:
    """Older servers read DESC and forget it."""
    return bool((dialect.server_version_info or (0,)) >= ((10, 8) if dialect.is_mariadb else (8,)))
