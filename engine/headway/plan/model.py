"""The plan: what would run on one database, as data with a digest. Decides nothing and runs nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, field
from functools import cached_property
from typing import Any

from headway.valueclass import valueclass

SCHEMA = "headway/plan/2"

BEFORE, AFTER = "before", "after"
"""What env.py sends before the first revision and after the last one."""

NOT_COVERED = (
    "installed packages",
    "environment variables",
    "files that migrations read",
    "statements that a project sends past SQLAlchemy",
)
"""What may change between plan and apply without changing the digest; every plan says so."""


@valueclass(frozen=True, slots=True)
class PlanStatement:
    """One statement as the driver would get it."""

    sql: str
    """The text; passwords in it are hidden, and the fingerprint covers them."""
    kind: str = "unknown"
    file: str | None = None
    line: int | None = None
    values: tuple[tuple[str, Any], ...] = ()
    """The bound values, each under its place: ``name``, ``0``, or ``3/name`` where there are several sets."""
    run_time: tuple[str, ...] = ()
    """Places of values, or ``literal N``, that are made when it runs: they differed when it was recorded twice."""
    fingerprint: str = ""
    """SHA-256 of the text, without the literals of ``run_time``."""

    @property
    def shown(self) -> str:
        """The statement on one's screen: its text, and the values below it."""
        if not self.values:
            return self.sql
        made = set(self.run_time)
        values = ", ".join(f"{place}={'(made when it runs)' if place in made else repr(v)}" for place, v in self.values)
        return f"{self.sql}  -- {values}"


@valueclass(frozen=True, slots=True)
class PlanStep:
    """One revision of the plan, or what env.py does around them."""

    revision: str
    direction: str
    """``upgrade``, ``downgrade`` or ``environment``."""
    file: str | None
    line: int | None
    script_digest: str
    """What the file says, by content."""
    recorded: tuple[PlanStatement, ...] | None
    """The statements; None when they cannot be told."""
    why: str | None = None
    """Why there are no statements."""

    @property
    def statements(self) -> tuple[str, ...] | None:
        """The statements as text."""
        return None if self.recorded is None else tuple(statement.shown for statement in self.recorded)


@valueclass(frozen=True, slots=True)
class Target:
    """Which database this is."""

    dialect: str
    server_version: str = ""
    host: str | None = None
    database: str | None = None
    schema: str | None = None
    identity: str | None = None
    """What the server calls itself: a system identifier, a UUID, a file."""
    named_by: str = "host and database"
    """What tells the database from others."""

    @property
    def described(self) -> str:
        """The database in one line."""
        name = " on ".join(part for part in (self.database, self.host) if part) or "a database"
        schema = f", schema {self.schema}" if self.schema else ""
        identity = f", {self.identity}" if self.identity else ""
        return f"{self.dialect} {self.server_version}: {name}{schema}{identity} (told from others by {self.named_by})"


@valueclass(frozen=True)
class Plan:
    """Everything an approval binds to."""

    database: Target
    version_table: str
    current: tuple[str, ...]
    target: tuple[str, ...]
    steps: tuple[PlanStep, ...]
    environment: tuple[PlanStep, ...] = ()
    """What env.py sends before and after the steps."""
    code: Mapping[str, str] = field(default_factory=dict)
    """The project's own modules that were imported, env.py and the revisions, by path, with a digest of each."""
    rebuilds: tuple[str, ...] = ()
    """Indexes that a concurrent build which was cut off has left INVALID, and that are dropped and built again."""
    not_covered: tuple[str, ...] = NOT_COVERED
    schema: str = SCHEMA

    @property
    def dialect(self) -> str:
        """The SQLAlchemy name of the database's kind."""
        return self.database.dialect

    @property
    def in_order(self) -> tuple[PlanStep, ...]:
        """The steps, with those of env.py that send something around them."""
        told = [step for step in self.environment if step.recorded is None or step.recorded]
        before = tuple(step for step in told if step.revision == BEFORE)
        return (*before, *self.steps, *(step for step in told if step.revision == AFTER))

    @property
    def not_shown(self) -> tuple[PlanStep, ...]:
        """The steps that are covered by their code only."""
        return tuple(step for step in (*self.environment, *self.steps) if step.recorded is None)

    @cached_property
    def digest(self) -> str:
        """``sha256:…`` over every field; the same plan always has the same one."""
        canonical = json.dumps(as_document(self), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return f"sha256:{hashlib.sha256(canonical.encode()).hexdigest()}"


def as_document(plan: Plan) -> dict[str, Any]:
    """The plan as plain values, without its digest."""
    return {
        "schema": plan.schema,
        "database": asdict(plan.database),
        "version_table": plan.version_table,
        "current": sorted(plan.current),
        "target": sorted(plan.target),
        "steps": [_step(step) for step in plan.steps],
        "environment": [_step(step) for step in plan.environment],
        "code": dict(sorted(plan.code.items())),
        "rebuilds": list(plan.rebuilds),
        "not_covered": list(plan.not_covered),
    }


def _step(step: PlanStep) -> dict[str, Any]:
    return {
        "revision": step.revision,
        "direction": step.direction,
        "file": step.file,
        "line": step.line,
        "script_digest": step.script_digest,
        "why": step.why,
        "statements": None if step.recorded is None else [statement_document(statement) for statement in step.recorded],
    }


def statement_document(statement: PlanStatement) -> dict[str, Any]:
    """A statement as plain values."""
    return {
        "sql": statement.sql,
        "kind": statement.kind,
        "file": statement.file,
        "line": statement.line,
        "values": [list(pair) for pair in statement.values],
        "run_time": list(statement.run_time),
        "fingerprint": statement.fingerprint,
    }
