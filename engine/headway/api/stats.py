"""How large the tables of a database are, as the file that the policy names under ``tables``."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import date

from sqlalchemy import Connection

from headway.api.looking import look_at
from headway.api.project import Project
from headway.dialects.mysql.sizes import sizes as of_mysql
from headway.dialects.postgresql.sizes import sizes as of_postgresql
from headway.dialects.size import Size
from headway.dialects.sqlite.sizes import sizes as of_sqlite
from headway.errors import ConfigError
from headway.runtime.context import MigrationContext

_READERS: dict[str, Callable[[Connection], Iterator[Size]]] = {
    "postgresql": of_postgresql,
    "mysql": of_mysql,
    "mariadb": of_mysql,
    "sqlite": of_sqlite,
}


def stats(project: Project, given: str | None, today: date) -> str:
    """The file, largest tables first; headway changes nothing, and only statistics are read where the database has them.

    ``given`` is the database as ``--url`` names it. Raises HeadwayError when it cannot be read, or is of another kind.
    """
    found: list[Size] = []
    kinds: list[str] = []

    def look(heads: tuple[str, ...], context: MigrationContext) -> None:
        kind = context.connection.dialect.name
        if kind not in _READERS:
            raise ConfigError(
                f"nobody here knows how to ask {kind} for the sizes of its tables",
                hint="Write 'tables' into the policy by hand: docs/configuration.md has its form.",
            )
        kinds.append(kind)
        found.extend(size for size in _READERS[kind](context.connection) if size.name != context.version_table)

    look_at(project, given, look)
    return "\n".join(_file(found, kinds, today)) + "\n"


def _file(found: Sequence[Size], kinds: Sequence[str], today: date) -> Iterator[str]:
    yield f"# How large the tables are ({', '.join(dict.fromkeys(kinds))}, {today.isoformat()}): headway stats"
    yield "# The policy names this file: tables: FILE. It moves the severity of what takes as long as a table is large."
    for size in sorted(found, key=lambda one: (-(one.bytes or 0), -(one.rows or 0), one.schema or "", one.name)):
        name = size.name if size.schema is None else f"{size.schema}.{size.name}"
        counts = {"rows": size.rows, "bytes": size.bytes, "writes": size.writes}
        told = ", ".join(f"{key}: {count}" for key, count in counts.items() if count is not None)
        if told:
            yield f"{json.dumps(name, ensure_ascii=False)}: {{{told}}}"
