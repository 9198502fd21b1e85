"""Adopt: looks at a project with a past and writes the policy under which the gate is green on it as it is.

Faults of the graph are never accepted, nor is what keeps the project from being looked at at all: they remain, and are
said.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from headway.api.accept import is_acceptable
from headway.api.apart import apart
from headway.api.baseline import baseline
from headway.api.ci import ci, scratch_kinds
from headway.api.lint import LintOptions
from headway.api.project import Project
from headway.api.rehearse import rehearsing
from headway.api.stages import Announce
from headway.compat.hook import serving_alembic
from headway.config.adopted import Adopted
from headway.config.databases import database_of_url, databases_of
from headway.config.dialects import parse
from headway.config.policy import FILE_NAMES, STAGES, AcceptedDrift, Ignore, load_policy
from headway.errors import HeadwayError, UsageError
from headway.lint.finding import Finding
from headway.report.model import Report, Stage, Status
from headway.repository import git
from headway.scratch.kinds import open_scratch

ROUNDS = 5
"""How often what is in the way is accepted before the rest is said to remain."""

START_FILE = "headway-start.sql"


@dataclass
class Adoption:
    """What came of it."""

    path: str
    """The policy file, as it is shown."""
    adopted: Adopted
    report: Report
    """The gate's report under the new policy."""
    remaining: list[str] = field(default_factory=list)
    """What still fails, and is for people to mend."""


def adopt(
    project: Project,
    url: str | None,
    owner: str,
    today: date,
    announce: Announce,
    *,
    app: str | None = None,
    force: bool = False,
    kinds: Sequence[str] = (),
    dialects: Sequence[str] = (),
) -> Adoption:
    """Writes the policy of ``project``, and runs the gate under it.

    ``kinds`` are the scratch databases and ``dialects`` the databases that the history runs on, where no setting tells them;
    that of ``url`` goes before what settings tell.
    ``app`` is what env.py runs inside of, as the policy names it, where the one that is there names nothing else. With
    ``url`` the schema of that database is written as the start of scratch databases. Raises UsageError when there
    is a policy already and ``force`` is not given, HeadwayError when the project cannot be read.
    """
    path = os.path.join(project.home, FILE_NAMES[0])
    if project.policy.path is not None and not force:
        raise UsageError(
            f"there is a policy already: {project.shown(project.policy.path)}",
            hint="Edit it, or let --force write a new one in its place.",
        )
    adopted = _first(project, owner, today)
    adopted.app = app or project.policy.app
    adopted.kinds = kinds
    try:
        adopted.dialects = sorted(name for name, _ in map(parse, dialects)) or adopted.dialects
    except ValueError as error:
        raise UsageError(f"--dialect: {error}") from None
    if url is not None:
        if not dialects and (database := database_of_url(project.resolve_url(url))):
            # What a database is dumped from is not what SQLite of a developer's machine reads.
            others = [name for name in adopted.dialects if name != database] if database in adopted.dialects else []
            adopted.dialects = [database, *others]
        adopted.start = START_FILE
        _write(os.path.join(project.home, START_FILE), _schema_of(project, adopted, url))
    report = _judge(project, path, adopted, today, announce)
    if _env_py_stops(report):
        adopted.connection = "connection"
        tried = _judge(project, path, adopted, today, announce)
        if _env_py_stops(tried):
            adopted.connection = None
            tried = _judge(project, path, adopted, today, announce)
        report = tried
    if url is None and _replay_fails(report):
        report = _begin_at_the_heads(project, path, adopted, report, today, announce)
    for _ in range(ROUNDS):
        if report.exit_code == 0 or not _accept(report, adopted):
            break
        announce("headway: once more, with what was there accepted")
        report = _judge(project, path, adopted, today, announce)
    return Adoption(project.shown(path), adopted, report, list(_remaining(report)))


