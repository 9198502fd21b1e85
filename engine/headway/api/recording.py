"""Records what a run would do, here and in a process of its own: what differs between the two is made when it runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from typing import Any

from headway import errors
from headway.api.project import Project, open_project
from headway.compat.hook import serving_alembic
from headway.errors import HeadwayError, UsageError
from headway.plan.code import ProjectCode
from headway.plan.identity import target_of
from headway.plan.model import Plan, Target
from headway.plan.recorder import Recorder, RecordingWitness
from headway.plan.recording import Recording, Revision, plan_of
from headway.revision.resolve import Symbol, resolve
from headway.revision.route import Step, present, upgrade_route
from headway.runtime.context import MigrationContext
from headway.runtime.env_py import run_environment
from headway.runtime.options import RunOptions
from headway.search_path import give_checkout_back

_SECOND = "import json, sys; r = json.load(sys.stdin); sys.path[:] = r['path']; import headway.api.recording as m; m.answer(r)"


def code_of(project: Project) -> ProjectCode:
    """Where the project's own code lies."""
    folders = project.config.get_prepend_sys_paths_list() or []
    roots = (project.root, project.home, project.directory.dir, *folders)
    return ProjectCode(tuple(dict.fromkeys(os.path.realpath(root) for root in roots)), project.shown)


def make_plan(project: Project, url: str | None, target: str, *, here: bool) -> Plan:
    """The plan for the database of ``url``, or of env.py's choice, from two recordings.

    One of them is made ``here``, in this process, or else both elsewhere. Raises HeadwayError when there is none.
    """
    give_checkout_back()
    path = list(sys.path)  # as it is before the project puts its own folders in front
    first = record(project, url, target) if here else _elsewhere(project, url, target, path)
    second = _elsewhere(project, url, target, path)
    return plan_of(_as_piped(first), second, code_of(project), project.directory.env_py_location, project.shown)


def record(project: Project, url: str | None, target: str) -> Recording:
    """Runs the environment and the revisions up to ``target``, and notes what they send; changes nothing.

    Raises HeadwayError when the database cannot be reached or there is no way to the target.
    """
    options = RunOptions(url=url, lock=False, log=False)  # "Running upgrade" is what nobody wants to read of a plan
    options.witness = RecordingWitness()
    recorder = Recorder(options.witness, project.shown)
    options.listeners.append(recorder)
    found: list[tuple[Target, str, tuple[str, ...], tuple[Step, ...]]] = []

    def choose(heads: tuple[str, ...], context: MigrationContext) -> Iterable[Step]:
        steps = way_to(project, heads, target)
        found.append((target_of(context.connection), context.versions.label, heads, steps))
        return steps

    try:
        with serving_alembic(), recorder.recording():
            run_environment(project.fresh_config(), project.scripts, choose, options, app=project.policy.app)
    except HeadwayError as error:
        if "cannot be written" in error.message:
            error.hint = (
                "A plan opens every connection read-only: what env.py or a listener changes past SQLAlchemy, such as the "
                "journal mode of SQLite, has to be left out or to be there already."
            )
        raise
    if len(found) != 1:
        raise UsageError(
            f"env.py configures {len(found)} databases, and a plan is for one",
            hint="Plan each of them with env.py limited to it.",
        )
    database, label, heads, steps = found[0]
    return Recording(
        database=database,
        version_table=label,
        current=tuple(sorted(heads)),
        target=tuple(sorted(steps[-1].heads_after if steps else heads)),
        route=tuple(_revision(project, step) for step in steps),
        sections=tuple(recorder.sections),
        loaded=tuple(sorted(code_of(project).loaded())),
        rebuilds=tuple(sorted(recorder.rebuilds)),
    )


def way_to(project: Project, heads: tuple[str, ...], target: Symbol) -> tuple[Step, ...]:
    """The steps up to the target. Raises UsageError when the database is past it, RevisionError when there is no way."""
    history = project.scripts.history
    steps = upgrade_route(history, heads, target)
    runs = any(not step.is_stamp for step in steps)
    if runs or not isinstance(target, str) or target == "heads":
        return steps
    wanted = set(resolve(history, target)) if target[:1] != "+" else set(heads)
    heads = present(history, heads)
    if heads and not wanted & set(heads) and (target == "base" or wanted <= history.ancestors(heads, inclusive=True)):
        raise UsageError(
            f"{target} is behind the database, which is on {', '.join(heads)}: there is nothing to plan",
            hint="'headway plan' only goes up; 'headway downgrade' goes down.",
        )
    return steps


def answer(request: Mapping[str, Any]) -> None:
    """Records what ``request`` asks for and writes it to the pipe that it names; what the other process runs."""
    try:
        project = open_project(request["files"], request["name"], x=request["x"])
        said: dict[str, Any] = {"recording": record(project, request["url"], request["target"]).as_document()}
    except HeadwayError as error:
        fields = {"message": error.message, "hint": error.hint, "path": error.path, "line": error.line}
        said = {"error": {"kind": type(error).__name__, **fields}}
    with open(request["pipe"], "w", encoding="utf-8") as pipe:
        json.dump(said, pipe)


def _elsewhere(project: Project, url: str | None, target: str, path: list[str]) -> Recording:
    """A recording from another process of the same interpreter; the URL goes to it through its standard input."""
    reading, writing = os.pipe()
    wanted = {
        "files": project.files,
        "name": project.name,
        "x": project.x,
        "url": url,
        "target": target,
        "path": path,
        "pipe": writing,
    }
    with tempfile.TemporaryFile() as said, os.fdopen(reading, encoding="utf-8") as answers:
        # -P: what it imports before it has our path must not come from the directory that it runs in.
        command = [sys.executable, "-P", "-c", _SECOND]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=said, stderr=said, pass_fds=[writing])
        try:
            os.close(writing)
            assert process.stdin is not None
            with process.stdin:
                process.stdin.write(json.dumps(wanted).encode())
            text = answers.read()
            code = process.wait()
        except BaseException:
            process.terminate()
            process.wait()
            raise
        if not text:
            said.seek(0)
            last = said.read().decode(errors="replace").strip().splitlines()[-1:] or [f"status {code}"]
            raise UsageError(
                f"the second recording ended without an answer: {last[0]}",
                hint="The revisions are recorded once more by a process of its own, and something ended it: too little "
                "memory, or sys.exit() or os._exit() in env.py or a revision.",
            )
    document = json.loads(text)
    if "error" in document:
        raise _error(document["error"])
    return Recording.of(document["recording"])


def _error(document: dict[str, Any]) -> HeadwayError:
    kind = getattr(errors, document.pop("kind"), HeadwayError)
    plain = kind if kind.__init__ is HeadwayError.__init__ else UsageError
    return plain(document.pop("message"), **document)


def _as_piped(recording: Recording) -> Recording:
    """The recording as it would come out of the pipe: in JSON a tuple is a list."""
    return Recording.of(json.loads(json.dumps(recording.as_document())))


def _revision(project: Project, step: Step) -> Revision:
    revision = project.scripts.history.ids[step.revision]
    return Revision(step.revision, revision.path or "", revision.line_of("revision"))
