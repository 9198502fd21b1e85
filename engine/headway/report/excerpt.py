"""A finding's place among the lines of its file, counted in characters. Draws nothing."""

from __future__ import annotations

from collections.abc import Sequence

from headway.lint.finding import Finding


def line_of(finding: Finding, lines: Sequence[str]) -> str | None:
    """The first line that the finding is about; None where there is none, or the file has changed."""
    return None if not finding.line or finding.line > len(lines) else lines[finding.line - 1]


def columns_of(finding: Finding, lines: Sequence[str]) -> tuple[int, int]:
    """The columns from which and to before which the finding stands, from 1; 0 is not known.

    Spans of Python's parser count bytes of UTF-8, and people and platforms count characters.
    """
    last = finding.end_line or finding.line or 0
    ending = lines[last - 1] if 0 < last <= len(lines) else ""
    return _character(line_of(finding, lines) or "", finding.column), _character(ending, finding.end_column)


def _character(line: str, column: int) -> int:
    if column < 2 or line.isascii():
        return column
    return len(line.encode(errors="surrogatepass")[: column - 1].decode(errors="ignore")) + 1
