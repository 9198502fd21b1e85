"""Statements about rows as effects: SELECT, INSERT, UPDATE, DELETE, MERGE, TRUNCATE, COPY, and what WITH puts before
them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from headway.effects import model as fx
from headway.pattern import pattern
from headway.reading.sql.cursor import HOLE, Cursor, UnreadError
from headway.reading.sql.scan import Mentions, mentions
from headway.reading.sql.t_sql_rows import changes_within, of_its_table, outputs

Path = tuple[fx.MaybeText, fx.Text]


def rows(cursor: Cursor, span: fx.Span) -> Iterator[fx.Effect]:
    """Reads a statement about rows to its end."""
    if cursor.script.database != "mssql":
        yield from _rows(cursor, span)
        return
    whole = cursor.copy()
    for effect in _rows(cursor, span):
        yield of_its_table(effect, whole) if isinstance(effect, fx.ChangesData) else effect
    for inner in changes_within(whole):
        if next(changes_within(inner), None) is not None:
            raise UnreadError  # SQL Server takes no change within another
        yield from rows(inner, span)
    for (schema, table), columns in outputs(whole):
        yield fx.ChangesData(span=span, verb="INSERT", table=table, schema=schema, sets=columns)


def _rows(cursor: Cursor, span: fx.Span) -> Iterator[fx.Effect]:
    while cursor.at("("):  # (SELECT …) UNION …
        if cursor.peek(1).word not in ("SELECT", "WITH", "VALUES", "("):
            raise UnreadError
        yield from query(cursor, span)
        return
    if cursor.at("WITH"):
        whole = cursor.copy()
        changes = list(_with(cursor, span, calling=True))
        if cursor.at_any(("SELECT", "VALUES", "TABLE", "(")):
            yield from query(whole, span)
            cursor.rest()
            return
        yield from changes
    reader = _VERBS.get(cursor.peek().word)
    if reader is None:
        raise UnreadError
    yield from reader(cursor, span)


def query(cursor: Cursor, span: fx.Span) -> Iterator[fx.Effect]:
    """Reads a SELECT, with or without WITH and parentheses, to its end."""
    if cursor.at("WITH"):
        yield from _with(cursor.copy(), span)
    found = mentions(cursor, listing=cursor.at("TABLE"))
    if found.into is not None:
        schema, table = found.into
        yield fx.CreatesTable(span=span, table=table, schema=schema, whole=False)
    if found.locks:
        for schema, table in found.tables or {(None, fx.UNKNOWN): None}:
            yield fx.LocksTable(span=span, table=table, schema=schema, mode=found.locks)
    yield from calls(cursor, span, found)
    if found.into is None or found.tables:
        yield fx.Reads(span=span, tables=tuple(table for _, table in found.tables))
    cursor.rest()


def called(cursor: Cursor, span: fx.Span, name: str, arguments: Cursor | None = None) -> Iterator[fx.Effect]:
    """What calling a function does: what its body does when the text itself has made it, else nobody knows."""
    plain = name.rpartition(".")[2]
    bodies = cursor.script.bodies
    if plain in bodies:
        yield from bodies[plain]
    elif plain.startswith(("pg_advisory_", "pg_try_advisory_", "pg_terminate_", "pg_cancel_")):
        yield fx.RunsSql(span=span, text=cursor.text(), understood=True)
    elif plain == "set_config" and arguments is not None and arguments.peek().kind == "string":
        yield fx.SetsSetting(span=span, name=arguments.string())
    elif plain == "setval":
        name_of = arguments.string() if arguments is not None and arguments.peek().kind == "string" else fx.UNKNOWN
        yield fx.AltersObject(span=span, kind=fx.ObjectKind.SEQUENCE, name=name_of, action="SETVAL")
    else:
        yield fx.RunsSql(span=span, text=cursor.text())


def calls(cursor: Cursor, span: fx.Span, found: Mentions) -> Iterator[fx.Effect]:
    """What the calls do that a statement mentions, each effect once."""
    seen: set[fx.Effect] = set()
    for name, arguments in found.calls:
        for effect in called(cursor, span, name, arguments):
            if effect not in seen:
                seen.add(effect)
                yield effect


def _with(cursor: Cursor, span: fx.Span, *, calling: bool = False) -> Iterator[fx.Effect]:
    """Goes past the list of WITH; a change of rows within it is an effect of its own, and a call where asked for."""
    cursor.need("WITH")
    cursor.take("RECURSIVE")
    while True:
        cursor.name()
        if cursor.at("("):
            cursor.skip_group()
        cursor.need("AS")
        cursor.take("NOT")
        cursor.take("MATERIALIZED")
        body = cursor.group()
        if body.peek().word in _VERBS and not body.at("SELECT") and not body.at("VALUES"):
            yield from rows(body, span)
        elif calling:
            yield from calls(body, span, mentions(body))
        while cursor.take_any("SEARCH", "CYCLE"):
            cursor.until(",", "SELECT", "INSERT", "UPDATE", "DELETE", "MERGE")
        if not cursor.take(","):
            return


def _select(cursor: Cursor, span: fx.Span) -> Iterator[fx.Effect]:
    yield from query(cursor, span)


# -- INSERT -------------------------------------------------------------------------------------------------------


def _insert(cursor: Cursor, span: fx.Span) -> Iterator[fx.Effect]:
    whole = cursor.copy()
    verb = cursor.next().word
    if cursor.script.database == "oracle" and cursor.take_any("ALL", "FIRST"):
        yield from _many_targets(cursor.copy(), span)
        yield from calls(whole, span, mentions(cursor))
        cursor.rest()
        return
    while cursor.take_any("LOW_PRIORITY", "DELAYED", "HIGH_PRIORITY", "IGNORE"):
        pass
    if cursor.take("OR"):
        cursor.next()
    _top(cursor)
    cursor.take("INTO")
    schema, table = cursor.path()
    if cursor.take("AS"):
        cursor.name()
    if cursor.at("WITH", "("):  # SQL Server's hints
        cursor.next()
        cursor.skip_group()
    columns: tuple[fx.Text, ...] = ()
    if cursor.at("(") and cursor.peek(1).word not in ("SELECT", "WITH", "VALUES", "("):
        columns = tuple(item.path()[1] for item in cursor.group().items())
    elif cursor.take("SET"):
        columns = _sets(cursor.copy())
    if cursor.done and not _filled_by_procedure(cursor):
        raise UnreadError
    yield fx.ChangesData(span=span, verb=verb, table=table, schema=schema, sets=columns)
    if cursor.at("WITH"):
        yield from _with(cursor.copy(), span)
    yield from calls(whole, span, mentions(cursor))
    cursor.rest()


def _filled_by_procedure(cursor: Cursor) -> bool:
    """Whether T-SQL's EXEC follows, whose rows are inserted: it is read as a statement, for what else it does."""
    behind = cursor.tokens[cursor.end].word if cursor.end < len(cursor.tokens) else ""
    return cursor.script.database == "mssql" and behind in ("EXEC", "EXECUTE")


