"""One statement as effects: who reads it is told by its first words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from headway.effects import model as fx
from headway.reading.sql import objects
from headway.reading.sql.blocks import block, body_text, dynamic, unread
from headway.reading.sql.comments import comment, grant
from headway.reading.sql.cursor import Cursor, Script, UnreadError
from headway.reading.sql.routines import body_of
from headway.reading.sql.rows import ROW_VERBS, called, calls, rows
from headway.reading.sql.scan import mentions
from headway.reading.sql.session import SESSION_READERS, set_setting, understood
from headway.reading.sql.split import makes_routine, statements
from headway.reading.sql.sql_server import execute
from headway.reading.sql.sql_server_words import T_SQL_READERS
from headway.reading.sql.t_sql import Flow, at_verb, bounded, to_next
from headway.reading.sql.tokens import Token, tokens


def read_script(script: Script) -> tuple[fx.Effect, ...]:
    """What all statements of a text do, in their order."""
    all_tokens = tokens(script.source.text, script.database)
    found: list[fx.Effect] = []
    flow = Flow()
    for first, last in statements(script, all_tokens, 0, len(all_tokens)):
        cursor = Cursor(script, all_tokens, first, last)
        whole = script.database != "mssql" or makes_routine(all_tokens, first, last)
        if any(token.word == "GO" for token in all_tokens[max(0, first - 2) : first]):  # perhaps with how often
            flow = Flow()
        found += statement(cursor) if whole else _batch(cursor, flow)
    return tuple(found)


def _batch(cursor: Cursor, flow: Flow) -> Iterator[fx.Effect]:
    """T-SQL, where control flow may stand anywhere, and nothing need part two statements."""
    certain = not flow.reaches(cursor)
    for effect in block(cursor, statement):
        yield replace(effect, conditional=False) if certain else effect


def statement(cursor: Cursor) -> Iterator[fx.Effect]:
    """What one statement does; what is not understood is said, and nothing is raised."""
    start = cursor.copy()
    whole: Cursor | None = None
    silent, understood = True, False
    _forget(cursor)
    try:
        whole = bounded(cursor) if cursor.script.database == "mssql" else None
        for effect in _read(cursor, whole):
            silent = False
            _forget_set_by(effect, start)
            yield replace(effect, raw=True)
        understood = cursor.done or whole is not None or _goes_on(cursor, start)
    except (UnreadError, RecursionError):
        pass
    if not understood:
        _past(cursor, start, whole)
    read = Cursor(cursor.script, cursor.tokens, start.place, cursor.place)
    if not understood or read.tokens[read.end - 1].kind == "broken":
        yield unread(read)
    elif silent and read.peek().word in _MAY_BE_SILENT:
        yield fx.RunsSql(span=read.span(), text=read.text(), raw=True, understood=True)
    elif silent:
        yield unread(read)


def _past(cursor: Cursor, start: Cursor, whole: Cursor | None) -> None:
    """Goes past a statement that is not understood: as far as the next one of T-SQL, which is not hidden by it."""
    if whole is not None:
        cursor.place = whole.end
        return
    try:
        if cursor.place == start.place:
            cursor.next()
        to_next(cursor)
    except UnreadError:  # a parenthesis that nothing closes
        cursor.rest()


_MAY_BE_SILENT = frozenset({"DO", "BEGIN", "DECLARE", "PREPARE", "EXPLAIN"})
"""Statements that may turn out to do nothing: a block that only raises a notice."""


def _goes_on(cursor: Cursor, start: Cursor) -> bool:
    """Whether the next statement of a T-SQL batch begins here: the caller reads on."""
    return cursor.place > start.place and at_verb(cursor)


def _read(cursor: Cursor, whole: Cursor | None) -> Iterator[fx.Effect]:
    if whole is None:
        yield from _dispatched(cursor, cursor.span())
        return
    inner = whole.copy()
    yield from _dispatched(inner, whole.span())
    if not inner.done:
        raise UnreadError
    cursor.place = whole.end


def _dispatched(cursor: Cursor, span: fx.Span) -> Iterator[fx.Effect]:
    word = cursor.peek().word
    statistics = cursor.script.database == "mssql" and cursor.at("UPDATE", "STATISTICS")
    if statistics and cursor.peek(2).word not in ("SET", "WITH", "FROM"):
        cursor.next()
        yield from understood(cursor, span)
        return
    if word in ROW_VERBS or word in ("WITH", "("):
        yield from rows(cursor, span)
        return
    if word == "BEGIN" and (cursor.script.database == "oracle" or cursor.peek(1).word == "NOT"):
        yield from block(cursor, statement)
        cursor.rest()
        return
    reader = _READERS.get(word) or SESSION_READERS.get(word)
    if cursor.script.database == "mssql":
        reader = T_SQL_READERS.get(word) or reader
        if reader is None and word.startswith("SP_"):  # which needs no EXEC where it begins the batch
            yield from execute(cursor, span, statement)
            return
    if reader is None:
        raise UnreadError
    if word not in ("GRANT", "REVOKE", "DENY"):
        cursor.next()
    yield from reader(cursor, span)


def _create(cursor: Cursor, span: fx.Span) -> Iterator[fx.Effect]:
    start = cursor.place - 1
    yield from objects.create(cursor, span, lambda behind: _body(behind, start))


def _body(cursor: Cursor, start: int) -> tuple[fx.Effect, ...] | None:
    """What the body of a routine does when it is called, None where it is not read; the cursor stands behind the
    routine's name, its CREATE at token ``start``."""
    script = cursor.script
    if script.database == "postgresql":
        language = _language(cursor)
        if language not in ("plpgsql", "sql", ""):
            return None
        atomic = cursor.copy()
        atomic.until("BEGIN", "RETURN")
        if not atomic.done:
            return tuple(block(atomic, statement))
        cursor.until("AS")
        found = body_text(script, cursor)
        return None if found is None else tuple(block(found[0], statement))
    if script.depth:
        return None
    inner = Cursor(replace(script, depth=script.depth + 1), cursor.tokens, cursor.place, cursor.end)
    if script.mysql:
        body = body_of(Cursor(inner.script, cursor.tokens, start, cursor.end))
        return None if body is None else tuple(block(body, statement))
    ends = ("AS", "IS", "BEGIN") if script.database in ("mssql", "oracle") else ("BEGIN",)
    inner.until(*ends)
    while script.database == "mssql" and inner.at("AS") and _is_within_head(inner):
        inner.next()
        inner.until(*ends)
    inner.take_any("AS", "IS")
    return None if inner.done else tuple(block(inner, statement))


