"""Reads alembic.ini and ``[tool.alembic]`` into plain values, and says in one line what is wrong with them."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable, Mapping
from configparser import (
    MAX_INTERPOLATION_DEPTH,
    BasicInterpolation,
    ConfigParser,
    DuplicateOptionError,
    DuplicateSectionError,
    InterpolationDepthError,
    InterpolationError,
)
from configparser import Error as IniError
from typing import Any

from headway.errors import ConfigError
from headway.files import read_small
from headway.redact import redact

TRUE = frozenset({"true", "yes", "on", "1", "t", "y"})
FALSE = frozenset({"false", "no", "off", "0", "f", "n", ""})

SETTING_BYTES = 2 * 1024 * 1024
EXPANDED = 1024 * 1024
"""Characters that the value of one option may have once its ``%(names)s`` are filled in."""


class BoundedInterpolation(BasicInterpolation):
    """Python's own interpolation, which would fill in ten levels of a hundred names each if it were asked to."""

    def before_get(self, parser: Any, section: str, option: str, value: str, defaults: Mapping[str, str]) -> str:
        """The value with its names filled in. Raises InterpolationError when it would be too long."""
        if "%(" in value and _expanded(value, parser.optionxform, defaults, {}, 0) > EXPANDED:
            raise InterpolationDepthError(option, section, "")
        return super().before_get(parser, section, option, value, defaults)


def _expanded(
    value: str, key_of: Callable[[str], str], defaults: Mapping[str, str], known: dict[str, int], depth: int
) -> int:
    """How long ``value`` gets; names that mean nothing, or themselves, are left for the interpolation to complain of."""
    length = len(value)
    if depth > MAX_INTERPOLATION_DEPTH:
        return length
    for name in re.findall(r"%\(([^)]+)\)s", value):
        key = key_of(name)
        if key not in known:
            known[key] = 0
            known[key] = _expanded(defaults.get(key, ""), key_of, defaults, known, depth + 1)
        length += known[key]
    return length


def read_ini(path: str | None, defaults: Mapping[str, str]) -> ConfigParser:
    """The ini file, with ``defaults`` (such as ``here``) for interpolation; empty without a path or a file.

    Raises ConfigError when it is not an ini file.
    """
    there = path is not None and os.path.exists(path)
    return parse_ini(read_setting_file(path) if there and path is not None else b"", path, defaults)


def parse_ini(data: bytes, path: str | None, defaults: Mapping[str, str]) -> ConfigParser:
    """The ini file in ``data``; ``path`` only names it in errors. Raises ConfigError when it is none."""
    parser = ConfigParser({key: str(value) for key, value in defaults.items()}, interpolation=BoundedInterpolation())
    text = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8-sig")
    try:
        parser.read_file(text, source=path or "")
    except UnicodeDecodeError as error:
        raise ConfigError(f"this file is not UTF-8: {error.reason}", path=path, hint="Save it as UTF-8.") from error
    except (DuplicateOptionError, DuplicateSectionError) as error:
        name = getattr(error, "option", None) or error.section
        raise ConfigError(f"'{name}' stands twice", path=path, line=error.lineno, hint="Keep one.") from error
    except IniError as error:
        line = re.search(r"\[line:?\s*(\d+)\]|line: (\d+)", str(error))
        number = int(next(filter(None, line.groups()))) if line else None
        raise ConfigError(
            f"this is not an ini file: {redact(error.message.splitlines()[0])}",
            path=path,
            line=number,
            hint="Each setting is 'name = value' below a [section].",
        ) from error
    return parser


def read_toml(path: str | None) -> dict[str, Any]:
    """The table ``[tool.alembic]`` of a pyproject.toml; empty without a path, file or table.

    Raises ConfigError when it is not TOML.
    """
    return {} if path is None or not os.path.isfile(path) else alembic_table(read_setting_file(path), path)


def alembic_table(data: bytes, path: str) -> dict[str, Any]:
    """The table ``[tool.alembic]`` of the document in ``data``, empty without one. Raises ConfigError as :func:`parse_toml`."""
    tool = parse_toml(data, path).get("tool")
    table = tool.get("alembic") if isinstance(tool, dict) else None
    return table if isinstance(table, dict) else {}


def read_setting_file(path: str) -> bytes:
    """What is in a file of settings. Raises ConfigError when it cannot be read or is larger than any such file."""
    try:
        return read_small(path, SETTING_BYTES)
    except OSError as error:
        raise ConfigError(f"this file cannot be read: {error.strerror}", path=path) from error


def parse_toml(data: bytes, path: str) -> dict[str, Any]:
    """The document in ``data``; ``path`` only names it in errors. Raises ConfigError when it is not TOML."""
    import tomllib

    try:
        return tomllib.loads(data.decode("utf-8"))
    except RecursionError as error:
        hint = "Take the brackets within each other apart."
        raise ConfigError("this is not TOML: it is nested too deeply", path=path, hint=hint) from error
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError("this is not UTF-8", path=path, line=line, hint="Save the file as UTF-8.") from error
    except ValueError as error:
        said = re.fullmatch(r"(.*?)(?: \(at (?:line (\d+), column \d+|end of document)\))?", str(error), re.DOTALL)
        line = int(said[2]) if said and said[2] else data.count(b"\n") + 1
        hint = "Look there for a quote or bracket that is not closed, a text without quotes or a key that stands twice."
        raise ConfigError(f"this is not TOML: {said[1] if said else error}", path=path, line=line, hint=hint) from error


def interpolation_problem(error: InterpolationError, path: str | None) -> ConfigError:
    """The one line for a ``%`` that ConfigParser cannot make sense of; never shows the value, which may be a URL."""
    endless = isinstance(error, InterpolationDepthError)
    what = "fills in names without end" if endless else "has a '%' that is no interpolation"
    return ConfigError(
        f"the value of '{error.option}' in [{error.section}] {what}",
        path=path,
        line=line_of(path, error.section, error.option),
        hint="Write %% for a percent sign.",
    )


def line_of(path: str | None, section: str, option: str) -> int | None:
    """The line of an option in an ini file, counted from 1."""
    if path is None or not os.path.exists(path):
        return None
    inside = False
    with open(path, encoding="utf-8-sig", errors="replace") as file:
        for number, line in enumerate(file, start=1):
            if line.startswith("["):
                inside = line.strip() == f"[{section}]"
            elif inside and re.match(rf"{re.escape(option)}\s*[=:]", line, re.I):
                return number
    return None


def as_boolean(value: Any, name: str, path: str | None) -> bool:
    """A truth value as people write them: yes, true, on, 1 and their opposites. Raises ConfigError for others."""
    if isinstance(value, bool):
        return value
    text = str(value).strip().lower()
    if text in TRUE:
        return True
    if text in FALSE:
        return False
    raise ConfigError(f"'{name}' is '{value}', which is neither true nor false", path=path, hint="Write true or false.")
