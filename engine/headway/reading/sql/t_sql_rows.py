"""What a statement about rows of T-SQL changes besides what its verb says: rows that OUTPUT puts elsewhere, changes
within a query, and the table behind a WITH that is changed through it. Knows no statement in detail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from headway.effects import model as fx
from headway.reading.sql.cursor import Cursor
from headway.reading.sql.scan import mentions

Path = tuple[fx.MaybeText, fx.Text]
_CHANGES = ("INSERT", "UPDATE", "DELETE", "MERGE")
_BEFORE_QUERY = ("FROM", ",", "JOIN", "USING", "APPLY")
_ENDS_OUTPUT = frozenset({"FROM", "WHERE", "VALUES", "SELECT", "OPTION", "OUTPUT", "DEFAULT", "WITH"})


def changes_within(cursor: Cursor) -> Iterator[Cursor]:
    """The changes in place of a table: ``INSERT a SELECT … FROM (DELETE FROM b OUTPUT deleted.*) AS x``."""
    place = cursor.place + 1
    while place + 1 < cursor.end:
        before, word, after = (token.word for token in cursor.tokens[place - 1 : place + 2])
        if word == "(" and after in _CHANGES and before in _BEFORE_QUERY:
            inner = Cursor(cursor.script, cursor.tokens, place, cursor.end)
            yield inner.group()
            place = inner.place
        place += 1


def outputs(cursor: Cursor) -> Iterator[tuple[Path, tuple[fx.Text, ...]]]:
    """The tables and columns that the statement's own OUTPUT … INTO fills; a variable is none."""
    inner = cursor.copy()
    if inner.at("SELECT"):
        return
    while not inner.done:
        before = inner.tokens[inner.place - 1].word if inner.place > cursor.place else ""
        if not inner.at("OUTPUT") or before in ("=", ",", ".", "SET"):
            inner.step()
            continue
        inner.next()
        inner.until("INTO", *_ENDS_OUTPUT)
        if inner.take("INTO"):
            variable = inner.peek().text.startswith("@")
            path = inner.path()
            columns = inner.names() if inner.at("(") else ()
            if not variable:
                yield path, columns


def of_its_table(effect: fx.ChangesData, cursor: Cursor) -> fx.ChangesData:
    """The change of a query that WITH names is one of the table that the query reads."""
    if effect.schema is not None or not cursor.at("WITH"):
        return effect
    queries = _queries(cursor.copy())
    path: Path = (None, effect.table)
    while path[0] is None and isinstance(path[1], str):
        query = queries.pop(path[1].lower(), None)
        if query is None:
            break
        read = list(mentions(query).tables)
        if not read:
            break
        path = read[0] if len(read) == 1 else (None, fx.UNKNOWN)
    by_query = path != (None, effect.table)  # it is the rows of that query, whatever they are
    return replace(effect, schema=path[0], table=path[1], limited=by_query or effect.limited)


def _queries(cursor: Cursor) -> dict[str, Cursor]:
    found: dict[str, Cursor] = {}
    cursor.next()
    while True:
        name = cursor.name()
        if cursor.at("("):
            cursor.skip_group()
        cursor.need("AS")
        found[str(name).lower()] = cursor.group()
        if not cursor.take(","):
            return found
