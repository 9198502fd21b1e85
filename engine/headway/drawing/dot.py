"""The graph in Graphviz' language. See https://graphviz.org/doc/info/lang.html"""

from __future__ import annotations

from collections.abc import Iterable

from headway.drawing.rows import title
from headway.printable import one_line
from headway.revision.graph import RevisionGraph


def draw(graph: RevisionGraph, ids: Iterable[str]) -> str:
    """Each revision below its parents; dashed lines are dependencies, bold boxes heads."""
    order = list(ids)
    shown = set(order)
    lines = ["digraph revisions {", "    node [shape=box, fontname=monospace];"]
    for id_ in order:
        style = ", style=bold" if not graph.children(id_) else ""
        lines.append(f"    {_quoted(id_)} [label={_quoted(title(graph, id_))}{style}];")
    for id_ in order:
        lines += [f"    {_quoted(p)} -> {_quoted(id_)};" for p in graph.ids[id_].down_revisions if p in shown]
        needs = (d for d in graph.dependencies(id_) if d in shown)
        lines += [f"    {_quoted(d)} -> {_quoted(id_)} [style=dashed];" for d in needs]
    return "\n".join([*lines, "}"]) + "\n"


def _quoted(text: str) -> str:
    escaped = one_line(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
