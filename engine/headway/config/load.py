"""Opens the configuration that a command line names: which files, which section."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence

from headway.config.model import Config
from headway.config.sources import read_toml
from headway.errors import ConfigError


def load_config(files: Sequence[str] = (), name: str = "alembic") -> Config:
    """The Config of one ini file and one pyproject.toml.

    Each of the two is the one among ``files``, else the one that ``ALEMBIC_CONFIG`` names, else ``alembic.ini`` or
    ``pyproject.toml`` of the working directory if it is there. Raises ConfigError when a named file is missing or none
    is found.
    """
    ini, toml = config_files(files)
    named = ini or toml
    ini, toml = ini or _if_there("alembic.ini"), toml or _if_there("pyproject.toml")
    for path in filter(None, (ini, toml)):
        if not os.path.isfile(path):
            raise ConfigError(
                "this configuration file does not exist",
                path=path,
                hint="Name the right one with -c, or make a project with 'headway init'.",
            )
    if ini is None and toml is None:
        raise ConfigError(f"no alembic.ini and no pyproject.toml in {os.getcwd()}", hint=_where_else(os.getcwd()))
    if ini is None and toml == "pyproject.toml" and not named and not _has_settings(toml):
        raise ConfigError(
            f"no alembic.ini in {os.getcwd()}, and its pyproject.toml has no [tool.alembic]",
            hint=_where_else(os.getcwd()),
        )
    return Config(
        os.path.abspath(ini) if ini else None, toml_file=os.path.abspath(toml) if toml else None, ini_section=name
    )


def _has_settings(path: str) -> bool:
    """Whether a pyproject.toml says anything about migrations. Raises ConfigError when it cannot be read."""
    return bool(read_toml(path))


def configurations(files: Sequence[str], names: Sequence[str]) -> list[tuple[tuple[str, ...], str]]:
    """The projects that a command line names: the files of each, and its section.

    Each ini file is one, with the pyproject.toml that is given beside it, in each of the sections ``names``.
    """
    tomls = [path for path in files if os.path.basename(path) == "pyproject.toml"]
    inis = [path for path in files if path not in tomls]
    sets = [(ini, *tomls) for ini in dict.fromkeys(inis)] or [tuple(tomls)]
    return [(one, name) for one in sets for name in dict.fromkeys(names) or ("alembic",)]


_NAMES = ("alembic.ini", "alembic.cfg")
DEPTH = 4
"""Folders below the working directory that are looked into for a project."""
_NO_PROJECTS = frozenset({"node_modules", "venv", "env", "site-packages", "build", "dist", "__pycache__"})


def _where_else(here: str) -> str:
    """Where a project lies near by, as a remedy: above, or in the folders below."""
    above = os.path.dirname(here)
    while os.path.dirname(above) != above:
        if os.path.isfile(os.path.join(above, "alembic.ini")):
            return f"There is one above: cd {os.path.relpath(above, here)}"
        if os.path.exists(os.path.join(above, ".git")):
            break
        above = os.path.dirname(above)
    found = sorted(_below(here, DEPTH))[:5]
    if found:
        if len(found) > 1:
            return f"There are several below: {', '.join(found)}; name one, or for 'ci' and 'lint' each: -c {found[0]}"
        go = f"cd {os.path.dirname(found[0])}, or " if os.path.basename(found[0]) == "alembic.ini" else ""
        return f"There is one below: {go}-c {found[0]}"
    return "Go to the project's directory, name the file with -c, or make a project with 'headway init'."


def _below(folder: str, depth: int, shown: str = "") -> Iterator[str]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if shown and entry.name in _NAMES and entry.is_file():
            yield os.path.join(shown, entry.name)
        is_open = not entry.name.startswith(".") and entry.name not in _NO_PROJECTS
        if depth and is_open and entry.is_dir(follow_symlinks=False):
            yield from _below(entry.path, depth - 1, os.path.join(shown, entry.name))


def config_files(files: Sequence[str]) -> tuple[str | None, str | None]:
    """The ini file and the pyproject.toml that were named, by an option or else by ``ALEMBIC_CONFIG``.

    Raises ConfigError for two of a kind.
    """
    ini, toml = _one_of_each(files)
    from_environment = _one_of_each(filter(None, [os.environ.get("ALEMBIC_CONFIG")]))
    return ini or from_environment[0], toml or from_environment[1]


def _one_of_each(files: Iterable[str]) -> tuple[str | None, str | None]:
    """The ini file and the pyproject.toml among ``files``. Raises ConfigError for two of a kind."""
    given = list(files)
    tomls = [path for path in given if os.path.basename(path) == "pyproject.toml"]
    inis = [path for path in given if path not in tomls]
    if len(tomls) > 1 or len(inis) > 1:
        raise ConfigError("only one ini file and one pyproject.toml can be given")
    return next(iter(inis), None), next(iter(tomls), None)


def _if_there(path: str) -> str | None:
    return path if os.path.isfile(path) else None
