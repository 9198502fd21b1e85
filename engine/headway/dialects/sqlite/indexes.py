"""Whether an index is, to SQLite, the one that the models ask for. It keeps the text of CREATE INDEX as it was written."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from sqlalchemy import Index, Table, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from headway.dialects.differences import ComparisonResult, compare_indexes, in_uniqueness
from headway.dialects.index_text import STORED, elements_of, same_words, written_elements
from headway.operations.rewrite.text import listed, plain_name, tokens


class Element(NamedTuple):
    """One element of an index."""

    expression: str
    collation: str | None
    descending: bool


def complete(connection: Connection, prefix: str, tables: dict[str, Table]) -> None:
    """Notes on each reflected index how SQLite has stored it, and adds those on expressions."""
    rows = connection.exec_driver_sql(f"SELECT tbl_name, name, sql FROM {prefix}sqlite_master WHERE type = 'index'")
    for name, index_name, sql in rows.fetchall():
        table = tables.get(name)
        if table is None or sql is None:  # SQLite makes those without a text for constraints
            continue
        known = next((index for index in table.indexes if index.name == index_name), None)
        if known is None or len(known.expressions) != len(_plain_columns(sql, table)):
            table.indexes.discard(known)
            known = _built(index_name, sql, table)
        known.info[STORED] = sql


def compare_stored(impl: Any, wanted: Index, reflected: Index) -> ComparisonResult:
    """What tells two indexes of the same name apart; a skip where nothing can tell."""
    stored = reflected.info.get(STORED)
    if stored is None:
        return compare_indexes(impl, wanted, reflected)
    differences = in_uniqueness(wanted, reflected)
    ours = [_element(words) for words in written_elements(wanted, impl.dialect)]
    theirs = [_element(words) for words in elements_of(stored)]
    table: Any = reflected.table
    quoted = impl.dialect.identifier_preparer.format_table(table)
    if len(ours) != len(theirs) or not all(
        _are_same(impl.connection, our, their, quoted, table) for our, their in zip(ours, theirs, strict=True)
    ):
        shown = [", ".join(one.expression for one in elements) for elements in (theirs, ours)]
        differences.append(f"expression ({shown[0]}) to ({shown[1]})")
    return ComparisonResult(tuple(differences))


def are_same(connection: Connection, ours: str, theirs: str, quoted: str) -> bool:
    """Whether two expressions over the columns of a table are the same to SQLite. Runs neither."""
    if same_words(ours, theirs):
        return True
    programs = [_program(connection, expression, quoted) for expression in (ours, theirs)]
    return programs[0] is not None and programs[0] == programs[1]


def _built(name: str, sql: str, table: Table) -> Index:
    """An index as it is stored: SQLAlchemy leaves out those on expressions, and order and collations of the others."""
    elements: list[Any] = [text(_escaped(element.strip())) for element in listed(sql)]
    condition = re.search(r"(?is)\)\s*WHERE\s+(.*)$", sql)
    options: dict[str, Any] = {"sqlite_where": text(_escaped(condition[1]))} if condition else {}
    unique = re.match(r"(?i)\s*CREATE\s+UNIQUE\b", sql) is not None
    return Index(name, *elements, unique=unique, _table=table, **options)


def _plain_columns(sql: str, table: Table) -> list[str]:
    """The elements of an index that are a column and nothing more."""
    names = [plain_name("".join(words)) for words in elements_of(sql)]
    return [name for name in names if name is not None and name in table.c]


def _escaped(sql: str) -> str:
    return sql.replace(":", "\\:")


def _element(words: list[str]) -> Element:
    descending = collation = None
    if words[-1].upper() in ("ASC", "DESC"):
        words, descending = words[:-1], words[-1].upper() == "DESC"
    if len(words) > 2 and words[-2].upper() == "COLLATE":
        words, collation = words[:-2], (plain_name(words[-1]) or words[-1]).upper()
    return Element(" ".join(words), collation, bool(descending))


def _are_same(connection: Connection, ours: Element, theirs: Element, quoted: str, table: Table) -> bool:
    if ours.descending != theirs.descending or _collation(ours, table) != _collation(theirs, table):
        return False
    return are_same(connection, ours.expression, theirs.expression, quoted)


def _collation(element: Element, table: Table) -> str:
    """The collation that it has; a column's own need not be said."""
    column = next((c for c in table.c if c.name == plain_name("".join(tokens(element.expression)))), None)
    own = getattr(getattr(column, "type", None), "collation", None)
    return element.collation or (own or "BINARY").upper()


def _program(connection: Connection, expression: str, quoted: str) -> list[tuple[Any, ...]] | None:
    """What SQLite would do to compute an expression; None when it does not understand it."""
    try:
        rows = connection.execute(text(f"EXPLAIN SELECT ({_escaped(expression)}) FROM {quoted}"))
    except DBAPIError:
        return None
    return [tuple(row)[1:7] for row in rows]
