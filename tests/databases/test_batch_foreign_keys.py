"""Batches on SQLite while it enforces foreign keys, in runs as env.py makes them (batch-foreign-keys)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from headway.errors import HeadwayError
from sql.tools import ALEMBIC, HEADWAY, Tool

Migration = Callable[[Any], None]

SCHEMA = """
    CREATE TABLE parent (id INTEGER PRIMARY KEY, a INTEGER, b INTEGER);
    CREATE TABLE cascading (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES parent (id) ON DELETE CASCADE);
    CREATE TABLE nulling (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES parent (id) ON DELETE SET NULL);
    CREATE TABLE alone (id INTEGER PRIMARY KEY, up INTEGER REFERENCES alone (id) ON DELETE CASCADE, a INTEGER);
    INSERT INTO parent VALUES (1, 2, 3), (2, 3, 4);
    INSERT INTO cascading VALUES (1, 1), (2, 2);
    INSERT INTO nulling VALUES (1, 1);
    INSERT INTO alone VALUES (1, NULL, 5), (2, 1, 6);
"""
ROWS = {"cascading": [(1, 1), (2, 2)], "nulling": [(1, 1)], "alone": [(1, None), (2, 1)]}


@pytest.fixture
def engine(sqlite_url: str) -> Iterator[sa.Engine]:
    engine = sa.create_engine(sqlite_url, poolclass=NullPool)

    @sa.event.listens_for(engine, "connect")
    def enforce(connection: Any, record: Any) -> None:
        connection.execute("PRAGMA foreign_keys=ON")

    with engine.connect() as connection:
        for statement in filter(str.strip, SCHEMA.split(";")):
            connection.exec_driver_sql(statement)
        connection.commit()
    yield engine
    engine.dispose()


@contextmanager
def migrating(tool: Tool, engine: sa.Engine) -> Iterator[Any]:
    """``op`` in a run with one migration; what happens in it is committed at the end."""
    with engine.connect() as connection:
        context = tool.configure(connection=connection, opts={})
        with context.begin_transaction(), context.begin_transaction(_per_migration=True):
            yield tool.operations(context)


def rows(engine: sa.Engine) -> dict[str, list[tuple[Any, ...]]]:
    with engine.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"SELECT * FROM {name} ORDER BY id").fetchall()
            for name in ("cascading", "nulling", "alone")
        }
    return {name: [tuple(row)[:2] for row in listed] for name, listed in found.items()}


def columns(engine: sa.Engine, table: str) -> list[str]:
    return [column["name"] for column in sa.inspect(engine).get_columns(table)]


def drop_a_column(op: Any) -> None:
    with op.batch_alter_table("parent") as batch_op:
        batch_op.drop_column("b")


def test_alembic_deletes_the_children(engine: sa.Engine) -> None:
    with migrating(ALEMBIC, engine) as op:
        drop_a_column(op)
    assert rows(engine)["cascading"] == []
    assert rows(engine)["nulling"] == [(1, None)]


def test_headway_keeps_them(engine: sa.Engine) -> None:
    with migrating(HEADWAY, engine) as op:
        drop_a_column(op)
        assert op.get_bind().exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    assert columns(engine, "parent") == ["id", "a"]
    assert rows(engine) == ROWS


def test_the_references_still_hold_afterwards(engine: sa.Engine) -> None:
    with migrating(HEADWAY, engine) as op:
        drop_a_column(op)
    with engine.connect() as connection:
        connection.exec_driver_sql("DELETE FROM parent WHERE id = 1")
        with pytest.raises(sa.exc.IntegrityError):
            connection.exec_driver_sql("INSERT INTO cascading VALUES (9, 99)")
        connection.commit()
    assert rows(engine)["cascading"] == [(2, 2)]


def test_inside_a_transaction_headway_refuses_rather_than_delete(engine: sa.Engine) -> None:
    words = "would cascade to the rows that refer to it \\(cascading, nulling\\)"
    with pytest.raises(HeadwayError, match=words), migrating(HEADWAY, engine) as op:
        op.execute("UPDATE parent SET a = 9")
        drop_a_column(op)
    assert columns(engine, "parent") == ["id", "a", "b"]
    assert rows(engine) == ROWS


def test_inside_a_transaction_a_table_that_nobody_refers_to_is_copied(engine: sa.Engine) -> None:
    with migrating(HEADWAY, engine) as op:
        op.execute("UPDATE parent SET a = 9")
        with op.batch_alter_table("cascading") as batch_op:
            batch_op.add_column(sa.Column("n", sa.Integer), insert_after="id")
    assert columns(engine, "cascading") == ["id", "n", "parent_id"]


def test_inside_a_transaction_a_table_that_refers_to_itself_is_not_copied(engine: sa.Engine) -> None:
    with pytest.raises(HeadwayError, match="\\(alone\\)"), migrating(HEADWAY, engine) as op:
        op.execute("UPDATE parent SET a = 9")
        with op.batch_alter_table("alone") as batch_op:
            batch_op.drop_column("a")
    assert rows(engine) == ROWS


def test_a_copy_that_would_leave_dangling_references_is_refused(engine: sa.Engine) -> None:
    def lose_rows(op: Any) -> None:
        with op.batch_alter_table("cascading") as batch_op:
            batch_op.create_foreign_key("fk_new", "alone", ["parent_id"], ["id"])

    with engine.connect() as connection:
        connection.exec_driver_sql("DELETE FROM alone WHERE id = 2")
        connection.commit()
    before = rows(engine)
    words = "would leave rows of cascading without what they refer to"
    with pytest.raises(HeadwayError, match=words), migrating(HEADWAY, engine) as op:
        lose_rows(op)
    assert rows(engine) == before
    assert "_alembic_tmp_cascading" not in sa.inspect(engine).get_table_names()
    assert [key["name"] for key in sa.inspect(engine).get_foreign_keys("cascading")] == [None]


def test_a_failure_gives_the_pragma_back(engine: sa.Engine) -> None:
    with pytest.raises(sa.exc.IntegrityError), migrating(HEADWAY, engine) as op:
        try:
            with op.batch_alter_table("parent") as batch_op:
                batch_op.create_check_constraint("ck", "a > 100")
        finally:
            assert op.get_bind().exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
            assert op.get_bind().exec_driver_sql("PRAGMA legacy_alter_table").scalar() == 0
    assert rows(engine) == ROWS


def test_what_others_refer_to_may_be_made_anew_in_several_steps(engine: sa.Engine) -> None:
    """Between the steps SQLite calls the reference a mismatch, and so can check no rows for it."""
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE coded (code INTEGER, n INTEGER, CONSTRAINT uq UNIQUE (code))")
        connection.exec_driver_sql("CREATE TABLE using_code (code INTEGER REFERENCES coded (code) ON DELETE CASCADE)")
        connection.exec_driver_sql("INSERT INTO coded VALUES (1, 2), (2, 3)")
        connection.exec_driver_sql("INSERT INTO using_code VALUES (1)")
        connection.commit()
    with migrating(HEADWAY, engine) as op:
        with op.batch_alter_table("coded") as batch_op:
            batch_op.drop_constraint("uq")
        with op.batch_alter_table("coded") as batch_op:
            batch_op.drop_column("n")
        with op.batch_alter_table("using_code") as batch_op:
            batch_op.add_column(sa.Column("x", sa.Integer))
        with op.batch_alter_table("coded") as batch_op:
            batch_op.create_unique_constraint("uq", ["code"])
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT code FROM using_code").scalars().all() == [1]
        assert connection.exec_driver_sql("SELECT code FROM coded ORDER BY code").scalars().all() == [1, 2]


def test_inside_a_transaction_a_table_that_no_row_refers_to_is_copied(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        for table in ("cascading", "alone"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
        connection.exec_driver_sql("UPDATE nulling SET parent_id = NULL")
        connection.commit()
    with migrating(HEADWAY, engine) as op:
        op.execute("UPDATE parent SET a = 9")
        drop_a_column(op)
    assert columns(engine, "parent") == ["id", "a"]
    assert rows(engine) == {"cascading": [], "nulling": [(1, None)], "alone": []}


def test_a_key_of_the_table_to_itself_that_the_batch_adds_deletes_nothing(engine: sa.Engine) -> None:
    """The copy refers to the table under its final name, so that dropping the old one would cascade into the copy."""
    with pytest.raises(HeadwayError, match="refer to it \\(alone\\)"), migrating(HEADWAY, engine) as op:
        op.execute("UPDATE alone SET a = a")
        op.execute("UPDATE alone SET up = NULL")
        with op.batch_alter_table("alone") as batch_op:
            batch_op.add_column(sa.Column("q", sa.Integer, server_default="1"))
            batch_op.create_foreign_key("fk_q", "alone", ["q"], ["id"], ondelete="CASCADE")
            batch_op.alter_column("a", type_=sa.BigInteger)
    assert rows(engine) == ROWS


def test_an_attached_database_is_asked_about_its_own_tables(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        connection.exec_driver_sql("ATTACH ':memory:' AS o")
        connection.exec_driver_sql("CREATE TABLE child (id INTEGER)")
        connection.exec_driver_sql("CREATE TABLE o.parent (id INTEGER PRIMARY KEY, b INTEGER)")
        connection.exec_driver_sql("CREATE TABLE o.child (p INTEGER REFERENCES parent (id) ON DELETE CASCADE)")
        connection.commit()
        connection.exec_driver_sql("INSERT INTO o.parent VALUES (1, 2)")
        connection.exec_driver_sql("INSERT INTO o.child VALUES (1)")
        op = HEADWAY.operations(HEADWAY.configure(connection=connection, opts={}))
        with (
            pytest.raises(HeadwayError, match="child"),
            op.batch_alter_table("parent", schema="o", recreate="always") as batch_op,
        ):
            batch_op.drop_column("b")
        assert connection.exec_driver_sql("SELECT p FROM o.child").scalars().all() == [1]


def test_one_key_that_cannot_be_checked_does_not_hide_another(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE u (id INTEGER PRIMARY KEY, k INTEGER)")
        connection.exec_driver_sql("CREATE TABLE p (id INTEGER PRIMARY KEY, x INTEGER)")
        connection.exec_driver_sql("CREATE TABLE c (id INTEGER PRIMARY KEY, a REFERENCES u (k), b REFERENCES p (id))")
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.exec_driver_sql("INSERT INTO p VALUES (5, 1)")
        connection.exec_driver_sql("INSERT INTO c VALUES (1, NULL, 5)")
        connection.commit()
    with (
        pytest.raises(HeadwayError, match="would leave rows of c without"),
        migrating(HEADWAY, engine) as op,
        op.batch_alter_table("p") as batch_op,
    ):
        batch_op.drop_column("id")
        batch_op.add_column(sa.Column("id", sa.Integer, primary_key=True))
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT id FROM p").scalar() == 5
