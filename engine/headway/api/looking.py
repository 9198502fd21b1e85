"""One look at a database as env.py connects to it. Every connection is opened read-only and what env.py would change is
held back, as while a plan is made, so that nothing changes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

from sqlalchemy.engine import make_url

from headway.api.passing import passing
from headway.api.project import Project
from headway.compat.hook import serving_alembic
from headway.errors import ConfigError, place
from headway.plan.recorder import Recorder, RecordingWitness
from headway.revision.route import Step
from headway.runtime.context import MigrationContext
from headway.runtime.drivers import url_in_memory
from headway.runtime.env_py import run_environment
from headway.runtime.options import RunOptions
from headway.runtime.target import file_of


def look_at(project: Project, given: str | None, look: Callable[[tuple[str, ...], MigrationContext], None]) -> None:
    """Runs env.py, and ``look`` with the heads and the context of each database that it configures.

    ``given`` is the database as ``--url`` names it. Raises HeadwayError when it cannot be read or cannot be told to refuse
    changes, or is a SQLite file that is not there, in which there is nothing to look at. Where env.py takes the driver's own
    connection a line on standard error says so.
    """

    def no_steps(heads: tuple[str, ...], context: MigrationContext) -> Iterable[Step]:
        look(heads, context)
        return ()

    database = project.database_url(given)
    _require_file(database)
    options = RunOptions(lock=False, url=database, log=False)
    options.witness = RecordingWitness()
    recorder = Recorder(options.witness, project.shown)
    options.listeners.append(recorder)
    config, policy = project.fresh_config(), project.policy
    connection = policy.passed_connection if database else None
    try:
        with serving_alembic(), recorder.recording(), passing(config, connection, database or "", trust=False):
            run_environment(config, project.scripts, no_steps, options, app=policy.app, dont_mutate=True)
    finally:
        for taken in options.witness.account.raw_uses:
            path, _, line = taken.rpartition(":")
            options.notify(
                f"{place(project.shown(path), int(line))}it takes the driver's own connection, past which nothing is "
                "held back: only a role that may not write is sure to change nothing"
            )


def _require_file(database: str | None) -> None:
    url = make_url(database) if database else None
    if url is None or url.get_backend_name() != "sqlite" or not url.database or url_in_memory(url):
        return
    file = file_of(url.database)
    if not os.path.exists(file):
        raise ConfigError("there is no such SQLite file", path=file, hint="Give --url the file as it is.")
