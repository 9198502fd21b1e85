"""Puts the fixes of findings into the text of their file. Text in, text out."""

from __future__ import annotations

from collections.abc import Iterable

from headway.lint.finding import Finding


def mended(source: str, findings: Iterable[Finding]) -> str:
    """``source`` with the fix of each of these findings of it; of fixes that overlap the first in the text counts.

    A finding without columns is about its whole lines. Columns count bytes of UTF-8. Findings without a fix change nothing.
    """
    data = source.encode("utf-8", "surrogatepass")
    starts = [0]
    for line in data.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    ending = b"\r\n" if b"\r\n" in data else b"\n"
    edits: list[tuple[int, int, bytes]] = []
    for finding in findings:
        first, last = finding.line or 0, finding.end_line or finding.line or 0
        if finding.fix is None or not 0 < first <= last < len(starts):
            continue
        text = finding.fix.encode("utf-8", "surrogatepass").replace(b"\n", ending)
        if finding.column and finding.end_column:
            edits.append((starts[first - 1] + finding.column - 1, starts[last - 1] + finding.end_column - 1, text))
        else:
            edits.append(
                (starts[first - 1], starts[last - 1] + len(data[starts[last - 1] : starts[last]].rstrip(b"\r\n")), text)
            )
    made, done = [], 0
    for start, end, text in sorted(edits):
        if start >= done:
            made += [data[done:start], text]
            done = end
    return b"".join([*made, data[done:]]).decode("utf-8", "surrogatepass")
