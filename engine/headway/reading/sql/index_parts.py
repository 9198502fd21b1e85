"""The columns and options of an index, as CREATE INDEX and MySQL's CREATE TABLE and ALTER TABLE write them."""

from __future__ import annotations

from headway.effects import model as fx
from headway.reading.sql.cursor import Cursor, UnreadError
from headway.reading.sql.types import expression


def mysql_index(cursor: Cursor) -> tuple[fx.MaybeText, tuple[fx.Text, ...], fx.MaybeText]:
    """Reads an index within a table as MySQL writes it: name, columns and kind."""
    method: fx.MaybeText = cursor.take_any("FULLTEXT", "SPATIAL", "VECTOR").lower() or None
    cursor.take_any("INDEX", "KEY")
    cursor.take("IF", "NOT", "EXISTS")
    name = None if cursor.at("(") or cursor.at("USING") else cursor.name()
    if cursor.take("USING"):
        method = cursor.name()
    columns = index_columns(cursor.group())
    while cursor.at_any(_INDEX_OPTIONS):
        option = cursor.next().word
        if option == "WITH":
            cursor.need("PARSER")
        if option not in ("VISIBLE", "INVISIBLE", "IGNORED"):
            cursor.take("=")
            cursor.next()
    return name, columns, method


_INDEX_OPTIONS = ("USING", "COMMENT", "KEY_BLOCK_SIZE", "WITH", "VISIBLE", "INVISIBLE", "IGNORED")


def index_columns(group: Cursor) -> tuple[fx.Text, ...]:
    """Names of columns, and expressions as written, without order, length and class of operators."""
    found = []
    for item in group.items():
        after = item.peek(1)
        if (item.at_name() and (item.place + 1 == item.end or after.kind in ("word", "name"))) or (
            item.at_name() and after.word == "(" and item.peek(2).kind == "number" and item.script.mysql
        ):
            found.append(item.name())
        elif item.at("("):
            found.append(item.group().text())
        else:
            found.append(_expression(item))
    return tuple(found)


def _expression(item: Cursor) -> fx.Text:
    whole = item.copy()
    try:
        found = expression(item)
    except UnreadError:
        return whole.text()
    behind = item.done or item.peek().kind in ("word", "name")
    return found if behind else whole.text()
