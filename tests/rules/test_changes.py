"""What a new revision does and locks, as a reviewer is shown it."""

from __future__ import annotations

import pytest

from headway.lint.change import Operation
from headway.lint.changes import changes_of
from rules.harness import BASE, facts_of, migration_source

OLD = """op.create_table("pointing", sa.Column("id", sa.Integer), sa.Column("b_id", sa.ForeignKey("b.id")))
"""
OLD += 'op.create_table("a", sa.Column("id", sa.Integer))\nop.create_table("b", sa.Column("id", sa.Integer))'


def operations(piece: str, *dialects: str) -> tuple[Operation, ...]:
    released = migration_source(OLD).replace('"a1"', "None").replace('"b2"', '"a1"')
    files = {"versions/a1_base.py": released, "versions/b2_piece.py": migration_source(piece)}
    (change,) = changes_of(facts_of(files, dialects=dialects or ("postgresql",)))
    assert (change.revision, change.file) == ("b2", "versions/b2_piece.py")
    return change.operations


def locks(piece: str, *dialects: str) -> list[tuple[str, str, str, str]]:
    return [
        (taken.database, taken.table, taken.lock.level, taken.waits)
        for operation in operations(piece, *dialects)
        for taken in operation.locks
    ]


@pytest.mark.parametrize(
    ("piece", "expected"),
    [
        ('op.create_index("ix", "a", ["id"])', [("a", "SHARE", "writes")]),
        ('op.drop_table("a")', [("a", "ACCESS EXCLUSIVE", "reads and writes")]),
        ('op.execute("UPDATE a SET id = 1")', [("a", "ROW EXCLUSIVE", "writes of the same rows")]),
        ('op.execute("INSERT INTO a VALUES (1)")', [("a", "ROW EXCLUSIVE", "nobody")]),
        (
            'op.create_foreign_key("fk", "a", "b", ["id"], ["id"])',
            [("a", "SHARE ROW EXCLUSIVE", "writes"), ("b", "SHARE ROW EXCLUSIVE", "writes")],
        ),
        (
            'op.add_column("a", sa.Column("b_id", sa.Integer, sa.ForeignKey("b.id")))',
            [("a", "ACCESS EXCLUSIVE", "reads and writes"), ("b", "SHARE ROW EXCLUSIVE", "writes")],
        ),
        # What is made here holds nobody up; what its keys point to does.
        (
            'op.create_table("c", sa.Column("a_id", sa.ForeignKey("a.id")))\nop.create_index("ix", "c", ["a_id"])',
            [("a", "SHARE ROW EXCLUSIVE", "writes")],
        ),
        ('op.create_table("c", sa.Column("id", sa.Integer))\nop.drop_table("c")', []),
        ('op.create_foreign_key("fk", "a", "a", ["id"], ["id"])', [("a", "SHARE ROW EXCLUSIVE", "writes")]),
        ('op.drop_table("nobody_made_it")', [("nobody_made_it", "ACCESS EXCLUSIVE", "reads and writes")]),
        (
            'op.drop_table("pointing")',
            [("pointing", "ACCESS EXCLUSIVE", "reads and writes"), ("b", "ACCESS EXCLUSIVE", "reads and writes")],
        ),
        (
            'op.drop_column("pointing", "b_id")',
            [("pointing", "ACCESS EXCLUSIVE", "reads and writes"), ("b", "ACCESS EXCLUSIVE", "reads and writes")],
        ),
        ('op.drop_column("pointing", "id")', [("pointing", "ACCESS EXCLUSIVE", "reads and writes")]),
        ('op.drop_index("ix")', [("(a table not named here)", "ACCESS EXCLUSIVE", "reads and writes")]),
        (
            'op.drop_constraint("fk", "a", type_="foreignkey")',
            [
                ("a", "ACCESS EXCLUSIVE", "reads and writes"),
                ("(the table that it points to)", "ACCESS EXCLUSIVE", "reads and writes"),
            ],
        ),
        ('op.drop_table("a", schema="shop")', [("shop.a", "ACCESS EXCLUSIVE", "reads and writes")]),
    ],
)
def test_the_locks_of_an_operation(piece: str, expected: list[tuple[str, str, str]]) -> None:
    assert sorted(lock[1:] for lock in locks(piece)) == sorted(expected)


