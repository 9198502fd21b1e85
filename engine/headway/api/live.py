"""What a database that is there holds, and where its history stands: one side of the comparison with the migrations."""

from __future__ import annotations

from dataclasses import dataclass, field

from headway.api.looking import look_at
from headway.api.project import Project
from headway.catalog.schema import Schema
from headway.dialects.inspection import inspect_schema
from headway.errors import ConfigError
from headway.runtime.context import MigrationContext


@dataclass
class Live:
    """The databases behind one env.py, in the order in which it configures them."""

    dialect: str = ""
    heads: list[tuple[str, ...]] = field(default_factory=list)
    """The revisions that each stands at."""
    schemas: list[Schema] = field(default_factory=list)


def live_of(project: Project, given: str | None) -> Live:
    """The database that ``--url`` names, read without a change.

    Raises HeadwayError when it cannot be read, or stands at no revision, so that nothing says what should be in it.
    """
    found = Live()

    def look(heads: tuple[str, ...], context: MigrationContext) -> None:
        found.dialect = _kind(context)
        found.heads.append(heads)
        found.schemas.append(inspect_schema(context.connection, leave_out=[context.version_table]))

    look_at(project, given, look)
    if not all(found.heads):
        raise ConfigError(
            "the live database stands at no revision, so that nothing says what should be in it",
            hint="Give --url the database that the migrations ran on, or 'headway stamp' the revision that it is at.",
        )
    return found


def _kind(context: MigrationContext) -> str:
    dialect = context.dialect
    return "mariadb" if dialect.name == "mysql" and getattr(dialect, "is_mariadb", False) else dialect.name
