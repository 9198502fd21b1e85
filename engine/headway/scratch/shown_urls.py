"""The URLs that a project's configuration and environment show while it is rehearsed: those of the stand-ins."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from configparser import DEFAULTSECT, InterpolationError
from functools import partial
from typing import Any

from sqlalchemy.engine import URL

from headway.config.model import Config
from headway.errors import ConfigError
from headway.scratch.stand_ins import StandIns, database_url
from headway.script.environment_source import runs_on_asyncio, variables_read

USUAL_VARIABLE = "DATABASE_URL"
OPTION = "sqlalchemy.url"

_LIBPQ_OVERRIDES = ("PGHOSTADDR", "PGSERVICE")
"""What libpq follows even where a host is given. See https://www.postgresql.org/docs/current/libpq-envars.html"""


class ShownUrls:
    """What user code reads where its URLs are kept; made once for a rehearsal.

    ``named`` are the environment variables that the policy names, ``source`` is env.py's text.
    """

    def __init__(self, config: Config, stand_ins: StandIns, named: Sequence[str], source: str) -> None:
        self._stand_ins = stand_ins
        self._asynchronous = runs_on_asyncio(source)
        self.options: dict[tuple[str, str], str] = {}
        """The settings, by section and name."""
        self.variables: dict[str, str | None] = {}
        """The environment variables; None for one that is taken away."""
        self._show_main(config)
        self._show_variables(named, variables_read(source))
        self._show_sections(config)

    def put_into(self, config: Config) -> None:
        """Sets the settings."""
        for (section, name), url in self.options.items():
            if section == DEFAULTSECT:
                config.file_config.set(section, name, url.replace("%", "%%"))
            else:
                config.set_section_option(section, name, url.replace("%", "%%"))

    # -- where URLs are kept ------------------------------------------------------------------------------------

    def _show_main(self, config: Config) -> None:
        original = _original(lambda: config.get_alembic_option(OPTION))
        if original is not None:
            self._stand_ins.claim_main(original)
        self.main = self._stand_ins.shown(self._stand_ins.main, original, asynchronous=self._asynchronous)
        """What ``sqlalchemy.url`` shows."""
        self.options[config.config_ini_section, OPTION] = self.main

    def _show_variables(self, named: Sequence[str], read: Sequence[str]) -> None:
        if self._stand_ins.main.host or self._stand_ins.main.query.get("host"):
            self.variables |= dict.fromkeys(_LIBPQ_OVERRIDES)
        self._show_as_main(USUAL_VARIABLE)
        for index, name in enumerate(named):
            if index == 0:
                # What a policy names first is where env.py reads its URL, whatever alembic.ini says beside it.
                self._show_as_main(name)
            else:
                self._show_variable(name, wanted=True)
        for name in read:
            self._show_variable(name, wanted=False)

    def _show_as_main(self, name: str) -> None:
        original = database_url(os.environ.get(name))
        if original is not None:
            self._stand_ins.claim_main(original)
        self.variables[name] = self._stand_ins.shown(self._stand_ins.main, original, asynchronous=self._asynchronous)

    def _show_variable(self, name: str, *, wanted: bool) -> None:
        original = database_url(os.environ.get(name))
        if name in self.variables or (original is None and not wanted):
            return
        found = self._stand_ins.another(name) if original is None else self._stand_ins.for_url(original, name)
        if found is None and original is None:
            found = self._stand_ins.main
        if found is not None:  # else it is left as it is, and refused when somebody connects
            self.variables[name] = self._stand_ins.shown(found, original, asynchronous=self._asynchronous)

    def _show_sections(self, config: Config) -> None:
        parser = config.file_config
        for section in (DEFAULTSECT, *parser.sections()):
            inherited = {} if section == DEFAULTSECT else parser.defaults()
            for name in _own_options(inherited, dict(parser.items(section, raw=True))):
                original = _original(partial(parser.get, section, name))
                if original is None or (section, name) in self.options:
                    continue
                place = section if name == OPTION else name
                found = self._stand_ins.for_url(original, place)
                if found is not None:
                    self.options[section, name] = self._stand_ins.shown(
                        found, original, asynchronous=self._asynchronous
                    )


def _original(read: Callable[[], Any]) -> URL | None:
    """What a setting leads to; None where it is no URL, or has an interpolation that only the project's code fills."""
    try:
        return database_url(read())
    except (ConfigError, InterpolationError):
        return None


def _own_options(defaults: Mapping[str, str], section: Mapping[str, str]) -> list[str]:
    """The options of a section that may hold a URL, and that it does not have from ``[DEFAULT]``."""
    return [
        name
        for name, value in section.items()
        if (name == "url" or name.endswith(".url")) and defaults.get(name) != value
    ]
