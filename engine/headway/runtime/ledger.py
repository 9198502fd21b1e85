"""One database session as the witness follows it: what waits for a commit, and what each answer settles.

Pure bookkeeping on :class:`Sent` entries; who tells it is the witness, and what it says goes into the account.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from headway.effects.sql_kind import Kind, first_words, statements_in
from headway.runtime.account import Fate, Sent

Settle = Callable[[Sequence[Sent], Fate], None]

_SAVEPOINT = re.compile(
    r"(?i)\s*\(?\s*(SAVEPOINT|ROLLBACK\s+(?:WORK\s+|TRANSACTION\s+)?TO|RELEASE)(?:\s+SAVEPOINT)?\s+(\S+)"
)
_COMMITS = frozenset({"COMMIT", "END"})
_UNDOES = frozenset({"ROLLBACK", "ABORT"})
_BEGINS = frozenset({"BEGIN", "START", "SET", "COMMIT", "ROLLBACK", "XA"})
"""What changes nothing by itself, after what is looked for before."""


class Ledger:
    """What one session has been told. ``commits_ddl`` says that its database commits with every DDL statement, before
    and after it; ``aborts`` that an error makes all that waits in the transaction unable to commit."""

    def __init__(self, settle: Settle, *, commits_ddl: bool, aborts: bool) -> None:
        self.commits_ddl = commits_ddl
        self.aborts = aborts
        self.waiting: list[Sent] = []
        self._settle = settle
        self._savepoints: dict[str, int] = {}
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
        if inside is False or (inside is None and (autocommit or self._ends_transaction(sent))):
            self.committed()

    def finished(self, mark: Sent, *, inside: bool | None, autocommit: bool) -> None:
        """A revision is through; its mark waits for the commit that takes its version row."""
        mark.fate = Fate.WAITING
        self.waiting.append(mark)
        if inside is False or (inside is None and autocommit):
            self.committed()

    def refused(self, sent: Sent, *, inside: bool | None, rolls_back: bool = False, unread: bool = False) -> None:
        """The database has said no.

        ``rolls_back`` says that it gave up the whole transaction, as at a deadlock; ``unread`` that it did not even
        understand the statement, so that nothing of it began.
        """
        self._settle([sent], Fate.UNDONE)
        if rolls_back or (inside is False and self.waiting and not self.commits_ddl):
            self.rolled_back()
        elif self.commits_ddl and sent.kind is Kind.DDL and not unread:
            self.committed()  # its implicit commit came before it failed
        elif self.aborts and inside is not False:
            self._aborted = True

    def lost(self, sent: Sent | None, *, autocommit: bool) -> None:
        """The session is gone, while ``sent`` was not answered yet; the server rolls back what was not committed."""
        if sent is None:
            self.rolled_back()
            return
        commits = {words[0] for text in statements_in(sent.sql) if (words := first_words(text))} & _COMMITS
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
        for text in statements_in(sent.sql):
            words = first_words(text)
            if point := _SAVEPOINT.match(text):
                self._at_savepoint(" ".join(point[1].upper().split()), point[2].rstrip(";"))
            elif words[:1] and words[0] in _COMMITS and words[1:2] != ("PREPARED",):
                self.committed()
            elif words[:1] and words[0] in _UNDOES and words[1:2] != ("PREPARED",):
                self.rolled_back()
            elif words[:2] == ("PREPARE", "TRANSACTION") or words[:2] == ("XA", "PREPARE"):
                self.in_doubt()
            elif words and words[0] not in _BEGINS:
                self._wait(sent)

    def _at_savepoint(self, verb: str, name: str) -> None:
        if verb == "SAVEPOINT":
            self._savepoints[name] = len(self.waiting)
        elif verb.startswith("ROLLBACK"):
            start = self._savepoints.get(name, len(self.waiting))
            gone, self.waiting = self.waiting[start:], self.waiting[:start]
            self._settle(gone, Fate.UNDONE)
            self._aborted = False

    def _ends_transaction(self, sent: Sent) -> bool:
        return self.commits_ddl and sent.kind is Kind.DDL and "TEMPORARY" not in first_words(sent.sql)

    def _end(self, fate: Fate) -> None:
        entries, self.waiting = self.waiting, []
        self._savepoints.clear()
        self._aborted = False
        if entries:
            self._settle(entries, fate)