def _is_within_head(cursor: Cursor) -> bool:
    """Whether an AS is part of ``EXECUTE AS OWNER`` or of a parameter ``@a AS int``, and no body follows."""
    before = cursor.tokens[cursor.place - 1]
    return before.word in ("EXEC", "EXECUTE") or before.text.startswith("@")


def _language(cursor: Cursor) -> str:
    for place in range(cursor.place, cursor.end - 1):
        if cursor.tokens[place].word == "LANGUAGE":
            return cursor.tokens[place + 1].value().lower()
    return ""


def _do(cursor: Cursor, span: fx.Span) -> Iterator[fx.Effect]:
    if cursor.script.mysql:
        yield from _call_all(cursor, span)
        return
    if _language(cursor) not in ("plpgsql", ""):
        raise UnreadError
    found = body_text(cursor.script, cursor)
    if found is None:
        raise UnreadError
    yield from block(found[0], statement)
    cursor.rest()


def _call_all(cursor: Cursor, span: fx.Span) -> Iterator[fx.Effect]:
    yield from calls(cursor, span, mentions(cursor))
    cursor.rest()


def _call(cursor: Cursor, span: fx.Span) -> Iterator[fx.Effect]:
    whole = cursor.copy()
    whole.place -= 1
    _, name = cursor.path()
    yield from called(whole, span, str(name).lower() if isinstance(name, str) else "")
    cursor.rest()


def _explain(cursor: Cursor, span: fx.Span) -> Iterator[fx.Effect]:
    runs = cursor.at("(") and any(item.take("ANALYZE") for item in cursor.copy().group().items())
    if cursor.at("("):
        cursor.skip_group()
    while word := cursor.take_any("ANALYZE", "VERBOSE", "EXTENDED", "FORMAT", "QUERY", "PLAN", "FOR"):
        runs = runs or word == "ANALYZE"
    if runs:
        yield from statement(cursor)
        cursor.rest()
        return
    cursor.rest()
    yield fx.Reads(span=span)


