"""CREATE INDEX CONCURRENTLY on PostgreSQL: what a build that was cut off left is never taken for done."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from databases.endings import ASYNC_ENV, HEADER, SYNC_ENV
from databases.test_run_lock import driver_url
from fixtures.programs import Done, Program

TABLE = """CREATE TABLE "Shop Orders" (id int primary key, a int, b text, c text)"""
THROUGH_OP = """
    with op.get_context().autocommit_block():
        op.create_index("ix_a", "Shop Orders", ["a"], unique={unique}, if_not_exists={lenient},
                        postgresql_concurrently=True, postgresql_where=sa.text("b LIKE 'x%'"))
"""
AS_TEXT = """
    with op.get_context().autocommit_block():
        op.execute('''/* a comment */ create {unique} index concurrently {lenient} "ix_a"
            ON public."Shop Orders" USING btree (a) WHERE b LIKE 'x%' ''')
"""
THROUGH_BIND = """
    with op.get_context().autocommit_block():
        op.get_bind().exec_driver_sql('''-- a comment
            CREATE {unique} INDEX CONCURRENTLY {lenient} ix_a ON "Shop Orders" (a) WHERE b LIKE 'x%%' ''')
"""


def body(how: str, *, unique: bool = False, lenient: bool = True) -> str:
    if how == THROUGH_OP:
        return how.format(unique=unique, lenient=lenient)
    return how.format(unique="UNIQUE" if unique else "", lenient="IF NOT EXISTS" if lenient else "")


@pytest.fixture
def shop(postgresql_url: str) -> str:
    """A database with a table."""
    run(postgresql_url, TABLE, "INSERT INTO \"Shop Orders\" SELECT i, i % 5, 'x', 'y' FROM generate_series(1, 50) i")
    return postgresql_url


def run(url: str, *statements: str) -> None:
    with sa.create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT").connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement.replace("%", "%%"))


def leave_invalid(url: str, create: str) -> None:
    """A unique build over duplicates fails, and leaves what a build that was cut off leaves."""
    with pytest.raises(sa.exc.IntegrityError):
        run(url, create)
    run(url, 'DELETE FROM "Shop Orders" WHERE id > 5')


def indexes(url: str) -> dict[str, tuple[bool, str]]:
    question = (
        "SELECT c.relname, i.indisvalid, pg_get_indexdef(c.oid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
        " WHERE c.relname LIKE 'ix%'"
    )
    with sa.create_engine(url, poolclass=NullPool).connect() as connection:
        return {row[0]: (row[1], row[2]) for row in connection.execute(sa.text(question))}


def upgrade(place: Path, url: str | sa.URL, text: str, headway: Program, *more: str) -> Done:
    versions = place / "versions"
    versions.mkdir(parents=True, exist_ok=True)
    shown = sa.make_url(url).render_as_string(hide_password=False).replace("%", "%%")
    (place / "alembic.ini").write_text(f"[alembic]\nscript_location = %(here)s\nsqlalchemy.url = {shown}\n")
    (place / "env.py").write_text(ASYNC_ENV if "asyncpg" in shown else SYNC_ENV)
    (versions / "a1.py").write_text(HEADER.format(revision="a1", down=None) + text)
    return headway("upgrade", "head", *more, cwd=place)


SAME = """CREATE UNIQUE INDEX CONCURRENTLY ix_a ON "Shop Orders" (a) WHERE b LIKE 'x%'"""


@pytest.mark.parametrize("driver", ["psycopg", "psycopg2", "asyncpg"])
@pytest.mark.parametrize("lenient", [True, False])
@pytest.mark.parametrize("how", [THROUGH_OP, AS_TEXT, THROUGH_BIND], ids=["op", "text", "bind"])
def test_what_was_cut_off_is_built_again(
    shop: str, tmp_path: Path, headway: Program, how: str, lenient: bool, driver: str
) -> None:
    leave_invalid(shop, SAME)
    assert not indexes(shop)["ix_a"][0]
    text = body(how, unique=True, lenient=lenient)
    if driver == "asyncpg":
        text = text.replace("x%%", "x%")  # it has no placeholders that begin with a percent sign
    done = upgrade(tmp_path / "p", driver_url(shop, driver), text, headway)
    assert done.code == 0, done.err
    assert "index public.ix_a is INVALID" in done.err and "DROP INDEX CONCURRENTLY public.ix_a" in done.err
    valid, definition = indexes(shop)["ix_a"]
    assert valid and "UNIQUE" in definition


@pytest.mark.parametrize("how", [THROUGH_OP, AS_TEXT, THROUGH_BIND], ids=["op", "text", "bind"])
@pytest.mark.parametrize(
    "other",
    [
        """CREATE UNIQUE INDEX CONCURRENTLY ix_a ON "Shop Orders" (a)""",
        """CREATE UNIQUE INDEX CONCURRENTLY ix_a ON "Shop Orders" (a, c) WHERE b LIKE 'x%'""",
        """CREATE UNIQUE INDEX CONCURRENTLY ix_a ON "Shop Orders" (a DESC) WHERE b LIKE 'x%'""",
    ],
)
def test_one_of_another_definition_is_left(shop: str, tmp_path: Path, headway: Program, how: str, other: str) -> None:
    if "(a, c)" in other:
        run(shop, "UPDATE \"Shop Orders\" SET c = 'y'")
    leave_invalid(shop, other)
    before = indexes(shop)
    done = upgrade(tmp_path / "p", shop, body(how, unique=True), headway)
    assert done.code != 0
    done.assert_one_clear_line("public.ix_a is INVALID", "another definition", "DROP INDEX CONCURRENTLY public.ix_a")
    assert indexes(shop) == before


def test_one_that_is_not_unique_is_another(shop: str, tmp_path: Path, headway: Program) -> None:
    leave_invalid(shop, SAME)
    done = upgrade(tmp_path / "p", shop, body(THROUGH_OP, unique=False), headway)
    done.assert_one_clear_line("public.ix_a is INVALID", "another definition")


def test_one_of_another_table_is_left(shop: str, tmp_path: Path, headway: Program) -> None:
    run(shop, "CREATE TABLE other (a int, b text)", "INSERT INTO other VALUES (1, 'x'), (1, 'x')")
    with pytest.raises(sa.exc.IntegrityError):
        run(shop, "CREATE UNIQUE INDEX CONCURRENTLY ix_a ON other (a) WHERE b LIKE 'x%'")
    done = upgrade(tmp_path / "p", shop, body(THROUGH_OP, unique=True), headway)
    assert done.code != 0
    done.assert_one_clear_line("public.ix_a is INVALID", "belongs to the table other")
    assert "ON public.other" in indexes(shop)["ix_a"][1]


def test_a_valid_one_and_none_are_as_ever(shop: str, tmp_path: Path, headway: Program) -> None:
    done = upgrade(tmp_path / "p", shop, body(THROUGH_OP), headway)
    assert done.code == 0 and "INVALID" not in done.err
    before = indexes(shop)
    again = upgrade(tmp_path / "q", shop, body(AS_TEXT).replace("(a)", "(a)"), headway)
    assert again.code == 0 and indexes(shop) == before


@contextmanager
def building(url: str) -> Iterator[threading.Event]:
    """Another session's build of the same index, which waits for an old transaction until the event is set."""
    may_end = threading.Event()
    old = sa.create_engine(url, poolclass=NullPool).connect()
    old.exec_driver_sql('SELECT count(*) FROM "Shop Orders"')
    old.exec_driver_sql('LOCK TABLE "Shop Orders" IN ROW EXCLUSIVE MODE')

    def release() -> None:
        may_end.wait(30)
        old.rollback()
        old.close()

    build = threading.Thread(
        target=run, args=(url, """CREATE INDEX CONCURRENTLY ix_a ON "Shop Orders" (a) WHERE b LIKE 'x%'""")
    )
    releasing = threading.Thread(target=release)
    releasing.start()
    build.start()
    deadline = time.monotonic() + 10
    while "ix_a" not in indexes(url):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    try:
        yield may_end
    finally:
        may_end.set()
        releasing.join()
        build.join()


