"""Config: the settings of a project, under Alembic's names. Reads files; knows nothing of scripts or databases."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from configparser import ConfigParser, InterpolationError, NoOptionError
from functools import cached_property
from typing import Any, TextIO
from warnings import warn

from headway.config.sources import alembic_table, as_boolean, interpolation_problem, parse_ini, read_ini, read_toml
from headway.errors import ConfigError, InvalidSetting, InvalidValue, WrongType
from headway.printable import in_encoding_of, lines, without_commands
from headway.redact import redact, remember_password

SEPARATORS = {"space": " ", "newline": "\n", "os": os.pathsep, ":": ":", ";": ";"}


class Config:
    """The settings of one project: an ini file, ``[tool.alembic]`` of a pyproject.toml, or both; the ini file wins.

    ``attributes`` is a dictionary for whoever embeds headway; ``cmd_opts`` is what the command line was given.
    """

    def __init__(
        self,
        file_: str | os.PathLike[str] | None = None,
        toml_file: str | os.PathLike[str] | None = None,
        ini_section: str = "alembic",
        output_buffer: TextIO | None = None,
        stdout: TextIO | None = None,
        cmd_opts: Any = None,
        config_args: Mapping[str, Any] | None = None,
        attributes: Mapping[Any, Any] | None = None,
    ) -> None:
        self.config_file_name = os.fspath(file_) if file_ else None
        self.toml_file_name = os.fspath(toml_file) if toml_file else None
        self.config_ini_section = ini_section
        self.output_buffer = output_buffer
        self._stdout = stdout
        self.cmd_opts = cmd_opts
        self.config_args = dict(config_args or {})
        self.attributes: dict[Any, Any] = dict(attributes or {})
        self.more_versions: tuple[str, ...] = ()
        """Folders with revision files beside those of the settings."""

    def as_it_was(self, ini: bytes, toml: bytes) -> Config:
        """The same settings with these contents of their files, as they were at another time. Raises ConfigError for what
        is no ini file or no TOML."""
        was = Config(self.config_file_name, self.toml_file_name, self.config_ini_section, config_args=self.config_args)
        parser = parse_ini(ini, self.config_file_name, {**self.config_args, "here": self._here(self.config_file_name)})
        if not parser.has_section(self.config_ini_section):
            parser.add_section(self.config_ini_section)
        was.file_config = parser
        was.toml_alembic_config = alembic_table(toml, self.toml_file_name or "") if toml else {}
        return was

    @property
    def stdout(self) -> TextIO:
        """Where results go; the standard output of the moment unless one was given."""
        return self._stdout or sys.stdout

    @stdout.setter
    def stdout(self, stream: TextIO | None) -> None:
        self._stdout = stream

    @property
    def messaging_opts(self) -> Mapping[str, Any]:
        """How much commands say: ``quiet``, as the command line asked."""
        return {"quiet": bool(getattr(self.cmd_opts, "quiet", False))}

    @cached_property
    def file_config(self) -> ConfigParser:
        """The parsed ini file; empty, without even the main section, when there is no such file: programs set all that
        they need. Raises ConfigError when it cannot be read."""
        parser = read_ini(self.config_file_name, {**self.config_args, "here": self._here(self.config_file_name)})
        if self.config_file_name is not None and not os.path.exists(self.config_file_name):
            return parser
        if not parser.has_section(self.config_ini_section):
            named = self.config_ini_section != "alembic"
            if named and self.config_file_name is not None and parser.sections():
                raise ConfigError(
                    f"there is no section [{self.config_ini_section}]",
                    path=self.config_file_name,
                    hint=f"Sections are: {', '.join(parser.sections())}.",
                )
            parser.add_section(self.config_ini_section)
        return parser

    @cached_property
    def toml_alembic_config(self) -> Mapping[str, Any]:
        """The table ``[tool.alembic]``, empty without one."""
        return read_toml(self.toml_file_name)

    @property
    def source_name(self) -> str | None:
        """The file that errors name."""
        return self.config_file_name or self.toml_file_name

    def print_stdout(self, text: str, *arg: Any) -> None:
        """Writes one line of results, unless ``--quiet`` was given; ``arg`` is filled in with ``%``."""
        if not getattr(self.cmd_opts, "quiet", False):
            line = _fit_for_output(str(text) % arg if arg else str(text)) + "\n"
            self.stdout.write(in_encoding_of(self.stdout, line))

    def get_template_directory(self) -> str:
        """The directory with one folder for each template of ``init``."""
        return os.path.join(os.path.dirname(os.path.dirname(__file__)), "script", "templates")

    # -- the ini file -------------------------------------------------------------------------------------------

    def get_section(self, name: str, default: Any = None) -> Any:
        """A section as a dictionary, or ``default``. Raises ConfigError for a bad interpolation."""
        if not self.file_config.has_section(name):
            return default
        try:
            section = dict(self.file_config.items(name))
            remember_password(section.get("sqlalchemy.url", ""))
            return section
        except InterpolationError as error:
            raise interpolation_problem(error, self.config_file_name) from error

    def set_main_option(self, name: str, value: str) -> None:
        """Sets an option of the main section; a percent sign must be doubled."""
        self.set_section_option(self.config_ini_section, name, value)

    def remove_main_option(self, name: str) -> None:
        """Removes an option of the main section."""
        self.file_config.remove_option(self.config_ini_section, name)

    def set_section_option(self, section: str, name: str, value: str) -> None:
        """Sets an option, and makes the section if it is missing.

        Raises WrongType for what is no text, InvalidValue for a percent sign that is not doubled.
        """
        if not isinstance(value, str):
            raise WrongType(
                f"option values must be strings, and {name} is a {type(value).__name__}",
                hint="Of a URL give url.render_as_string(hide_password=False).replace('%', '%%').",
            )
        if not self.file_config.has_section(section):
            self.file_config.add_section(section)
        remember_password(value.replace("%%", "%"))
        try:
            self.file_config.set(section, name, value)
        except ValueError as error:
            hint = "Write each percent sign twice: value.replace('%', '%%')."
            raise InvalidValue(redact(str(error)), hint=hint) from error

    def get_section_option(self, section: str, name: str, default: Any = None) -> Any:
        """An option of the ini file, or ``default``. Raises ConfigError for a bad interpolation."""
        if not self.file_config.has_section(section):
            raise ConfigError(
                f"No config file '{self.config_file_name}' found, or file has no '[{section}]' section",
                hint=f"Write the line [{section}] above its settings, or name another section with --name.",
                path=self.config_file_name,
            )
        try:
            value = self.file_config.get(section, name)
            remember_password(value)
            return value
        except NoOptionError:
            return default
        except InterpolationError as error:
            raise interpolation_problem(error, self.config_file_name) from error

    def get_main_option(self, name: str, default: Any = None) -> Any:
        """An option of the ini file's main section, or ``default``."""
        return self.get_section_option(self.config_ini_section, name, default)

    # -- both files ---------------------------------------------------------------------------------------------

    def get_alembic_option(self, name: str, default: Any = None) -> Any:
        """A setting of the ini file or else of pyproject.toml: text, list or number, or ``default``.

        Raises ConfigError for a bad interpolation or a type that no setting has.
        """
        if self.file_config.has_option(self.config_ini_section, name):
            return self.get_main_option(name)
        return self._toml_value(name, default)

    def get_alembic_boolean_option(self, name: str, default: bool = False) -> bool:
        """A setting that is true or false. Raises ConfigError for anything else."""
        value = self.get_alembic_option(name)
        return default if value is None else as_boolean(value, name, self.source_name)

    def get_text(self, name: str, default: str | None = None) -> str | None:
        """A setting that is a text. Raises ConfigError for anything else."""
        value = self.get_alembic_option(name)
        return default if value is None else self._text(name, value)

    def get_number(self, name: str) -> int | None:
        """A setting that is a whole number, in digits or as one. Raises ConfigError for anything else."""
        value = self.get_alembic_option(name)
        try:
            return None if value is None or value == "" else int(value)
        except (TypeError, ValueError) as error:
            hint = f"Write {name} as digits alone, or leave it out."
            raise ConfigError(f"'{name}' is {value!r}, which is no number", path=self.source_name, hint=hint) from error

    def get_version_locations_list(self) -> list[str] | None:
        """Where revision files are, or None for the default place."""
        found = self._paths(
            "version_locations",
            legacy=re.compile(r", *| +"),
            legacy_names="spaces/commas",
            old_key="version_path_separator",
        )
        if not self.more_versions:
            return found
        return [*(found or [os.path.join(self.get_script_location() or "", "versions")]), *self.more_versions]

    def get_script_location(self) -> str | None:
        """The script directory as it is written, or the folder of an ini file that stands beside its env.py.

        Flask-Migrate writes such files, and no ``script_location``: https://flask-migrate.readthedocs.io
        """
        location = self.get_text("script_location")
        if location or self.config_file_name is None:
            return location
        folder = os.path.dirname(os.path.abspath(self.config_file_name))
        return folder if os.path.isfile(os.path.join(folder, "env.py")) else None

    def get_prepend_sys_paths_list(self) -> list[str] | None:
        """What user code finds in front of ``sys.path``, or None."""
        return self._paths(
            "prepend_sys_path", legacy=re.compile(r", *| +|:"), legacy_names="spaces, commas, and colons"
        )

    def get_hooks_list(self) -> list[dict[str, Any]]:
        """The post-write hooks, each as a dictionary with its ``_hook_name``. Raises ConfigError."""
        if self.file_config.has_section("post_write_hooks"):
            return _ini_hooks(self.get_section("post_write_hooks", {}))
        hooks = self.toml_alembic_config.get("post_write_hooks", [])
        if not isinstance(hooks, list) or not all(isinstance(hook, dict) for hook in hooks):
            raise ConfigError(
                "'post_write_hooks' is no list of hooks",
                path=self.toml_file_name,
                hint="Write each hook below a line of its own, [[tool.alembic.post_write_hooks]].",
            )
        return [{("_hook_name" if k == "name" else k): self._fill(k, v) for k, v in hook.items()} for hook in hooks]

    def _paths(
        self, name: str, *, legacy: re.Pattern[str], legacy_names: str, old_key: str | None = None
    ) -> list[str] | None:
        value = self.get_alembic_option(name)
        if not value:
            return None
        if isinstance(value, list):
            return [self._text(name, path) for path in value if path]
        value = self._text(name, value)
        separator = self._get_file_separator_char("path_separator", *([old_key] if old_key else []))
        if separator is None:
            warn(
                f"No path_separator found in configuration; falling back to legacy splitting on {legacy_names} for "
                f"{name}.  Consider adding path_separator=os to Alembic config.",
                DeprecationWarning,
                stacklevel=3,
            )
            return [path for path in legacy.split(value.strip()) if path]
        return [path.strip() for path in value.split(separator) if path.strip()]

    def _get_file_separator_char(self, *names: str) -> str | None:
        """What separates paths, by the first of these settings that there is; None without one.

        Named so by Alembic, and known to tools. Raises InvalidSetting for a word that names no separator.
        """
        for name in names:
            kind = self.get_text(name)
            if kind is None:
                continue
            if kind not in SEPARATORS:
                raise InvalidSetting(
                    f"'{kind}' is not a valid value for {name}; expected 'space', 'newline', 'os', ':', ';'",
                    path=self.source_name,
                )
            if name == "version_path_separator":
                warn(
                    "The version_path_separator configuration parameter is deprecated; please use path_separator",
                    DeprecationWarning,
                    stacklevel=4,
                )
            return SEPARATORS[kind]
        return None

    def _text(self, name: str, value: Any) -> str:
        if isinstance(value, str):
            return value
        raise ConfigError(f"'{name}' is {value!r}, which is no text", path=self.source_name, hint="Put it in quotes.")

    def _toml_value(self, name: str, default: Any) -> Any:
        value = self.toml_alembic_config.get(name, None)
        return default if value is None else self._fill(name, value)

    def _fill(self, name: str, value: Any) -> Any:
        """A value of pyproject.toml with ``%(here)s`` filled in."""
        if isinstance(value, str):
            try:
                return value % {**self.config_args, "here": self._here(self.toml_file_name)}
            except (KeyError, TypeError, ValueError) as error:
                raise ConfigError(
                    f"the value of '{name}' in [tool.alembic] has a '%' that is no interpolation",
                    path=self.toml_file_name,
                    hint="Write %% for a percent sign.",
                ) from error
        if isinstance(value, list):
            return [self._fill(name, item) for item in value]
        if isinstance(value, dict):
            return {key: self._fill(name, item) for key, item in value.items()}
        if isinstance(value, bool | int):
            return value
        raise ConfigError(f"unsupported TOML value type for key: '{name}'", path=self.toml_file_name)

    def _here(self, path: str | None) -> str:
        return os.path.dirname(os.path.abspath(path)).replace(os.sep, "/") if path else ""


def _fit_for_output(text: str) -> str:
    """A result with its tabs and lines; in a job of GitHub's no line of it is a command to the runner."""
    fit = lines(text)
    return without_commands(fit) if os.environ.get("GITHUB_ACTIONS") == "true" else fit


def _ini_hooks(section: Mapping[str, str]) -> list[dict[str, Any]]:
    names = [name for name in re.split(r", *| +|\n", section.get("hooks", "").strip()) if name]
    hooks = []
    for name in names:
        options = {key.removeprefix(f"{name}."): value for key, value in section.items() if key.startswith(f"{name}.")}
        hooks.append({"_hook_name": name, **options})
    return hooks
