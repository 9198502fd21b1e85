"""One database session as the witness follows it: what waits for a commit, and what each answer settles.

Pure bookkeeping on :class:`Sent` entries; who tells it is the witness, and what it says goes into the account.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from headway.effects.sql_kind import Kind, first_words, statements_in
from headway.pattern import pattern
from headway.runtime.account import Fate, Sent

Settle = Callable[[Sequence[Sent], Fate], None]

_SAVEPOINT = pattern(
    r"(?i)\s*(SAVEPOINT|ROLLBACK\s+(?:WORK\s+|TRANSACTION\s+)?TO|RELEASE)(?:\s+SAVEPOINT)?\s+(\"[^\"]+\"|`[^`]+`|[^\s;]+)"
)
_COMMITS = frozenset({"COMMIT", "END"})
_UNDOES = frozenset({"ROLLBACK", "ABORT"})
_BEGINS = frozenset({"BEGIN", "START", "SET", "COMMIT", "ROLLBACK", "XA"})
"""What changes nothing by itself, after what is looked for before."""


class Ledger:
    """What one session has been told. ``commits_ddl`` says that its database commits with every DDL statement, before
    and after it, as MySQL does; ``aborts`` that an error can make all that waits in the transaction unable to commit."""

    def __init__(self, settle: Settle, *, commits_ddl: bool, aborts: bool) -> None:
        self.commits_ddl = commits_ddl
        self.aborts = aborts
        self.waiting: list[Sent] = []
        self._settle = settle
        self._savepoints: list[tuple[str, int]] = []
        """Names, folded as databases do, and how much waited then; the newest last."""
        self._aborted = False

    def answered(self, sent: Sent, *, inside: bool | None, autocommit: bool) -> None:
        """The database has carried a statement out.

        ``inside`` says whether the session is in a transaction now, as its driver knows it, None where it does not;
        ``autocommit`` whether it commits each statement by itself.
        """
        if sent.kind in (Kind.TRANSACTION, Kind.UNKNOWN):
            self._follow(sent)
        else:
            self._wait(sent)
        ends = inside is None and (autocommit or self._ends_transaction(sent))
        sent.shorten()
        if inside is False or ends:
            self.committed()
        elif inside is None and self.commits_ddl and sent.kind is Kind.UNKNOWN:
            self.in_doubt()  # CALL and the like may commit, and this driver does not show it

    def finished(self, mark: Sent, *, inside: bool | None, autocommit: bool) -> None:
        """A revision is through; its mark waits for the commit that takes its version row."""
        mark.fate = Fate.WAITING
        self.waiting.append(mark)
        if inside is False or (inside is None and autocommit):
            self.committed()

    def refused(self, sent: Sent, *, inside: bool | None, broken: bool = False, rolls_back: bool = False) -> None:
        """The database has said no, or its driver.

        ``broken`` says that the transaction cannot commit any more, ``rolls_back`` that the database gave it up at once,
        as at a deadlock.
        """
        self._settle([sent], Fate.UNDONE)
        if rolls_back or (inside is False and self.waiting and not self.commits_ddl):
            self.rolled_back()
        elif self.aborts and broken:
            self._aborted = True

    def lost(self, sent: Sent | None, *, autocommit: bool) -> None:
        """The session is gone, while ``sent`` was not answered yet; the server rolls back what was not committed."""
        if sent is None:
            self.rolled_back()
            return
        commits = sent.kind in (Kind.TRANSACTION, Kind.UNKNOWN) and any(
            words and words[0] in _COMMITS for words in map(self._words, self._statements(sent))
        )
        implicit = self.commits_ddl and sent.kind in (Kind.DDL, Kind.UNKNOWN)
        if commits or implicit or (autocommit and sent.kind is Kind.UNKNOWN):
            self.in_doubt()
        self._settle([sent], Fate.UNKNOWN if commits or implicit or autocommit else Fate.UNDONE)
        self.rolled_back()

    def committed(self) -> None:
        """A commit came back; one of a transaction that an error has broken is a rollback."""
        if self._aborted:
            self.rolled_back()
            return
        self._end(Fate.COMMITTED)

    def rolled_back(self) -> None:
        """What waited is gone."""
        self._end(Fate.UNDONE)

    def in_doubt(self) -> None:
        """A commit was sent, and its answer never came."""
        self._end(Fate.UNKNOWN)

    # -- text that controls transactions ------------------------------------------------------------------------

    def _wait(self, sent: Sent) -> None:
        if sent.fate is Fate.SENT:  # of several statements in one text, an earlier one may be committed already
            sent.fate = Fate.WAITING
            self.waiting.append(sent)

    def _follow(self, sent: Sent) -> None:
        if point := _SAVEPOINT.match(sent.sql):
            self._at_savepoint(" ".join(point[1].upper().split()), _folded(point[2]))
            return
        for text in self._statements(sent):
            words = self._words(text)
            first, second = (*words, "", "")[:2]
            if first in _COMMITS and second != "PREPARED":
                self.committed()
            elif first in _UNDOES and second not in ("PREPARED", "TO"):
                self.rolled_back()
            elif (first, second) in (("PREPARE", "TRANSACTION"), ("XA", "PREPARE")):
                self.in_doubt()
            elif self._commits_by_itself(words):
                self.committed()
            elif first and first not in _BEGINS:
                self._wait(sent)
        if sent.kind is Kind.UNKNOWN:
            self._wait(sent)  # COMMIT; SET ROLE x: it was answered, and ends as the transaction does that it left open

    def _commits_by_itself(self, words: Sequence[str]) -> bool:
        """What MySQL and MariaDB commit at although it is no DDL.

        See https://dev.mysql.com/doc/refman/8.4/en/implicit-commit.html
        """
        if not self.commits_ddl or not words:
            return False
        begins = words[0] in ("START", "BEGIN") and tuple(words[1:3]) != ("NOT", "ATOMIC")
        return begins or (words[0] in ("LOCK", "UNLOCK") and words[1:2] in (("TABLES",), ("TABLE",)))

    def _at_savepoint(self, verb: str, name: str) -> None:
        if verb == "SAVEPOINT":
            self._savepoints.append((name, len(self.waiting)))
            return
        number = next((n for n in range(len(self._savepoints) - 1, -1, -1) if self._savepoints[n][0] == name), None)
        if number is None:
            return
        if verb == "RELEASE":
            del self._savepoints[number:]
            return
        start = self._savepoints[number][1]
        del self._savepoints[number + 1 :]  # the savepoint itself stays
        gone, self.waiting = self.waiting[start:], self.waiting[:start]
        self._settle(gone, Fate.UNDONE)
        self._aborted = False

    def _statements(self, sent: Sent) -> Sequence[str]:
        return list(statements_in(sent.sql, mysql=self.commits_ddl))

    def _words(self, text: str) -> tuple[str, ...]:
        return first_words(text, mysql=self.commits_ddl)

    def _ends_transaction(self, sent: Sent) -> bool:
        return self.commits_ddl and sent.kind is Kind.DDL and "TEMPORARY" not in self._words(sent.sql)

    def _end(self, fate: Fate) -> None:
        entries, self.waiting = self.waiting, []
        self._savepoints.clear()
        self._aborted = False
        if entries:
            self._settle(entries, fate)


def _folded(name: str) -> str:
    """The name as databases compare it: in small letters unless it is quoted."""
    return name[1:-1] if name[:1] in ('"', "`") else name.lower()
