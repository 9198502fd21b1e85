"""The graph as a Mermaid flowchart, which GitHub and GitLab draw in Markdown. See https://mermaid.js.org"""

from __future__ import annotations

from collections.abc import Iterable

from headway.drawing.rows import title
from headway.revision.graph import RevisionGraph


def draw(graph: RevisionGraph, ids: Iterable[str]) -> str:
    """Each revision below its parents; dotted lines are dependencies."""
    order = list(ids)
    names = {id_: f"r{number}" for number, id_ in enumerate(order)}
    lines = ["flowchart TD"]
    for id_ in order:
        left, right = ("([", "])") if not graph.children(id_) else ("[", "]")
        lines.append(f'    {names[id_]}{left}"{_escape(title(graph, id_))}"{right}')
    for id_ in order:
        lines += [f"    {names[p]} --> {names[id_]}" for p in graph.ids[id_].down_revisions if p in names]
        lines += [f"    {names[d]} -.-> {names[id_]}" for d in graph.dependencies(id_) if d in names]
    return "\n".join(lines) + "\n"


def _escape(text: str) -> str:
    return text.replace("&", "#amp;").replace('"', "#quot;").replace("<", "#lt;").replace(">", "#gt;")