def lines_of(adoption: Adoption, options: str = "") -> Iterator[str]:
    """What was found, what was accepted and what remains, in some ten lines; ``options`` are those that name the project."""
    adopted, report = adoption.adopted, adoption.report
    yield f"wrote {adoption.path}"
    databases = ", ".join(adopted.dialects) or "not told by any setting"
    yield f"found: {report.examined.revisions} revision(s), {len(report.heads)} head(s), databases: {databases}"
    released = adopted.base or (f"up to {adopted.baseline}" if adopted.baseline else "nothing tells; all are judged")
    yield f"released is what is on: {released}"
    ran = [stage.name for stage in report.stages if stage.status is Status.PASS]
    yield f"ran and passed: {', '.join(ran) or 'none'}"
    if adopted.start:
        yield f"scratch databases start from {adopted.start}, because the history does not begin on an empty database"
    yield f"accepted: {len(adopted.ignores)} finding(s), {len(adopted.drift)} difference(s) between models and migrations"
    for name, why in adopted.stages_off.items():
        yield f"switched off: {name}: {why}"
    if "replay" in adopted.stages_off:
        yield f"to have them: 'headway adopt --force --url env:NAME{options}', NAME a database that the application has made"
    if report.not_compared:
        yield f"not compared: {len(report.not_compared)} thing(s); see 'headway drift'"
    for text in adoption.remaining:
        yield f"remains: {text}"
    if report.exit_code == 0:
        yield (
            f"'headway ci{options}' is green on this tree; 'headway doctor --inject{options}' shows that it turns red on a bad "
            "revision"
        )
    else:
        yield f"'headway ci{options}' is not green yet: mend what remains, and run 'headway adopt --force{options}' again"


def _schema_of(project: Project, adopted: Adopted, url: str) -> str:
    """The schema of a database that is there, looked at as the policy to come has it; notes where env.py wants a
    connection passed."""
    for connection in (None, "connection"):
        judged = replace(project, policy=replace(project.policy, app=adopted.app, passed_connection=connection))
        try:
            made = apart(lambda judged=judged: baseline(judged, url))  # type: ignore[misc]
        except HeadwayError as error:
            if connection is not None or "env.py" not in (error.path or ""):
                raise
            first = error
        else:
            adopted.connection = connection
            return made
    raise first


# -- steps ------------------------------------------------------------------------------------------------------


def _first(project: Project, owner: str, today: date) -> Adopted:
    """What settings and git tell."""
    graph = project.directory.readable
    adopted = Adopted(today, owner)
    adopted.dialects = sorted(databases_of(project.config, project.policy).names) or sorted(_by_kinds(project))
    adopted.base = git.default_base(project.home, None)
    adopted.expected_heads = max(1, len(graph.heads))
    if adopted.base is None and len(graph.heads) == 1:
        adopted.baseline = graph.heads[0]  # outside of git nothing else tells what is released
    return adopted


def _by_kinds(project: Project) -> set[str]:
    kinds = scratch_kinds(replace(project, policy=replace(project.policy, scratch=())), ())
    return {kind for kind in kinds if kind == "postgresql"}


def _judge(project: Project, path: str, adopted: Adopted, today: date, announce: Announce) -> Report:
    """The gate's report under the policy as it is by now, which is written first: what counts is what a job reads."""
    _write(path, adopted.text())
    judged = replace(project, policy=load_policy(project.home))
    kinds = scratch_kinds(judged, ())
    return apart(lambda: ci(judged, kinds, LintOptions(), today, announce, stages=judged.policy.stages))


def _env_py_stops(report: Report) -> bool:
    """Whether env.py raised before any revision ran, as one does that wants a connection."""
    return any(
        stage.status is Status.ERROR and "env.py" in (stage.file or "") and _name_of(stage) == "replay"
        for stage in report.stages
    )


def _replay_fails(report: Report) -> bool:
    return any(stage.status is Status.FAIL and _name_of(stage) == "replay" for stage in report.stages)


