"""A start for scratch databases, written from a database that is there: its schema, and where its history stands."""

from __future__ import annotations

from headway.api.looking import look_at
from headway.api.project import Project
from headway.runtime.context import MigrationContext
from headway.scratch.dump import dump
from headway.scratch.start import header


def baseline(project: Project, given: str | None) -> str:
    """The file of SQL for ``scratch.start``: schema only, no rows; headway changes nothing.

    ``given`` is the database as ``--url`` names it. Raises HeadwayError when it cannot be read.
    """
    found: list[str] = []

    def look(heads: tuple[str, ...], context: MigrationContext) -> None:
        if not found:  # of several databases the first
            connection = context.connection
            found.append(header(heads) + dump(connection.engine.url, (context.version_table,), connection))

    look_at(project, given, look)
    return found[0]