@pytest.mark.parametrize(
    ("base", "piece", "tables"),
    [
        ("", 'op.rename_table("pointing", "p2")\nop.drop_table("p2")', ["b", "p2"]),
        (
            "",
            'op.alter_column("pointing", "b_id", new_column_name="c")\nop.drop_column("pointing", "c")',
            ["b", "pointing"],
        ),
        ('op.rename_table("b", "people")', 'op.drop_table("pointing")', ["people", "pointing"]),
        ("", 'op.rename_table("b", "people")\nop.drop_table("pointing")', ["people", "pointing"]),
        (
            "",
            'op.create_table("n", sa.Column("id", sa.Integer, primary_key=True))\n'
            'op.add_column("a", sa.Column("n_id", sa.ForeignKey("n.id")))\nop.drop_column("a", "n_id")',
            ["a"],
        ),
    ],
)
def test_what_went_with_a_table_is_known_by_its_name_of_then(base: str, piece: str, tables: list[str]) -> None:
    released = migration_source(f"{OLD}\n{base}").replace('"a1"', "None").replace('"b2"', '"a1"')
    files = {"versions/a1_base.py": released, "versions/b2_piece.py": migration_source(piece)}
    (change,) = changes_of(facts_of(files))
    assert sorted(taken.table for taken in change.operations[-1].locks) == tables


def test_of_a_table_the_strongest_lock_is_told_once() -> None:
    piece = 'for name in ("x", "y"):\n    op.create_index(f"ix_{name}", "a", [name])'
    (operation,) = operations(piece)
    assert [taken.lock.level for taken in operation.locks] == ["SHARE"]
    piece = 'with op.batch_alter_table("a") as batch_op:\n    batch_op.create_index("ix", ["id"])\n    batch_op.drop_column("id")'
    first, second = operations(piece)
    assert [one.locks[0].lock.level for one in (first, second)] == ["SHARE", "ACCESS EXCLUSIVE"]


def test_each_database_has_its_own() -> None:
    found = locks('op.create_index("ix", "a", ["id"])', "postgresql", "mariadb 10.11")
    assert {database for database, *_ in found} == {"postgresql", "mariadb"}
    guarded = 'if op.get_bind().dialect.name == "postgresql":\n    op.drop_table("a")'
    assert {database for database, *_ in locks(guarded, "postgresql", "sqlite")} == {"postgresql"}


def test_no_database_no_lock() -> None:
    released = migration_source(OLD).replace('"a1"', "None").replace('"b2"', '"a1"')
    files = {"versions/a1_base.py": released, "versions/b2_piece.py": migration_source('op.drop_table("a")')}
    (change,) = changes_of(facts_of(files, dialects=()))
    assert [operation.locks for operation in change.operations] == [()]


def test_what_could_not_be_read_is_said() -> None:
    (operation,) = operations("op.execute(open('x.sql').read())")
    assert operation.is_unread and operation.locks == ()


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TYPE t CASCADE",
        "DROP SCHEMA s CASCADE",
        "ALTER TABLE a ATTACH PARTITION b DEFAULT",
        "CREATE OR REPLACE VIEW v AS SELECT 1",
        "DROP TABLE a CASCADE",
    ],
)
def test_what_reaches_tables_that_it_does_not_name_is_said(sql: str) -> None:
    (operation,) = operations(f"op.execute({sql!r})")
    assert operation.is_unread


def test_an_operation_of_several_lines_is_shown_on_one() -> None:
    (operation,) = operations('op.create_index(\n    "ix",\n    "a",\n    ["id"],\n)')
    assert operation.source == 'op.create_index( "ix", "a", ["id"], )'
    assert operation.line == 10


def test_released_revisions_are_left_out() -> None:
    files = {"versions/a1_base.py": BASE, "versions/b2_piece.py": migration_source('op.drop_table("a")')}
    assert changes_of(facts_of(files, new=())) == ()
