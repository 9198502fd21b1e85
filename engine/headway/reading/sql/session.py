"""Statements about the session, the transaction and the upkeep of a database as effects: SET, PRAGMA, COMMIT, LOCK,
VACUUM and their kin."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from headway.effects import model as fx
from headway.reading.sql.cursor import Cursor, UnreadError
from headway.reading.sql.rows import calls
from headway.reading.sql.scan import mentions

Reader = Callable[[Cursor, fx.Span], Iterator[fx.Effect]]


def set_setting(cursor: Cursor, span: fx.Span) -> Iterator[fx.Effect]:
    """Reads what follows SET."""
    if cursor.take_any("CONSTRAINTS", "CONSTRAINT"):
        yield from _to_end(cursor, span, "constraints", local=True)
        return
    if cursor.at("TRANSACTION") or cursor.at("SESSION", "CHARACTERISTICS") or cursor.at("SESSION", "TRANSACTION"):
        local = cursor.next().word == "TRANSACTION"
        yield from _to_end(cursor, span, "transaction", local=local)
        return
    if cursor.take("PASSWORD"):
        cursor.rest()
        yield fx.AltersObject(span=span, kind=fx.ObjectKind.ROLE, name=None, action="PASSWORD")
        return
    if cursor.done:
        raise UnreadError
    for item in cursor.items() if cursor.script.mysql else [cursor]:
        yield from _one_setting(item, span)
        if not item.done:
            raise UnreadError


def _one_setting(cursor: Cursor, span: fx.Span) -> Iterator[fx.Effect]:
    scope = cursor.take_any("SESSION", "LOCAL", "GLOBAL", "PERSIST", "PERSIST_ONLY")
    local = scope == "LOCAL" and not cursor.script.mysql
    if cursor.take("TIME", "ZONE"):
        yield from _to_end(cursor, span, "timezone", local=local)
        return
    if cursor.take("CHARACTER", "SET"):
        yield from _to_end(cursor, span, "character set", local=local)
        return
    start = cursor.place
    cursor.next()
    while cursor.take("."):
        cursor.next()
    if cursor.take("["):  # what an attribute is of; not a setting
        raise UnreadError
    name = cursor.text(start)
    name = name.lower() if isinstance(name, str) else name
    signed = cursor.take("=") or cursor.take("TO") or cursor.take(":=")
    if not signed and name not in _WITHOUT_SIGN and cursor.script.database != "mssql":
        raise UnreadError
    yield from _to_end(cursor, span, name, local=local)


_WITHOUT_SIGN = ("names", "role", "session", "authorization", "schema", "xml", "collation")


def _to_end(cursor: Cursor, span: fx.Span, name: fx.Text, *, local: bool = False) -> Iterator[fx.Effect]:
    if cursor.done:
        raise UnreadError
    if isinstance(name, str) and name.startswith("@"):
        before = cursor.script.variables.get(name, []) if cursor.script.flowing else []
        cursor.script.variables[name] = [*before, (cursor.tokens, cursor.place, cursor.end)]
    yield from calls(cursor, span, mentions(cursor))
    yield fx.SetsSetting(span=span, name=name, value=cursor.text(), local=local)
    cursor.rest()


def _reset(cursor: Cursor, span: fx.Span) -> Iterator[fx.Effect]:
    start = cursor.place
    cursor.take("SESSION")
    cursor.next()
    while cursor.take("."):
        cursor.next()
    name = cursor.text(start)
    yield fx.SetsSetting(span=span, name=name.lower() if isinstance(name, str) else name)


def _use(cursor: Cursor, span: fx.Span) -> Iterator[fx.Effect]:
    yield fx.SetsSetting(span=span, name="database", value=cursor.name())


def _pragma(cursor: Cursor, span: fx.Span) -> Iterator[fx.Effect]:
    _, name = cursor.path()
    setting = str(name).lower()
    if cursor.done:
        if setting in _BUSY_PRAGMAS:
            yield fx.Reindexes(span=span, verb=f"PRAGMA {setting}")
        else:
            yield fx.Reads(span=span)
        return
    if cursor.take("="):
        start = cursor.place
        cursor.take_any("-", "+")
        cursor.next()
        value = cursor.text(start)
    else:
        group = cursor.group()
        value = group.string() if group.peek().kind == "string" else group.text()
    if setting in _BUSY_PRAGMAS:
        yield fx.Reindexes(span=span, verb=f"PRAGMA {setting}")
    elif setting.endswith(("_info", "xinfo", "_list", "_check")):
        yield fx.Reads(span=span, tables=(value,))
    else:
        yield fx.SetsSetting(span=span, name=setting, value=value)


_BUSY_PRAGMAS = frozenset({"incremental_vacuum", "optimize", "wal_checkpoint", "shrink_memory"})


# -- transactions and locks -----------------------------------------------------------------------------------------


def _ends(verb: str) -> Reader:
    def read(cursor: Cursor, span: fx.Span) -> Iterator[fx.Effect]:
        if verb == "ROLLBACK" and any(token.word == "TO" for token in cursor.tokens[cursor.place : cursor.end]):
            yield from understood(cursor, span)
            return
        cursor.take_any("PREPARED")
        cursor.rest()
        yield fx.EndsTransaction(span=span, verb=verb)

    return read


def _start(cursor: Cursor, span: fx.Span) -> Iterator[fx.Effect]:
    cursor.need("TRANSACTION")
    yield from _ends("BEGIN")(cursor, span)


def understood(cursor: Cursor, span: fx.Span) -> Iterator[fx.Effect]:
    """A statement that is known, and changes neither schema nor rows."""
    whole = cursor.copy()
    whole.place -= 1
    cursor.rest()
    yield fx.RunsSql(span=span, text=whole.text(), understood=True)


def _lock(cursor: Cursor, span: fx.Span) -> Iterator[fx.Effect]:
    cursor.take_any("TABLE", "TABLES")
    found = []
    while True:
        cursor.take("ONLY")
        path = cursor.path()
        cursor.take("*")
        mode = ""
        if cursor.script.mysql:
            if cursor.take("AS") or not cursor.at_any(("READ", "WRITE", "LOW_PRIORITY")):
                cursor.name()
            cursor.take("LOW_PRIORITY")
            mode = cursor.take_any("READ", "WRITE")
            if not mode:
                raise UnreadError
            mode += " LOCAL" if cursor.take("LOCAL") else ""
        found.append((path, mode))
        if not cursor.take(","):
            break
    shared = "ACCESS EXCLUSIVE" if cursor.script.database == "postgresql" else ""
    if cursor.take("IN"):
        start = cursor.place
        cursor.until("MODE")
        shared = " ".join(token.word for token in cursor.tokens[start : cursor.place])
        cursor.need("MODE")
    cursor.take("NOWAIT")
    for (schema, table), mode in found:
        yield fx.LocksTable(span=span, table=table, schema=schema, mode=mode or shared)


# -- questions ------------------------------------------------------------------------------------------------------


def _show(cursor: Cursor, span: fx.Span) -> Iterator[fx.Effect]:
    yield from _understood_read(cursor, span)


def _understood_read(cursor: Cursor, span: fx.Span) -> Iterator[fx.Effect]:
    if mentions(cursor).calls:
        raise UnreadError
    cursor.rest()
    yield fx.Reads(span=span)


# -- upkeep ---------------------------------------------------------------------------------------------------------


def _reindex(cursor: Cursor, span: fx.Span) -> Iterator[fx.Effect]:
    concurrently = False
    if cursor.at("("):
        concurrently = any(item.take("CONCURRENTLY") for item in cursor.group().items())
    what = cursor.take_any("INDEX", "TABLE", "SCHEMA", "DATABASE", "SYSTEM")
    concurrently = cursor.take("CONCURRENTLY") or concurrently
    schema, name = cursor.path() if not cursor.done else (None, None)
    yield fx.Reindexes(span=span, verb=f"REINDEX {what}".strip(), name=name, schema=schema, concurrently=concurrently)


def _cluster(cursor: Cursor, span: fx.Span) -> Iterator[fx.Effect]:
    if cursor.at("("):
        cursor.skip_group()
    cursor.take("VERBOSE")
    schema, name = cursor.path() if not cursor.done else (None, None)
    if cursor.take("USING"):
        cursor.path()
    elif cursor.take("ON"):  # CLUSTER index ON table
        schema, name = cursor.path()
    yield fx.Reindexes(span=span, verb="CLUSTER", name=name, schema=schema)


def _vacuum(cursor: Cursor, span: fx.Span) -> Iterator[fx.Effect]:
    full = cursor.script.database == "sqlite"
    start = cursor.copy()
    if cursor.at("("):
        full = any(item.take("FULL") for item in cursor.group().items()) or full
    while word := cursor.take_any("FULL", "FREEZE", "VERBOSE", "ANALYZE", "ANALYSE"):
        full = word == "FULL" or full
    if cursor.take("INTO"):
        yield from understood(start, span)
        cursor.rest()
        return
    paths: list[tuple[fx.MaybeText, fx.MaybeText]] = []
    while not cursor.done:
        paths.append(cursor.path())
        if cursor.at("("):
            cursor.skip_group()
        if not cursor.take(","):
            break
    if not full:
        yield from understood(start, span)
        return
    for schema, name in paths or [(None, None)]:
        verb = "VACUUM" if cursor.script.database == "sqlite" else "VACUUM FULL"
        yield fx.Reindexes(span=span, verb=verb, name=name, schema=schema)


def _optimize(verb: str) -> Reader:
    def read(cursor: Cursor, span: fx.Span) -> Iterator[fx.Effect]:
        cursor.take_any("NO_WRITE_TO_BINLOG", "LOCAL")
        cursor.need("TABLE")
        while True:
            schema, name = cursor.path()
            yield fx.Reindexes(span=span, verb=f"{verb} TABLE", name=name, schema=schema)
            if not cursor.take(","):
                return

    return read


def _refresh(cursor: Cursor, span: fx.Span) -> Iterator[fx.Effect]:
    cursor.need("MATERIALIZED", "VIEW")
    concurrently = cursor.take("CONCURRENTLY")
    schema, name = cursor.path()
    cursor.take("WITH", "NO", "DATA") or cursor.take("WITH", "DATA")
    action = "REFRESH CONCURRENTLY" if concurrently else "REFRESH"
    kind = fx.ObjectKind.MATERIALIZED_VIEW
    yield fx.AltersObject(span=span, kind=kind, name=name, schema=schema, action=action)


def _reassign(cursor: Cursor, span: fx.Span) -> Iterator[fx.Effect]:
    cursor.need("OWNED", "BY")
    yield fx.AltersObject(span=span, kind=fx.ObjectKind.ROLE, name=cursor.name(), action="REASSIGN OWNED")
    cursor.rest()


def _rename(cursor: Cursor, span: fx.Span) -> Iterator[fx.Effect]:
    """MySQL's RENAME TABLE a TO b, c TO d, and Oracle's RENAME a TO b."""
    if cursor.take("USER"):
        cursor.rest()
        yield fx.AltersObject(span=span, kind=fx.ObjectKind.ROLE, name=None, action="RENAME")
        return
    cursor.take_any("TABLE", "TABLES")
    cursor.take("IF", "EXISTS")
    while True:
        schema, table = cursor.path()
        cursor.need("TO")
        new_schema, new_name = cursor.path()
        yield fx.RenamesTable(span=span, table=table, schema=schema, new_name=new_name, new_schema=new_schema)
        if not cursor.take(","):
            return


SESSION_READERS: dict[str, Reader] = {
    "RESET": _reset,
    "USE": _use,
    "PRAGMA": _pragma,
    "COMMIT": _ends("COMMIT"),
    "END": _ends("COMMIT"),
    "ROLLBACK": _ends("ROLLBACK"),
    "ABORT": _ends("ROLLBACK"),
    "BEGIN": _ends("BEGIN"),
    "START": _start,
    "LOCK": _lock,
    "SHOW": _show,
    "DESCRIBE": _show,
    "DESC": _show,
    "HELP": _show,
    "REINDEX": _reindex,
    "CLUSTER": _cluster,
    "VACUUM": _vacuum,
    "OPTIMIZE": _optimize("OPTIMIZE"),
    "REPAIR": _optimize("REPAIR"),
    "REFRESH": _refresh,
    "RENAME": _rename,
    "REASSIGN": _reassign,
    **dict.fromkeys(
        [
            "SAVEPOINT",
            "RELEASE",
            "SAVE",
            "ANALYZE",
            "ANALYSE",
            "NOTIFY",
            "LISTEN",
            "UNLISTEN",
            "CHECKPOINT",
            "DISCARD",
            "DEALLOCATE",
            "UNLOCK",
            "FLUSH",
            "ATTACH",
            "DETACH",
            "PRINT",
            "CLOSE",
            "FETCH",
            "CHECK",
        ],
        understood,
    ),
}
