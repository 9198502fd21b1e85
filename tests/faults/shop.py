"""A history whose every statement leaves a trace of its own, and what an account of it says against what is there.

Written so that each statement can be recognised in a message, and its effect in a database, independently.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

BLOCK = "with op.get_context().autocommit_block():\n    "
BATCH = 'with op.batch_alter_table("t", recreate="always") as batch:\n    batch.alter_column("n", nullable=False, existing_type=sa.Integer())'


def steps(kind: str) -> list[str]:
    """The bodies of r1, r2 …"""
    index = 'op.create_index("ix", "t", ["n"], if_not_exists=True'
    index += ", postgresql_concurrently=True)" if kind == "postgresql" else ")"
    return [
        'op.create_table("t", sa.Column("n", sa.Integer), sa.Column("a", sa.Integer))',
        'op.execute("INSERT INTO t (n) VALUES (21)")\nop.execute("INSERT INTO t (n) VALUES (22)")',
        'op.add_column("t", sa.Column("m", sa.Integer))\nop.execute("UPDATE t SET m = 31 WHERE n = 21")',
        f"{BLOCK}{index}" if kind != "mariadb" else index,
        'op.create_table("u", sa.Column("n", sa.Integer))\nop.create_index("iu", "u", ["n"])\n'
        'op.bulk_insert(sa.table("u", sa.column("n", sa.Integer)), [{"n": 51}, {"n": 52}])',
        BATCH,
        'op.execute("UPDATE t SET a = 71 WHERE n = 22")\nop.execute("INSERT INTO u (n) VALUES (72)")',
    ]


@dataclass
class Facts:
    """What a connection of its own finds."""

    tables: dict[str, set[str]] = field(default_factory=dict)
    indexes: set[str] = field(default_factory=set)
    strict: bool = False
    """Whether t.n is NOT NULL."""
    rows: dict[str, set[tuple[str, int | None]]] = field(default_factory=dict)
    versions: tuple[str, ...] = ()


def facts_of(url: str) -> Facts:
    """Everything that the history makes."""
    found = Facts()
    with sa.create_engine(url, poolclass=NullPool).connect() as connection:
        inspector = sa.inspect(connection)
        for table in inspector.get_table_names():
            columns = inspector.get_columns(table)
            found.tables[table] = {column["name"] for column in columns}
            found.indexes |= {str(index["name"]) for index in inspector.get_indexes(table)}
            if table == "t":
                found.strict = not next(column["nullable"] for column in columns if column["name"] == "n")
            rows = connection.execute(sa.text(f"SELECT * FROM {table}")).mappings().all()
            if table == "alembic_version":
                found.versions = tuple(str(row["version_num"]) for row in rows)
            else:
                found.rows[table] = {(name, value) for row in rows for name, value in row.items()}
    return found


Trace = Callable[[Facts], bool]


def _row(table: str, column: str, value: int) -> Trace:
    def there(facts: Facts) -> bool:
        places = [table, f"_alembic_tmp_{table}"]
        return any((column, value) in facts.rows.get(place, ()) for place in places)

    return there


def _has_column(facts: Facts) -> bool:
    return "m" in facts.tables.get("t", facts.tables.get("_alembic_tmp_t", ()))


def _has_index(facts: Facts) -> bool:
    """A copy of the table is given its index at the end."""
    return "ix" in facts.indexes or _is_copied(facts)


def _is_copied(facts: Facts) -> bool:
    """Whether the copy of table t has got as far as the end of the old one."""
    return facts.strict or ("t" not in facts.tables and "_alembic_tmp_t" in facts.tables)


TRACES: list[tuple[str, str, Trace]] = [
    ("r1", r"CREATE TABLE t ", lambda facts: "t" in facts.tables or "_alembic_tmp_t" in facts.tables),
    ("r2", r"INSERT INTO t \(n\) VALUES \(21\)", _row("t", "n", 21)),
    ("r2", r"INSERT INTO t \(n\) VALUES \(22\)", _row("t", "n", 22)),
    ("r3", r"ALTER TABLE t ADD COLUMN m", _has_column),
    ("r3", r"UPDATE t SET m", _row("t", "m", 31)),
    ("r4", r"CREATE INDEX (CONCURRENTLY )?(IF NOT EXISTS )?ix ", _has_index),
    ("r5", r"CREATE TABLE u ", lambda facts: "u" in facts.tables),
    ("r5", r"CREATE INDEX iu ", lambda facts: "iu" in facts.indexes),
    ("r5", r"INSERT INTO u \(n\) VALUES \((?!72)", _row("u", "n", 51)),
    ("r6", r"CREATE TABLE _alembic_tmp_t", lambda facts: "_alembic_tmp_t" in facts.tables or facts.strict),
    ("r6", r"DROP TABLE t", _is_copied),
    ("r6", r"_alembic_tmp_t RENAME", lambda facts: facts.strict),
    ("r7", r"UPDATE t SET a", _row("t", "a", 71)),
    ("r7", r"INSERT INTO u \(n\) VALUES \(72\)", _row("u", "n", 72)),
]
"""Each statement: its revision, how it is recognised in a message, and whether a database shows it."""

REVISIONS = [f"r{number}" for number in range(1, 8)]


@dataclass
class Said:
    """What a message claims."""

    applied: set[str]
    doubtful: set[str]
    standing: list[str]
    uncertain: list[str]
    nothing: bool

    @classmethod
    def of(cls, text: str, before: tuple[str, ...] = ()) -> Said | None:
        """The claims of a message; None when it makes none. ``before`` is what an earlier run had applied."""
        complete = re.search(r"Everything was applied before that: ([^.]*)\.", text)
        applied = complete or re.search(r"Applied: ([^.]*)\.", text)
        nothing = "Nothing was applied." in text or "This run changed nothing of" in text
        if applied is None and not nothing:
            return None
        doubtful = re.search(r"Not known: ([^;]*);", text)
        return cls(
            {*before, *_names(applied)},
            _names(doubtful),
            list(_statements(text, r"have taken effect and are not undone: ")),
            list(_statements(text, r"look at the database: ")),
            nothing,
        )

    def contradictions(self, facts: Facts) -> Iterator[str]:
        """Where the claims and the database differ."""
        for revision, pattern, trace in TRACES:
            if revision in self.doubtful or any(re.search(pattern, sql) for sql in self.uncertain):
                continue
            claimed = revision in self.applied or any(re.search(pattern, sql) for sql in self.standing)
            if claimed != trace(facts):
                yield f"{revision}: {pattern}: said {claimed}, there {trace(facts)}"
        newest = max(self.applied, default=None)
        possible = {() if newest is None else (newest,), *((name,) for name in self.doubtful)}
        if facts.versions not in possible:
            yield f"version rows {facts.versions}, said {sorted(possible)}"


def _names(match: re.Match[str] | None) -> set[str]:
    return set() if match is None else {name for name in re.split(r",\s*", match[1]) if name != "none"}


def _statements(text: str, sentence: str) -> Iterator[str]:
    for match in re.finditer(sentence + r"(.*?)(?=\.(?: [A-Z]|$|\n))", text):
        yield from re.split(r";? ?\d+\) ", match[1])[1:]


def empty(url: str) -> None:
    """Removes what the history makes."""
    engine = sa.create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for table in sa.inspect(connection).get_table_names():
            with suppress(sa.exc.DBAPIError):
                connection.exec_driver_sql(f"DROP TABLE {table}")
