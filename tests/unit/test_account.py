"""The account as a value: what it says before, between and after what it was told."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from headway.effects.sql_kind import Kind
from headway.runtime.account import Account, Fate, Sent, brief, shown
from headway.runtime.driver_state import (
    autocommits,
    gave_up_transaction,
    in_transaction,
    is_broken,
    is_syntax_error,
)


def planned(account: Account, *revisions: str) -> None:
    account.sections[-1].planned.extend(revisions)


def sent(account: Account, sql: str, revision: str | None, fate: Fate) -> Sent:
    entry = Sent(sql, Kind.DDL, revision, account.sections[-1])
    account.note(entry)
    account.settle([entry], fate)
    return entry


def test_nothing_has_started_before_a_database_is_met() -> None:
    assert Account().started is False


def test_what_env_py_did_itself_leaves_a_run_complete() -> None:
    account = Account()
    planned(account, "a")
    account.sections[-1].applied.append("a")
    sent(account, "CREATE TABLE audit (n int)", None, Fate.COMMITTED)
    assert account.complete
    sent(account, "CREATE TABLE t (n int)", "a", Fate.COMMITTED)
    assert not account.complete


def test_what_nobody_knows_of_leaves_a_run_open() -> None:
    account = Account()
    planned(account, "a")
    account.sections[-1].applied.append("a")
    sent(account, "CREATE TABLE t (n int)", "a", Fate.UNKNOWN)
    assert not account.complete


def test_what_remains_to_be_done_is_what_nothing_has_come_of() -> None:
    account = Account()
    planned(account, "a", "b", "c", "d", "e")
    account.sections[-1].applied.append("a")
    account.sections[-1].doubtful.append("b")
    sent(account, "CREATE TABLE audit (n int)", None, Fate.COMMITTED)  # by env.py
    sent(account, "CREATE TABLE c (n int)", "c", Fate.COMMITTED)
    account.running = "d"
    assert account.remaining == ["e"]


def noted(account: Account, sql: str, kind: Kind, fate: Fate, revision: str | None = "a") -> Sent:
    entry = Sent(sql, kind, revision, account.sections[-1])
    account.note(entry)
    if fate is not Fate.SENT:
        account.settle([entry], fate)
    return entry


ROW, ASKS, CALLS = "INSERT INTO t VALUES (1)", "SELECT count(*) FROM t", "SELECT setval('s', 5)"


@pytest.mark.parametrize(
    ("fate", "standing", "uncertain", "called"),
    [
        (Fate.SENT, [], [ROW], []),
        (Fate.UNKNOWN, [], [ROW], []),
        (Fate.COMMITTED, [ROW], [], [CALLS]),
        (Fate.UNDONE, [], [], []),
        (Fate.WAITING, [], [], []),
    ],
)
def test_what_is_said_of_each_fate(fate: Fate, standing: list[str], uncertain: list[str], called: list[str]) -> None:
    """Only changes can stand or be in doubt; of queries only those whose functions nobody knows are told."""
    account = Account()
    for sql, kind in (
        (ROW, Kind.DATA),
        (CALLS, Kind.READ),
        (ASKS, Kind.READ),
        ("SET x = f(1)", Kind.SETTING),
        ("COMMIT", Kind.TRANSACTION),
        ("INSERT INTO alembic_version (version_num) VALUES ('a')", Kind.VERSION),
    ):
        noted(account, sql, kind, fate)
    found = [[entry.sql for entry in entries] for entries in (account.standing, account.uncertain, account.called)]
    assert found == [standing, uncertain, called]
    assert account.anything_remains is bool(standing or uncertain)


def test_what_can_never_be_told_is_not_kept() -> None:
    """A revision may ask, set and save a million times."""
    account = Account()
    for sql, kind in (("SELECT 1", Kind.READ), ("SET a = (1)", Kind.SETTING), ("SAVEPOINT a", Kind.TRANSACTION)):
        noted(account, sql, kind, Fate.WAITING)
    noted(account, ROW, Kind.DATA, Fate.UNDONE)
    assert account._open == {} and sum(map(len, account._of_revision.values())) == 1


def test_a_revision_that_is_through_leaves_nothing_to_tell() -> None:
    account = Account()
    planned(account, "a", "b")
    row = noted(account, ROW, Kind.DATA, Fate.COMMITTED)
    lost = noted(account, "INSERT INTO u VALUES (1)", Kind.DATA, Fate.UNKNOWN)
    other = noted(account, "INSERT INTO v VALUES (1)", Kind.DATA, Fate.COMMITTED, "b")
    mark = Sent("", Kind.VERSION, "a", account.sections[-1], finishes=True)
    account.note(mark)
    assert not account.complete and account.applied == []
    account.settle([mark], Fate.COMMITTED)
    assert (account.applied, account.doubtful) == (["a"], [])
    assert row.fate is Fate.COMMITTED
    assert account.standing == [other], "what b has done stays told"
    assert account.uncertain == [lost], "and what nobody knows too, wherever it was sent"


@pytest.mark.parametrize(
    ("fate", "applied", "doubtful"), [(Fate.UNDONE, [], []), (Fate.UNKNOWN, [], ["a"]), (Fate.COMMITTED, ["a"], [])]
)
def test_the_mark_of_a_revision_decides_what_it_is(fate: Fate, applied: list[str], doubtful: list[str]) -> None:
    account = Account()
    planned(account, "a")
    mark = Sent("", Kind.VERSION, "a", account.sections[-1], finishes=True)
    account.note(mark)
    account.settle([mark], fate)
    assert (account.applied, account.doubtful) == (applied, doubtful)
    assert account.complete is (fate is Fate.COMMITTED)
    assert account.anything_remains is (fate is not Fate.UNDONE)
    assert account.standing == account.uncertain == account.called == [], "the mark is no statement"


def test_a_run_that_planned_nothing_or_left_something_is_not_complete() -> None:
    account = Account()
    assert not account.complete, "nothing was planned"
    planned(account, "a")
    account.applied.append("a")
    assert account.complete
    account.left.append("index ix is INVALID")
    assert not account.complete


def test_something_left_is_something_that_remains() -> None:
    account = Account()
    assert not account.anything_remains
    account.left.append("index ix is INVALID")
    assert account.anything_remains


def test_the_revision_that_ran_when_the_run_turned_elsewhere_has_failed() -> None:
    account = Account()
    account.open_section("sqlite:///one.db")
    assert [section.database for section in account.sections] == ["sqlite:///one.db"]
    planned(account, "a")
    account.start("a", "a.py")
    account.stop()
    account.applied.append("a")
    account.open_section("sqlite:///two.db")
    assert [section.failed for section in account.sections] == [None, None]
    planned(account, "a", "b")
    account.start("a", "a.py")
    account.start("b", "b.py")
    assert account.sections[-1].failed == "a"
    assert (account.running, account.running_path) == ("b", "b.py")
    account.open_section("sqlite:///three.db")
    assert (account.database, account.planned, account.applied, account.doubtful) == ("sqlite:///three.db", [], [], [])
    assert [section.failed for section in account.sections] == [None, "b", None]
    planned(account, "a")
    account.stop()
    account.applied.append("a")
    assert not account.complete, "the second database is not through"
    assert (account.running, account.running_path) == (None, None)


def test_ten_statements_are_shown_and_the_others_counted() -> None:
    account = Account()
    entries = [noted(account, f"DELETE FROM t{n}", Kind.DATA, Fate.COMMITTED) for n in range(12)]
    assert shown(entries[:1]) == "1) DELETE FROM t0"
    assert shown(entries[:10]).endswith("; 10) DELETE FROM t9")
    assert shown(entries[:11]).endswith("; 10) DELETE FROM t9; and 1 more")
    assert shown(entries).endswith("; and 2 more")


def test_of_a_long_statement_no_more_is_kept_than_is_ever_shown() -> None:
    entry = noted(Account(), "DELETE FROM t -- " + "x" * 5_000, Kind.DATA, Fate.WAITING)
    told = brief(entry.sql)
    entry.shorten()
    assert len(entry.sql) < 1_000 and brief(entry.sql) == told


def test_a_statement_in_brief_is_as_long_as_it_may_be() -> None:
    assert brief("SELECT " + "x" * 83) == "SELECT " + "x" * 83
    assert brief("SELECT " + "x" * 84) == "SELECT " + "x" * 82 + "…"


DRIVERS = [
    (SimpleNamespace(in_transaction=True), True),
    (SimpleNamespace(in_transaction=False), False),
    (SimpleNamespace(info=SimpleNamespace(transaction_status=0)), False),
    (SimpleNamespace(info=SimpleNamespace(transaction_status=2)), True),
    (SimpleNamespace(info=SimpleNamespace(transaction_status=3)), True),  # in a failed one
    (SimpleNamespace(info=SimpleNamespace(transaction_status=4)), None),  # the connection is bad
    (SimpleNamespace(is_in_transaction=lambda: True), True),
    (SimpleNamespace(is_in_transaction=lambda: False), False),
    (SimpleNamespace(server_status=3), True),
    (SimpleNamespace(server_status=2), False),
    (SimpleNamespace(is_in_transaction=lambda: 1 / 0), None),  # it was closed
    (SimpleNamespace(), None),
]


@pytest.mark.parametrize(("driver", "inside"), DRIVERS)
def test_a_driver_says_whether_it_is_in_a_transaction(driver: Any, inside: bool | None) -> None:
    assert in_transaction(driver) is inside


@pytest.mark.parametrize(
    ("driver", "commits"),
    [
        (SimpleNamespace(get_autocommit=lambda: True, autocommit=lambda on: None), True),
        (SimpleNamespace(get_autocommit=lambda: False, autocommit=lambda on: None), False),
        (SimpleNamespace(autocommit=True), True),
        (SimpleNamespace(autocommit=False), False),
        (SimpleNamespace(autocommit=lambda on: None), False),
        (SimpleNamespace(get_autocommit=lambda: 1 / 0), False),
        (SimpleNamespace(), False),
    ],
)
def test_a_driver_says_whether_it_commits_by_itself(driver: Any, commits: bool) -> None:
    assert autocommits(driver) is commits


@pytest.mark.parametrize(("status", "broken"), [(0, False), (2, False), (3, True), (4, False)])
def test_psycopg_says_whether_its_transaction_is_broken(status: int, broken: bool) -> None:
    driver = SimpleNamespace(info=SimpleNamespace(transaction_status=status))
    assert is_broken(driver, Exception("no")) is broken


@pytest.mark.parametrize(
    ("error", "gave_up", "unread"),
    [
        (Exception(1213, "Deadlock found when trying to get lock"), True, False),
        (Exception(1064, "You have an error in your SQL syntax"), False, True),
        (Exception(1205, "Lock wait timeout exceeded"), False, False),
        (Exception(), False, False),
    ],
)
def test_mysql_s_numbers_tell_what_became_of_the_transaction(error: Exception, gave_up: bool, unread: bool) -> None:
    """A deadlock takes all of it back; what could not be read has committed nothing before it."""
    assert (gave_up_transaction(error), is_syntax_error(error)) == (gave_up, unread)


class Refused(Exception):
    """As asyncpg raises it."""

    sqlstate: str | None = None


class RefusedByPsycopg2(Exception):
    pgcode: str | None = None


@pytest.mark.parametrize(
    ("kind", "name", "code"), [(Refused, "sqlstate", "42601"), (RefusedByPsycopg2, "pgcode", "42601")]
)
def test_a_server_s_error_breaks_a_transaction_and_a_driver_s_does_not(
    kind: type[Exception], name: str, code: str
) -> None:
    """Of a driver that does not show the state of its transaction, the error tells."""
    error = kind("no")
    assert is_broken(object(), error) is False
    setattr(error, name, code)
    assert is_broken(object(), error) is True
