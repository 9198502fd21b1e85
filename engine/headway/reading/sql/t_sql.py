"""Where a statement of T-SQL ends, which needs no semicolon. Knows words, and no statement in detail."""

from __future__ import annotations

from headway.reading.sql.cursor import Cursor, words

T_SQL_VERBS = words(
    "ALTER CREATE DROP INSERT UPDATE DELETE MERGE TRUNCATE EXEC EXECUTE DECLARE IF WHILE BEGIN SET PRINT "
    "RETURN RAISERROR THROW COMMIT ROLLBACK GRANT REVOKE SELECT GOTO BREAK CONTINUE ELSE END USE WAITFOR"
)
"""Words that a statement begins with."""

_WITHIN = {
    "SELECT": (),
    "INSERT": ("SELECT", "EXEC", "EXECUTE"),
    "UPDATE": ("SET",),
    "DELETE": (),
    "WITH": ("SELECT", "INSERT", "UPDATE", "DELETE", "SET"),
    "SET": (),
    "EXEC": (),
    "EXECUTE": (),
}
"""Statements that go on until another begins, and the verbs that are part of them, once each."""


def bounded(cursor: Cursor) -> Cursor | None:
    """The statement that begins here, up to where the next one begins; None where its own reader finds its end."""
    verb = cursor.peek().word
    if verb not in _WITHIN:
        return None
    within = list(_WITHIN[verb])
    inner = cursor.copy()
    inner.next()
    depth = 0
    while not inner.done:
        word = inner.peek().word
        before = inner.tokens[inner.place - 1].word
        if word == "CASE":
            depth += 1
        elif word == "END" and depth:
            depth -= 1
        elif word in T_SQL_VERBS and not depth and before not in ("UNION", "ALL", "EXCEPT", "INTERSECT"):
            if word not in within:
                break
            within.remove(word)
        inner.step()
    return Cursor(cursor.script, cursor.tokens, cursor.place, inner.place)
