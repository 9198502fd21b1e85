"""One look at a database as env.py connects to it; headway changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from headway.api.passing import passing
from headway.api.project import Project
from headway.compat.hook import serving_alembic
from headway.revision.route import Step
from headway.runtime.context import MigrationContext
from headway.runtime.env_py import run_environment
from headway.runtime.options import RunOptions


def look_at(project: Project, given: str | None, look: Callable[[tuple[str, ...], MigrationContext], None]) -> None:
    """Runs env.py, and ``look`` with the heads and the context of each database that it configures.

    ``given`` is the database as ``--url`` names it. Raises HeadwayError when it cannot be read.
    """

    def no_steps(heads: tuple[str, ...], context: MigrationContext) -> Iterable[Step]:
        look(heads, context)
        return ()

    database = project.database_url(given)
    options = RunOptions(lock=False, url=database, log=False)
    config, policy = project.fresh_config(), project.policy
    with serving_alembic(), passing(config, policy.passed_connection if database else None, database or ""):
        run_environment(config, project.scripts, no_steps, options, app=policy.app, dont_mutate=True)
