"""Accepts what lint finds today: writes it into the policy, with owner and date. Changes the policy, and nothing else."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date

from headway.api.lint import LintOptions, lint
from headway.api.project import Project
from headway.config.policy import FILE_NAMES, Ignore, load_policy, read_if_there
from headway.config.policy_text import with_ignores
from headway.errors import UsageError
from headway.lint.finding import Finding
from headway.script.exchange import exchange, text_of
from headway.valueclass import valueclass


@valueclass(frozen=True, slots=True)
class Accepted:
    """What was written."""

    path: str
    """The policy, as it is shown."""
    ignores: tuple[Ignore, ...]
    findings: int
    """How many findings they are for."""
    left: tuple[Finding, ...]
    """Those that no policy can accept: faults of the history, and of what is released."""


def accept(project: Project, options: LintOptions, owner: str, today: date) -> Accepted:
    """Writes an entry for each rule and file with an open finding into the policy of ``project``, a new one if it has none.

    Raises UsageError for a policy that cannot be added to, and what :func:`headway.api.lint.lint` raises.
    """
    path = project.policy.path or os.path.join(project.home, FILE_NAMES[0])
    if os.path.basename(path) == "pyproject.toml":
        raise UsageError(
            "the policy stands in pyproject.toml, which is written by hand",
            hint="Move [tool.headway] into .headway.yml, or accept findings on their lines.",
            path=path,
        )
    findings = lint(project, options, today).open_findings
    wanted = [one for one in findings if is_acceptable(one)]
    reason = f"was there on {today}; {owner}"
    ignores = tuple(dict.fromkeys(Ignore(one.code, str(one.file or one.revision), reason) for one in wanted))
    if ignores:
        _write(path, ignores, project)
    left = tuple(one for one in findings if not is_acceptable(one))
    return Accepted(project.shown(path), ignores, len(wanted), left)


def is_acceptable(finding: Finding) -> bool:
    """Whether a policy can accept it. Faults of the graph and of what is released break every database: no date makes
    them right."""
    return not finding.code.startswith(("REV", "HIS")) and bool(finding.file or finding.revision)


def _write(path: str, ignores: Sequence[Ignore], project: Project) -> None:
    before = text_of(path) if os.path.exists(path) else ""
    text = with_ignores(before, ignores)
    if text is None:
        raise UsageError(
            "'ignore' is not written as a list with a line for each entry, so that nothing can be added to it",
            hint="Write it so: 'ignore:', and below it '  - code: …'.",
            path=path,
        )

    def check() -> None:
        found = load_policy(os.path.dirname(path), read_if_there).ignores
        if set(found) != {*project.policy.ignores, *ignores}:
            raise UsageError(
                "the policy would say something else with these entries: nothing was changed",
                hint="Write them by hand: each has a code, where it is, and a reason.",
                path=path,
            )

    exchange({path: text}, check=check)
