"""Compares a run with its plan, statement by statement, before each is given to a driver. A run listener and a gate; it
changes nothing and sends nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from headway.effects.harmless import Passage, passage_of
from headway.errors import GateRefused, place
from headway.plan.gate import PLAN_AGAIN
from headway.plan.model import AFTER, BEFORE, Plan, PlanStatement, PlanStep
from headway.plan.recorded import Recorded, condensed, fingerprint
from headway.plan.recorder import recorded_of
from headway.plan.secrets_in_sql import shown_sql
from headway.revision.route import Step
from headway.runtime.listener import RunListener
from headway.runtime.sites import site_of_call
from headway.runtime.witness import Crossing, Witness


class Comparer(RunListener):
    """Stops a run with GateRefused at the first statement that is not the next one of the plan."""

    def __init__(self, witness: Witness, shown: Callable[[str], str]) -> None:
        self.witness = witness
        self.shown = shown
        self.finished: list[str] = []
        """The revisions that ran to their end as planned."""
        self._steps: dict[str, PlanStep] = {}
        self._step: PlanStep | None = None
        self._expected: Iterator[PlanStatement] = iter(())
        self._left = 0
        self._check_code: Callable[[], None] = lambda: None

    def follow(self, plan: Plan | None, check_code: Callable[[], None]) -> None:
        """Compares with this plan from now on; with None nothing is compared. ``check_code`` is called before each
        statement."""
        if plan is None:
            return
        self._check_code = check_code
        self._steps = {step.revision: step for step in (*plan.environment, *plan.steps)}
        self._left = len(plan.steps)
        self._enter(BEFORE)
        self.witness.gates.append(self.gate)

    # -- the run ------------------------------------------------------------------------------------------------

    def revision_started(self, step: Step, path: str | None) -> None:
        """The statements of this revision are next."""
        if self._steps:
            self._leave()
            self._enter(step.revision)

    def revision_finished(self, step: Step) -> None:
        """All statements of the revision must have come."""
        self.finished.append(step.revision)
        if not self._steps:
            return
        self._look_for_raw_cursors()
        self._left -= 1
        if not self._left:
            self._leave()
            self._enter(AFTER)

    def end(self) -> None:
        """The run is over, and all that env.py does after it."""
        if self._steps and not self._left:
            self._leave()

    def gate(self, crossing: Crossing) -> None:
        """A statement is about to be given to a driver. Raises GateRefused when it is not the planned one."""
        site = site_of_call()
        if site.is_own_work:
            return
        self._check_code()
        if self._step is None or self._step.recorded is None:
            return
        self._look_for_raw_cursors()
        if passage_of(crossing.sql) is Passage.ANSWERED:
            return
        found = recorded_of(crossing, site, self.shown)
        expected = next(self._expected, None)
        if expected is None:
            raise self._refused(f"{_place(found)}sends a statement that is not in the plan: {_brief(found.sql)}")
        if difference := _difference(expected, found):
            raise self._refused(f"{_place(found)}{difference}")

    # -- sections -----------------------------------------------------------------------------------------------

    def _enter(self, name: str) -> None:
        self._step = self._steps.get(name)
        self._expected = iter(self._step.recorded or ()) if self._step is not None else iter(())

    def _leave(self) -> None:
        missing = next(self._expected, None)
        if missing is not None:
            where = f"{missing.file}:{missing.line}: " if missing.file else ""
            raise self._refused(f"{where}does not send what was planned: {_brief(missing.sql)}")

    def _look_for_raw_cursors(self) -> None:
        uses = self.witness.account.raw_uses
        if uses and self._step is not None and self._step.recorded is not None:
            path, _, line = uses[-1].rpartition(":")
            raise self._refused(
                f"{place(self.shown(path), int(line))}takes the driver's own connection, which it did not when it was planned"
            )

    def _refused(self, what: str) -> GateRefused:
        step = self._step
        name = "env.py" if step is None or step.direction == "environment" else f"revision {step.revision}"
        return GateRefused(f"{name} is not what was planned: {what}", hint=PLAN_AGAIN)


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