def _many_targets(cursor: Cursor, span: fx.Span) -> Iterator[fx.Effect]:
    """The tables of Oracle's INSERT ALL and INSERT FIRST."""
    while not cursor.done:
        cursor.until("INTO")
        if cursor.take("INTO"):
            schema, table = cursor.path()
            columns = tuple(item.path()[1] for item in cursor.group().items()) if cursor.at("(") else ()
            yield fx.ChangesData(span=span, verb="INSERT", table=table, schema=schema, sets=columns)


# -- UPDATE, DELETE, MERGE ----------------------------------------------------------------------------------------


def _update(cursor: Cursor, span: fx.Span) -> Iterator[fx.Effect]:
    whole = cursor.copy()
    cursor.need("UPDATE")
    while cursor.take_any("LOW_PRIORITY", "IGNORE", "ONLY"):
        pass
    if cursor.take("OR"):
        cursor.next()
    _top(cursor)
    found = mentions(whole, query=True)
    head = mentions(cursor.copy().until("SET"), listing=True)
    path = cursor.copy().path()
    cursor.until("SET")
    cursor.need("SET")
    sets_from = cursor.copy()
    sets = _sets(cursor.copy())
    targets = _updated(sets_from, head, sets) or {_resolved(path, found): sets}
    where = _where(cursor, open_end=True)
    sets_from.until("FROM", "WHERE")
    read = mentions(sets_from.until("WHERE"), query=True).tables if sets_from.at("FROM") else {}
    limited = _limited(whole, {*targets, *read, *(head.tables if len(head.tables) > 1 else ())})
    for target, columns in targets.items():
        yield _changes(span, "UPDATE", target, where, limited, columns)
    yield from calls(whole, span, found)
    cursor.rest()


