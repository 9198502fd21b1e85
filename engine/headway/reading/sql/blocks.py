"""What blocks of procedural SQL do: DO blocks, bodies of functions and triggers, T-SQL batches, EXECUTE of a text.

Control flow is not followed: every statement within is an effect that may happen. What is neither control flow nor a
statement that is known is unread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from headway.effects import model as fx
from headway.reading.sql.cursor import Cursor, Script, UnreadError, shown, words
from headway.reading.sql.rows import calls
from headway.reading.sql.scan import mentions
from headway.reading.sql.split import makes_routine, pieces, statements
from headway.reading.sql.t_sql import Flow, bounded, to_next
from headway.reading.sql.tokens import tokens

Statement = Callable[[Cursor], Iterator[fx.Effect]]
DEEPEST = 6
"""Texts within texts within texts: what is deeper is unread."""


def block(cursor: Cursor, read: Statement) -> Iterator[fx.Effect]:
    """What the statements of a block may do; ``read`` reads those that are no control flow."""
    declaring = False
    script = replace(cursor.script, flowing=True)
    for first, last in pieces(cursor):
        piece = Cursor(script, cursor.tokens, first, last)
        span = piece.span()
        try:
            if cursor.script.database in ("postgresql", "oracle") and piece.take("DECLARE"):
                declaring = True
            if cursor.script.database == "oracle" and piece.take_any("PROCEDURE", "FUNCTION"):
                declaring = not _at_body_of_routine(piece)
            if declaring and not piece.at("BEGIN"):
                yield from _calls(piece, span)
                continue
            declaring = False
            for effect in _piece(piece, span, read):
                yield replace(effect, conditional=True)
        except UnreadError:
            yield unread(Cursor(cursor.script, cursor.tokens, first, last))


def _at_body_of_routine(cursor: Cursor) -> bool:
    """Goes past the head of a routine within a block; whether its BEGIN comes next, before which it may declare."""
    cursor.until("IS", "AS")
    declared = cursor.copy()
    declared.until("BEGIN")
    if declared.done:
        return False
    cursor.place = declared.place
    return True


def _past_handler(cursor: Cursor) -> bool:
    """Goes past ``EXIT HANDLER FOR SQLEXCEPTION``, behind which a statement stands, if that is what is declared.

    See https://dev.mysql.com/doc/refman/8.4/en/declare-handler.html
    """
    if cursor.peek(1).word != "HANDLER" or not cursor.take_any("EXIT", "CONTINUE", "UNDO"):
        return False
    cursor.take("HANDLER", "FOR")
    while True:
        if cursor.take("SQLSTATE"):
            cursor.take("VALUE")
        else:
            cursor.take("NOT")
        cursor.next()
        if not cursor.take(","):
            return True


def unread(cursor: Cursor) -> fx.RunsSql:
    """The effect of a statement that is not understood."""
    return fx.RunsSql(span=cursor.span(), text=cursor.text(), raw=True)


def _piece(cursor: Cursor, span: fx.Span, read: Statement) -> Iterator[fx.Effect]:
    """One statement of a block, behind the control flow that stands before it."""
    if cursor.script.database == "mssql":
        yield from _batch(cursor, span, read)
        return
    while not cursor.done:
        if cursor.at("<", "<"):
            cursor.place = min(cursor.place + 5, cursor.end)
        elif cursor.peek(1).word == ":" and cursor.peek().kind == "word" and cursor.script.mysql:
            cursor.place += 2  # MySQL's label
        elif cursor.at_any(("ELSE", "LOOP", "EXCEPTION", "REPEAT", "THEN")) or _at_begin(cursor):
            _past_begin(cursor)
        elif cursor.take("END"):
            cursor.rest()  # IF, LOOP, a label
        elif cursor.script.mysql and cursor.take("DECLARE"):
            if not _past_handler(cursor):
                yield from _calls(cursor, span)
        elif word := cursor.take_any("IF", "ELSIF", "ELSEIF", "WHEN", "WHILE", "UNTIL", "CASE"):
            yield from _condition(cursor, span, word)
        elif cursor.script.database == "oracle" and cursor.take("FORALL"):
            cursor.until("INSERT", "UPDATE", "DELETE", "MERGE", "EXECUTE")
        elif cursor.at_any(("FOR", "FOREACH")):
            yield from _loop(cursor, span, read)
        elif cursor.at_any(_SPOKEN) and not (cursor.script.mysql and cursor.at("EXECUTE")):
            yield from _spoken(cursor, span, read)
        elif _is_assignment(cursor):
            yield from _calls(cursor, span)
        else:
            yield from read(cursor)
            return


def _batch(cursor: Cursor, span: fx.Span, read: Statement) -> Iterator[fx.Effect]:
    """What stands between two semicolons of T-SQL: statements, and control flow between them."""
    while not cursor.done:
        if cursor.take("ELSE"):
            continue
        if cursor.peek(1).word == ":" and cursor.peek().kind == "word":
            cursor.place += 2  # a label
        elif _at_begin(cursor):
            _past_begin(cursor)
        elif cursor.take("END"):
            cursor.take_any("TRY", "CATCH")
        elif cursor.take_any("IF", "WHILE"):
            start = cursor.place
            to_next(cursor)
            if cursor.done:
                raise UnreadError
            yield from _calls(Cursor(cursor.script, cursor.tokens, start, cursor.place), span)
        elif cursor.at_any(_SILENT_IN_T_SQL) and (spoken := bounded(cursor)) is not None:
            cursor.place = spoken.end
            spoken.next()
            yield from _calls(spoken, span)
        else:
            yield from read(cursor)


def _at_begin(cursor: Cursor) -> bool:
    return cursor.at("BEGIN") and cursor.peek(1).word not in ("TRANSACTION", "TRAN", "WORK", "DISTRIBUTED")


def _past_begin(cursor: Cursor) -> None:
    if cursor.next().word == "BEGIN":
        cursor.take("NOT", "ATOMIC") or cursor.take("ATOMIC") or cursor.take_any("TRY", "CATCH")


def _condition(cursor: Cursor, span: fx.Span, word: str) -> Iterator[fx.Effect]:
    """Goes past the condition of IF, WHEN, WHILE and UNTIL."""
    if word == "CASE":
        ends: frozenset[str] = words("WHEN")
    elif word == "UNTIL":
        ends = words("END")
    else:
        ends = words("LOOP DO" if word == "WHILE" else "THEN")
    inner = _stretch(cursor, ends)
    yield from _calls(inner, span)
    if word not in ("CASE", "UNTIL"):
        cursor.next()


def _stretch(cursor: Cursor, ends: frozenset[str]) -> Cursor:
    """Everything up to one of these words, past whatever CASE … END holds."""
    start, depth = cursor.place, 0
    while not cursor.done:
        if cursor.at("CASE"):
            depth += 1
        elif cursor.at("END") and depth:
            depth -= 1
        elif depth == 0 and cursor.at_any(ends):
            return Cursor(cursor.script, cursor.tokens, start, cursor.place)
        cursor.step()
    raise UnreadError


def _loop(cursor: Cursor, span: fx.Span, read: Statement) -> Iterator[fx.Effect]:
    cursor.next()
    head = _stretch(cursor, words("LOOP DO"))
    cursor.next()
    _stretch_to_in(head)
    head.take("REVERSE")
    head.take("ARRAY")
    if head.take("EXECUTE"):
        yield from dynamic(head, span, read)
    elif head.at_any(("SELECT", "WITH", "UPDATE", "DELETE", "INSERT", "(")):
        yield from read(head)
    else:
        yield from _calls(head, span)


def _stretch_to_in(head: Cursor) -> None:
    head.until("IN", "FOR")
    if not head.take_any("IN", "FOR"):
        raise UnreadError


def _is_assignment(cursor: Cursor) -> bool:
    """``name := …`` or ``a.b[1] = …``."""
    inner = cursor.copy()
    if inner.take("SET") and not inner.at_any(("NEW", "OLD")):
        return False
    if inner.peek().kind == "bind" and inner.peek(1).word == ".":  # Oracle's :NEW.id
        inner.place += 2
    if not inner.at_name():
        return inner.at(":")
    inner.path()
    while inner.at("["):
        inner.skip_group()
    return inner.at(":=") or inner.at("=")


def _calls(cursor: Cursor, span: fx.Span) -> Iterator[fx.Effect]:
    """The calls in an expression, which goes to the end."""
    for effect in calls(cursor, span, mentions(cursor)):
        yield replace(effect, conditional=True)
    cursor.rest()


# -- words of procedural SQL ----------------------------------------------------------------------------------------

_SILENT = words(
    "NULL RETURN RAISE EXIT CONTINUE GET ASSERT OPEN CLOSE FETCH MOVE SIGNAL RESIGNAL LEAVE ITERATE PRINT "
    "RAISERROR THROW GOTO BREAK PRAGMA DEALLOCATE"
)
_SILENT_IN_T_SQL = words("RETURN PRINT RAISERROR THROW GOTO BREAK CONTINUE DECLARE OPEN CLOSE FETCH DEALLOCATE")
_SPOKEN = _SILENT | {"PERFORM", "EXECUTE", "SELECT", "DECLARE"}


def _spoken(cursor: Cursor, span: fx.Span, read: Statement) -> Iterator[fx.Effect]:
    if cursor.at("SELECT"):
        yield from _select_into(cursor, span, read)
        return
    word = cursor.next().word
    if word == "EXECUTE":
        cursor.take("IMMEDIATE")
        yield from dynamic(cursor, span, read)
    elif word == "RETURN" and cursor.take("QUERY"):
        if cursor.take("EXECUTE"):
            yield from dynamic(cursor, span, read)
        else:
            yield from read(cursor)
    else:
        yield from _calls(cursor, span)


def _select_into(cursor: Cursor, span: fx.Span, read: Statement) -> Iterator[fx.Effect]:
    """SELECT … INTO a variable, which makes no table here."""
    for effect in read(cursor):
        if not isinstance(effect, fx.CreatesTable):
            yield effect


# -- a text that is executed ----------------------------------------------------------------------------------------


def dynamic(cursor: Cursor, span: fx.Span, read: Statement) -> Iterator[fx.Effect]:
    """What EXECUTE of an expression does: its literals are SQL, everything between them is a hole."""
    text = cursor.copy()
    expression = cursor.until("INTO", "USING")
    yield from _calls(cursor, span)
    source = _composed(expression, span)
    if source is None or cursor.script.depth >= DEEPEST:
        yield unread(text)
        return
    script = Script(source, cursor.script.database, cursor.script.depth + 1, cursor.script.bodies)
    inner = tokens(source.text, script.database)
    flow, said = Flow(), False
    for first, last in statements(script, inner, 0, len(inner)):
        part = Cursor(script, inner, first, last)
        if script.database != "mssql" or makes_routine(inner, first, last):
            yield from read(part)
        elif flow.reaches(part):
            if not said:
                yield unread(text)
            said = True
        else:
            yield from block(part, read)


def _composed(expression: Cursor, span: fx.Span) -> fx.SqlSource | None:
    """The text that an expression of literals, ``||`` and format() makes; None when it has no literal."""
    holes = dict(expression.script.source.holes)
    parts: list[str] = []
    literal = False
    while expression.at("(") and _is_one_group(expression):
        expression = expression.group()
    for operand in _operands(expression):
        token = operand.peek()
        if token.kind == "string" and operand.place + 1 == operand.end:
            parts.append(expression.script.said(token))
            literal = True
        elif operand.at("FORMAT", "("):
            operand.next()
            filled = _formatted(operand.group(), holes)
            if filled is None:
                return None
            parts.append(filled)
            literal = True
        else:
            parts.append(_hole(operand.text(), holes))
    return fx.SqlSource("".join(parts), span, holes) if literal else None


def _is_one_group(cursor: Cursor) -> bool:
    inner = cursor.copy()
    inner.skip_group()
    return inner.done


def _operands(cursor: Cursor) -> Iterator[Cursor]:
    if cursor.at("CONCAT", "("):
        cursor.next()
        yield from cursor.group().items()
        return
    signs = ("||", "+") if cursor.script.database == "mssql" else ("||",)
    while not cursor.done:
        yield cursor.until(*signs)
        if not cursor.take_any(*signs):
            return


def _hole(meaning: fx.Text, holes: dict[str, fx.Computed | fx.Unknown]) -> str:
    if isinstance(meaning, str):
        meaning = fx.Computed(meaning)
    number = len(holes)
    while f"hw_hole_{number}_" in holes:
        number += 1
    holes[f"hw_hole_{number}_"] = meaning
    return f"hw_hole_{number}_"


def _formatted(arguments: Cursor, holes: dict[str, fx.Computed | fx.Unknown]) -> str | None:
    """PostgreSQL's format(): its text with a hole for each of %I, %L and %s."""
    items = list(arguments.items())
    if not items or items[0].peek().kind != "string":
        return None
    values = [item.copy() for item in items[1:]]
    pieces = items[0].peek().value().split("%")
    out = [pieces[0]]
    number = 0
    skip = False
    for piece in pieces[1:]:
        if skip or not piece:
            out.append("%" if not skip else piece)
            skip = not skip and not piece
            continue
        position, _, rest = piece.partition("$") if piece[0].isdigit() and "$" in piece[:3] else ("", "", piece)
        place = int(position) - 1 if position else number
        number += not position
        if rest[:1] not in ("I", "L", "s") or not 0 <= place < len(values):
            return None
        value = values[place]
        inner = value.peek().value() if value.peek().kind == "string" and value.place + 1 == value.end else None
        hole = inner if inner is not None else _hole(value.text(), holes)
        out.append((f"'{hole}'" if rest[0] == "L" else hole) + rest[1:])
    return "".join(out)


def body_text(script: Script, cursor: Cursor) -> tuple[Cursor, bool] | None:
    """The body of a DO or CREATE FUNCTION that stands in a string: its tokens, and whether they keep their places."""
    while not cursor.done:
        token = cursor.next()
        if token.kind == "string":
            break
    else:
        return None
    if script.depth >= DEEPEST:
        return None
    if token.text.startswith("$"):
        tag = token.text.index("$", 1) + 1
        inner_script = replace(script, depth=script.depth + 1)
        inner = tokens(script.source.text, script.database, token.start + tag, token.end - tag)
    else:
        source = fx.SqlSource(script.said(token), script.span(token.start, token.end), script.source.holes)
        inner_script = Script(source, script.database, script.depth + 1, script.bodies)
        inner = tokens(source.text, script.database)
    return Cursor(inner_script, inner, 0, len(inner)), True


__all__ = ["DEEPEST", "block", "body_text", "dynamic", "shown", "unread"]
