"""A live database as values: every kind of object is seen when it changes, by queries that grow with nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.pool import NullPool

from catalog.kinds import BASES, CHANGES, REWRITES
from headway.catalog.difference import difference, lines
from headway.catalog.schema import EMPTY
from headway.dialects.inspection import inspect_schema

CASES = [(database, words) for database, cases in CHANGES.items() for words in cases]


@pytest.fixture
def opened(emptied_databases: Callable[[str], str]) -> Iterator[Callable[[str], Connection]]:
    """A connection to an empty database of a kind."""
    engines = []

    def connection(kind: str) -> Connection:
        engine = sa.create_engine(emptied_databases(kind), poolclass=NullPool, isolation_level="AUTOCOMMIT")
        engines.append(engine.connect())
        if kind == "postgresql":
            engines[-1].exec_driver_sql("DROP SCHEMA IF EXISTS shop, other CASCADE")
        return engines[-1]

    yield connection
    for one in engines:
        one.close()


def run(connection: Connection, statements: tuple[str, ...]) -> None:
    for statement in statements:
        connection.exec_driver_sql(statement)


@pytest.mark.parametrize(("database", "words"), CASES, ids=[f"{one}: {words}" for one, words in CASES])
def test_a_change_of_each_kind_is_seen(database: str, words: str, opened: Callable[[str], Connection]) -> None:
    connection = opened(database)
    run(connection, BASES[database])
    before = inspect_schema(connection)
    run(connection, CHANGES[database][words])
    after = inspect_schema(connection)
    said = lines(difference(before, after))
    side = "-" if words.startswith("- ") else "+"
    assert any(words in line for line in said if line.startswith(side)), said
    back = lines(difference(after, before))
    assert sorted(line[1:] for line in back) == sorted(line[1:] for line in said)
    assert {line[0] for line in back} == {{"+": "-", "-": "+"}[line[0]] for line in said}


@pytest.mark.parametrize("words", REWRITES)
def test_what_sqlite_says_in_the_text_of_a_table_is_seen(words: str, opened: Callable[[str], Connection]) -> None:
    old, new = REWRITES[words]
    statements = BASES["sqlite"]
    changed = tuple(statement.replace(old, new) for statement in statements)
    assert changed != statements
    found = []
    for texts in (statements, changed):
        connection = opened("sqlite")
        run(connection, texts)
        found.append(inspect_schema(connection))
    said = lines(difference(*found))
    assert any(words in line for line in said), said


def test_what_a_virtual_table_was_made_with_is_seen(opened: Callable[[str], Connection]) -> None:
    found = []
    for words in ("fts5(words)", "fts5(words,  tokenize='porter')"):
        connection = opened("sqlite")
        run(connection, (f"CREATE VIRTUAL TABLE texts USING {words}",))
        found.append(inspect_schema(connection))
    said = lines(difference(*found))
    assert "+ table texts virtual table (fts5(words, tokenize='porter'))" in said


@pytest.mark.parametrize("database", BASES)
def test_nothing_differs_from_itself_and_everything_from_nothing(
    database: str, opened: Callable[[str], Connection]
) -> None:
    connection = opened(database)
    assert inspect_schema(connection) == EMPTY
    run(connection, BASES[database])
    one, other = inspect_schema(connection), inspect_schema(connection)
    assert one == other
    assert difference(one, other) == ()
    made = difference(EMPTY, one)
    assert all(each.before is None for each in made)
    assert {each.name for each in made if each.kind == "table"} >= {"users"}


@pytest.mark.parametrize("database", BASES)
def test_the_queries_do_not_grow_with_the_tables(database: str, opened: Callable[[str], Connection]) -> None:
    connection = opened(database)
    counts = []
    for size in (1, 40):
        for number in range(size):
            connection.exec_driver_sql(f"CREATE TABLE IF NOT EXISTS t{number} (id int PRIMARY KEY, a int UNIQUE)")
        sent: list[str] = []
        listener = lambda *args, sent=sent: sent.append(args[2])  # noqa: E731
        sa.event.listen(connection, "before_cursor_execute", listener)
        found = inspect_schema(connection)
        sa.event.remove(connection, "before_cursor_execute", listener)
        assert len(found.tables.there) == size
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 16


@pytest.mark.parametrize("database", BASES)
def test_what_is_left_out_leaves_no_trace(database: str, opened: Callable[[str], Connection]) -> None:
    connection = opened(database)
    connection.exec_driver_sql("CREATE TABLE kept (id int)")
    before = inspect_schema(connection, leave_out=["alembic_version"])
    connection.exec_driver_sql("CREATE TABLE alembic_version (version_num varchar(32) NOT NULL PRIMARY KEY)")
    assert inspect_schema(connection, leave_out=["alembic_version"]) == before
    assert inspect_schema(connection) != before
