"""Reads the header of a revision file (ids, labels, docstring) from its source, without executing it.

The head of the file is scanned with a regular expression, which is what makes thousands of files quick; whenever the
text is not the usual one, :mod:`headway.reading.header_parser` parses the file instead.
"""

from __future__ import annotations

from headway.errors import ScriptError
from headway.files import read_small
from headway.pattern import pattern
from headway.reading.header import Header
from headway.reading.modules import Modules
from headway.source_text import text_of_source

_TEXT = r"(?:'[^'\\\n]*'|\"[^\"\\\n]*\")"
_ASSIGNMENT = pattern(
    r"(?:[ \t]*(?:\#[^\n]*)?\n)*(revision|down_revision|branch_labels|depends_on|replaces)[ \t]*(?::[^=\n]+)?=[ \t]*"
    rf"(None|{_TEXT}|\([ \t]*{_TEXT}[ \t]*,(?:[ \t]*{_TEXT}[ \t]*,)*(?:[ \t]*{_TEXT})?[ \t]*\))"
    r"[ \t]*(?:\#[^\n]*)?(?:\n|\Z)"
)
_USUAL_COMMENT = "\n# revision identifiers"
_ITEM = pattern(_TEXT)
_BEFORE_CODE = pattern(r"(?:[ \t]*(?:\#[^\n]*)?\n)*")


def read_header(path: str, kept: dict[str, bytes] | None = None, modules: Modules | None = None) -> Header:
    """The header of the file at ``path``, whose content is put into ``kept``.

    ``modules`` finds the project's own ones, which an unusual file may take its header from. Raises ScriptError when it cannot be read or is not Python.
    """
    try:
        data = read_small(path)
    except OSError as error:
        raise ScriptError(f"this file cannot be read: {error.strerror}", path=path) from error
    if kept is not None:
        kept[path] = data
    if path.endswith((".pyc", ".pyo")):
        from headway.reading.compiled import header_of_compiled

        return header_of_compiled(data, path)
    return header_of(data, path, modules)


def header_of(data: bytes, path: str, modules: Modules | None = None) -> Header:
    """The header in the bytes of a source file. Raises ScriptError when they are not Python."""
    text = text_of_source(data, path)
    header = _scan(text)
    if header is not None:
        return header
    from headway.reading.header_parser import parse_header

    return parse_header(text, path, modules)


# -- the usual file ---------------------------------------------------------------------------------------------


def _scan(text: str) -> Header | None:
    """The header if it is the usual one: plain literals one below the other, as templates write them; else None."""
    found = _docstring(text)
    if found is None:
        return None
    docstring, start = found
    begin = text.find(_USUAL_COMMENT, start)
    if begin < 0:
        begin = text.find("\nrevision", start)
    end = begin = start if begin < 0 else begin + 1
    values: dict[str, str | tuple[str, ...] | None] = {}
    lines: dict[str, int] = {}
    line, seen = 1, 0
    while match := _ASSIGNMENT.match(text, end):
        name, value = match.groups()
        end, place = match.end(), match.start(1)
        line += text.count("\n", seen, place)
        values[name], lines[name], seen = _value(value), line, place
    if not isinstance(values.get("revision"), str) or not _is_plain(text, start, begin) or _has_words(text, end):
        return None
    return Header(values, lines, docstring)


def _docstring(text: str) -> tuple[str, int] | None:
    """The docstring and where it ends; None when the first statement may be one of another form."""
    before = _BEFORE_CODE.match(text)
    start = before.end() if before else 0
    quotes = text[start : start + 3]
    if quotes not in ('"""', "'''"):
        other_form = quotes.startswith(("'", '"', "(")) or quotes[1:2] in ("'", '"')
        return None if other_form else ("", start)
    end = text.find(quotes, start + 3)
    rest = text[end + 3 : text.find("\n", end) if text.find("\n", end) >= 0 else len(text)]
    if end < 0 or "\\" in text[start:end] or rest.strip():
        return None
    return text[start + 3 : end], end + 3


def _is_plain(text: str, start: int, end: int) -> bool:
    """Whether nothing in this part assigns a name of the header or goes on at ``end``."""
    above = text[start:end]
    if '"""' in above or "'''" in above or above.endswith("\\\n") or _has_words(above, 0):
        return False
    if not ("(" in above or "[" in above or "{" in above):
        return True
    # Brackets in texts and comments would be counted as well.
    certain = not ("'" in above or '"' in above or "#" in above)
    return certain and all(above.count(one) == above.count(other) for one, other in ("()", "[]", "{}"))


def _has_words(text: str, start: int) -> bool:
    """Whether the rest of the text mentions what is in the names of the header, and in few other places."""
    return (
        text.find("revision", start) >= 0
        or text.find("branch_labels", start) >= 0
        or text.find("depends_on", start) >= 0
        or text.find("replaces", start) >= 0
    )


def _value(written: str) -> str | tuple[str, ...] | None:
    if written == "None":
        return None
    if written[0] == "(":
        return tuple(item[1:-1] for item in _ITEM.findall(written))
    return written[1:-1]
