"""What a scratch database holds before the first revision: a file of SQL, for histories that begin on tables made
otherwise. Who asks for it, and functions of the project that fill one, are elsewhere."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator

from sqlalchemy import create_engine
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from headway.effects.sql_kind import split_statements
from headway.errors import ConfigError
from headway.pattern import pattern
from headway.runtime.connecting import trusted
from headway.runtime.target import sync_url

_STANDS_AT = pattern(r"^--\s*headway:\s*stands at\s+(?P<revisions>[^\n]+)$", re.M)


def header(revisions: tuple[str, ...]) -> str:
    """The line of a start file that says which revisions its schema stands at; empty for none."""
    return f"-- headway: stands at {', '.join(revisions)}\n" if revisions else ""


FROM_MODELS = "-- headway: made from the models\n"
"""The line of a start file that nothing but the models has made, so that comparing the two says nothing."""


def stands_at(sql: str) -> tuple[str, ...]:
    """The revisions that a start file says it stands at."""
    match = _STANDS_AT.search(sql)
    return tuple(part.strip() for part in match["revisions"].split(",") if part.strip()) if match else ()


def whole_statements(sql: str, database: str) -> Iterator[tuple[int, str]]:
    """The statements of a file with their lines; one with a body of statements, such as a trigger, is a single one."""
    begun: tuple[int, str] | None = None
    for line, part in split_statements(sql, mysql=database in ("mysql", "mariadb")):
        begun = (line, part) if begun is None else (begun[0], f"{begun[1]};\n{part}")
        if _is_whole(begun[1], database):
            yield begun
            begun = None
    if begun is not None:
        yield begun


def _is_whole(statement: str, database: str) -> bool:
    if database == "sqlite":
        return sqlite3.complete_statement(f"{statement};")
    # https://www.postgresql.org/docs/current/sql-createfunction.html: a body of statements ends with END.
    return not re.search(r"\bBEGIN\s+ATOMIC\b", statement, re.I) or bool(re.search(r"\bEND\s*$", statement, re.I))


def run_sql_file(url: URL, sql: str, shown: str) -> None:
    """Runs the statements of a file, whose path is ``shown`` in errors, each for itself.

    Raises ConfigError with the line of the one that fails.
    """
    engine = create_engine(sync_url(url), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with trusted(), engine.connect() as connection:
        # A percent sign in a file of SQL is one, and no parameter.
        connection = connection.execution_options(no_parameters=True)
        for line, statement in whole_statements(sql, url.get_backend_name()):
            try:
                connection.exec_driver_sql(statement)
            except SQLAlchemyError as error:
                said = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
                raise ConfigError(
                    f"the start of the scratch database fails: {said}",
                    path=shown,
                    line=line,
                    hint="Each statement must run on an empty database; write the file anew with 'headway baseline', or, for this kind of "
                    "database, with 'headway adopt --force --scratch KIND'.",
                ) from error