def _resolved(path: Path, found: Mentions) -> Path:
    """The table that a name stands for, which may be an alias (SQL Server, MySQL)."""
    return found.aliases.get(found.compared(path[1]), path) if path[0] is None else path


def _updated(cursor: Cursor, head: Mentions, sets: tuple[fx.Text, ...]) -> dict[Path, tuple[fx.Text, ...]]:
    """The tables that MySQL's ``UPDATE a JOIN b SET a.x = …`` changes, told by the names before its columns."""
    if len(head.tables) < 2:
        return {}
    changed: dict[Path, tuple[fx.Text, ...]] = {}
    for item in cursor.until("WHERE", "ORDER", "LIMIT", "FROM").items():
        if item.at_name() and item.peek(1).word == ".":
            owner, column = item.path()
            named = [path for path in head.tables if path[1] == owner]
            path = head.aliases.get(head.compared(fx.UNKNOWN if owner is None else owner)) or (
                named[0] if named else (None, fx.UNKNOWN)
            )
            changed[path] = (*changed.get(path, ()), column)
        else:
            return dict.fromkeys(head.tables, sets)
    return changed


def _sets(cursor: Cursor) -> tuple[fx.Text, ...]:
    """The columns that a SET list names."""
    found: list[fx.Text] = []
    for item in cursor.until("WHERE", "FROM", "RETURNING", "OUTPUT", "ORDER", "LIMIT", "ON").items():
        if item.at("("):
            found += [inner.path()[1] for inner in item.group().items()]
        else:
            found.append(item.path()[1])
        if not (item.at("=") or item.at("[") or item.at(":=") or item.at(".") or item.peek(1).word == "="):
            raise UnreadError
    if not found:
        raise UnreadError
    return tuple(found)


def _delete(cursor: Cursor, span: fx.Span) -> Iterator[fx.Effect]:
    whole = cursor.copy()
    cursor.need("DELETE")
    while cursor.take_any("LOW_PRIORITY", "QUICK", "IGNORE"):
        pass
    _top(cursor)
    found = mentions(whole, query=True)
    named: list[Path] = []
    if not cursor.take("FROM"):
        named = _listed(cursor)  # MySQL: DELETE a, b FROM a JOIN b; Oracle: DELETE t
        if cursor.take("FROM") and not named:
            raise UnreadError
    cursor.take("ONLY")
    if not named:
        named = _listed(cursor)
    where = _where(cursor, open_end=True)
    limited = _limited(whole, mentions(whole.copy().until("WHERE"), query=True).tables)
    for path in named:
        yield _changes(span, "DELETE", _resolved(path, found), where, limited)
    yield from calls(whole, span, found)
    cursor.rest()


def _listed(cursor: Cursor) -> list[Path]:
    paths = [cursor.path()]
    while cursor.take(","):
        paths.append(cursor.path())
    return paths


def _top(cursor: Cursor) -> None:
    """SQL Server's TOP (n)."""
    if cursor.take("TOP"):
        cursor.step()
        cursor.take("PERCENT")


def _changes(
    span: fx.Span, verb: str, path: Path, where: fx.MaybeText, limited: fx.Flag, sets: tuple[fx.Text, ...] = ()
) -> fx.ChangesData:
    filtered: fx.Flag = where is not None
    if where is fx.UNKNOWN:
        filtered = fx.UNKNOWN
    elif isinstance(where, str) and _ALWAYS.fullmatch(where):
        filtered = False
    return fx.ChangesData(
        span=span,
        verb=verb,
        table=path[1],
        schema=path[0],
        filtered=filtered,
        where=where,
        limited=limited,
        sets=sets,
    )


def _limited(statement: Cursor, tables: Collection[object]) -> fx.Flag:
    """What ``ChangesData.limited`` says of an UPDATE or DELETE that mentions these tables before its WHERE."""
    looked = statement.copy()
    looked.next()
    if looked.take("TOP"):
        looked.step()
        return fx.UNKNOWN if looked.at("PERCENT") else True
    found: fx.Flag = fx.UNKNOWN if len(tables) > 1 else False
    while not looked.done and not looked.at_any(("WHERE", "RETURNING", "OUTPUT")):
        word, following = looked.next().word, looked.peek().word
        if (word == "LIMIT" and following != "=") or (word == "PARTITION" and following == "("):
            return True
        if word in ("JOIN", "STRAIGHT_JOIN", "USING", "APPLY") and following != "=":
            found = fx.UNKNOWN
        if looked.at("("):
            looked.skip_group()
    return found


