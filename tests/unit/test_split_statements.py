"""A file of SQL is taken apart as it is written, each statement with its line."""

from __future__ import annotations

import pytest

from headway.effects.sql_kind import split_statements
from headway.scratch.start import header, stands_at, whole_statements

FUNCTION = "CREATE FUNCTION f() RETURNS int AS $x$ BEGIN; RETURN 1; END $x$ LANGUAGE plpgsql"


@pytest.mark.parametrize(
    ("sql", "mysql", "expected"),
    [
        ("", False, []),
        ("-- only a comment\n;\n ;", False, []),
        ("SELECT 1", False, [(1, "SELECT 1")]),
        ("\n\n-- words; more\nSELECT 1;\nSELECT\n 2;\n", False, [(4, "SELECT 1"), (5, "SELECT\n 2")]),
        (
            "INSERT INTO t VALUES ('a;b', \"c;d\"); SELECT 2",
            False,
            [(1, "INSERT INTO t VALUES ('a;b', \"c;d\")"), (1, "SELECT 2")],
        ),
        (f"{FUNCTION};\nSELECT 2;", False, [(1, FUNCTION), (2, "SELECT 2")]),
        ("SELECT 'it''s'; -- one\n/* two; */ SELECT 2", False, [(1, "SELECT 'it''s'"), (2, "SELECT 2")]),
        ("SELECT 'a\\';b'; SELECT 2", True, [(1, "SELECT 'a\\';b'"), (1, "SELECT 2")]),
        (
            "/*!40101 SET NAMES utf8 */;\n# words;\nSELECT 1;",
            True,
            [(1, "/*!40101 SET NAMES utf8 */"), (3, "SELECT 1")],
        ),
        ("SELECT 'never closed; SELECT 2", False, [(1, "SELECT 'never closed; SELECT 2")]),
    ],
)
def test_statements(sql: str, mysql: bool, expected: list[tuple[int, str]]) -> None:
    assert list(split_statements(sql, mysql=mysql)) == expected


def test_a_start_says_where_it_stands() -> None:
    assert stands_at(header(("a1", "b2")) + "CREATE TABLE t (a INT);") == ("a1", "b2")
    assert stands_at("CREATE TABLE t (a INT);") == ()
    assert header(()) == ""


TRIGGER = "CREATE TRIGGER tr AFTER INSERT ON t BEGIN UPDATE t SET a = 1;\nDELETE FROM u; END"
ATOMIC = "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1;\nSELECT 2;\nEND"


@pytest.mark.parametrize(("database", "body"), [("sqlite", TRIGGER), ("postgresql", ATOMIC)])
def test_a_body_of_statements_belongs_to_its_statement(database: str, body: str) -> None:
    found = list(whole_statements(f"SELECT 0;\n{body};\nSELECT 3;", database))
    assert [line for line, _ in found] == [1, 2, body.count("\n") + 3]
    assert [" ".join(text.split()) for _, text in found] == ["SELECT 0", " ".join(body.split()), "SELECT 3"]
