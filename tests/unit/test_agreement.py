"""What two recordings of one run have in common, and which servers know which name of a setting."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from headway.plan.agreement import agree
from headway.plan.recorded import Recorded, Section, condensed, fingerprint
from headway.runtime.read_only import _is_old


@pytest.mark.parametrize(("first", "second"), [("a", None), (None, "b"), ("a", "b")])
def test_what_one_of_them_could_not_tell_is_not_shown(first: str | None, second: str | None) -> None:
    (agreed,) = agree([Section("r1", "upgrade", [], first)], [Section("r1", "upgrade", [], second)])
    assert (agreed.statements, agreed.why) == (None, first or second)


def test_what_both_tell_is_shown() -> None:
    (agreed,) = agree([Section("r1", "upgrade")], [Section("r1", "upgrade")])
    assert (agreed.statements, agreed.why) == ((), None)


def agreed(one: list[Recorded], other: list[Recorded]) -> Any:
    (found,) = agree([Section("r1", "upgrade", one)], [Section("r1", "upgrade", other)])
    return found


def sent(sql: str, *values: tuple[str, Any], kind: str = "data", file: str | None = "r1.py") -> Recorded:
    return Recorded(sql, kind, file, 7, values)


def test_a_statement_that_is_the_same_twice_is_planned_as_it_is() -> None:
    one = sent("UPDATE t SET a = :a", ("a", 1))
    found = agreed([one, one], [one, one])
    assert found.why is None
    for statement in found.statements:
        assert (statement.sql, statement.kind, statement.file, statement.line) == (one.sql, "data", "r1.py", 7)
        assert (statement.values, statement.run_time) == ((("a", 1),), ())
        assert statement.fingerprint == fingerprint(one.sql)


def test_values_that_differ_are_made_when_it_runs() -> None:
    found = agreed([sent("INSERT 'x', 5, 6", ("a", 1), ("b", 2))], [sent("INSERT 'y', 5, 7", ("a", 1), ("b", 3))])
    (statement,) = found.statements
    assert statement.run_time == ("literal 0", "literal 2", "b")
    assert statement.values == (("a", 1), ("b", 2))
    assert statement.fingerprint == fingerprint("INSERT 'x', 5, 6", ("literal 0", "literal 2"))


def test_very_long_values_are_kept_as_a_digest_unless_some_are_made_when_it_runs() -> None:
    """Those have to be told one by one."""
    long = ("a", "x" * 30_000)
    (statement,) = agreed([sent("INSERT :a", long)], [sent("INSERT :a", long)]).statements
    assert statement.values == condensed((long,)) != (long,)
    (statement,) = agreed([sent("INSERT :a, :b", long, ("b", 1))], [sent("INSERT :a, :b", long, ("b", 2))]).statements
    assert (statement.values, statement.run_time) == ((long, ("b", 1)), ("b",))


LONG = "DELETE FROM " + "t" * 100


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ([sent("DELETE FROM t")], [], "recorded twice, it sent 1 and 0 statements"),
        ([sent(LONG)], [sent("x")], f"r1.py:7: recorded twice, it sent another statement: {LONG[:80]!r}"),
        ([sent("a", file=None)], [sent("b")], "recorded twice, it sent another statement: 'a'"),
        ([sent("a", ("a", 1))], [sent("a", ("b", 1))], "r1.py:7: recorded twice, it sent another statement: 'a'"),
        ([sent("a", ("a", 1))], [sent("a")], "r1.py:7: recorded twice, it sent another statement: 'a'"),
        (
            [sent("CREATE 'a'", kind="ddl")],
            [sent("CREATE 'b'", kind="ddl")],
            "r1.py:7: recorded twice, it sent other values in what is no INSERT, UPDATE or DELETE",
        ),
        (
            [sent("CALL f(:a)", ("a", 1), kind="unknown")],
            [sent("CALL f(:a)", ("a", 2), kind="unknown")],
            "r1.py:7: recorded twice, it sent other values in what is no INSERT, UPDATE or DELETE",
        ),
    ],
)
def test_what_differs_otherwise_cannot_be_told(one: list[Recorded], other: list[Recorded], why: str) -> None:
    same = sent("DELETE FROM u")
    assert agreed([same, *one], [same, *other]).why == why.replace("1 and 0", "2 and 1")
    found = agreed([*one, same], [*other, same])
    assert (found.statements, found.why) == (None, why.replace("1 and 0", "2 and 1"))


def test_recordings_of_other_steps_are_not_compared() -> None:
    with pytest.raises(ValueError, match="shorter"):
        agree([Section("r1", "upgrade"), Section("r2", "upgrade")], [Section("r1", "upgrade")])


def test_ddl_that_is_the_same_twice_is_planned() -> None:
    ddl = sent("CREATE TABLE t (a TEXT DEFAULT 'x')", kind="ddl")
    assert agreed([ddl], [ddl]).statements is not None


@pytest.mark.parametrize(
    ("version", "is_old"),
    [
        ("5.6.51", True),
        ("5.7.44-log", False),
        ("6.0.1", False),
        ("8.4.0", False),
        ("10.11.6-MariaDB", True),
        ("11.0.2-MariaDB", True),
        ("11.1.0-MariaDB", False),
        ("11.4.2-MariaDB-log", False),
        ("10.2.44-MariaDB", True),
        ("5.5.68-MariaDB", True),
        ("12.0.2-MariaDB", False),
        ("5.7.0", False),
        ("9.0.1", False),
    ],
)
def test_the_name_of_the_setting_is_that_of_the_server(version: str, is_old: bool) -> None:
    cursor: Any = SimpleNamespace(
        description=(("v",),),
        execute=lambda sql: None,
        fetchone=lambda: (version,),
        fetchall=lambda: [(version,)],
        close=lambda: None,
    )
    assert _is_old(SimpleNamespace(name="mysql"), SimpleNamespace(cursor=lambda: cursor)) is is_old
