"""Puts other text into the text of a file: what findings say, and what a split takes out. Text in, text out."""

from __future__ import annotations

from collections.abc import Iterable

from headway.lint.finding import Finding
from headway.valueclass import valueclass


@valueclass(frozen=True, slots=True)
class Edit:
    """Another text for a place. Lines and columns count from 1, columns bytes of UTF-8; ``end_column`` is exclusive."""

    line: int
    end_line: int
    text: str | None
    """What is to stand there; None takes the lines out."""
    column: int = 0
    """0 is the beginning of the line."""
    end_column: int = 0
    """0 is the end of the line."""


def edit_of(finding: Finding) -> Edit | None:
    """The edit that mends a finding: of its whole lines where it has no columns; None for one without a fix."""
    if finding.fix is None or not finding.line:
        return None
    columns = (finding.column, finding.end_column) if finding.column and finding.end_column else (0, 0)
    return Edit(finding.line, finding.end_line or finding.line, finding.fix, *columns)


def mended(source: str, edits: Iterable[Edit]) -> str:
    """``source`` with the edits; of those that overlap the first in the text counts, and of lines that are not there
    none. Ends of lines are those of the file."""
    data = source.encode("utf-8", "surrogatepass")
    lines = data.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    ending = b"\r\n" if b"\r\n" in data else b"\n"
    places: list[tuple[int, int, bytes]] = []
    for edit in edits:
        if not 0 < edit.line <= edit.end_line <= len(lines):
            continue
        start = starts[edit.line - 1] + max(edit.column - 1, 0)
        if edit.text is None:
            places.append((start, starts[edit.end_line], b""))
            continue
        whole = len(lines[edit.end_line - 1].rstrip(b"\r\n"))
        end = starts[edit.end_line - 1] + (edit.end_column - 1 if edit.end_column else whole)
        places.append((start, end, edit.text.encode("utf-8", "surrogatepass").replace(b"\n", ending)))
    made: list[bytes] = []
    done = 0
    for start, end, text in sorted(places):
        if start >= done:
            made += [data[done:start], text]
            done = end
    return b"".join([*made, data[done:]]).decode("utf-8", "surrogatepass")
