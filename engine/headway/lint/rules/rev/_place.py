"""Where a revision's header says something, for the rules about the graph."""

from __future__ import annotations

from headway.effects.model import Span
from headway.lint.facts import Facts
from headway.pattern import pattern


def header_span(facts: Facts, revision: str, name: str) -> Span | None:
    """The line of a header assignment, the file's first where it is not written; None without a file."""
    path = facts.path_of(revision)
    return None if path is None else Span(path, facts.graph.ids[revision].line_of(name) or 1)


def with_parent(facts: Facts, revision: str, parent: str) -> str | None:
    """The line of ``down_revision`` with ``parent`` as its only one, where it is a plain literal on a line of its own."""
    span = header_span(facts, revision, "down_revision")
    file = next((file for file in facts.examined if file.revision == revision), None)
    if span is None or file is None or len(facts.graph.ids[revision].down_revisions) != 1:
        return None
    line = file.migration.lines[span.line - 1]
    mended = _PARENT.sub(lambda match: f"{match[1]}{match[2]}{parent}{match[2]}", line)
    return mended if mended != line else None


_PARENT = pattern(r"""^(down_revision\s*(?::[^=]*)?=\s*)(["'])[^"'\\]+\2(?=\s*(?:#.*)?$)""")
