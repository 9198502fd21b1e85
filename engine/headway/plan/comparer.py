"""Compares a run with its plan, statement by statement, before each is given to a driver. A run listener and a gate; it
changes nothing and sends nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from headway.effects.harmless import Passage, passage_of
from headway.errors import GateRefused, place
from headway.plan.gate import PLAN_AGAIN
from headway.plan.model import AFTER, BEFORE, Plan, PlanStatement, PlanStep
from headway.plan.recorded import Recorded, condensed, fingerprint, shown_sql
from headway.plan.recorder import recorded_of
from headway.revision.route import Step
from headway.runtime.listener import RunListener
from headway.runtime.raw_cursors import RawCursorWitness
from headway.runtime.sites import site_of_call
from headway.runtime.witness import Crossing


class Comparer(RunListener):
    """Stops a run with GateRefused at the first statement that is not the next one of the plan."""

    def __init__(self, witness: RawCursorWitness, shown: Callable[[str], str]) -> None:
        self.witness = witness
        self.shown = shown
        self.finished: list[str] = []
        """The revisions that ran to their end as planned."""
        self._steps: dict[str, PlanStep] = {}
        self._step: PlanStep | None = None
        self._expected: Iterator[PlanStatement] = iter(())
        self._left = 0
        self._refusal: GateRefused | None = None
        self._has_begun = False
        self._check_code: Callable[[], None] = lambda: None
        self._check_target: Callable[[Any], None] = lambda connection: None

    def follow(self, plan: Plan, check_code: Callable[[], None], check_target: Callable[[Any], None]) -> None:
        """Compares with this plan from now on.

        ``check_code`` is called before each statement, ``check_target`` with the connection of each that env.py sends
        before it runs the migrations.
        """
        self._check_code, self._check_target = check_code, check_target
        self._steps = {step.revision: step for step in (*plan.environment, *plan.steps)}
        self._left = len(plan.steps)
        self._enter(BEFORE)
        self.witness.gates.append(self.gate)

    # -- the run ------------------------------------------------------------------------------------------------

    def planned(self, steps: Sequence[Step]) -> None:
        """The run is about to begin, or has nothing to do."""
        self._has_begun = True
        if not self._steps:
            return
        self._insist()
        self._check_code()
        if not steps:
            if not self._left:
                self._leave()
            self._enter(AFTER)

    def revision_started(self, step: Step, path: str | None) -> None:
        """The statements of this revision are next."""
        if self._steps:
            self._leave()
            self._enter(step.revision)

    def revision_finished(self, step: Step) -> None:
        """All statements of the revision must have come; those of callbacks after it may still come."""
        self.finished.append(step.revision)
        if not self._steps:
            return
        self._insist()
        self._look_for_raw_cursors()
        self._left -= 1
        if not self._left:
            self._leave()
            self._enter(AFTER)

    def end(self) -> None:
        """The run is over, and all that env.py does after it."""
        self._insist()
        if self._steps and not self._left:
            self._leave()

    def gate(self, crossing: Crossing) -> None:
        """A statement is about to be given to a driver. Raises GateRefused when it is not the planned one."""
        site = site_of_call()
        if site.is_own_work:
            return
        self._insist()
        self._check_code()
        if self._step is None or self._step.recorded is None:
            self.witness.taken()  # forgets it: this step is covered by its code only
            return
        self._look_for_raw_cursors()
        if passage_of(crossing.sql) is Passage.ANSWERED:
            return
        if not self._has_begun:
            self._check_target(crossing.connection)
        found = recorded_of(crossing, site, self.shown)
        expected = next(self._expected, None)
        if expected is None:
            raise self._refused(f"{_place(found)}sends a statement that is not in the plan: {_brief(found.sql)}")
        if difference := _difference(expected, found):
            raise self._refused(f"{_place(found)}{difference}")

    # -- sections -----------------------------------------------------------------------------------------------

    def _enter(self, name: str) -> None:
        self.witness.taken()
        self._step = self._steps.get(name)
        self._expected = iter(self._step.recorded or ()) if self._step is not None else iter(())

    def _leave(self) -> None:
        self._insist()
        missing = next(self._expected, None)
        if missing is not None:
            where = f"{missing.file}:{missing.line}: " if missing.file else ""
            raise self._refused(f"{where}does not send what was planned: {_brief(missing.sql)}")

    def _look_for_raw_cursors(self) -> None:
        taken = self.witness.taken()
        if taken is not None and self._step is not None and self._step.recorded is not None:
            where = place(self.shown(taken[0]), taken[1])
            raise self._refused(f"{where}takes the driver's own connection, which it did not when it was planned")

    def _refused(self, what: str) -> GateRefused:
        """The refusal, which stays: user code that catches it gets nothing else sent."""
        step = self._step
        name = "env.py" if step is None or step.direction == "environment" else f"revision {step.revision}"
        self._refusal = GateRefused(f"{name} is not what was planned: {what}", hint=PLAN_AGAIN)
        return self._refusal

    def _insist(self) -> None:
        if self._refusal is not None:
            raise self._refusal


def _difference(expected: PlanStatement, found: Recorded) -> str | None:
    """What differs, in words; None when the statement is the planned one."""
    if expected.kind != found.kind or expected.fingerprint != fingerprint(found.sql, expected.run_time):
        return f"sends {_brief(found.sql)} where the plan has {_brief(expected.sql)}"
    values = found.values if expected.run_time else condensed(found.values)
    if [name for name, _ in expected.values] != [name for name, _ in values]:
        return f"sends other parameters than planned: {_brief(found.sql)}"
    made = set(expected.run_time)
    for (name, planned), (_, value) in zip(expected.values, values, strict=True):
        if name not in made and planned != value:
            return f"sends the value {name} = {_short(value)}, and the plan has {_short(planned)}: {_brief(found.sql)}"
    return None


def _place(found: Recorded) -> str:
    return f"{found.file}:{found.line}: " if found.file else ""


def _brief(sql: str) -> str:
    text = " ".join(shown_sql(sql).split())
    return f"'{text}'" if len(text) <= 100 else f"'{text[:99]}…'"


def _short(value: Any) -> str:
    text = shown_sql(repr(value))
    return text if len(text) <= 60 else f"{text[:59]}…"
