"""The account of a run: what was sent to the database and what became of it. A record that the witness keeps.

Every sentence about effects is made from this; it concludes nothing from which revision happens to be running.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum

from headway.effects.harmless import why_no_read
from headway.effects.sql_kind import Kind

_STRINGS = r"'(?:[^']|'')*'"
_HARMLESS = frozenset({Kind.READ, Kind.SETTING, Kind.TRANSACTION, Kind.VERSION})


class Fate(Enum):
    """What became of a statement."""

    SENT = "sent"
    """The driver has it and has not answered."""
    WAITING = "waiting"
    """Done, inside a transaction that is still open."""
    COMMITTED = "committed"
    UNDONE = "undone"
    """Rolled back, or refused by the database."""
    UNKNOWN = "unknown"
    """The answer that would tell was lost."""


_LONGEST = 400
"""More of a statement's text is not kept once it has been answered."""


class Section:
    """The part of a run that is about one database; an env.py may migrate several."""

    def __init__(self, database: str | None = None) -> None:
        self.database = database
        """The database, without its password."""
        self.done = "Applied"
        """What the run does with its revisions, in the past."""
        self.planned: list[str] = []
        """Revision ids, in order."""
        self.applied: list[str] = []
        """Revision ids whose effect and version row are committed, in order."""
        self.doubtful: list[str] = []
        """Revision ids that are through, and whose commit was sent and not answered."""
        self.failed: str | None = None
        """The revision that was running when the run turned to something else: it did not come to its end."""

    @property
    def complete(self) -> bool:
        """Whether everything that was planned is applied."""
        return self.failed is None and set(self.applied) >= set(self.planned)


class Sent:  # not a dataclass: one is made for every statement of a run
    """One statement as the driver got it, or, with ``finishes``, the mark that a revision and its row are through."""

    __slots__ = ("fate", "finishes", "kind", "own", "revision", "section", "sql")

    def __init__(
        self,
        sql: str,
        kind: Kind,
        revision: str | None,
        section: Section,
        *,
        own: bool = True,
        finishes: bool = False,
    ) -> None:
        self.sql = sql
        self.kind = kind
        self.revision = revision
        self.section = section
        self.own = own
        """Whether it went over the connection that migrates."""
        self.finishes = finishes
        self.fate = Fate.SENT

    def shorten(self) -> None:
        """Keeps no more of the text than is ever shown: it may hold megabytes of rows."""
        if len(self.sql) > _LONGEST:
            self.sql = self.sql[:_LONGEST]

    @property
    def changes(self) -> bool:
        """Whether it may have changed something that a migration is about."""
        return not self.finishes and self.kind not in _HARMLESS

    @property
    def calls(self) -> bool:
        """Whether it is a query that calls a function of which nobody here knows what it does."""
        return self.kind is Kind.READ and not self.finishes and "(" in self.sql and why_no_read(self.sql) is not None


