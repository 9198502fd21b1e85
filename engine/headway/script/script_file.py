"""A revision file as Alembic's ``Script`` shows it: its place in the graph, and how listings print it."""

from __future__ import annotations

import os
from textwrap import indent

from headway.revision.graph import RevisionGraph
from headway.revision.map import Node
from headway.revision.model import Revision


class ScriptFile(Node):
    """One revision of a script directory. Reading it executes nothing."""

    def __init__(
        self, graph: RevisionGraph, revision: Revision, docstring: str
    ) -> None:  # not as a Node is made: it has its place
        self._graph = graph
        self._revision = revision
        self._docstring = docstring
        self.revision = revision.revision

    def __repr__(self) -> str:
        return f"Script({self.revision!r}, {self.down_revision!r})"

    def __str__(self) -> str:
        branch = f" ({', '.join(sorted(self.branch_labels))})" if self.branch_labels else ""
        flags = f"{branch}{' (head)' if self.is_head else ''}{self._point_text()}"
        return f"{_comma(self.down_revisions) or '<base>'} -> {self.revision}{flags}, {self.doc}"

    @property
    def path(self) -> str:
        """The file."""
        return self._revision.path or ""

    def line_of(self, name: str) -> int | None:
        """The line of a header assignment, or None when it is not written."""
        return self._revision.line_of(name)

    # -- text ---------------------------------------------------------------------------------------------------

    @property
    def doc(self) -> str:
        """The first paragraph of the docstring, on one line."""
        return self._revision.doc

    @property
    def longdoc(self) -> str:
        """The docstring, without what is around it."""
        return self._docstring.strip()

    @property
    def log_entry(self) -> str:
        """The entry of ``show``."""
        return self._entry(current=False)

    def _entry(self, *, current: bool) -> str:
        signs = f"{' (head)' if self.is_head else ''}{self._point_text()}{' (current)' if current else ''}"
        lines = [
            f"Rev: {self.revision}{signs}",
            f"{'Merges' if self.is_merge_point else 'Parent'}: {_comma(self.down_revisions) or '<base>'}",
        ]
        if self.dependencies:
            lines.append(f"Also depends on: {_comma(self._revision.depends_on)}")
        if self._revision.replaces:
            lines.append(f"Replaces: {_comma(self._revision.replaces)}")
        if self.is_branch_point:
            lines.append(f"Branches into: {_comma(sorted(self.nextrev))}")
        if self.branch_labels:
            lines.append(f"Branch names: {_comma(sorted(self.branch_labels))}")
        lines.append(f"Path: {os.path.realpath(self.path)}")  # a link may lead to it
        return "\n".join(lines) + f"\n\n{indent(self.longdoc, '    ', lambda line: True)}\n"

    def cmd_format(
        self,
        verbose: bool,
        include_branches: bool = False,
        include_doc: bool = False,
        include_parents: bool = False,
        tree_indicators: bool = True,
        current: bool = False,
    ) -> str:
        """The line, or with ``verbose`` the entry, of a listing."""
        if verbose:
            return self._entry(current=current)
        text = self.revision
        if include_parents:
            needs = f" ({_comma(self._revision.depends_on)})" if self.dependencies else ""
            text = f"{_comma(self.down_revisions) or '<base>'}{needs} -> {text}"
        if include_branches and self.branch_labels:
            text += f" ({', '.join(sorted(self.branch_labels))})"
        effective = self.is_head and not self._is_real_head
        text += " (effective head)" if effective else " (head)" if self.is_head else ""
        text += " (current)" if current else ""
        text += self._point_text() if tree_indicators else ""
        return f"{text}, {self.doc}" if include_doc else text

    def _point_text(self) -> str:
        branch = " (branchpoint)" if self.is_branch_point else ""
        return branch + (" (mergepoint)" if self.is_merge_point else "")


def _comma(names: object) -> str:
    return ", ".join(names)  # type: ignore[arg-type]  # always an iterable of texts


def first_paragraph(docstring: str) -> str:
    """What listings show of a docstring."""
    return docstring.strip().partition("\n\n")[0]
