"""What a scratch database holds before the first revision: a file of SQL, for histories that begin on tables made
otherwise. Who asks for it, and functions of the project that fill one, are elsewhere."""

from __future__ import annotations

import re

from sqlalchemy import create_engine
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from headway.effects.sql_kind import split_statements
from headway.errors import ConfigError
from headway.runtime.connecting import trusted
from headway.runtime.target import sync_url

_STANDS_AT = re.compile(r"^--\s*headway:\s*stands at\s+(?P<revisions>[^\n]+)$", re.M)


def header(revisions: tuple[str, ...]) -> str:
    """The line of a start file that says which revisions its schema stands at; empty for none."""
    return f"-- headway: stands at {', '.join(revisions)}\n" if revisions else ""


def stands_at(sql: str) -> tuple[str, ...]:
    """The revisions that a start file says it stands at."""
    match = _STANDS_AT.search(sql)
    return tuple(part.strip() for part in match["revisions"].split(",") if part.strip()) if match else ()


def run_sql_file(url: URL, sql: str, shown: str) -> None:
    """Runs the statements of a file, whose path is ``shown`` in errors, each for itself.

    Raises ConfigError with the line of the one that fails.
    """
    engine = create_engine(sync_url(url), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with trusted(), engine.connect() as connection:
        # A percent sign in a file of SQL is one, and no parameter.
        connection = connection.execution_options(no_parameters=True)
        for line, statement in split_statements(sql, mysql=url.get_backend_name() in ("mysql", "mariadb")):
            try:
                connection.exec_driver_sql(statement)
            except SQLAlchemyError as error:
                said = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
                raise ConfigError(
                    f"the start of the scratch database fails: {said}",
                    path=shown,
                    line=line,
                    hint="Each statement must run on an empty database; write the file anew with 'headway baseline'.",
                ) from error
