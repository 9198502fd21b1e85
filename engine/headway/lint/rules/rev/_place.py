"""Where a revision's header says something, for the rules about the graph."""

from __future__ import annotations

from headway.effects.model import Span
from headway.lint.facts import Facts


def header_span(facts: Facts, revision: str, name: str) -> Span | None:
    """The line of a header assignment, the file's first where it is not written; None without a file."""
    path = facts.path_of(revision)
    return None if path is None else Span(path, facts.graph.ids[revision].line_of(name) or 1)
