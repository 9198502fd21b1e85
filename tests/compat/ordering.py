"""Alembic's listings in a fixed order. No tests of its own."""

from __future__ import annotations

import re


def in_fixed_order(text: str) -> str:
    """Alembic prints labels and what follows a branch point in the order of a set, which changes from run to run."""
    lines: list[str] = []
    children: list[str] = []
    for line in text.splitlines():
        line = re.sub(r"\(([\w, ]+)\)", lambda match: f"({_in_order(match[1])})", line)
        if line.lstrip().startswith("-> "):
            children.append(line)
            continue
        lines += sorted(children)
        children = []
        key, _, names = line.partition(": ")
        lines.append(f"{key}: {_in_order(names)}" if key in ("Branches into", "Branch names") else line)
    return "\n".join(lines + sorted(children))


def entries_in_order(text: str) -> str:
    """What ``current`` prints, with the revisions in order: Alembic prints them in that of a set."""
    title, separator, rest = text.partition("\n") if text.startswith("Current revision(s)") else ("", "", text)
    parts = rest.split("\n\nRev: ") if rest.startswith("Rev: ") else rest.splitlines()
    parts = sorted(part.removeprefix("Rev: ").rstrip("\n") for part in parts)
    return title + separator + "\n".join(parts)


def _in_order(names: str) -> str:
    return ", ".join(sorted(names.split(", ")))
