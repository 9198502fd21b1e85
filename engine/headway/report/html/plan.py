"""The part of the page about the plan: what would run, folded per revision."""

from __future__ import annotations

from collections.abc import Iterator

from headway.plan.model import Plan, PlanStep
from headway.report.html.changes import table_of_locks
from headway.report.html.elements import Html, element, id_of, left_out, section, within
from headway.report.html.filters import filters
from headway.report.locks import of_step, rows
from headway.report.model import Report
from headway.report.words import amount, shortened

ROOM = 110_000  # bytes
WORDS = 20_000  # characters of the statements of one step


def plan(report: Report) -> Html:
    """The plan; nothing where the report has none."""
    made = report.plan
    if made is None:
        return Html()
    steps = list(made.in_order)
    kept, left = within(steps, lambda step: _step(step, report), ROOM)
    return section(
        "plan", "Plan", _facts(made), filters("plan", folds=True), *kept, left_out(left, "steps"), count=len(steps)
    )


def _facts(made: Plan) -> Html:
    facts = {
        "database": made.database.described,
        "from": ", ".join(made.current) or "base",
        "to": ", ".join(made.target) or "base",
        "digest": made.digest,
        "built again": ", ".join(made.rebuilds),
        "not covered": ", ".join(made.not_covered),
    }
    pairs = [part for name, said in facts.items() if said for part in (element("dt", name), element("dd", said))]
    return element("dl", *pairs)


def _step(step: PlanStep, report: Report) -> Html:
    chip = "applied" if step.revision in report.applied else "failed" if step.revision == report.failed else None
    chips = [element("span", chip, class_=f"chip {'pass' if chip == 'applied' else 'error'}")] if chip else []
    words = [
        f"{step.direction} ",
        element("code", step.revision),
        *chips,
        element("span", f" {_amount(step)}", class_="dim"),
    ]
    summary = element("summary", *words)
    body = element("pre", element("code", shortened("\n".join(_sql(step)), WORDS)), tabindex=0)
    place = element("p", element("code", step.file), class_="place") if step.file else Html()
    change = of_step(report, step.revision)
    locks = [table_of_locks(made, step.revision)] if change is not None and (made := rows(change)) else []
    return element("details", summary, place, body, *locks, id=id_of("plan", step.revision), class_="item")


def _amount(step: PlanStep) -> str:
    if step.recorded is None:
        return "its statements are not told"
    return amount(len(step.recorded), "statement")


def _sql(step: PlanStep) -> Iterator[str]:
    if step.statements is None:
        yield f"-- not shown, covered by its code only: {step.why}"
    yield from step.statements or ()
