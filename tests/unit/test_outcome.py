"""The sentences about a run that failed, each made from an account: what is there, what is not known, what to do next."""

from __future__ import annotations

import pytest

from headway.effects.sql_kind import Kind
from headway.errors import DatabaseFailure, MigrationFailed, PartialFailure
from headway.runtime.account import Account, Fate, Sent
from headway.runtime.outcome import HALF_A_SCRIPT, account_of, besides, outcome

NOTHING = "Nothing was applied. Mend the revision and run the same command again."
AGAIN = "Undo them by hand or make the revision skip them, then run the same command again."


def run(
    *planned: str, running: str | None = None, applied: int = 0, database: str | None = "sqlite:///a.db"
) -> Account:
    """The account of a run that is at ``running``, with the first ``applied`` of what it planned done."""
    account = Account()
    account.open_section(database)
    account.planned.extend(planned)
    account.applied.extend(planned[:applied])
    account.running = running
    return account


def note(account: Account, sql: str, revision: str | None, fate: Fate, kind: Kind = Kind.DDL) -> None:
    entry = Sent(sql, kind, revision, account.sections[-1])
    account.note(entry)
    account.settle([entry], fate)


def hint(account: Account) -> str | None:
    return outcome("no", account, "r1.py", 3).hint


@pytest.mark.parametrize(("infrastructure", "kind"), [(False, MigrationFailed), (True, DatabaseFailure)])
def test_a_run_of_which_nothing_remains(infrastructure: bool, kind: type[Exception]) -> None:
    error = outcome("no", run("r1", running="r1"), "r1.py", 3, infrastructure=infrastructure)
    assert type(error) is kind
    assert (error.message, error.hint, error.path, error.line) == ("no", NOTHING, "r1.py", 3)


def test_a_run_of_which_something_remains() -> None:
    account = run("r1", "r2", "r3", running="r2", applied=1)
    note(account, "CREATE TABLE t (pw TEXT DEFAULT 'hunter2')", "r2", Fate.COMMITTED)
    error = outcome("no", account, None, None)
    assert isinstance(error, PartialFailure)
    assert (list(error.applied), error.failed) == (["r1"], "r2")
    assert list(error.statements) == ["CREATE TABLE t (pw TEXT DEFAULT '…')"]
    assert error.hint == (
        "Applied: r1. Not run: r3. These statements of r2 have taken effect and are not undone: "
        f"1) CREATE TABLE t (pw TEXT DEFAULT '…'). {AGAIN}"
    )


@pytest.mark.parametrize(("infrastructure", "kind"), [(False, PartialFailure), (True, DatabaseFailure)])
def test_a_run_that_was_through(infrastructure: bool, kind: type[Exception]) -> None:
    account = run("r1", "r2", applied=2)
    error = outcome("no", account, None, None, infrastructure=infrastructure)
    assert type(error) is kind
    assert error.hint == "Everything was applied before that: r1, r2. Nothing is left to do."
    assert account_of(account) == error.hint


def test_a_run_that_is_at_a_revision_is_not_through_whatever_is_applied() -> None:
    """As one that goes down and up again."""
    account = run("r1", running="r1", applied=1)
    assert hint(account) == "Applied: r1. Not run: none. Mend the revision and run the same command again."
    assert type(outcome("no", run("r1", running="r1"), None, None)) is MigrationFailed, "unless somebody says otherwise"
    assert type(outcome("no", account, None, None, infrastructure=True)) is PartialFailure
    assert (
        account_of(account) == "Applied: r1. Stopped in: r1. Not run: none. Run the same command again when it suits."
    )


def test_what_nobody_knows_of() -> None:
    account = run("r1", "r2", applied=1)
    account.doubtful.append("r2")
    assert hint(account) == (
        "Applied: r1. Not known: r2; the commit was sent and its answer was lost. 'headway current' tells whether it "
        "is in the database. Not run: none. Mend the revision and run the same command again."
    )
    other = run("r1", running="r1")
    note(other, "CREATE TABLE t (n int)", "r1", Fate.UNKNOWN)
    assert hint(other) == (
        "Applied: none. Not run: none. Of these nobody can say whether they took effect, because the answer was lost; "
        f"look at the database: 1) CREATE TABLE t (n int). {AGAIN}"
    )


