"""Alembic's verbs under our name: the same options, arguments and output, with the names of Alembic served."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from contextlib import AbstractContextManager

from headway.commands.commandline import CommandLine
from headway.config.model import Config
from headway.process import keep_what_is_there, look_for_garbage
from headway.runtime.runner import served_by

STATIC = frozenset({"branches", "heads", "history", "init", "list_templates", "show"})
"""Verbs that run no user code, unless they are asked about the database's current revision or a header is computed."""


def run(arguments: Sequence[str], *, prog: str) -> int:
    """Parses and runs one of Alembic's verbs; returns the exit code. What is no HeadwayError goes through."""
    return _Program(prog=prog).run(list(arguments))


class _Program(CommandLine):
    """Serves ``import alembic`` while a verb runs, and explains what user code or the database raises."""

    def run_cmd(self, config: Config, options: argparse.Namespace) -> None:
        if not _runs_user_code(config, options):
            with served_by(_serving_alembic):  # a header may be computed
                super().run_cmd(config, options)
            return
        from headway.api.verbs import run_guarded

        keep_what_is_there()  # what has been imported stays
        look_for_garbage()
        run_guarded(config, lambda: super(_Program, self).run_cmd(config, options), raw=options.raiseerr)


def _serving_alembic() -> AbstractContextManager[None]:
    from headway.compat.hook import serving_alembic  # few listings need it

    return serving_alembic()


def _runs_user_code(config: Config, options: argparse.Namespace) -> bool:
    if options.cmd in ("revision", "merge"):
        return getattr(options, "autogenerate", False) or config.get_alembic_boolean_option("revision_environment")
    if options.cmd not in STATIC:
        return True
    words = (getattr(options, "rev", None), *(getattr(options, "rev_range", None) or "").split(":"))
    return bool(getattr(options, "indicate_current", False)) or "current" in words
