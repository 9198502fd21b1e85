"""One report of several projects of a repository, made of the report of each. Judges nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from headway.config.dialects import Databases
from headway.report.model import Configuration, Examined, Report, Stage, Status


def combined(reports: Sequence[Report]) -> Report:
    """All of it in one: stages and differences say which project they are of; the exit code is the gravest."""
    if len(reports) == 1:
        return reports[0]
    named = [(report, report.configuration.name) for report in reports]
    ids = [revision.revision for report in reports for revision in report.history]
    errors = [report.exit_code for report in reports if report.result == "error"]
    return Report(
        command=reports[0].command,
        version=reports[0].version,
        exit_code=max(errors or [report.exit_code for report in reports]),
        stages=tuple(
            replace(stage, name=f"{name}: {stage.name}") for report, name in named for stage in _stages(report)
        ),
        heads=tuple(head for report in reports for head in report.heads),
        examined=Examined(
            sum(report.examined.revisions for report in reports),
            sum(report.examined.new for report in reports),
            tuple(place for report in reports for place in report.examined.not_analysed),
        ),
        findings=tuple(
            replace(found, stage=f"{name}: {found.stage}") for report, name in named for found in report.findings
        ),
        drift=tuple(
            replace(item, detail=f"{item.detail} ({name})", stage=f"{name}: {item.stage}")
            for report, name in named
            for item in report.drift
        ),
        not_compared=tuple(
            replace(item, why=f"{item.why} ({name})") for report, name in named for item in report.not_compared
        ),
        threshold=max((report.threshold for report in reports), key=lambda one: one.rank),
        sources={path: lines for report in reports for path, lines in report.sources.items()},
        # Two histories may have the same ids, and then one picture of both would show neither.
        history=tuple(one for report in reports for one in report.history) if len(set(ids)) == len(ids) else (),
        new=frozenset().union(*(report.new for report in reports)),
        configuration=Configuration(", ".join(name for _, name in named)),
        against=", ".join(dict.fromkeys(report.against for report in reports if report.against)),
        databases=_databases([report.databases for report in reports]),
        changes=tuple(change for report in reports for change in report.changes),
        sent=tuple(replace(one, stage=f"{name}: {one.stage}") for report, name in named for one in report.sent),
    )


def _databases(several: Sequence[Databases]) -> Databases:
    """All of them; of a database that projects know in several versions none is told."""
    names = frozenset().union(*(one.names for one in several))
    versions = {name: {one.versions.get(name, ()) for one in several if name in one.names} for name in names}
    sources = ", ".join(dict.fromkeys(one.source for one in several if one.source))
    return Databases(names, {name: found.pop() for name, found in versions.items() if len(found) == 1}, sources)


def _stages(report: Report) -> tuple[Stage, ...]:
    """Those of a project; one that could not be opened has a stage that says so."""
    if report.error is None:
        return report.stages
    stopped = Stage("project", Status.ERROR, 0.0, why=report.error, exit_code=report.exit_code)
    return (*report.stages, stopped)
