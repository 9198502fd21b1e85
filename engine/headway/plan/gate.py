"""Whether a plan may be applied now. A pure decision: raises with the reason, or returns."""

from __future__ import annotations

from collections.abc import Iterable

from headway.errors import GateRefused
from headway.plan.model import Plan

_PLAN_AGAIN = "Make a new plan with 'headway plan', have it approved, and apply that one."


def require_approval(plan: Plan, approved: str | None) -> None:
    """Raises GateRefused when a digest was approved and it is not this plan's."""
    if approved is not None and approved.strip() != plan.digest:
        raise GateRefused(
            f"the approved digest {approved.strip()} is not the plan's, which is {plan.digest}", hint=_PLAN_AGAIN
        )


def is_done(plan: Plan, heads: Iterable[str]) -> bool:
    """Whether the database is already where the plan leads."""
    return set(heads) == set(plan.target)


def require_same(plan: Plan, now: Plan) -> None:
    """Raises GateRefused unless ``now``, made on the database at this moment, is the plan itself."""
    if plan.dialect != now.dialect:
        raise GateRefused(f"the plan was made for {plan.dialect}, this database is {now.dialect}", hint="Check --url.")
    if set(plan.current) != set(now.current):
        raise GateRefused(
            f"the database has moved: the plan starts from {_names(plan.current)}, "
            f"the database is on {_names(now.current)}",
            hint=_PLAN_AGAIN,
        )
    if plan.digest != now.digest:
        changed = [
            new.file or new.revision
            for old, new in zip(plan.steps, now.steps, strict=False)
            if old.script_digest != new.script_digest
        ]
        what = f"{', '.join(changed)} changed since" if changed else "its revisions or their SQL changed since"
        raise GateRefused(f"this is not what was planned: {what} (now {now.digest})", hint=_PLAN_AGAIN)


def _names(revisions: Iterable[str]) -> str:
    return ", ".join(revisions) or "base"
