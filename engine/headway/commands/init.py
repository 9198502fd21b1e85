"""``init``: makes a new script directory and its configuration from a template."""

from __future__ import annotations

import os
import shutil

from headway.config.model import Config
from headway.errors import UsageError
from headway.script.writer import render_file


def init(config: Config, directory: str, template: str = "generic", package: bool = False) -> None:
    """Creates ``directory`` with env.py, script.py.mako and ``versions``; an ini file that exists is left alone.

    Raises UsageError when the directory holds something already or there is no such template.
    """
    if os.path.isdir(directory) and os.listdir(directory):
        raise UsageError(f"Directory {directory} already exists and is not empty", hint="Choose a new directory.")
    source = os.path.join(config.get_template_directory(), template)
    if not os.path.isdir(source):
        raise UsageError(f"No such template '{template}'", hint="'headway list_templates' shows them.")
    versions = os.path.join(directory, "versions")
    os.makedirs(versions, exist_ok=True)
    _say(config, f"Creating directory {os.path.abspath(versions)}")
    ini = config.config_file_name or "alembic.ini"
    for name in sorted(os.listdir(source)):
        path = os.path.join(source, name)
        if name == "alembic.ini.mako":
            _write_ini(config, path, ini, directory)
        elif os.path.isfile(path):
            shutil.copyfile(path, os.path.join(directory, name))
            _say(config, f"Generating {os.path.abspath(os.path.join(directory, name))}")
    if package:
        for place in (directory, versions):
            with open(os.path.join(place, "__init__.py"), "w", encoding="utf-8"):
                _say(config, f"Adding {os.path.abspath(os.path.join(place, '__init__.py'))}")
    _say(config, f"Please edit configuration/connection/logging settings in {os.path.abspath(ini)} before proceeding.")


def _write_ini(config: Config, template: str, ini: str, directory: str) -> None:
    if os.path.exists(ini):
        _say(config, f"File {os.path.abspath(ini)!r} already exists, skipping")
        return
    location = (
        directory
        if os.path.isabs(directory)
        else f"%(here)s/{os.path.relpath(directory, os.path.dirname(os.path.abspath(ini)))}"
    )
    render_file(template, ini, "utf-8", script_location=location.replace(os.sep, "/"))
    _say(config, f"Generating {os.path.abspath(ini)}")


def _say(config: Config, text: str) -> None:
    if not getattr(config.cmd_opts, "quiet", False):
        config.print_stdout("  %s ...  done" if not text.startswith(("File", "Please")) else "  %s", text)
