"""``init``: makes a new script directory and its configuration from a template."""

from __future__ import annotations

import os
import shutil

from headway.config.model import Config
from headway.config.sources import read_toml
from headway.errors import ConfigError, UsageError
from headway.script.writer import render_file

BASED_ON = {"async": "generic", "pyproject": "generic", "pyproject_async": "async", "pylons": "generic"}
"""What one of our templates does not bring itself, it takes from this one."""


def init(config: Config, directory: str, template: str = "generic", package: bool = False) -> None:
    """Creates ``directory`` with env.py, script.py.mako and ``versions``, and the configuration files.

    An ini file that exists is left alone, as is a pyproject.toml with ``[tool.alembic]``; one without gets that table
    appended. ``package`` adds an ``__init__.py`` to both directories. Raises UsageError when the directory holds
    something already or there is no such template, ConfigError when a configuration file cannot be written.
    """
    if os.path.isdir(directory) and os.listdir(directory):
        raise UsageError(f"Directory {directory} already exists and is not empty", hint="Choose a new directory.")
    _Init(config, directory, _template_files(config, template)).run(package)


class _Init:
    def __init__(self, config: Config, directory: str, files: dict[str, str]) -> None:
        self.config = config
        self.directory = directory
        self.files = files
        self.ini = os.path.abspath(config.config_file_name or "alembic.ini")
        self.toml = os.path.abspath(config.toml_file_name or "pyproject.toml")

    def run(self, package: bool) -> None:
        home = os.path.abspath(self.directory)
        for place in (os.path.dirname(self.ini), os.path.dirname(self.toml)):
            if not os.path.isdir(place) and os.path.commonpath([place, home]) != place:  # those above home will be made
                raise ConfigError("there is no such directory to write to", path=place)
        versions = os.path.join(self.directory, "versions")
        for place in (self.directory, versions):
            if not os.path.isdir(place):
                os.makedirs(place)
                self._done(f"Creating directory {os.path.abspath(place)}")
        for name, source in self.files.items():
            if name not in _CONFIGURATION:
                target = os.path.join(self.directory, name)
                shutil.copyfile(source, target)
                self._done(f"Generating {os.path.abspath(target)}")
        if "pyproject.toml.mako" in self.files:
            self._write_toml()
        if "alembic.ini.mako" in self.files:
            self._write_ini()
        if package:
            for place in (self.directory, versions):
                with open(os.path.join(place, "__init__.py"), "w", encoding="utf-8"):
                    self._done(f"Adding {os.path.abspath(os.path.join(place, '__init__.py'))}")
        toml = f"settings in {self.toml} and configuration/" if "pyproject.toml.mako" in self.files else ""
        self._say(
            f"Please edit configuration{' ' if toml else '/'}{toml}connection/logging settings in {self.ini} before proceeding."
        )

    def _write_toml(self) -> None:
        source = self.files["pyproject.toml.mako"]
        location = self._location(self.toml)
        if not os.path.exists(self.toml):
            render_file(source, self.toml, "utf-8", script_location=location)
            self._done(f"Generating {self.toml}")
        elif read_toml(self.toml):
            self._say(f"File {self.toml} already exists and already has a [tool.alembic] section, skipping")
        else:
            render_file(source, self.toml, "utf-8", append=True, script_location=location)
            self._done(f"Appending to existing {self.toml}")

    def _write_ini(self) -> None:
        if os.path.exists(self.ini):
            self._say(f"File {self.ini} already exists, skipping")
            return
        with open(os.path.join(Config().get_template_directory(), "logging.ini"), encoding="utf-8") as file:
            logging = file.read()
        source = self.files["alembic.ini.mako"]
        render_file(source, self.ini, "utf-8", script_location=self._location(self.ini), logging=logging)
        self._done(f"Generating {self.ini}")

    def _location(self, file: str) -> str:
        """The script directory as the configuration file names it."""
        if os.path.isabs(self.directory):
            return self.directory
        relative = os.path.relpath(self.directory, os.path.dirname(file))
        return f"%(here)s/{relative}".replace(os.sep, "/")

    def _done(self, text: str) -> None:
        self._say(f"{text} ...  done")

    def _say(self, text: str) -> None:
        self.config.print_stdout("%s", text)


_CONFIGURATION = frozenset({"alembic.ini.mako", "pyproject.toml.mako"})


def _template_files(config: Config, template: str) -> dict[str, str]:
    """The files of a template by name, with those of the template it is based on. Raises UsageError."""
    place = os.path.join(config.get_template_directory(), template)
    if not os.path.isdir(place):
        raise UsageError(f"No such template '{template}'", hint="'headway list_templates' shows them.")
    ours = os.path.samefile(config.get_template_directory(), Config().get_template_directory())
    base = BASED_ON.get(template) if ours else None
    inherited = _template_files(config, base) if base else {}
    found = {name: os.path.join(place, name) for name in sorted(os.listdir(place))}
    return {**inherited, **{name: path for name, path in found.items() if os.path.isfile(path)}}
