"""The plan: what would run on one database, as data with a digest. Decides nothing and runs nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from headway.errors import UsageError

SCHEMA = "headway/plan/1"


@dataclass(frozen=True, slots=True)
class PlanStep:
    """One revision of the plan."""

    revision: str
    direction: str
    """``upgrade`` or ``downgrade``."""
    file: str | None
    line: int | None
    script_digest: str
    """SHA-256 of the revision file's bytes."""
    statements: tuple[str, ...] | None
    """The SQL; None when it depends on what the database answers."""
    why: str | None = None
    """Why there are no statements."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything an approval binds to."""

    dialect: str
    version_table: str
    current: tuple[str, ...]
    target: tuple[str, ...]
    steps: tuple[PlanStep, ...]
    schema: str = SCHEMA

    @property
    def digest(self) -> str:
        """``sha256:…`` over the revisions, their files and their SQL; the same plan always has the same one."""
        facts = {
            "dialect": self.dialect,
            "version_table": self.version_table,
            "current": sorted(self.current),
            "target": sorted(self.target),
            "steps": [
                [step.revision, step.direction, step.script_digest, step.statements and list(step.statements)]
                for step in self.steps
            ],
        }
        canonical = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return f"sha256:{hashlib.sha256(canonical.encode()).hexdigest()}"


def to_json(plan: Plan) -> str:
    """The plan file."""
    document = {
        "schema": plan.schema,
        "digest": plan.digest,
        "dialect": plan.dialect,
        "version_table": plan.version_table,
        "current": list(plan.current),
        "target": list(plan.target),
        "steps": [
            {
                "revision": step.revision,
                "direction": step.direction,
                "file": step.file,
                "line": step.line,
                "script_digest": step.script_digest,
                "statements": None if step.statements is None else list(step.statements),
                "why": step.why,
            }
            for step in plan.steps
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def from_json(text: str, path: str) -> Plan:
    """The plan in a plan file; ``path`` only names it in errors.

    Raises UsageError when it is not a plan file, or when its digest does not fit its contents.
    """
    try:
        document = json.loads(text)
        if document.get("schema") != SCHEMA:
            raise UsageError(f"this is not a plan of the format {SCHEMA}", path=path, hint=_MAKE_ANEW)
        plan = Plan(
            dialect=document["dialect"],
            version_table=document["version_table"],
            current=tuple(document["current"]),
            target=tuple(document["target"]),
            steps=tuple(_step(step) for step in document["steps"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"this is not a plan file: {error}", path=path, hint=_MAKE_ANEW) from error
    if plan.digest != document.get("digest"):
        raise UsageError("the plan file was changed after it was made", path=path, hint=_MAKE_ANEW)
    return plan


_MAKE_ANEW = "Make it anew with 'headway plan -o plan.json'."


def _step(document: Mapping[str, Any]) -> PlanStep:
    statements = document["statements"]
    return PlanStep(
        revision=document["revision"],
        direction=document["direction"],
        file=document["file"],
        line=document["line"],
        script_digest=document["script_digest"],
        statements=None if statements is None else tuple(statements),
        why=document["why"],
    )
