"""Runs Alembic's verbs for a person: with Alembic's names served, and every failure explained."""

from __future__ import annotations

from collections.abc import Callable

from headway.compat.hook import serving_alembic
from headway.config.model import Config
from headway.runtime.options import RunOptions
from headway.runtime.pool_log import pools_in_a_line


def run_guarded(config: Config, verb: Callable[[], None], *, raw: bool = False) -> None:
    """Runs ``verb``. Raises HeadwayError for whatever the user can mend, with what was applied.

    ``raw`` lets the original exception through instead.
    """
    options = RunOptions.of(config)
    with serving_alembic(), pools_in_a_line():
        try:
            verb()
        except SystemExit as error:
            from headway.runtime.failures import explain_exit  # most runs do not fail

            raise explain_exit(error, options.account) from error
        except Exception as error:
            if isinstance(error, BrokenPipeError) and getattr(config.cmd_opts, "sql", False):
                raise  # the reader of the script has seen enough

            from headway.runtime.failures import explain

            explained = explain(error, options.account)
            if raw or explained is None:
                raise
            if explained is error:
                raise
            raise explained from error
