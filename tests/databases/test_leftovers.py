"""Each change of a revision leaves its own trace, and none where it has not happened."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from headway.runtime.leftovers import leftovers

MADE = (
    "from alembic import op\nimport sqlalchemy as sa\nrevision = 'r2'\ndown_revision = 'r1'\n\ndef upgrade():\n    {}\n"
)
T = "CREATE TABLE t (a int, b int)"
TRACES = [
    # a change, a database before it, one after it, and the words
    ('op.create_table("u", sa.Column("a", sa.Integer))', [], ["CREATE TABLE u (a int)"], "table u is there"),
    ('op.drop_table("t")', [T], [], "table t is gone"),
    ('op.rename_table("t", "u")', [T], ["CREATE TABLE u (a int)"], "table t is called u"),
    ('op.add_column("t", sa.Column("c", sa.Integer))', [T], ["CREATE TABLE t (a int, c int)"], "column t.c is there"),
    ('op.drop_column("t", "b")', [T], ["CREATE TABLE t (a int)"], "column t.b is gone"),
    (
        'op.alter_column("t", "b", new_column_name="c")',
        [T],
        ["CREATE TABLE t (a int, c int)"],
        "column t.b is called c",
    ),
    ('op.create_index("ix", "t", ["a"])', [T], [T, "CREATE INDEX ix ON t (a)"], "index ix is there"),
    ('op.drop_index("ix", "t")', [T, "CREATE INDEX ix ON t (a)"], [T], "index ix is gone"),
]


@pytest.mark.parametrize(("change", "before", "after", "words"), TRACES, ids=[words for *_, words in TRACES])
def test_a_trace(change: str, before: list[str], after: list[str], words: str, tmp_path: Path) -> None:
    path = tmp_path / "r2.py"
    path.write_text(MADE.format(change))

    def found(texts: list[str], *, rolls_back: bool = False) -> tuple[str, ...]:
        with sa.create_engine("sqlite://").connect() as connection:
            for text in texts:
                connection.exec_driver_sql(text)
            return leftovers(connection, str(path), upgrade=True, rolls_back_ddl=rolls_back)

    assert found(before) == ()
    assert found(after) == (words,)
    assert found(after, rolls_back=True) == (), "where DDL is rolled back it is not this revision's"


DOUBTS = [
    # what a revision does first, and whether a table that it makes afterwards is still its trace
    ('op.execute("GRANT SELECT ON t TO reader")', True),
    ('op.execute("PRAGMA user_version = 3")', True),
    ('op.execute("DO $$ BEGIN PERFORM make_u(); END $$")', False),
    ('op.execute("CALL make_u()")', False),
    ('op.execute("SELECT make_u()")', False),
    ("op.execute(STATEMENT)", False),
    ("op.drop_table(NAME)", False),
    ('op.rename_table("t", NAME)', False),
    ('op.rename_table(NAME, "t")', False),
    ('op.drop_index(NAME, "t")', False),
    ('op.drop_constraint(NAME, "t")', False),
    ('op.drop_index("ix_t", "t")', True),
    ('op.drop_constraint("ck_t", "t")', True),
    ('op.drop_table("u")', False),
    ('op.rename_table("u", "v")', False),
    ('op.drop_table("w")', True),
]


@pytest.mark.parametrize(("first", "told"), DOUBTS, ids=[first for first, _ in DOUBTS])
def test_nothing_is_said_of_what_may_have_been_there(first: str, told: bool, tmp_path: Path) -> None:
    path = tmp_path / "r2.py"
    body = MADE.format(f'{first}\n    op.create_table("u", sa.Column("a", sa.Integer))')
    path.write_text(f"import os\nNAME = STATEMENT = os.environ['WHAT']\n{body}")
    with sa.create_engine("sqlite://").connect() as connection:
        for text in (T, "CREATE TABLE u (a int)", "CREATE TABLE v (a int)", "CREATE TABLE w (a int)"):
            connection.exec_driver_sql(text)
        connection.exec_driver_sql("CREATE INDEX ix_t ON t (a)")
        found = leftovers(connection, str(path), upgrade=True, rolls_back_ddl=False)
    assert ("table u is there" in found) is told