def _prepare(cursor: Cursor, span: fx.Span) -> Iterator[fx.Effect]:
    if cursor.take("TRANSACTION"):
        cursor.rest()
        yield fx.EndsTransaction(span=span, verb="COMMIT")
        return
    name = cursor.name()
    if cursor.take("FROM"):
        cursor.script.variables[f"prepared {name}"] = []
        if cursor.peek().text.lower() in cursor.script.variables:
            whole = cursor.copy()
            texts = _texts_of(cursor)
            for text in texts:
                for effect in [unread(whole)] if text.done else dynamic(text, span, statement):
                    yield replace(effect, conditional=effect.conditional or len(texts) > 1)
            return
        yield from dynamic(cursor, span, statement)
        return
    cursor.until("AS")
    cursor.need("AS")
    yield from statement(cursor)
    cursor.rest()


def _texts_of(cursor: Cursor) -> list[Cursor]:
    """The expressions that a variable may hold: both of ``SET @sql = IF(condition, '…', '…')``, all that a block gives it."""
    found: list[Cursor] = []
    for tokens_of, start, end in cursor.script.variables[cursor.next().text.lower()]:
        value = Cursor(cursor.script, tokens_of, start, end)
        while value.at("("):
            value = value.group()
        value.take("SELECT")
        found += list(value.group().items())[1:] if value.take("IF") else [value]
    return found


def _forget(cursor: Cursor) -> None:
    """Forgets the variables of MySQL that a statement may fill otherwise than by SET: ``SELECT … INTO @x``,
    ``@x := …``, ``CALL p(@x)``."""
    variables = cursor.script.variables
    fills = cursor.at_any(_FILLING)
    for place in range(cursor.place, cursor.end if variables else cursor.place):
        token = cursor.tokens[place]
        name = token.text.lower()
        fills = fills or token.word == "INTO"
        if name in variables and (fills or (place + 1 < cursor.end and cursor.tokens[place + 1].word == ":=")):
            variables[name] = _NOBODY_KNOWS


def _forget_set_by(effect: fx.Effect, statement: Cursor) -> None:
    """Forgets the variables that an effect of a statement fills, and all when nobody knows what it does."""
    variables = statement.script.variables
    if isinstance(effect, fx.RunsSql) and not effect.understood:
        variables |= dict.fromkeys(variables, _NOBODY_KNOWS)
    elif isinstance(effect, fx.SetsSetting) and not statement.at("SET") and effect.name in variables:
        variables[str(effect.name)] = _NOBODY_KNOWS  # by a routine that is called


_NOBODY_KNOWS: list[tuple[list[Token], int, int]] = [([], 0, 0)]
_FILLING = frozenset({"CALL", "GET", "FETCH", "LOAD", "EXECUTE"})


def _execute(cursor: Cursor, span: fx.Span) -> Iterator[fx.Effect]:
    if cursor.script.database == "mssql":
        yield from execute(cursor, span, statement)
        return
    if cursor.take("IMMEDIATE"):
        yield from dynamic(cursor, span, statement)
        return
    if f"prepared {cursor.name()}" not in cursor.script.variables:
        raise UnreadError
    yield fx.RunsSql(span=span, text="EXECUTE", understood=True)  # what it does was said where it was prepared
    cursor.rest()


def _set(cursor: Cursor, span: fx.Span) -> Iterator[fx.Effect]:
    if cursor.script.mysql and cursor.at("STATEMENT"):
        cursor.until("FOR")  # MariaDB: settings for the statement behind FOR
        cursor.need("FOR")
        yield from statement(cursor)
        return
    yield from set_setting(cursor, span)


def _declare(cursor: Cursor, span: fx.Span) -> Iterator[fx.Effect]:
    cursor.place -= 1
    yield from block(cursor, statement)
    cursor.rest()


_READERS: dict[str, Callable[[Cursor, fx.Span], Iterator[fx.Effect]]] = {
    "CREATE": _create,
    "ALTER": objects.alter,
    "DROP": objects.drop,
    "COMMENT": comment,
    "GRANT": grant,
    "REVOKE": grant,
    "SET": _set,
    "DO": _do,
    "CALL": _call,
    "EXPLAIN": _explain,
    "PREPARE": _prepare,
    "EXEC": _execute,
    "EXECUTE": _execute,
    "DECLARE": _declare,
}
