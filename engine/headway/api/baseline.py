"""A start for scratch databases, written from a database that is there: its schema, and where its history stands."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.engine import URL

from headway.api.passing import passing
from headway.api.project import Project
from headway.compat.hook import serving_alembic
from headway.revision.route import Step
from headway.runtime.context import MigrationContext
from headway.runtime.env_py import run_environment
from headway.runtime.options import RunOptions
from headway.scratch.dump import dump
from headway.scratch.start import header


def baseline(project: Project, given: str | None) -> str:
    """The file of SQL for ``scratch.start``: schema only, no rows; headway changes nothing.

    ``given`` is the database as ``--url`` names it. Raises HeadwayError when it cannot be read.
    """
    found: list[tuple[tuple[str, ...], str, URL]] = []

    def look(heads: tuple[str, ...], context: MigrationContext) -> Iterable[Step]:
        found.append((heads, context.version_table, context.connection.engine.url))
        return ()

    database = project.database_url(given)
    options = RunOptions(lock=False, url=database, log=False)
    config, policy = project.fresh_config(), project.policy
    with serving_alembic(), passing(config, policy.passed_connection if database else None, database or ""):
        run_environment(config, project.scripts, look, options, app=policy.app, dont_mutate=True)
    heads, table, url = found[0]
    return header(heads) + dump(url, leave_out=(table,))
