"""The least that an upgrade takes, whatever the tool: what SQLAlchemy, Python's compiler and the database need by themselves.

Run as ``python floor.py URL SCRIPT VERSIONS``, in the project's directory: imports SQLAlchemy with the dialect, compiles of
every revision file in the directory VERSIONS what an upgrade needs and executes it, with directives that do nothing but
build the Table that ``op.create_table`` returns and compile its SQL. It logs a line for each revision, as the project's
alembic.ini says, and sends the statements of SCRIPT, which the peer has printed, through the bare driver; with a URL that
has no database it prints them instead. It looks for no header, keeps no graph and decides nothing.
"""

from __future__ import annotations

import gc
import logging.config
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import Column, MetaData, Table, create_engine, make_url
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import CreateTable

NOWHERE = "nothing"
"""The name of the database of a URL that only names a dialect."""
HEADER = re.compile(rb"\nrevision: str = '(\w+)'\n(?:[^\n]+\n){3}")

Revision = tuple[str, Callable[[], None]]
"""An id, and what upgrades to it."""


def main(url: str, script: str, versions: str) -> None:
    """Loads, then executes or prints."""
    gc.set_threshold(20_000, 30)
    dialect = make_url(url).get_dialect()()
    logging.config.fileConfig("alembic.ini")
    _serve(dialect)
    statements = _statements(Path(script).read_text(encoding="utf-8"))
    upgrades = dict(map(_load, Path(versions).iterdir()))
    if make_url(url).database == NOWHERE:
        for statement in statements:
            _run_upgrade_of(statement, upgrades)
            print(statement, flush=True)
        return
    with create_engine(url, poolclass=NullPool).connect() as connection:
        connected = connection.connection
        cursor = connected.cursor()
        for statement in statements:
            is_last = _run_upgrade_of(statement, upgrades)
            cursor.execute(statement)
            if cursor.description:
                cursor.fetchall()
            if is_last and connection.dialect.name == "sqlite":
                connected.commit()  # as the tools do after each revision, where DDL has no transaction of its own
        connected.commit()
    gc.freeze()


def _load(path: Path) -> Revision:
    source = path.read_bytes().partition(b"\ndef downgrade")[0]
    header = HEADER.search(source)
    assert header is not None
    names: dict[str, Any] = {}
    exec(compile(source[: header.start()] + source[header.end() :], path, "exec", dont_inherit=True), names)
    return header[1].decode(), names["upgrade"]


def _run_upgrade_of(statement: str, upgrades: dict[str, Callable[[], None]]) -> bool:
    """Whether the statement writes a revision into the version table, which comes last of a revision's."""
    written = re.search(r"alembic_version.*'(\w+)'(?: WHERE|\))", statement) if "alembic_version" in statement else None
    if written is None:
        return False
    logging.getLogger("alembic.runtime.migration").info("Running upgrade %s", written[1])
    upgrades[written[1]]()
    return True


def _serve(dialect: Any) -> None:
    """Makes ``from alembic import op`` give directives that do as little as they can."""

    def create_table(name: str, *items: Any) -> Table:
        table = Table(name, MetaData(), *items)
        for key in table.foreign_keys:
            referent, _, column = key.target_fullname.partition(".")
            if referent not in table.metadata.tables:
                Table(referent, table.metadata, Column(column))
        str(CreateTable(table).compile(dialect=dialect))
        return table

    op: Any = ModuleType("alembic.op")
    for name in ("add_column", "drop_column", "create_index", "drop_index", "drop_table", "execute"):
        setattr(op, name, lambda *args, **kw: None)
    op.create_table = create_table
    op.f = lambda name: name
    alembic: Any = ModuleType("alembic")
    alembic.op = op
    sys.modules.update({"alembic": alembic, "alembic.op": op})


def _statements(script: str) -> Iterator[str]:
    for part in script.split(";\n\n"):
        text = "\n".join(line for line in part.splitlines() if not line.startswith("--")).strip()
        if text and text not in ("BEGIN", "COMMIT"):
            yield text


if __name__ == "__main__":
    main(*sys.argv[1:])
