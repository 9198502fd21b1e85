"""One recording of a run, as values that cross a pipe; two of them become a plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from headway.errors import UsageError
from headway.plan.agreement import Agreed, agree
from headway.plan.code import ProjectCode
from headway.plan.model import Plan, PlanStep, Target
from headway.plan.recorded import Recorded, Section
from headway.valueclass import valueclass


@valueclass(frozen=True, slots=True)
class Revision:
    """Where a revision of the route is written down."""

    revision: str
    path: str
    line: int | None


@valueclass(frozen=True, slots=True)
class Recording:
    """What one run would have done."""

    database: Target
    version_table: str
    current: tuple[str, ...]
    target: tuple[str, ...]
    route: tuple[Revision, ...]
    sections: tuple[Section, ...]
    loaded: tuple[str, ...]
    """Files of the project's own that were imported."""
    rebuilds: tuple[str, ...] = ()
    """INVALID indexes that are dropped and built again."""

    def as_document(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Recording:
        """The recording that :meth:`as_document` made plain."""
        sections = tuple(
            Section(
                section["name"],
                section["direction"],
                [
                    Recorded(**{**one, "values": tuple((place, value) for place, value in one["values"])})
                    for one in section["statements"]
                ],
                section["why"],
            )
            for section in document["sections"]
        )
        return cls(
            database=Target(**document["database"]),
            version_table=document["version_table"],
            current=tuple(document["current"]),
            target=tuple(document["target"]),
            route=tuple(Revision(**one) for one in document["route"]),
            sections=sections,
            loaded=tuple(document["loaded"]),
            rebuilds=tuple(document["rebuilds"]),
        )


def plan_of(first: Recording, second: Recording, code: ProjectCode, env_py: str, shown: Callable[[str], str]) -> Plan:
    """The plan that two recordings agree on. Raises UsageError when they are not of the same way."""
    if (first.database, first.current, first.route) != (second.database, second.current, second.route):
        raise UsageError("the database moved while the plan was made", hint="Run the same command again.")
    revisions = {revision.revision: revision for revision in first.route}
    files = {*first.loaded, *second.loaded, env_py, *(revision.path for revision in first.route)}
    digests = code.digests(files)
    # One JSON round for both, so that a list and a tuple in the values are the same.
    both = agree(first.sections, second.sections)
    steps = [_step(one, revisions.get(one.name), digests, env_py, shown) for one in both]
    return Plan(
        database=first.database,
        version_table=first.version_table,
        current=tuple(sorted(first.current)),
        target=tuple(sorted(first.target)),
        steps=tuple(step for step in steps if step.direction != "environment"),
        environment=tuple(step for step in steps if step.direction == "environment"),
        code=digests,
        rebuilds=tuple(sorted({*first.rebuilds, *second.rebuilds})),
    )


def _step(
    one: Agreed, revision: Revision | None, digests: Mapping[str, str], env_py: str, shown: Callable[[str], str]
) -> PlanStep:
    path = shown(env_py if revision is None else revision.path)
    return PlanStep(
        revision=one.name,
        direction=one.direction,
        file=path,
        line=None if revision is None else revision.line,
        script_digest=digests.get(path, ""),
        recorded=one.statements,
        why=one.why,
    )
