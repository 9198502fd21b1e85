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
    "TRUNCATE": (),
    **dict.fromkeys(
        [
            "SET",
            "EXEC",
            "EXECUTE",
            "DECLARE",
            "PRINT",
            "RAISERROR",
            "THROW",
            "RETURN",
            "GOTO",
            "BREAK",
            "CONTINUE",
            "BEGIN",
            "COMMIT",
            "ROLLBACK",
            "SAVE",
            "CHECKPOINT",
            "OPEN",
            "FETCH",
            "CLOSE",
            "DEALLOCATE",
            "GRANT",
            "REVOKE",
        ],
        (),
    ),
}
"""Statements that go on until another begins, and the verbs that are part of them, once each."""


_PART_OF_VERB = frozenset({"UNION", "ALL", "EXCEPT", "INTERSECT", "WITH"})
"""What a verb follows that begins no statement: UNION SELECT, WITH GRANT OPTION."""


def at_verb(cursor: Cursor) -> bool:
    """Whether the next statement of a T-SQL batch begins here."""
    return cursor.script.database == "mssql" and cursor.at_any(T_SQL_VERBS)


def to_next(cursor: Cursor) -> None:
    """Goes past what is left of a statement: to the next verb of T-SQL, to the end of every other."""
    if cursor.script.database != "mssql":
        cursor.rest()
    while not cursor.done and not (
        cursor.at_any(T_SQL_VERBS) and cursor.tokens[cursor.place - 1].word not in _PART_OF_VERB
    ):
        cursor.step()


_FLOW = frozenset({"IF", "WHILE", "TRY", "GOTO"})


def flows(cursor: Cursor) -> bool:
    """Whether a batch has control flow, so that not all of it is certain; ``DROP … IF EXISTS name`` is none."""
    return any(
        cursor.tokens[place].word in _FLOW and _is_flow(cursor, place) for place in range(cursor.place, cursor.end)
    )


def _is_flow(cursor: Cursor, place: int) -> bool:
    word, after, behind = [*(token.word for token in cursor.tokens[place : place + 3]), "", ""][:3]
    return word != "IF" or after != "EXISTS" or behind == "("


def bounded(cursor: Cursor) -> Cursor | None:
    """The statement that begins here, up to where the next one begins; None where its own reader finds its end."""
    verb = cursor.peek().word
    if verb not in _WITHIN:
        return None
    within = list(_WITHIN[verb])
    inner = cursor.copy()
    inner.next()
    if verb in ("GRANT", "REVOKE"):
        inner.until("TO", "FROM")  # what is granted are verbs
    past = _PART_OF_VERB | ({"FOR"} if verb == "DECLARE" else set())  # DECLARE c CURSOR FOR SELECT
    depth = 0
    while not inner.done:
        word = inner.peek().word
        before = inner.tokens[inner.place - 1].word
        if word == "VALUES":
            within.clear()  # INSERT … VALUES (…) SELECT …
        if word == "CASE":
            depth += 1
        elif word == "END" and depth:
            depth -= 1
        elif word in T_SQL_VERBS and not depth and before not in past:
            if word not in within:
                break
            if verb == "WITH":  # what stands behind its list goes on as it does without one
                verb, within = word, list(_WITHIN[word])
            else:
                within.remove(word)
        inner.step()
    return Cursor(cursor.script, cursor.tokens, cursor.place, inner.place)