def test_what_a_statement_left_that_failed() -> None:
    account = run("r1", running="r1")
    account.left.append("index ix is INVALID")
    assert hint(account) == (
        "Applied: none. Not run: none. Of a statement that failed something stays: index ix is INVALID. "
        "Mend the revision and run the same command again."
    )


def test_what_an_earlier_run_left() -> None:
    account = run("r1", "r2", running="r1")
    account.found, account.found_of = ("table t is there", "column t.a is there"), "r1"
    assert hint(account) == (
        "This run changed nothing of r1, but an earlier run may have stopped inside it; these objects of it exist: "
        "table t is there; column t.a is there. Compare them with the revision: undo them by hand or make the revision "
        "skip them, then run the same command again."
    )
    account.planned[:0] = ["r0"]
    account.applied.append("r0")
    assert hint(account) == (
        "Applied: r0. Not run: r2. An earlier run may have stopped inside r1; these objects of it exist: "
        f"table t is there; column t.a is there. {AGAIN}"
    )
    note(account, "CREATE TABLE t (n int)", "r1", Fate.COMMITTED)
    assert "earlier run" not in str(hint(account)), "this one made it"


def test_what_another_revision_left_says_nothing_against_an_earlier_run() -> None:
    account = run("r1", "r2", running="r2")
    account.found, account.found_of = ("table t is there",), "r2"
    note(account, "CREATE TABLE u (n int)", "r1", Fate.COMMITTED)
    assert "An earlier run may have stopped inside r2" in str(hint(account))


def test_what_env_py_did_and_what_was_not_seen() -> None:
    account = run("r1", running="r1")
    note(account, "CREATE TABLE audit (n int)", None, Fate.COMMITTED)
    account.raw_uses += ["a.py:1", "a.py:2", "a.py:3", "a.py:4"]
    more = (
        "env.py itself, outside any revision, executed and committed: 1) CREATE TABLE audit (n int). A raw driver cursor "
        "was used at a.py:1, a.py:2, a.py:3: what was done through it is not in this account."
    )
    assert besides(account) == more
    assert hint(account) == f"Nothing was applied. {more} Mend the revision and run the same command again."
    assert besides(None) == besides(run()) == ""


def test_a_function_that_was_called_takes_the_certainty() -> None:
    account = run("r1", running="r1")
    note(account, "SELECT setval('s', 5)", "r1", Fate.COMMITTED, Kind.READ)
    assert hint(account) == (
        "Nothing is known to have been applied. These queries call functions that may have changed something: "
        "1) SELECT setval('…', 5). Mend the revision and run the same command again."
    )


def test_each_of_several_databases() -> None:
    account = run("r1", "r2", applied=2)
    account.open_section("postgresql://u:hunter2@h/two")
    account.planned.extend(["r1", "r2", "r3"])
    account.applied.append("r1")
    account.doubtful.append("r2")
    account.start("r3", None)
    account.open_section(None)
    account.sections[-1].done = "Undone"
    account.planned.append("r1")
    account.start("r1", None)
    assert hint(account) == (
        "On sqlite:///a.db: applied r1, r2. On postgresql://u:***@h/two: applied r1; not known r2; failed at r3. "
        "On the last one: Undone: none. Not run: none. Mend the revision and run the same command again."
    )


def test_the_second_of_two_databases() -> None:
    account = run("r1", applied=1)
    account.open_section("sqlite:///b.db")
    account.planned.append("r1")
    account.start("r1", None)
    assert str(hint(account)).startswith(
        "On sqlite:///a.db: applied r1. On sqlite:///b.db: Applied: none. Not run: none."
    )


@pytest.mark.parametrize(
    ("remedy", "said"),
    [
        ("Look at the server", "Look at the server and run the same command again."),
        ("Wait for it.", "Wait for it. Then run the same command again."),
    ],
)
def test_the_next_step(remedy: str, said: str) -> None:
    error = outcome("no", run("r1", running="r1"), None, None, remedy=remedy)
    assert error.hint == f"Nothing was applied. {said}"


def test_a_run_that_a_signal_ended() -> None:
    assert account_of(run("r1", running="r1")) == "Nothing was applied. Run the same command again when it suits."
    half = run("r1", "r2", running="r2", applied=1)
    assert account_of(half) == "Applied: r1. Stopped in: r2. Not run: none. Run the same command again when it suits."
    assert account_of(run("r1", database=None)) == HALF_A_SCRIPT
    assert account_of(run(database=None)) == "Nothing was applied. Run the same command again when it suits."
