"""Opens the configuration that a command line names: which files, which section."""

from __future__ import annotations

import os
from collections.abc import Sequence

from headway.config.model import Config
from headway.errors import ConfigError


def load_config(files: Sequence[str] = (), name: str = "alembic") -> Config:
    """The Config of the given files: at most one ini and one pyproject.toml.

    Without files, ``ALEMBIC_CONFIG`` and then ``alembic.ini`` and ``pyproject.toml`` of the working directory are
    read. Raises ConfigError when a named file is missing or none is found.
    """
    given = tuple(files) or tuple(filter(None, [os.environ.get("ALEMBIC_CONFIG")]))
    tomls = [path for path in given if os.path.basename(path) == "pyproject.toml"]
    inis = [path for path in given if path not in tomls]
    if len(tomls) > 1 or len(inis) > 1:
        raise ConfigError("only one ini file and one pyproject.toml can be given")
    for path in given:
        if not os.path.isfile(path):
            raise ConfigError(
                "this configuration file does not exist",
                path=path,
                hint="Name the right one with -c, or make a project with 'headway init'.",
            )
    if not given:
        inis = [path for path in ("alembic.ini",) if os.path.isfile(path)]
        tomls = [path for path in ("pyproject.toml",) if os.path.isfile(path)]
        if not inis and not tomls:
            raise ConfigError(
                f"no alembic.ini and no pyproject.toml in {os.getcwd()}",
                hint="Go to the project's directory, name the file with -c, or make a project with 'headway init'.",
            )
    return Config(
        os.path.abspath(inis[0]) if inis else None,
        toml_file=os.path.abspath(tomls[0]) if tomls else None,
        ini_section=name,
    )