def test_another_sessions_build_is_waited_for(shop: str, tmp_path: Path, headway: Program) -> None:
    with building(shop) as may_end:
        threading.Timer(3, may_end.set).start()
        done = upgrade(tmp_path / "p", shop, body(THROUGH_OP), headway)
        assert done.code == 0, done.err
        assert "waiting for server process" in done.err and "INVALID" not in done.err
    assert indexes(shop)["ix_a"][0]


def test_another_sessions_build_that_does_not_end(shop: str, tmp_path: Path, headway: Program) -> None:
    with building(shop):
        done = upgrade(tmp_path / "p", shop, body(THROUGH_OP), headway, "--lock-timeout", "1")
        assert done.code != 0
        done.assert_one_clear_line("is building the index public.ix_a", "--lock-timeout")
    assert indexes(shop)["ix_a"][0]


def test_only_what_may_be_rebuilt_is(shop: str) -> None:
    """``apply`` says which index its plan showed."""
    from headway.dialects.postgresql.concurrent_index import ConcurrentBuilds
    from headway.errors import DatabaseFailure

    leave_invalid(shop, SAME)
    asked: list[str] = []

    def may_rebuild(name: str) -> bool:
        asked.append(name)
        return False

    engine = sa.create_engine(shop, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        builds = ConcurrentBuilds(timeout=1, notify=print, may_rebuild=may_rebuild)
        with pytest.raises(DatabaseFailure, match="was approved") as error:
            builds.before(connection, SAME, None)
        assert "DROP INDEX CONCURRENTLY public.ix_a" in str(error.value.hint)
    assert asked == ["ix_a"]
    assert not indexes(shop)["ix_a"][0]


def test_a_build_that_left_no_valid_index_is_no_success(shop: str) -> None:
    from headway.dialects.postgresql.concurrent_index import ConcurrentBuilds
    from headway.errors import DatabaseFailure

    leave_invalid(shop, SAME)
    engine = sa.create_engine(shop, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        lenient = SAME.replace("CONCURRENTLY", "CONCURRENTLY IF NOT EXISTS")
        connection.exec_driver_sql(lenient.replace("%", "%%"))
        with pytest.raises(DatabaseFailure, match="not valid"):
            ConcurrentBuilds(timeout=1, notify=print).after(connection, lenient)


@pytest.mark.parametrize("name", ["IX_Ä", "ix_ÄÖ_Q", '"IX_ä"', "IX_É$1"])
def test_a_name_is_folded_as_the_server_folds_it(name: str, shop: str, tmp_path: Path, headway: Program) -> None:
    """It was "the index ix_ä is not valid", because the server folds the letters of ASCII only."""
    text = f"""
    with op.get_context().autocommit_block():
        op.execute('CREATE INDEX CONCURRENTLY {name} ON "Shop Orders" (a)')
"""
    done = upgrade(tmp_path / "p", shop, text, headway)
    assert done.code == 0, done.err


@pytest.mark.parametrize("driver", ["psycopg", "psycopg2", "asyncpg"])
@pytest.mark.parametrize("how", [THROUGH_OP, AS_TEXT, THROUGH_BIND], ids=["op", "text", "bind"])
def test_what_this_run_has_left_is_told_as_its_own(
    shop: str, tmp_path: Path, headway: Program, how: str, driver: str
) -> None:
    text = body(how, unique=True)
    if driver == "asyncpg":
        text = text.replace("x%%", "x%")
    done = upgrade(tmp_path / "p", driver_url(shop, driver), text, headway)
    assert not indexes(shop)["ix_a"][0]
    assert done.code == 4, done.err
    done.assert_one_clear_line(
        "index public.ix_a is INVALID, left by this run's build; the next run drops it and builds it anew.",
        "Applied: none",
        "Mend the revision and run the same command again.",
    )
    assert "an earlier run" not in done.err
    run(shop, 'DELETE FROM "Shop Orders" WHERE id > 5')
    assert upgrade(tmp_path / "p", driver_url(shop, driver), text, headway).code == 0
    assert indexes(shop)["ix_a"][0]


@pytest.mark.parametrize(
    "before",
    [
        'CREATE INDEX ix_a ON "Shop Orders" (a)',  # there, and valid
        'ALTER TABLE "Shop Orders" RENAME COLUMN a TO z',  # nothing is begun
    ],
)
def test_a_build_that_was_refused_at_once_leaves_nothing(
    shop: str, tmp_path: Path, headway: Program, before: str
) -> None:
    run(shop, before)
    there = indexes(shop)
    done = upgrade(tmp_path / "p", shop, body(THROUGH_OP, unique=True, lenient=False), headway)
    assert done.code == 6, done.err
    assert "INVALID" not in done.err
    assert indexes(shop) == there


@pytest.mark.parametrize(
    ("before", "statement", "left"),
    [
        ([], 'CREATE UNIQUE INDEX CONCURRENTLY ON "Shop Orders" (a)', '"Shop Orders_a_idx"'),
        ([], 'CREATE UNIQUE INDEX /* big */ CONCURRENTLY ux ON "Shop Orders" (a)', "ux"),
        (['CREATE INDEX ixr ON "Shop Orders" (a)'], "REINDEX INDEX CONCURRENTLY ixr", r"ixr_cc(?:new|old)"),
        (['CREATE INDEX ixr ON "Shop Orders" (a)'], "DROP INDEX CONCURRENTLY ixr", "ixr"),
    ],
)
def test_whatever_a_concurrent_statement_has_left_is_told(
    shop: str, tmp_path: Path, headway: Program, before: list[str], statement: str, left: str
) -> None:
    run(shop, *before)
    text = f"""
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = '500ms'")
        op.execute({statement!r})
"""
    # A session that reads the table and does not end keeps concurrent work from ending.
    with sa.create_engine(shop, poolclass=NullPool).connect() as reader:
        if before:
            reader.exec_driver_sql('SELECT count(*) FROM "Shop Orders"')
        done = upgrade(tmp_path / "p", shop, text, headway)
    assert done.code == 4, done.err
    assert re.search(f"index public.{left} is INVALID, left by this run", done.err), done.err
    assert "Nothing was applied" not in done.err and "an earlier run" not in done.err
