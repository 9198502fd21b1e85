"""The least that an upgrade takes, whatever the tool: what SQLAlchemy, Python's compiler and the database need by themselves.

Run as ``python floor.py URL SCRIPT VERSIONS``: imports SQLAlchemy with the dialect, compiles every revision file in the
directory VERSIONS, and sends the statements of SCRIPT, which the peer has printed, through the bare driver; with a URL
that has no database it prints them instead. It builds no table, orders nothing and decides nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool

NOWHERE = "nothing"
"""The name of the database of a URL that only names a dialect."""


def main(url: str, script: str, versions: str) -> None:
    """Compiles, then executes or prints."""
    make_url(url).get_dialect()
    for path in Path(versions).iterdir():
        compile(path.read_bytes(), path, "exec", dont_inherit=True)
    statements = list(_statements(Path(script).read_text(encoding="utf-8")))
    if make_url(url).database == NOWHERE:
        for statement in statements:
            print(statement, flush=True)
        return
    with create_engine(url, poolclass=NullPool).connect() as connection:
        connected = connection.connection
        cursor = connected.cursor()
        for statement in statements:
            cursor.execute(statement)
            if cursor.description:
                cursor.fetchall()
            if connection.dialect.name == "sqlite" and "alembic_version" in statement:
                connected.commit()  # as the tools do after each revision, where DDL has no transaction of its own
        connected.commit()


def _statements(script: str) -> Iterator[str]:
    for part in script.split(";\n\n"):
        text = "\n".join(line for line in part.splitlines() if not line.startswith("--")).strip()
        if text and text not in ("BEGIN", "COMMIT"):
            yield text


if __name__ == "__main__":
    main(*sys.argv[1:])
