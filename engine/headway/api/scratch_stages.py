"""The stages of a run that need a scratch database: replay, drift, downgrade."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

from headway.api.installed_copies import stale_copies
from headway.api.kept_replay import Keeping, NotAsKept, kept_replays
from headway.api.project import Project
from headway.api.rehearse import Rehearsal, rehearsing
from headway.api.stages import Announce, Run, skipped
from headway.api.start import starts_from_models
from headway.compat.hook import serving_alembic
from headway.config.dialects import same_release
from headway.drift.accepted import stale
from headway.drift.live_differences import live_differences
from headway.drift.restored import Trace
from headway.drift.verdict import DriftItem, counted, open_items
from headway.effects.model import Span
from headway.errors import ConfigError, HeadwayError
from headway.lint.change import Sent
from headway.lint.finding import Finding
from headway.lint.rules.cfg.other_server_version import OtherServerVersion
from headway.lint.rules.drf.baseline_expired import BaselineExpired
from headway.lint.rules.dwn.trace_left import TraceLeft
from headway.reading.migration import read_migration
from headway.redact import redact
from headway.report.model import Stage, Status
from headway.scratch.kinds import open_scratch
from headway.source_text import read_source

SCRATCH_STAGES = ("replay", "drift", "downgrade")


def on_scratch(
    project: Project,
    kind: str,
    new: frozenset[str],
    run: Run,
    announce: Announce,
    *,
    blocked: str | None = None,
    stages: Sequence[str] = SCRATCH_STAGES,
    log: bool = False,
    cache: str | None = None,
) -> None:
    """The stages of one scratch database; adds to ``run`` what they find.

    ``new`` are the revisions that go down and up again; ``cache`` is the folder of replays that earlier runs have kept.
    """
    names = [_stage_name(name, kind) for name in stages]
    if blocked is not None:
        run.stages += [Stage(name, Status.SKIPPED, 0.0, why=f"not run: {blocked}", exit_code=1) for name in names]
        return
    try:
        kind = project.resolve_url(kind)  # only now: it may have to run a command
    except HeadwayError as error:
        _could_not_open(run, names, error)
        return
    named = dict(zip([_stage_name(name, kind) for name in stages], stages, strict=True))
    with tempfile.TemporaryDirectory(prefix="headway-kept-") as folder:
        keeping = _keeping(project, kind, new, run, cache, announce if log else lambda line: None, folder)
        try:
            _rehearse(project, kind, new, run, announce, named, log, keeping)
        except NotAsKept:
            assert keeping is not None and keeping.kept is not None and keeping.restored is not None
            keeping.kept.discard(keeping.restored)
            _rehearse(project, kind, new, run, announce, named, log, replace(keeping, restored=None))


def _keeping(
    project: Project, kind: str, new: frozenset[str], run: Run, cache: str | None, tell: Announce, folder: str
) -> Keeping | None:
    """The replay that this one can begin with, and where it is kept; None where nobody wants any."""
    if run.inputs is None:
        return None
    kept = kept_replays(project, kind, cache, tell)
    if kept is None:
        return Keeping(run.inputs)
    history = project.directory.readable
    released = set(history.ids) - history.descendants(new, inclusive=True)
    return Keeping(run.inputs, kept, kept.nearest(released, Path(folder), run.inputs))


def _rehearse(
    project: Project,
    kind: str,
    new: frozenset[str],
    run: Run,
    announce: Announce,
    stages: Mapping[str, str],
    log: bool,
    keeping: Keeping | None,
) -> None:
    """Opens the scratch database and runs the stages on it.

    Raises NotAsKept where it should begin with a replay that was kept, and cannot.
    """
    before = len(run.stages)
    restored = None if keeping is None else keeping.restored
    try:
        run.at(f"opening the scratch database {_public(kind)}", "")
        # Opening it may import a dialect of a third party, which defines its implementation by Alembic's names.
        with (
            serving_alembic(),
            open_scratch(kind, None if restored is None else restored.state) as scratch,
            rehearsing(
                project,
                scratch,
                new,
                guessed=run.new_is_guessed,
                log=log,
                keeping=keeping,
                at=partial(run.at, _stage_name("replay", kind)),
            ) as rehearsal,
        ):
            _run_stages(rehearsal, stages, run, announce)
    except HeadwayError as error:
        if len(run.stages) > before:
            run.stages.append(run.stopped(_stage_name("clean-up", kind), error, 0.0))
            return
        if restored is not None:
            raise NotAsKept from error
        _could_not_open(run, list(stages), error)


def _could_not_open(run: Run, names: Sequence[str], error: HeadwayError) -> None:
    run.stages.append(run.stopped(names[0], error, 0.0))
    run.stages += [skipped(name, "there is no scratch database") for name in names[1:]]


def _run_stages(rehearsal: Rehearsal, stages: Mapping[str, str], run: Run, announce: Announce) -> None:
    failed: str | None = None
    for name, stage in stages.items():
        if failed is not None:
            run.stages.append(skipped(name, failed))
            continue
        run.at(name, "")
        ended = run.timed(name, partial(_WORK[stage], rehearsal, run))
        if stage == "replay" and ended.status is Status.FAIL:
            ended = replace(ended, why=f"{ended.why}{_where_it_begins(rehearsal, ended)}")
        run.stages.append(ended)
        announce(f"headway: {ended.in_a_line}")
        if stage == "replay" and ended.status is not Status.PASS:
            failed = "the replay did not get through"


def _where_it_begins(rehearsal: Rehearsal, ended: Stage) -> str:
    """What to do about a released revision that fails on an empty database: nobody will change it any more."""
    project = rehearsal.project
    failed = [s.revision for s in project.directory.scripts if ended.file == project.shown(s.path)]
    released = failed and failed[0] not in rehearsal.new and not rehearsal.guessed
    if not released or project.policy.start is not None:
        return ""
    return ". A history that does not run on an empty database begins elsewhere: 'headway adopt', or scratch.start"


def judge_accepted_drift(project: Project, run: Run, today: date) -> None:
    """Adds to ``run`` what is wrong with the differences that the policy accepts, when every comparison has been made."""
    ran = [stage for stage in run.stages if stage.name.startswith("drift")]
    if not ran or any(stage.status not in (Status.PASS, Status.FAIL) for stage in ran):
        return
    policy = project.policy
    where = None if policy.path is None else project.shown(policy.path)
    entries = stale(policy.accepted_drift, run.drift, today)
    found = run.judge([BaselineExpired().expired(entry, why, where) for entry, why in entries])
    run.findings += [replace(finding, stage="accepted drift") for finding in found]
    if bad := [finding for finding in found if finding.severity.at_least(run.fail_on) and not finding.suppressed]:
        summary = f"{len(bad)} accepted difference(s) past their date, or not there any more"
        run.stages.append(Stage("accepted drift", Status.FAIL, 0.0, summary, exit_code=1))


def _replay(rehearsal: Rehearsal, run: Run) -> Stage:
    try:
        ran, before = rehearsal.replay()
    finally:
        run.sent += [Sent(revision, tuple(sent)) for revision, sent in rehearsal.sent.items()]
    policy = rehearsal.project.policy
    path = None if policy.path is None else rehearsal.project.shown(policy.path)
    others = [
        OtherServerVersion().other(database, ".".join(map(str, wanted)), ".".join(map(str, found)), path)
        for database, found in rehearsal.servers.items()
        if not same_release(database, wanted := policy.versions.get(database, ()), found)
    ]
    run.findings += [replace(one, stage="replay") for one in run.judge(others)]
    where = f"a kept replay of {before}" if before else rehearsal.project.policy.start or "empty"
    return Stage("", Status.PASS, 0.0, f"{ran} revision(s) upgraded from {where}")


def _drift(rehearsal: Rehearsal, run: Run) -> Stage:
    found = rehearsal.compare()
    if found is None:
        return _without_models(rehearsal, run)
    items = run.accept(list(found.items))
    run.drift += items
    copies = [one for one in stale_copies(rehearsal.project) if one not in run.not_compared]
    not_compared = [*found.not_compared, *copies]
    from_models = starts_from_models(rehearsal.project)
    run.not_compared += not_compared
    accepted = len(items) - len(open_items(items))
    left = f", {accepted} accepted" if accepted else ""
    left += f"; not compared: {counted(not_compared)}" if not_compared else ""
    left += "; scratch.start was made from the models: what is older than it is not compared" if from_models else ""
    if len(items) > accepted:
        summary = f"{len(items) - accepted} difference(s) between models and migrations{left}"
        return Stage("", Status.FAIL, 0.0, summary, exit_code=1)
    if not_compared and rehearsal.project.policy.not_compared == "refuse":
        why = "the policy refuses what is not compared (drift.not_compared)"
        return Stage("", Status.FAIL, 0.0, f"no difference in what was compared{left}", why=why, exit_code=1)
    return Stage(
        "", Status.PASS, 0.0, f"no difference in what was compared{left}" if left else "models and migrations agree"
    )


def _live(rehearsal: Rehearsal, run: Run) -> Stage:
    """The live database against what the migrations make up to where it stands."""
    live = run.live
    assert live is not None
    made = rehearsal.schemas_at(live.heads)
    if live.dialect not in rehearsal.servers:
        other = ", ".join(rehearsal.servers)
        return Stage("", Status.SKIPPED, 0.0, why=f"the live database is {live.dialect}, and this one {other}")
    if len(made) != len(live.schemas):
        why = f"env.py configures {len(live.schemas)} live database(s) and {len(made)} scratch database(s)"
        raise ConfigError(why, hint="Let env.py configure the same ones whatever their URLs are.")
    items: list[DriftItem] = []
    for migrated, schema in zip(made, live.schemas, strict=True):
        found, others = live_differences(migrated, schema)
        items += run.accept(list(found))
        run.not_compared += others
    run.drift += items
    accepted = len(items) - len(open_items(items))
    left = f", {accepted} accepted" if accepted else ""
    stands = ", ".join(sorted({head for heads in live.heads for head in heads}))
    if len(items) > accepted:
        summary = (
            f"{len(items) - accepted} difference(s) between the migrations up to {stands} and the live database{left}"
        )
        return Stage("", Status.FAIL, 0.0, summary, exit_code=1)
    return Stage("", Status.PASS, 0.0, f"the live database is as the migrations up to {stands} make it{left}")


def _without_models(rehearsal: Rehearsal, run: Run) -> Stage:
    """A project may have no models; whoever asks for nothing but the comparison must be told that there was none."""
    why = "env.py gives no target_metadata: there is nothing to compare the migrations with"
    if run.needs_models:
        path = rehearsal.project.shown(rehearsal.project.directory.env_py_location)
        raise ConfigError(why, path=path, hint="Give context.configure() target_metadata=Base.metadata.")
    return Stage("", Status.SKIPPED, 0.0, why=why)


def _downgrade(rehearsal: Rehearsal, run: Run) -> Stage:
    new = rehearsal.new
    if not new:
        return Stage("", Status.PASS, 0.0, "no new revision to take down")
    traces, kept = rehearsal.downgrade_and_return()
    found = run.judge([_trace_finding(rehearsal.project, trace) for trace in traces])
    run.findings += found
    bad = [finding for finding in found if not finding.suppressed and finding.severity.at_least(run.fail_on)]
    stay = new.intersection(kept)
    shown = ", ".join(sorted(new - stay)[:3]) + (", …" if len(new - stay) > 3 else "")
    summary = f"{len(new - stay)} revision(s) down and up again" + (f": {shown}" if shown else "")
    if stay:
        summary += f", {len(stay)} irreversible"
    if traces:
        accepted = " (accepted)" if all(finding.suppressed for finding in found) else ""
        summary += f", {len(traces)} did not restore the schema{accepted}"
    if bad:
        return Stage("", Status.FAIL, 0.0, summary, exit_code=1)
    return Stage("", Status.PASS, 0.0, summary)


def _trace_finding(project: Project, trace: Trace) -> Finding:
    path = project.scripts.history.ids[trace.revision].path
    return TraceLeft().left(trace.lines, _span_of_downgrade(project, path), trace.revision)


def _span_of_downgrade(project: Project, path: str | None) -> Span | None:
    if path is None:
        return None
    body = read_migration(project.shown(path), read_source(path)).downgrade
    return Span(body.span.path, body.span.line) if body is not None else None


_WORK: Mapping[str, Callable[[Rehearsal, Run], Stage]] = {
    "replay": _replay,
    "drift": _drift,
    "downgrade": _downgrade,
    "live": _live,
}


def _stage_name(name: str, kind: str) -> str:
    return f"{name} ({_public(kind)})"


def _public(kind: str) -> str:
    return redact(kind)
