"""The header of a revision file that only running it tells. Runs the one file, and judges what it finds in the module."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import Any

from headway.config.model import Config
from headway.errors import ScriptError
from headway.reading.header import NAMES, Dynamic, Header
from headway.runtime import runner


def header_by_running(config: Config, path: str, source: bytes | None, header: Header) -> tuple[Header, ModuleType]:
    """The whole header of a file of which reading told ``header``, and the module that running it made.

    Raises ScriptError for a file that fails, or whose names hold what no header can.
    """
    name, line = next((name, value.line) for name, value in header.values.items() if isinstance(value, Dynamic))
    if isinstance(header.values.get("replaces"), Dynamic):
        # Which databases count as having run this is no matter for a run to decide.
        raise ScriptError(
            "'replaces' is computed",
            path=path,
            line=header.values["replaces"].line,
            hint="Write it as a tuple of texts, as 'headway squash' does.",
        )
    try:
        module = runner.load_early(config, path, source)
    except (Exception, SystemExit) as error:
        raise ScriptError(
            f"'{name}' is computed, and running the file to learn it failed: {type(error).__name__}: {error}",
            path=path,
            line=_line_in(path, error) or line,
            hint=f"Write {name} as a plain text, None, or a tuple of texts, or mend what fails.",
        ) from error
    values = {name: _value(name, getattr(module, name), path, header.lines) for name in NAMES if hasattr(module, name)}
    return Header(values, header.lines, module.__doc__ or ""), module


def _value(name: str, value: Any, path: str, lines: Mapping[str, int]) -> Any:
    if value is None or isinstance(value, str):
        return value
    items = tuple(value) if isinstance(value, Iterable) else (value,)
    if isinstance(value, set | frozenset):
        items = tuple(sorted(items, key=str))
    if name == "revision" or not all(isinstance(item, str) for item in items):
        raise ScriptError(
            f"'{name}' is {value!r}, and not a text{'' if name == 'revision' else ', None, or a tuple of texts'}",
            path=path,
            line=lines.get(name),
            hint="Mend what computes it.",
        )
    return items


def _line_in(path: str, error: BaseException) -> int | None:
    """The last line of the file itself that led to the error."""
    line = None
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == path:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
