"""What a recorded change makes unanswerable: a database still says what was there before it."""

from __future__ import annotations

import pytest

from headway.effects.sql_kind import Kind
from headway.plan.stale import Changes

NAMES_ALL = """
UPDATE a SET x = upper(y), z = now() WHERE id IN (1, 2)
UPDATE a SET (x, y) = (1, 2)
INSERT INTO a (x, y) VALUES (1, gen_random_uuid())
INSERT INTO a(x) VALUES (coalesce(NULL, 1)) ON CONFLICT (x) DO NOTHING
INSERT INTO a (x) SELECT max(x) FROM a
DELETE FROM a WHERE EXISTS (SELECT 1 FROM a)
"""
NAMES_NOT_ALL = """
UPDATE a SET x = touch_b(id)
DELETE FROM a WHERE app.touched(id)
INSERT INTO a (x) VALUES (touch_b(1))
INSERT INTO a SELECT touch_b(x) FROM a
UPDATE a SET x = a(1)
"""


def lines(text: str) -> list[str]:
    return text.strip().splitlines()


def changes(sql: str, kind: str = Kind.DATA) -> Changes:
    made = Changes()
    made.note(sql, kind, "revision ab12")
    return made


@pytest.mark.parametrize("sql", lines(NAMES_ALL))
def test_a_change_that_names_all_it_changes_leaves_the_rest_answerable(sql: str) -> None:
    assert changes(sql).everything is None


@pytest.mark.parametrize("sql", lines(NAMES_NOT_ALL))
def test_a_function_that_nobody_knows_may_change_any_table(sql: str) -> None:
    assert str(changes(sql).everything).startswith("revision ab12 c")


def test_who_may_change_anything_is_named() -> None:
    assert changes("UPDATE a SET x = touch_b(id)").everything == (
        "revision ab12 calls touch_b(), which may change anything"
    )


def test_a_setting_changes_no_table() -> None:
    assert changes("SET search_path TO f(1)", Kind.SETTING).everything is None


def test_types_of_new_columns_are_no_calls() -> None:
    assert changes("CREATE TABLE a (x NUMERIC(10, 2), y VARCHAR(3))", Kind.DDL).everything is None
