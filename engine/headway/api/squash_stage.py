"""The stage that proves the squashes of a change: the replaced files, as the base has them, against what replaces them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from headway.api.project import Project
from headway.api.squash_proof import Ways, prove
from headway.api.stages import Announce, Run
from headway.lint.facts import Facts
from headway.lint.history.squashed import Squash
from headway.lint.rules.his.squash_not_proved import SquashNotProved, place
from headway.redact import redact
from headway.report.model import Stage, Status
from headway.repository import git


def prove_squashes(
    project: Project, facts: Facts, kinds: Sequence[str], base: str | None, run: Run, announce: Announce
) -> None:
    """Adds to ``run`` a stage for each new squash that takes the place of what it replaces, and each scratch database."""
    for squash in facts.squashes:
        for kind in kinds if squash.fault is None else ():
            name = f"squash {squash.revision} ({redact(kind)})"
            announce(f"headway: {name} …")
            ended = run.timed(name, lambda squash=squash, kind=kind: _prove(project, facts, squash, kind, base, run))  # type: ignore[misc]  # called at once
            run.stages.append(ended)
            announce(f"headway: {ended.in_a_line}")


def _prove(project: Project, facts: Facts, squash: Squash, kind: str, base: str | None, run: Run) -> Stage:
    replaced = f"{squash.replaces[0]} to {squash.end}"
    with _with_replaced(project, squash, base) as both:
        proof = prove(Ways(both, squash.end, squash.revision), kind)
    notes = "".join(f"; {note}" for note in proof.notes)
    if not proof.differences:
        return Stage("", Status.PASS, 0.0, f"the same schema and rows as {replaced}{notes}")
    found = SquashNotProved().differs(proof.differences, place(facts, squash.revision), squash.revision, replaced)
    judged = run.judge([found])
    run.findings += judged
    summary = f"not the same as {replaced}: {len(proof.differences)} difference(s){notes}"
    accepted = all(one.suppressed or not one.severity.at_least(run.fail_on) for one in judged)
    return Stage("", Status.PASS if accepted else Status.FAIL, 0.0, summary, exit_code=0 if accepted else 1)


@contextmanager
def _with_replaced(project: Project, squash: Squash, base: str | None) -> Iterator[Project]:
    """The project with the replaced files beside the squash, in a folder of their own, and what lies around them."""
    against = base or git.default_base(project.home, project.policy.base)
    places = [project.directory.dir, *project.directory.locations]
    others = {} if against is None else git.files_beside(project.home, against, places)
    files = {old.path: old.source for old in squash.replaced}
    with tempfile.TemporaryDirectory(prefix="headway-squash-") as folder:
        top = os.path.realpath(folder)
        for path, data in {**others, **files}.items():
            place_ = os.path.join(top, path)
            os.makedirs(os.path.dirname(place_), exist_ok=True)
            with open(place_, "wb") as file:
                file.write(data)
        folders = dict.fromkeys(os.path.join(top, os.path.dirname(path)) for path in files)
        yield project.with_planted(folders, [old.id for old in squash.replaced])