def _begin_at_the_heads(
    project: Project, path: str, adopted: Adopted, failed: Report, today: date, announce: Announce
) -> Report:
    """The report with scratch databases that start from what the models make today, where the history cannot be replayed
    from an empty one; what is released is then not replayed, and all that comes is. ``failed`` where that cannot be."""
    announce("headway: the history does not run on an empty database: looking what the models make")
    judged = replace(project, policy=load_policy(project.home))
    kinds = scratch_kinds(judged, ())
    file = os.path.join(project.home, START_FILE)
    try:
        if len(kinds) != 1 or os.path.exists(file):
            return failed  # the file would be for one of them only, or is somebody's
        made = apart(lambda: _made_by_models(judged, kinds[0]))
    except HeadwayError:
        return failed
    if made is None:
        return failed
    _write(file, made)
    adopted.start = START_FILE
    report = _judge(project, path, adopted, today, announce)
    if _replay_fails(report):
        os.unlink(file)
        adopted.start = None
        return _judge(project, path, adopted, today, announce)
    return report


def _made_by_models(project: Project, kind: str) -> str | None:
    with (
        serving_alembic(),
        open_scratch(project.resolve_url(kind)) as scratch,
        rehearsing(project, scratch, frozenset()) as rehearsal,
    ):
        return rehearsal.made_by_models()


def _accept(report: Report, adopted: Adopted) -> bool:
    """Takes into ``adopted`` what is in the way of a green gate; False when there was nothing that may be accepted."""
    findings, drift = _accept_findings(report, adopted), _accept_drift(report, adopted)
    return _switch_off(report, adopted) or findings or drift


def _accept_findings(report: Report, adopted: Adopted) -> bool:
    wanted = [finding for finding in report.open_findings if _is_acceptable(finding, report)]
    there = {(ignore.code, ignore.where) for ignore in adopted.ignores}
    for finding in wanted:
        where = str(finding.file or finding.revision)
        if (finding.code, where) not in there:
            there.add((finding.code, where))
            adopted.ignores.append(Ignore(finding.code, where, adopted.reason))
    return bool(wanted)


def _is_acceptable(finding: Finding, report: Report) -> bool:
    return finding.severity.at_least(report.threshold) and is_acceptable(finding)


def _accept_drift(report: Report, adopted: Adopted) -> bool:
    keys = dict.fromkeys(item.key for item in report.open_drift)
    adopted.drift += [AcceptedDrift(key, adopted.reason, adopted.owner) for key in keys]
    return bool(keys)


def _switch_off(report: Report, adopted: Adopted) -> bool:
    """Switches stages off that ran and said no for what no policy can accept.

    One that could not run at all, for a package that is missing or a database that is out of reach, stays on.
    """
    for stage in report.stages:
        name = _name_of(stage)
        if stage.why is None or name not in ("replay", "drift", "downgrade"):
            continue
        # An env.py that runs the history and breaks off when it is asked for models has none that can be compared.
        no_models = name == "drift" and stage.status is Status.ERROR and "env.py" in (stage.file or "")
        if stage.status is not Status.FAIL and not no_models:
            continue
        named = stage.file is not None and os.path.basename(stage.file) in stage.why
        place = f"{stage.file}:{stage.line}: " if stage.file and stage.line and not named else ""
        for off in ("replay", "drift", "downgrade") if name == "replay" else (name,):
            adopted.stages_off[off] = f"{place}{stage.why}" if off == name else "needs the replay"
        return True
    return False


def _remaining(report: Report) -> Iterator[str]:
    if report.exit_code == 0:
        return
    for finding in report.open_findings:
        if finding.severity.at_least(report.threshold):
            place = f"{finding.file}:{finding.line}: " if finding.file else ""
            yield f"{place}{finding.code} {finding.message}. {finding.help}"
    for stage in report.stages:
        if stage.exit_code and stage.why:
            yield f"{stage.name}: {stage.why}"


def _name_of(stage: Stage) -> str:
    """The stage's name without its scratch database."""
    name = stage.name.partition(" ")[0]
    return name if name in STAGES else ""


def _write(path: str, text: str) -> None:
    try:
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(f"the file cannot be written: {error.strerror}", path=path) from error
