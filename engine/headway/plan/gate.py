"""Whether a plan may be applied now. Pure decisions: each raises with the reason, or returns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from headway.errors import GateRefused
from headway.plan.model import Plan, Target

PLAN_AGAIN = (
    "Plan again with 'headway plan -o plan.json', have the new digest approved, and apply that plan with "
    "'headway apply plan.json --approve sha256:…'."
)


def require_approval(plan: Plan, approved: str | None) -> None:
    """Raises GateRefused when a digest was approved and it is not this plan's."""
    if approved is not None and approved.strip() != plan.digest:
        raise GateRefused(
            f"the approved digest {approved.strip()} is not the plan's, which is {plan.digest}", hint=PLAN_AGAIN
        )


def require_shown(plan: Plan) -> None:
    """Raises GateRefused when a step of the plan is covered by its code only."""
    if plan.not_shown:
        reasons = "; ".join(f"{step.revision} ({step.why})" for step in plan.not_shown)
        raise GateRefused(
            f"the policy refuses plans with steps that are not shown: {reasons}",
            hint="Write what they do so that it can be told beforehand, or set approval.not_shown to allow.",
        )


def is_done(plan: Plan, heads: Iterable[str]) -> bool:
    """Whether the database is already where the plan leads."""
    return set(heads) == set(plan.target)


def require_code(changed: Sequence[str]) -> None:
    """Raises GateRefused when files of the plan no longer say what they said."""
    if changed:
        raise GateRefused(f"this is not what was planned: {', '.join(changed)} changed since", hint=PLAN_AGAIN)


def require_python(made_with: str | None) -> None:
    """Raises GateRefused when the plan was made with another Python, whose digests cannot be compared."""
    if made_with is not None:
        raise GateRefused(f"the plan was made with Python {made_with}, and this is another one", hint=PLAN_AGAIN)


def require_listed(plan: Plan, loaded: Iterable[str]) -> None:
    """Raises GateRefused when a module of the project is imported that the plan does not list."""
    strangers = sorted(set(loaded) - plan.code.keys())
    if strangers:
        raise GateRefused(
            f"this is not what was planned: {', '.join(strangers)} is imported, and the plan does not know it",
            hint=PLAN_AGAIN,
        )


def require_target(plan: Plan, found: Target) -> None:
    """Raises GateRefused when the database is not the one that the plan was made for."""
    planned = plan.database
    if planned.dialect != found.dialect:
        raise GateRefused(
            f"the plan was made for {planned.dialect}, this database is {found.dialect}", hint="Check --url."
        )
    for name in ("identity", "host", "database", "schema"):
        if getattr(planned, name) != getattr(found, name):
            raise GateRefused(
                f"the plan was made for another database: its {name} is {getattr(planned, name)}, and this one's is "
                f"{getattr(found, name)}",
                hint="Check --url, or plan for this database.",
            )
    if planned.server_version != found.server_version:
        raise GateRefused(
            f"the plan was made for version {planned.server_version} of the server, and this is {found.server_version}",
            hint=PLAN_AGAIN,
        )


def require_start(plan: Plan, heads: Sequence[str], steps: Sequence[str]) -> None:
    """Raises GateRefused when the database is not where the plan starts, or the way to its target is another one."""
    if set(plan.current) != set(heads):
        raise GateRefused(
            f"the database has moved: the plan starts from {_names(plan.current)}, the database is on {_names(heads)}",
            hint=PLAN_AGAIN,
        )
    planned = [step.revision for step in plan.steps]
    if planned != list(steps):
        raise GateRefused(
            f"this is not what was planned: its revisions are {_names(planned)}, and now {_names(steps)}",
            hint=PLAN_AGAIN,
        )


def _names(revisions: Iterable[str]) -> str:
    return ", ".join(revisions) or "base"
