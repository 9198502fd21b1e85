"""Runs a project's environment with a function of our own, guarded: what every use case above Alembic's verbs needs."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from typing import Any

from headway.config.model import Config
from headway.errors import HeadwayError, ScriptError
from headway.logs import muted
from headway.process import printing_to_stderr
from headway.revision.route import Step
from headway.runtime.context import MigrationContext
from headway.runtime.environment import EnvironmentContext
from headway.runtime.failures import explain, explain_exit
from headway.runtime.options import RunOptions
from headway.runtime.pool_log import pools_in_a_line
from headway.runtime.runner import inside
from headway.runtime.target import point_config_at
from headway.script.directory import RevisionDirectory

Choose = Callable[[tuple[str, ...], MigrationContext], Iterable[Step]]


def run_environment(
    config: Config,
    script: RevisionDirectory,
    choose: Choose,
    options: RunOptions,
    *,
    app: str | None = None,
    **environment_options: Any,
) -> None:
    """Executes env.py, inside of ``app`` (as the policy names it), and the steps that ``choose`` returns for the
    database's heads.

    Standard output stays clean: what user code prints goes to standard error. Raises HeadwayError for everything that
    the user can mend, with what was applied; a bug of ours goes through.
    """
    if options.url is not None:
        point_config_at(config, options.url)
    options.attach(config)
    reached = False

    def noted(heads: tuple[str, ...], context: MigrationContext) -> Iterable[Step]:
        nonlocal reached
        reached = True
        return choose(heads, context)

    try:
        with (
            printing_to_stderr(),
            pools_in_a_line(),
            contextlib.nullcontext() if options.log else muted(),
            inside(config, app),
        ):
            EnvironmentContext(config, script, fn=noted, **environment_options).run()
    except SystemExit as error:
        raise explain_exit(error, options.account) from error
    except HeadwayError as error:
        raise explain(error, options.account) or error from error
    except Exception as error:
        explained = explain(error, options.account)
        if explained is None:
            raise
        raise explained from error
    if not reached:
        raise ScriptError(
            "did not call context.run_migrations()",
            path=script.env_py_location,
            hint="Call context.configure(…) and context.run_migrations() for online mode.",
        )