class Account:
    """Filled in by the witness and the run; read by whoever reports."""

    def __init__(self) -> None:
        self.sections = [Section()]
        """One for each database, in order; the last is the one that is being migrated."""
        self.running: str | None = None
        """The revision id whose script is running."""
        self.running_path: str | None = None
        """The file of the running revision."""
        self.started = False
        """Whether the environment got as far as running migrations."""
        self.raw_uses: list[str] = []
        """Places in the user's code (path:line) that took a raw driver cursor, past which nothing is seen."""
        self.found: tuple[str, ...] = ()
        """What of the failed revision exists although this run has not made it: an earlier run may have."""
        self.found_of: str | None = None
        """That revision."""
        self.left: list[str] = []
        """In words, what statements have left that failed: INVALID indexes of PostgreSQL."""
        self._open: dict[int, Sent] = {}
        """By identity, in the order in which they were sent."""
        self._of_revision: dict[tuple[int, str | None], list[Sent]] = {}

    # -- what the run and the witness note ----------------------------------------------------------------------

    def open_section(self, database: str | None) -> None:
        """The run turns to a database."""
        self._give_up_running()
        if self.started:
            self.sections.append(Section(database))
        else:
            self.sections[-1].database = database
        self.started = True

    def start(self, revision: str, path: str | None) -> None:
        """A revision starts."""
        self._give_up_running()
        self.running, self.running_path = revision, path

    def stop(self) -> None:
        """The running revision is through."""
        self.running, self.running_path = None, None

    def note(self, sent: Sent) -> None:
        """A statement is on its way."""
        if sent.finishes or sent.changes or (sent.kind is Kind.READ and "(" in sent.sql):
            self._open[id(sent)] = sent
            self._of_revision.setdefault((id(sent.section), sent.revision), []).append(sent)

    def settle(self, entries: Sequence[Sent], fate: Fate) -> None:
        """Statements have met their fate; those of revisions that are applied need no more memory."""
        for entry in entries:
            entry.fate = fate
            if fate is Fate.UNDONE:
                self._open.pop(id(entry), None)
            elif entry.finishes and entry.revision is not None:
                self._settle_revision(entry, fate)

    def _settle_revision(self, mark: Sent, fate: Fate) -> None:
        section, revision = mark.section, str(mark.revision)
        if fate is Fate.UNKNOWN:
            section.doubtful.append(revision)
            return
        section.applied.append(revision)
        for entry in self._of_revision.pop((id(section), revision), ()):
            if entry.fate in (Fate.COMMITTED, Fate.UNDONE):
                self._open.pop(id(entry), None)

    def _give_up_running(self) -> None:
        if self.running is not None:
            self.sections[-1].failed = self.running

    # -- what it says -------------------------------------------------------------------------------------------

    @property
    def database(self) -> str | None:
        """The database that is being migrated, without its password."""
        return self.sections[-1].database

    @property
    def planned(self) -> list[str]:
        """Revision ids of the database that is being migrated, in order."""
        return self.sections[-1].planned

    @property
    def applied(self) -> list[str]:
        """Its revision ids whose effect and version row are committed, in order."""
        return self.sections[-1].applied

    @property
    def doubtful(self) -> list[str]:
        """Its revision ids that are through, and whose commit was sent and not answered."""
        return self.sections[-1].doubtful

    @property
    def standing(self) -> list[Sent]:
        """Changes that are committed and whose revision is not applied; those of env.py have no revision."""
        return [entry for entry in self._open.values() if entry.fate is Fate.COMMITTED and entry.changes]

    @property
    def uncertain(self) -> list[Sent]:
        """Changes of which nobody can say whether they took effect."""
        return [entry for entry in self._open.values() if entry.fate in (Fate.UNKNOWN, Fate.SENT) and entry.changes]

    @property
    def called(self) -> list[Sent]:
        """Queries of revisions that are not applied, in effect, that called functions which may have changed something."""
        return [entry for entry in self._open.values() if entry.fate is Fate.COMMITTED and entry.calls]

    @property
    def anything_remains(self) -> bool:
        """Whether something of this run's revisions is, or may be, in the database."""
        done = any(section.applied or section.doubtful for section in self.sections)
        return done or bool(self.left) or any(e.revision is not None for e in (*self.standing, *self.uncertain))

    @property
    def complete(self) -> bool:
        """Whether everything that was planned is applied, and nothing else is open."""
        whole = all(section.complete for section in self.sections) and any(s.planned for s in self.sections)
        return whole and not self.left and not any(e.revision is not None for e in (*self.standing, *self.uncertain))

    @property
    def remaining(self) -> list[str]:
        """Planned revisions that are not applied, without the one that failed."""
        done = {*self.applied, *self.doubtful, self.running}
        done |= {entry.revision for entry in self.standing if entry.revision is not None}
        return [revision for revision in self.planned if revision not in done]


def brief(sql: str, length: int = 90) -> str:
    """A statement as a few words: on one line, no values (they may be secrets or personal), not too long."""
    text = " ".join(re.sub(_STRINGS, "'…'", sql).split())
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"


def shown(entries: Sequence[Sent], most: int = 10) -> str:
    """Statements, numbered, each on a line's length and without the values in it."""
    lines = [
        f"{number}) {brief(entry.sql)}{'' if entry.own else ' (over a connection of its own)'}"
        for number, entry in enumerate(entries, start=1)
    ]
    rest = len(lines) - most
    return "; ".join(lines[:most]) + (f"; and {rest} more" if rest > 0 else "")
