"""The text of a Python source file, by the encoding that Python itself would take it in. Parses nothing.

See https://docs.python.org/3/reference/lexical_analysis.html#encoding-declarations
"""

from __future__ import annotations

from headway.errors import ScriptError
from headway.files import read_small
from headway.pattern import pattern

_CODING = pattern(rb"\A(?:[ \t\f]*(?:#[^\r\n]*)?\r?[\r\n])?[ \t\f]*#[^\r\n]*?coding[:=][ \t]*([-\w.]+)")
_BOM = b"\xef\xbb\xbf"


def read_source(path: str) -> str:
    """The text of the Python file at ``path``. Raises ScriptError when it cannot be read, or not as text."""
    try:
        data = read_small(path)
    except OSError as error:
        raise ScriptError(f"this file cannot be read: {error.strerror}", path=path) from error
    return text_of_source(data, path)


def text_of_source(data: bytes, path: str) -> str:
    """The text in ``data``, with Python's line ends; ``path`` only names it in errors.

    Whoever judges a file must read it so: what is a comment in UTF-8 may be a statement in the encoding that the file
    declares. Raises ScriptError when it is not in that encoding, or there is no such encoding of text.
    """
    encoding = "utf-8"
    if data.startswith(_BOM):
        data = data[3:]
    elif b"coding" in data[:400] and (declared := _CODING.match(data)):
        encoding = declared[1].decode("ascii")
    try:
        text = data.decode(encoding)
    except (UnicodeError, LookupError, ValueError) as error:
        hint = "Save it as UTF-8, or declare its encoding in the first line."
        raise ScriptError(f"this file is not {encoding}: {error}", path=path, line=1, hint=hint) from error
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
