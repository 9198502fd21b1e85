"""The account as a value: what it says before, between and after what it was told."""

from __future__ import annotations

import pytest

from headway.effects.sql_kind import Kind
from headway.runtime.account import Account, Fate, Sent
from headway.runtime.driver_state import is_broken


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
