"""Fixes: writes what lint can mend by machine into this branch's own revisions. Changes revision files, and nothing else."""

from __future__ import annotations

import difflib
import hashlib
import os
from collections.abc import Mapping
from dataclasses import field
from datetime import date

from headway.api.lint import LintOptions, choose_scope, gather_facts
from headway.api.project import Project
from headway.errors import ScriptError, UsageError
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding
from headway.lint.fixes.mending import edit_of, mended
from headway.lint.fixes.splitting import Part, parts_of
from headway.lint.judge import lint as run_rules
from headway.lint.rules.rev.multiple_heads import MultipleHeads
from headway.revision.graph import RevisionGraph
from headway.script.directory import RevisionDirectory
from headway.script.exchange import exchange, text_of
from headway.script.repoint import parents_of, repointed
from headway.script.revision_text import RevisionBody, RevisionHeader, revision_text
from headway.script.writer import file_path
from headway.valueclass import valueclass


@valueclass(frozen=True, slots=True)
class Fixes:
    """What would be, or was, changed."""

    mended: tuple[Finding, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    """The new texts, by the path of their file."""
    before: Mapping[str, str] = field(default_factory=dict)
    """The old ones; a file that is new has none."""
    made: tuple[str, ...] = ()
    """The ids of the revisions that were made."""

    def told(self, project: Project) -> list[str]:
        """What was done, a line for each finding and each new revision."""
        lines = [f"{one.file}:{one.line}: {one.code} mended" for one in self.mended]
        made = [path for path in self.texts if path not in self.before]
        return [
            *lines,
            *(f"{project.shown(path)}: new revision {id_}" for path, id_ in zip(made, self.made, strict=True)),
        ]

    def diff(self, project: Project) -> str:
        """The changes as a unified diff."""
        parts = []
        for path, text in self.texts.items():
            shown, old = project.shown(path), self.before.get(path)
            lines = difflib.unified_diff(
                (old or "").splitlines(keepends=True),
                text.splitlines(keepends=True),
                "/dev/null" if old is None else f"a/{shown}",
                f"b/{shown}",
            )
            parts += [line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines]
        return "".join(parts)


def fixes(project: Project, options: LintOptions, today: date) -> Fixes:
    """What can be mended in the revisions that the base branch lacks; changes nothing.

    Raises UsageError where nothing tells which revisions are this branch's own: what is released is never changed.
    """
    scope = choose_scope(project, options)
    if not scope.released_known:
        raise UsageError(
            "nothing tells which revisions are this branch's own, and no other is changed",
            hint="Name the base: --base origin/main, or set 'baseline' in the policy.",
        )
    facts = gather_facts(project, scope, options)
    found = run_rules(facts, options.rules, project.policy, today)
    own = {file.path: file for file in facts.examined if file.revision in scope.own}
    by_file: dict[str, list[Finding]] = {}
    for finding in found.findings:
        if finding.file in own and not finding.suppressed:
            by_file.setdefault(finding.file, []).append(finding)
    work = _Work(project, facts)
    for path, findings in by_file.items():
        work.mend(own[path], findings)
    return Fixes(tuple(work.mended), work.changed, work.before, tuple(work.made))


def write(project: Project, wanted: Fixes) -> None:
    """Writes the changes: all of them, or none where the history is another one then than it was, with what was made.

    Raises ScriptError and GraphError.
    """
    before = project.directory.readable
    unreadable = len(project.directory.unreadable)

    def check() -> None:
        after = RevisionDirectory.from_config(project.config)
        after.history.require_sound()
        lost = set(before.ids) - set(after.history.ids)
        if lost or len(after.history.heads) > len(before.heads) or len(after.unreadable) > unreadable:
            raise ScriptError(
                "the history would be another one with these fixes: nothing was changed",
                hint="Mend them by hand; headway lint --diff shows what it had in mind.",
            )

    if wanted.texts:
        exchange(wanted.texts, check=check)


class _Work:
    """The texts while they change."""

    def __init__(self, project: Project, facts: Facts) -> None:
        self.project, self.facts, self.graph = project, facts, project.directory.readable
        self.before: dict[str, str] = {}
        self.changed: dict[str, str] = {}
        self.mended: list[Finding] = []
        self.made: list[str] = []

    def mend(self, file: RevisionFile, findings: list[Finding]) -> None:
        """Everything that can be mended in one file."""
        path = os.path.join(self.project.root, file.path)
        fixing = [finding for finding in findings if finding.fix is not None]
        parts = parts_of(file, findings, self.facts) if _is_whole(file, self.graph) else []
        taken = [edit for part in parts for edit in part.edits]
        # Of two ways to mend one place the part counts; what is left is found again.
        fixing = [one for one in fixing if not any(edit.line <= (one.line or 0) <= edit.end_line for edit in taken)]
        edits = [*taken, *(edit for finding in fixing if (edit := edit_of(finding)))]
        if not edits:
            return
        text = mended(self._text(path), edits)
        if any(finding.code == MultipleHeads.code for finding in fixing):
            bare = text.removeprefix("\ufeff")  # the docstring names the parent as well
            text = text[: len(text) - len(bare)] + repointed(bare, file.path, parents_of(bare, file.path))
        try:
            compile(text.removeprefix("\ufeff"), file.path, "exec", dont_inherit=True)
        except (SyntaxError, ValueError) as error:
            raise ScriptError(f"the mended file would be no Python: {error}", path=file.path) from error
        self.changed[path] = text
        self.mended += fixing
        last = file.revision
        for part in parts:
            last = self._new(part, last, path)
            self.mended += part.mends
        if last != file.revision:
            for child in self.graph.children(file.revision):
                self._follow(child, file.revision, last)

    def _new(self, part: Part, parent: str, beside: str) -> str:
        """Adds the revision of a part; returns its id."""
        id_ = _new_id(parent, part.message, {*self.graph.ids, *self.made})
        path = file_path(self.project.directory, id_, part.message, beside)
        body = RevisionBody(part.upgrade, part.downgrade, part.imports, takes_arguments=part.takes_arguments)
        self.changed[path] = revision_text(RevisionHeader(part.message, id_, (parent,)), body, path)
        self.made.append(id_)
        return id_

    def _follow(self, child: str, old: str, new: str) -> None:
        path = self.graph.ids[child].path
        if path is None:
            return
        parents = [new if parent == old else parent for parent in self.graph.ids[child].down_revisions]
        text = self._text(path)
        bare = text.removeprefix("\ufeff")
        self.changed[path] = text[: len(text) - len(bare)] + repointed(bare, self.project.shown(path), parents)

    def _text(self, path: str) -> str:
        if path not in self.changed:
            self.before.setdefault(path, text_of(path))
        return self.changed.get(path, self.before.get(path, ""))


def _is_whole(file: RevisionFile, graph: RevisionGraph) -> bool:
    """Whether a revision can be followed by a part of it: nothing else hangs on where it ends."""
    return not file.is_merge and not any(file.revision in graph.dependencies(other) for other in graph.ids)


def _new_id(parent: str, message: str, taken: set[str]) -> str:
    """An id in the manner of ``parent``: the next number, or else twelve hex digits, the same in each run."""
    if parent.isdecimal():
        numbers = [int(id_) for id_ in taken if id_.isdecimal()]
        return f"{max(numbers, default=0) + 1:0{len(parent)}d}"
    for attempt in range(100):
        id_ = hashlib.sha256(f"{parent} {message} {attempt}".encode()).hexdigest()[:12]
        if id_ not in taken:
            return id_
    raise UsageError(f"no id is left for a revision behind {parent}")
