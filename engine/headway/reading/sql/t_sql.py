"""Where a statement of T-SQL begins and ends, which needs no semicolon. Knows words, and no statement in detail."""

from __future__ import annotations

from collections.abc import Callable

from headway.reading.sql.cursor import Cursor, words

T_SQL_VERBS = words(
    "ALTER CREATE DROP INSERT UPDATE DELETE MERGE TRUNCATE EXEC EXECUTE DECLARE IF WHILE BEGIN SET PRINT "
    "RETURN RAISERROR THROW COMMIT ROLLBACK GRANT REVOKE SELECT GOTO BREAK CONTINUE ELSE END USE WAITFOR"
)
"""Words that a statement begins with, and that are names nowhere."""

_WITHIN: dict[str, tuple[str, ...]] = {
    "INSERT": ("SELECT",),
    "UPDATE": ("SET",),
    "WITH": ("SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "SET"),
    "BULK": ("INSERT",),
}
"""The verbs that are part of a statement, once each."""

_PART_BEHIND = {"DECLARE": ("FOR",), "SET": ("FOR",), "MERGE": ("THEN", "UPDATE")}
"""What a verb follows that is part of such a statement: CURSOR FOR SELECT, WHEN MATCHED THEN UPDATE SET."""

_FIND_THEIR_END = frozenset({"CREATE", "ALTER", "DROP"})
_SET_OPERATORS = frozenset({"UNION", "EXCEPT", "INTERSECT"})


# -- where a statement begins ---------------------------------------------------------------------------------------


def at_verb(cursor: Cursor) -> bool:
    """Whether the next statement of a T-SQL batch begins here."""
    if cursor.script.database != "mssql" or cursor.done:
        return False
    word = cursor.peek().word
    if word not in T_SQL_VERBS:
        return _ALSO_NAMES.get(word, _is_label)(cursor) and _before(cursor) not in _OPERAND_FOLLOWS
    before, after = _before(cursor), cursor.peek(1).word
    if before in (".", "WITH") or before in _SET_OPERATORS or (before == "ALL" and _before(cursor, 2) == "UNION"):
        return False  # a column, WITH GRANT OPTION, UNION ALL SELECT
    if word in ("UPDATE", "DELETE"):  # UPDATE(column) of a trigger; ON DELETE CASCADE, where SET NOCOUNT ON may stand
        return after != "(" and not (before == "ON" and after in ("CASCADE", "SET", "NO"))
    if word == "SET":
        return after not in ("NULL", "DEFAULT")
    if word == "END":
        return before != "ROW"  # GENERATED ALWAYS AS ROW END
    return word != "IF" or after != "EXISTS" or cursor.peek(2).word == "("  # DROP … IF EXISTS name


def _before(cursor: Cursor, steps: int = 1) -> str:
    place = cursor.place - steps
    return cursor.tokens[place].word if place >= 0 else ""


_OPERAND_FOLLOWS = words(
    "( , . = < > <= >= <> != + - * / % & | ^ ~ := :: AND OR NOT SELECT DISTINCT TOP SET WHERE BY FROM INTO UPDATE TABLE "
    "JOIN AS IN LIKE BETWEEN HAVING COLUMN DROP ALTER CREATE KEY INDEX EXEC EXECUTE PROCEDURE VIEW TRIGGER CURSOR TO "
    "USING APPLY DECLARE INSERT DELETE MERGE TRUNCATE CONSTRAINT REFERENCES CASE WHEN"
)
"""Words and marks that a name or a value follows, and no statement."""


def _follows(*after: str) -> Callable[[Cursor], bool]:
    return lambda cursor: cursor.peek(1).word in after


def _is_label(cursor: Cursor) -> bool:
    return cursor.peek(1).word == ":" and cursor.peek().kind == "word"


def _alone(*after: str) -> Callable[[Cursor], bool]:
    """A statement that may be one word: behind it is what it may say besides, another statement or nothing."""
    return lambda cursor: cursor.peek(1).word in after or _ends_at(cursor, 1)


def _ends_at(cursor: Cursor, ahead: int) -> bool:
    token = cursor.peek(ahead)
    return token.kind == "end" or token.word in T_SQL_VERBS or token.word in _ALSO_NAMES or token.word in (";", "GO")


def _names(cursor: Cursor, ahead: int) -> bool:
    """Whether a name may stand there: what follows OPEN of a cursor, and no alias that is called so."""
    token = cursor.peek(ahead)
    return token.kind in ("word", "name") and token.word not in _NO_NAMES


_NO_NAMES = words(
    "ON AS WHERE JOIN INNER LEFT RIGHT CROSS FULL OUTER FROM SET VALUES WHEN USING GROUP ORDER HAVING WITH UNION EXCEPT "
    "INTERSECT AND OR IN IS NOT LIKE BETWEEN OUTPUT OPTION FOR"
)


def _opens(cursor: Cursor) -> bool:
    """OPEN, CLOSE and DEALLOCATE, behind which a cursor or a key is named."""
    if cursor.peek(1).word in ("MASTER", "SYMMETRIC", "ALL") and cursor.peek(2).word in ("KEY", "SYMMETRIC"):
        return True
    ahead = 2 if cursor.peek(1).word == "GLOBAL" and not _ends_at(cursor, 2) else 1
    return _names(cursor, ahead) and _ends_at(cursor, ahead + 1)


def _fetches(cursor: Cursor) -> bool:
    """FETCH of a cursor, and not OFFSET 5 ROWS FETCH NEXT 5 ROWS ONLY."""
    if _before(cursor) in ("ROW", "ROWS"):
        return False
    if any(cursor.peek(ahead).word == "FROM" for ahead in range(1, 5)):
        return True
    return _names(cursor, 1) and (cursor.peek(2).word == "INTO" or _ends_at(cursor, 2))


def _kills(cursor: Cursor) -> bool:
    token = cursor.peek(1)
    return token.kind in ("number", "string") or token.word in ("STATS", "QUERY") or token.text.startswith("@")


def _of_text(cursor: Cursor) -> bool:
    """READTEXT, WRITETEXT and UPDATETEXT of a table's column."""
    return cursor.peek(1).word == "BULK" or (cursor.peek(1).kind in ("word", "name") and cursor.peek(2).word == ".")


def _receives(cursor: Cursor) -> bool:
    return cursor.peek(1).word in ("*", "TOP") or (
        cursor.peek(1).kind in ("word", "name") and cursor.peek(2).word in (",", "FROM", "=", ".")
    )


def _checks(cursor: Cursor) -> bool:
    return cursor.peek(1).kind == "word" and (cursor.peek(2).word in ("(", "WITH") or _ends_at(cursor, 2))


_PERMISSIONS = words(
    "ALL SELECT INSERT UPDATE DELETE EXECUTE EXEC REFERENCES ALTER CONTROL VIEW CONNECT TAKE IMPERSONATE CREATE BACKUP "
    "RECEIVE SEND SHOWPLAN SUBSCRIBE UNMASK ADMINISTER AUTHENTICATE CHECKPOINT KILL SHUTDOWN UNSAFE EXTERNAL"
)
_SAVED = ("DATABASE", "LOG", "CERTIFICATE", "MASTER", "SERVICE", "SYMMETRIC")
_ALSO_NAMES: dict[str, Callable[[Cursor], bool]] = {
    "DENY": _follows(*_PERMISSIONS),
    "DBCC": _checks,
    "BACKUP": _follows(*_SAVED),
    "RESTORE": _follows(*_SAVED, "FILELISTONLY", "HEADERONLY", "LABELONLY", "REWINDONLY", "VERIFYONLY"),
    "KILL": _kills,
    "RECONFIGURE": _alone("WITH"),
    "SHUTDOWN": _alone("WITH"),
    "CHECKPOINT": lambda cursor: cursor.peek(1).kind == "number" or _ends_at(cursor, 1),
    "REVERT": _alone("WITH"),
    "READTEXT": _of_text,
    "WRITETEXT": _of_text,
    "UPDATETEXT": _of_text,
    "BULK": _follows("INSERT"),
    "ADD": lambda cursor: cursor.at("ADD", "SIGNATURE", "TO") or cursor.at("ADD", "COUNTER", "SIGNATURE", "TO"),
    "ENABLE": _follows("TRIGGER"),
    "DISABLE": _follows("TRIGGER"),
    "MOVE": _follows("CONVERSATION"),
    "GET": _follows("CONVERSATION"),
    "SEND": lambda cursor: cursor.at("SEND", "ON", "CONVERSATION"),
    "RECEIVE": _receives,
    "SAVE": _follows("TRAN", "TRANSACTION"),
    "OPEN": _opens,
    "CLOSE": _opens,
    "DEALLOCATE": _opens,
    "FETCH": _fetches,
}
"""Words that a statement begins with and that are names too: what stands around them decides."""


# -- where it ends --------------------------------------------------------------------------------------------------


def to_next(cursor: Cursor) -> None:
    """Goes past what is left of a statement: to where the next one of T-SQL begins, to the end of every other."""
    if cursor.script.database != "mssql":
        cursor.rest()
    depth = 0
    while not cursor.done:
        word = cursor.peek().word
        if word == "CASE":
            depth += 1
        elif word == "END" and depth:
            depth -= 1
        elif not depth and at_verb(cursor):
            return
        cursor.step()


_FLOW = frozenset({"IF", "WHILE", "TRY", "GOTO"})


def flows(cursor: Cursor) -> bool:
    """Whether a batch has control flow, so that not all of it is certain; ``DROP … IF EXISTS name`` is none."""
    return any(
        cursor.tokens[place].word in _FLOW and _is_flow(cursor, place) for place in range(cursor.place, cursor.end)
    )


class Flow:
    """The control flow of a batch, which goes on behind a semicolon: an IF whose block is open, a RETURN behind an IF."""

    def __init__(self) -> None:
        self.depth = 0
        self.branches = False
        self.leaves = False

    def reaches(self, cursor: Cursor) -> bool:
        """Whether what stands here may run not at all; to be asked of each part of the batch in its order."""
        here = flows(cursor)
        self.branches = self.branches or here
        reached = here or self.leaves or (self.branches and self.depth > 0)
        cases = 0
        for place in range(cursor.place, cursor.end):
            word = cursor.tokens[place].word
            if word == "CASE":
                cases += 1
            elif word == "END" and cases:
                cases -= 1
            elif word == "END":
                self.depth = max(0, self.depth - 1)
            elif word == "BEGIN":
                after = cursor.tokens[place + 1].word if place + 1 < cursor.end else ""
                self.depth += after not in _NO_BLOCK
            elif word in ("RETURN", "GOTO") and reached:
                self.leaves = True
            reached = reached or (word == "ELSE" and not cases)
        self.branches = self.branches and self.depth > 0
        return reached


_NO_BLOCK = ("TRANSACTION", "TRAN", "WORK", "DISTRIBUTED", "DIALOG", "CONVERSATION")


def _is_flow(cursor: Cursor, place: int) -> bool:
    word, after, behind = [*(token.word for token in cursor.tokens[place : place + 3]), "", ""][:3]
    return word != "IF" or after != "EXISTS" or behind == "("


def bounded(cursor: Cursor) -> Cursor | None:
    """The statement that begins here, up to where the next one begins; None where its own reader finds its end."""
    verb = cursor.peek().word
    if verb in _FIND_THEIR_END:
        return None
    inner = cursor.copy()
    if not inner.at("("):
        inner.next()
    if verb in ("GRANT", "REVOKE", "DENY"):
        inner.until("TO", "FROM")  # what is granted are verbs
    _past(inner, verb)
    return Cursor(cursor.script, cursor.tokens, cursor.place, inner.place)


def _past(inner: Cursor, verb: str) -> None:
    """Goes past a statement, with the verbs that are part of it."""
    within = list(_WITHIN.get(verb, ()))
    depth = 0
    while not inner.done:
        word = inner.peek().word
        if word == "VALUES":
            within.clear()  # INSERT … VALUES (…) SELECT …
        if word == "CASE":
            depth += 1
        elif word == "END" and depth:
            depth -= 1
        elif not depth and at_verb(inner) and _before(inner) not in _PART_BEHIND.get(verb, ()):
            if word not in within:
                return
            if verb == "WITH":  # what stands behind its list goes on as it does without one
                verb, within = word, list(_WITHIN.get(word, ()))
            else:
                within.remove(word)
        inner.step()
