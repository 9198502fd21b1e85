"""Reads alembic.ini and ``[tool.alembic]`` into plain values, and says in one line what is wrong with them."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from configparser import ConfigParser, DuplicateOptionError, DuplicateSectionError, InterpolationError
from configparser import Error as IniError
from typing import Any

from headway.errors import ConfigError
from headway.redact import redact

TRUE = frozenset({"true", "yes", "on", "1", "t", "y"})
FALSE = frozenset({"false", "no", "off", "0", "f", "n", ""})


def read_ini(path: str | None, defaults: Mapping[str, str]) -> ConfigParser:
    """The ini file, with ``defaults`` (such as ``here``) for interpolation; empty without a path.

    Raises ConfigError when it is missing or not an ini file.
    """
    parser = ConfigParser({key: str(value) for key, value in defaults.items()})
    if path is None:
        return parser
    try:
        with open(path, encoding="utf-8-sig") as file:
            parser.read_file(file)
    except FileNotFoundError as error:
        raise ConfigError(
            "this configuration file does not exist",
            path=path,
            hint="Name the right one with -c, or make a project with 'headway init'.",
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"this file is not UTF-8: {error.reason}", path=path, hint="Save it as UTF-8.") from error
    except OSError as error:
        raise ConfigError(f"this file cannot be read: {error.strerror}", path=path) from error
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
    if path is None or not os.path.isfile(path):
        return {}
    import tomllib

    try:
        with open(path, "rb") as file:
            table = tomllib.load(file).get("tool", {}).get("alembic", {})
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"this is not TOML: {error}", path=path) from error
    return table if isinstance(table, dict) else {}


def interpolation_problem(error: InterpolationError, path: str | None) -> ConfigError:
    """The one line for a ``%`` that ConfigParser cannot make sense of; never shows the value, which may be a URL."""
    return ConfigError(
        f"the value of '{error.option}' in [{error.section}] has a '%' that is no interpolation",
        path=path,
        line=line_of(path, error.section, error.option),
        hint="Write %% for a percent sign.",
    )


def line_of(path: str | None, section: str, option: str) -> int | None:
    """The line of an option in an ini file, counted from 1."""
    if path is None:
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