_ALWAYS = pattern(r"(?i)\(?\s*(?:true|1|1\s*=\s*1|'1'\s*=\s*'1'|not\s+false)\s*\)?")
"""A condition that limits nothing."""


def _where(cursor: Cursor, *, open_end: bool = False) -> fx.MaybeText:
    """The condition of the statement, None without one; UNKNOWN where a hole may hold one."""
    before = cursor.until("WHERE")
    if not cursor.take("WHERE"):
        return fx.UNKNOWN if open_end and _may_go_on(before) else None
    start = cursor.place
    cursor.until("RETURNING", "ORDER", "LIMIT", "OPTION")
    if start == cursor.place:
        raise UnreadError
    return cursor.text(start)


def _may_go_on(stretch: Cursor) -> bool:
    """Whether it ends in a hole that stands for itself, not for a value."""
    if stretch.place >= stretch.end:
        return False
    last = stretch.tokens[stretch.end - 1]
    before = stretch.tokens[stretch.end - 2] if stretch.end - 1 > stretch.place else None
    alone = last.kind == "word" and HOLE.fullmatch(last.text) is not None
    return alone and (before is None or before.kind != "mark" or before.text in (")", "]"))


def _merge(cursor: Cursor, span: fx.Span) -> Iterator[fx.Effect]:
    whole = cursor.copy()
    cursor.need("MERGE")
    _top(cursor)
    cursor.take("INTO")
    cursor.take("ONLY")
    schema, table = cursor.path()
    cursor.until("USING")
    cursor.need("USING")
    yield fx.ChangesData(span=span, verb="MERGE", table=table, schema=schema)
    yield from calls(whole, span, mentions(cursor, query=True, listing=True))
    cursor.rest()


# -- TRUNCATE, COPY and LOAD --------------------------------------------------------------------------------------


def _truncate(cursor: Cursor, span: fx.Span) -> Iterator[fx.Effect]:
    cursor.need("TRUNCATE")
    cursor.take("TABLE")
    paths = []
    while True:
        cursor.take("ONLY")
        paths.append(cursor.path())
        cursor.take("*")
        if not cursor.take(","):
            break
    cursor.take("RESTART", "IDENTITY") or cursor.take("CONTINUE", "IDENTITY")
    limited = cursor.script.database == "mssql" and cursor.take("WITH")  # some of its partitions
    if limited:
        cursor.skip_group()
    if cursor.script.database != "mssql" and cursor.take_any("DROP", "REUSE"):
        cursor.need("STORAGE")
    cascade = cursor.take("CASCADE")
    cursor.take("RESTRICT")
    for schema, table in paths:
        yield fx.ChangesData(
            span=span, verb="TRUNCATE", table=table, schema=schema, filtered=False, limited=limited, cascade=cascade
        )


def _copy(cursor: Cursor, span: fx.Span) -> Iterator[fx.Effect]:
    cursor.need("COPY")
    if cursor.at("("):
        yield from rows(cursor.group(), span)
        cursor.need("TO")
        program = cursor.at("PROGRAM")
    else:
        schema, table = cursor.path()
        columns = cursor.names() if cursor.at("(") else ()
        inward = cursor.take("FROM")
        if inward:
            yield fx.ChangesData(span=span, verb="COPY", table=table, schema=schema, sets=columns)
        else:
            cursor.need("TO")
            yield fx.Reads(span=span, tables=(table,))
        program = cursor.at("PROGRAM")
    if program:
        raise UnreadError
    cursor.rest()


def _load(cursor: Cursor, span: fx.Span) -> Iterator[fx.Effect]:
    cursor.need("LOAD", "DATA")
    cursor.until("INTO")
    cursor.need("INTO", "TABLE")
    schema, table = cursor.path()
    yield fx.ChangesData(span=span, verb="LOAD", table=table, schema=schema)
    cursor.rest()


_VERBS: dict[str, Callable[[Cursor, fx.Span], Iterator[fx.Effect]]] = {
    "SELECT": _select,
    "VALUES": _select,
    "TABLE": _select,
    "INSERT": _insert,
    "REPLACE": _insert,
    "UPDATE": _update,
    "DELETE": _delete,
    "MERGE": _merge,
    "TRUNCATE": _truncate,
    "COPY": _copy,
    "LOAD": _load,
}
ROW_VERBS = frozenset(_VERBS)
