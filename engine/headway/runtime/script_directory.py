"""The script directory with what executes: modules of revisions, env.py, and writing a revision as env.py may ask."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cached_property
from types import ModuleType
from typing import Any

from headway.config.model import Config
from headway.reading.header import Header
from headway.runtime import runner
from headway.script.directory import RevisionDirectory
from headway.script.script_file import ScriptFile


class Script(ScriptFile):
    """A revision file, with the module that executing it makes."""

    @cached_property
    def module(self) -> ModuleType:
        """The revision's module, executed when first asked for. Whatever it raises goes through."""
        return runner.load_module(self.path)


class ScriptDirectory(RevisionDirectory):
    """The scripts of a project, as programs use them that may execute the project's code.

    A file whose header is computed is run when the history is first asked for; its module is the one that runs later.
    """

    script_class = Script

    @classmethod
    def of_project(cls, config: Config) -> ScriptDirectory:
        """The script directory that a project is configured with, for commands, which add to ``sys.path`` only where they
        run code. Raises ConfigError when it is not there."""
        made = super().from_config(config)
        assert isinstance(made, ScriptDirectory)
        return made

    @classmethod
    def from_config(cls, config: Config) -> ScriptDirectory:
        """The script directory that a project is configured with, and its ``prepend_sys_path`` on ``sys.path``, which
        programs count on before they import the models. Raises ConfigError when it is not there."""
        made = cls.of_project(config)
        runner.prepend_sys_path(config)
        return made

    def _header(self, path: str) -> Header:
        header = super()._header(path)
        if not header.is_computed:
            return header
        from headway.runtime.computed_header import header_by_running  # few histories need it

        source = None if self._sources is None else self._sources.get(path)
        header, self.executed[path] = header_by_running(self._config or Config(), path, source, header)
        return header

    def run_env(self) -> None:
        """Executes env.py, in the EnvironmentContext that has been entered. Raises ScriptError when it is missing."""
        runner.run_env(self._config or Config(), self.env_py_location)

    def generate_revision(
        self,
        revid: str,
        message: str | None,
        head: Any = None,
        splice: bool | None = False,
        branch_labels: Any = None,
        version_path: str | os.PathLike[str] | None = None,
        file_template: str | None = None,
        depends_on: Any = None,
        **kw: Any,
    ) -> ScriptFile | None:
        """Writes one revision file from script.py.mako, which gets ``kw`` as well, and returns its Script.

        ``head`` is the parent, or parents, that it follows; the single head where none is given. ``file_template`` is
        taken and not used, as by Alembic. Raises UsageError for an id the version table cannot hold or a parent that
        is no head (without ``splice``), RevisionError for symbols that cannot be resolved, ConfigError for a template
        or hook that fails.
        """
        from headway.script.writer import generate_revision  # few commands write

        return generate_revision(
            self,
            self._config,
            revid,
            message,
            head="head" if head is None else head,
            splice=splice,
            branch_labels=branch_labels,
            version_path=None if version_path is None else os.fspath(version_path),
            depends_on=depends_on,
            template_args=kw,
        )

    @property
    def _version_locations(self) -> list[Any]:
        """Every directory of revision files, as paths; named so by Alembic, and known to tools."""
        from pathlib import Path  # no command needs it

        return [Path(os.path.abspath(location)) for location in self.locations]

    def _load_revisions(self) -> Iterator[ScriptFile]:
        """The scripts as their files stand now, in the order of the files; named so by Alembic, and known to tools."""
        self.forget()
        yield from self.scripts
