"""The recorder of a plan: lets the database answer what can change nothing, and notes everything else instead of
sending it. A run listener, so that it knows whose statement it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from headway.effects.harmless import Passage, passage_of, why_no_read
from headway.effects.sql_kind import Kind, kind_of
from headway.errors import ConnectionRefused, HeadwayError, NotSupported, place
from headway.plan.model import AFTER, BEFORE
from headway.plan.recorded import Recorded, Section
from headway.plan.stale import Changes, invalid_indexes
from headway.redact import redact
from headway.revision.route import Step
from headway.runtime.connecting import Attempt, Guard, guarded
from headway.runtime.failures import user_place
from headway.runtime.held_back import hold_back
from headway.runtime.listener import RunListener
from headway.runtime.raw_cursors import RawCursorWitness
from headway.runtime.read_only import connect_read_only
from headway.runtime.recording import Call, in_the_drivers_place
from headway.runtime.sites import Site, site_of_call


class RecordingWitness(RawCursorWitness):
    """The witness of a run that is recorded: nothing of it is ever applied."""

    def finished(self, revision: str) -> None:
        """Notes nothing."""


class NotShown(HeadwayError):
    """Ends a revision whose statements cannot be told any further."""


class Recorder(RunListener):
    """Records one run; ``sections`` is what came of it, env.py's part first and last."""

    def __init__(self, witness: RawCursorWitness, shown: Callable[[str], str]) -> None:
        self.witness = witness
        self.shown = shown
        self.sections = [Section(BEFORE)]
        self.rebuilds: set[str] = set()
        """INVALID indexes that a concurrent build finds in its way, and that are dropped for it."""
        self._changes = Changes()
        self._guard: Guard | None = None
        self._left = 0
        self._inside = False

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Nothing that runs inside of the block changes a database."""
        with guarded(_OnlyReading()) as guard, in_the_drivers_place(self._handle):
            self._guard = guard
            yield
        if self.sections[-1].name != AFTER:
            self.sections.append(Section(AFTER))

    # -- the run ------------------------------------------------------------------------------------------------

    def planned(self, steps: Any) -> None:
        """The run says what it will do."""
        self._left = len(steps)
        if not steps:
            self.sections.append(Section(AFTER))

    def revision_started(self, step: Step, path: str | None) -> None:
        """Statements belong to this revision now."""
        self.sections.append(Section(step.revision, step.name))
        self._inside = True

    def raised(self, step: Step, error: Exception) -> bool:
        """The revision ended in an error, and the run goes on: what it would have done is not shown."""
        path, line = user_place(error) or (None, None)
        said = redact(" ".join(str(error).split()))[:160]
        self._not_shown(
            f"{place(path and self.shown(path), line)}it raised {type(error).__name__} while it was recorded: {said}"
        )
        return True

    def revision_finished(self, step: Step) -> None:
        """What follows belongs to env.py, or to the next revision."""
        self._look_for_raw_cursors()
        refusal = None if self._guard is None else self._guard.refusal()
        if refusal is not None:
            self._not_shown(f"{place(refusal.path and self.shown(refusal.path), refusal.line)}{refusal.message}")
        if self._section.why is not None:
            self._changes.note_unknown(f"revision {step.revision} is not shown")
        self._inside = False
        self._left -= 1
        if not self._left:
            self.sections.append(Section(AFTER))

    # -- statements ---------------------------------------------------------------------------------------------

    @property
    def _section(self) -> Section:
        return self.sections[-1]

    def _handle(self, call: Call) -> bool:
        site = site_of_call()
        if site.is_own_work:
            return False
        self._look_for_raw_cursors()
        passage = passage_of(call.sql)
        if passage is Passage.ANSWERED:
            if not site.is_version_table:
                self._refuse_stale(call, site)
            self._ask(call, site)
            return True
        self._refuse_what_follows(call, site)
        self._record(call, site)
        if passage is Passage.SENT and self._section.why is None:
            self._ask(call, site)
        else:
            rows = 1 if site.is_version_table else None
            hold_back(
                call.context, lambda what: self._refuse(f"it needs {what} of a statement that was not sent", site), rows
            )
        return True

    def _refuse_what_follows(self, call: Call, site: Site) -> None:
        """Ends a revision that is not shown, but for the savepoints of a block that is being left."""
        why = self._section.why
        if why and self._inside and not site.is_version_table and kind_of(call.sql) is not Kind.TRANSACTION:
            raise NotShown(why)

    def _record(self, call: Call, site: Site) -> None:
        kind = kind_of(call.sql)
        if kind is Kind.READ and _starts_as_plain_read(call.sql) and self._is_awaited(call):
            self._refuse(f"a query is not sent: {why_no_read(call.sql) or 'it is several statements'}", site)
        recorded = recorded_of(call, site, self.shown)
        self._section.statements.append(recorded)
        self.rebuilds.update(invalid_indexes(call))
        name = f"revision {self._section.name}" if self._inside else "env.py"
        if not site.is_version_table:
            self._changes.note(call.sql, recorded.kind, name)

    def _is_awaited(self, call: Call) -> bool:
        # A query that locks rows is there for its rows; a function may be called for its effect alone.
        return (why_no_read(call.sql) or "").startswith("it locks")

    def _refuse_stale(self, call: Call, site: Site) -> None:
        if self._section.why is not None and self._inside:
            raise NotShown(self._section.why)
        concern = self._changes.concern(call, "reflect_table" if site.senders & _REFLECTING else site.reflects)
        if concern is None:
            return
        why = f"it reads from the database what is changed by then: {concern}"
        if self._inside:
            self._refuse(why, site)
        self._not_shown(f"{_place(site, self.shown)}{why}")  # env.py must go on, or there is no plan at all

    def _ask(self, call: Call, site: Site) -> None:
        try:
            call.send()
        except Exception as error:
            if site.is_version_table:
                raise
            said = redact(" ".join(str(error).split()))[:160]
            self._not_shown(f"{_place(site, self.shown)}the database does not answer: {said}")
            if call.context.dialect.name == "postgresql":
                call.context.root_connection.connection.rollback()  # else it answers nothing any more
            raise

    def _look_for_raw_cursors(self) -> None:
        if (taken := self.witness.taken()) is not None:
            where = place(self.shown(taken[0]), taken[1])
            self._not_shown(f"{where}it takes the driver's own connection, past which nothing is seen")

    def _refuse(self, why: str, site: Site) -> NoReturn:
        self._not_shown(f"{_place(site, self.shown)}{why}")
        raise NotShown(why, path=site.path, line=site.line)

    def _not_shown(self, why: str) -> None:
        if self._section.why is None:
            self._section.why = why
        self._changes.note_unknown(
            f"revision {self._section.name} is not shown" if self._inside else "what env.py does is not shown"
        )


def recorded_of(call: Any, site: Site, shown: Callable[[str], str]) -> Recorded:
    """A statement as plan and apply note it, from what a driver is given."""
    kind = Kind.VERSION if site.is_version_table else kind_of(call.sql)
    path = None if site.path is None or site.is_version_table else shown(site.path)
    line = None if path is None else site.line
    return Recorded.of(call.sql, call.parameters, many=call.executemany, kind=str(kind), file=path, line=line)


class _OnlyReading:
    """The policy on connections while a plan is made."""

    def connection(self, attempt: Attempt) -> Any:
        attempt.hear()
        try:
            return connect_read_only(attempt)
        except NotSupported as error:
            raise attempt.refused(error.message, hint=error.hint) from error

    def raw(self, call: str) -> ConnectionRefused:
        return ConnectionRefused(
            f"{call}() goes past SQLAlchemy, so that nothing keeps it from changing the database",
            hint="Use an engine of SQLAlchemy's, or leave it out where nothing is to change.",
        )


_REFLECTING = frozenset({"table_copy.py", "create_text.py"})
"""Our own files that look at the one table that a batch is about."""


def _starts_as_plain_read(sql: str) -> bool:
    return sql.lstrip(" \t\r\n(").lower().startswith(("select", "with"))


def _place(site: Site, shown: Callable[[str], str]) -> str:
    return place(site.path and shown(site.path), site.line)
