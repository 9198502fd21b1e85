"""The scopes of a run on a connection: which one begins a transaction, what ends it, and what the owner's own is spared."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from headway.errors import UsageError
from headway.runtime.transactions import Transactions


class Impl:
    """What a dialect says of its DDL, and prints."""

    def __init__(self, *, transactional: bool = True) -> None:
        self.transactional_ddl = transactional
        self.printed: list[str] = []

    def emit_begin(self) -> None:
        self.printed.append("BEGIN")

    def emit_commit(self) -> None:
        self.printed.append("COMMIT")


@pytest.fixture
def connection(tmp_path: Any) -> Any:
    """A connection to a database with a table."""
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'a.db'}")
    with engine.connect() as made:
        made.exec_driver_sql("CREATE TABLE t (n INTEGER)")
        made.commit()
        yield made
    engine.dispose()


def transactions(connection: Any, *, transactional: bool = True, per_migration: bool = False) -> Transactions:
    impl: Any = Impl(transactional=transactional)
    return Transactions(impl, connection, per_migration=per_migration, as_sql=False)


def insert(connection: sa.Connection, number: int) -> None:
    connection.exec_driver_sql(f"INSERT INTO t VALUES ({number})")


def rows(connection: sa.Connection) -> list[int]:
    """What another connection sees."""
    with sa.create_engine(connection.engine.url).connect() as other:
        return list(other.scalars(sa.text("SELECT n FROM t ORDER BY n")))


SCOPES = [
    # whether DDL is transactional, one for each migration is asked for, and after which parts something is committed
    (True, False, [[], [], [1, 2]]),
    (True, True, [[1], [1, 2], [1, 2]]),
    (False, False, [[1], [1, 2], [1, 2]]),
    (False, True, [[1], [1, 2], [1, 2]]),
]


@pytest.mark.parametrize(("transactional", "per_migration", "seen"), SCOPES)
def test_when_a_run_commits(connection: Any, transactional: bool, per_migration: bool, seen: list[list[int]]) -> None:
    found = []
    scopes = transactions(connection, transactional=transactional, per_migration=per_migration)
    with scopes.begin():
        for number in (1, 2):
            with scopes.begin(one_migration=True):
                insert(connection, number)
            found.append(rows(connection))
    assert [*found, rows(connection)] == seen
    assert not connection.in_transaction()


@pytest.mark.parametrize("per_migration", [False, True])
def test_a_failure_takes_back_what_its_scope_holds(connection: Any, per_migration: bool) -> None:
    scopes = transactions(connection, per_migration=per_migration)
    told: list[str] = []
    scopes.on_failure, scopes.on_end = (lambda: told.append("failed")), (lambda: told.append("ended"))
    with pytest.raises(ValueError, match="no"), scopes.begin():
        with scopes.begin(one_migration=True):
            insert(connection, 1)
        with scopes.begin(one_migration=True):
            insert(connection, 2)
            raise ValueError("no")
    assert rows(connection) == ([1] if per_migration else [])
    assert told == (["failed"] if per_migration else ["failed", "ended"])
    assert not connection.in_transaction()


def test_the_end_of_a_run_is_told_and_that_of_a_migration_is_not(connection: Any) -> None:
    for per_migration, expected in ((False, ["ended"]), (True, [])):
        told: list[str] = []
        scopes = transactions(connection, per_migration=per_migration)
        scopes.on_failure, scopes.on_end = (lambda: told.append("failed")), (lambda: told.append("ended"))  # noqa: B023
        with scopes.begin(), scopes.begin(one_migration=True):
            insert(connection, 1)
        assert told == expected
    scopes = transactions(connection)
    with scopes.begin():
        pass  # nobody wants to be told
    with pytest.raises(ValueError, match="no"), scopes.begin():
        raise ValueError("no")


def test_the_end_is_told_when_the_commit_itself_fails(connection: Any) -> None:
    scopes = transactions(connection)
    told: list[str] = []
    scopes.on_end = lambda: told.append("ended")
    with pytest.raises(sa.exc.InvalidRequestError), scopes.begin():
        connection.get_transaction().close()
    assert told == ["ended"]
    connection.rollback()
    with scopes.begin():
        insert(connection, 1)
    assert rows(connection) == [1], "the next run begins anew"


def test_a_scope_inside_another_is_a_part_of_it(connection: Any) -> None:
    scopes = transactions(connection, per_migration=True)
    with scopes.begin(one_migration=True):
        insert(connection, 1)
        with scopes.begin(one_migration=True):
            insert(connection, 2)
        assert rows(connection) == []
    assert rows(connection) == [1, 2]


@pytest.mark.parametrize("way", ["commit", "rollback"])
def test_an_owner_ends_a_scope_by_hand_once(connection: Any, way: str) -> None:
    scopes = transactions(connection)
    scope: Any = scopes.begin()
    assert scope.is_active
    insert(connection, 1)
    getattr(scope, way)()
    assert not scope.is_active
    seen = [1] if way == "commit" else []
    assert rows(connection) == seen
    insert(connection, 2)
    getattr(scope, way)()
    assert rows(connection) == seen, "what comes after it is not its own"


def test_a_scope_is_what_a_with_block_gets(connection: Any) -> None:
    with transactions(connection).begin() as scope:
        insert(connection, 1)
        scope.rollback()
    assert rows(connection) == []


def test_what_has_begun_already_is_gone_on_with(connection: Any) -> None:
    """As reading the version table begins one."""
    scopes = transactions(connection)
    connection.exec_driver_sql("SELECT 1")
    with scopes.begin():
        insert(connection, 1)
    assert rows(connection) == [1]


def test_the_caller_s_own_transaction_is_spared(connection: Any) -> None:
    with connection.begin() as own:
        scopes = transactions(connection, per_migration=True)
        assert scopes.external
        with scopes.begin(), scopes.begin(one_migration=True):
            insert(connection, 1)
            with scopes.ddl_scope():
                insert(connection, 2)
            scopes.after_step()
        assert own.is_active
        with pytest.raises(UsageError, match=r"autocommit_block\(\) cannot commit") as error, scopes.autocommit():
            pass
        assert "without an open transaction" in (error.value.hint or "")
        own.rollback()
    assert rows(connection) == []


def test_a_stand_in_for_a_connection_has_no_transactions() -> None:
    assert transactions(object()).external
    assert not transactions(None).external


def test_a_statement_of_our_own_is_committed_at_once_unless_something_is_open(connection: Any) -> None:
    scopes = transactions(connection)
    with scopes.ddl_scope():
        insert(connection, 1)
    assert rows(connection) == [1]
    with pytest.raises(ValueError, match="no"), scopes.ddl_scope():
        insert(connection, 2)
        raise ValueError("no")
    assert rows(connection) == [1]
    insert(connection, 3)
    with scopes.ddl_scope():
        insert(connection, 4)
    assert rows(connection) == [1]
    connection.rollback()


@pytest.mark.parametrize("fails", [False, True])
def test_an_autocommit_block_commits_what_came_before_it_and_itself(connection: Any, fails: bool) -> None:
    """And a failure after it takes back what came after it."""
    scopes = transactions(connection)
    level = connection.get_isolation_level()
    with pytest.raises(ValueError, match="no"), scopes.begin():
        insert(connection, 1)
        with scopes.autocommit():
            assert rows(connection) == [1]
            assert connection.get_execution_options()["isolation_level"] == "AUTOCOMMIT"
            insert(connection, 2)
            assert rows(connection) == [1, 2]
            if fails:
                raise ValueError("no")
        assert connection.get_execution_options()["isolation_level"] == level
        insert(connection, 3)
        raise ValueError("no")
    assert rows(connection) == [1, 2]
    assert connection.get_isolation_level() == level


def test_an_autocommit_block_of_nobody_s_begins_nothing(connection: Any) -> None:
    scopes = transactions(connection)
    with scopes.autocommit():
        insert(connection, 1)
    assert not connection.in_transaction()
    insert(connection, 2)
    scopes.after_step()
    connection.rollback()
    assert rows(connection) == [1]


def test_a_revision_that_was_split_is_committed_with_its_row(connection: Any) -> None:
    """And the next one, which was not, waits for the end of the run again."""
    scopes = transactions(connection)
    with pytest.raises(ValueError, match="no"), scopes.begin():
        with scopes.autocommit():
            insert(connection, 1)
        insert(connection, 2)  # the version row
        scopes.after_step()
        assert rows(connection) == [1, 2]
        insert(connection, 3)
        scopes.after_step()
        assert rows(connection) == [1, 2]
        raise ValueError("no")
    assert rows(connection) == [1, 2]


def test_a_revision_that_was_not_split_waits_for_the_end_of_the_run(connection: Any) -> None:
    scopes = transactions(connection)
    with scopes.begin():
        insert(connection, 1)
        scopes.after_step()
        assert rows(connection) == []
    assert rows(connection) == [1]


def test_a_transaction_that_an_error_has_ended_is_begun_again(connection: Any) -> None:
    """A run that goes on, such as that of a plan, needs one; one that is whole stays."""
    scopes = transactions(connection)
    scopes.begin_again()
    assert not connection.in_transaction()
    with scopes.begin():
        insert(connection, 1)
        scopes.begin_again()
        connection.get_transaction().close()  # as a session of the ORM does
        scopes.begin_again()
        insert(connection, 2)
    assert rows(connection) == [2]
    with scopes.begin():
        insert(connection, 3)
        scopes.begin_again()
    assert rows(connection) == [2, 3]
    with scopes.begin():
        with Session(connection) as session:
            session.execute(sa.text("INSERT INTO t VALUES (4)"))
            session.rollback()
        scopes.begin_again()
        insert(connection, 5)
    assert rows(connection) == [2, 3, 5]
    with scopes.begin():
        connection.get_transaction().close()
        insert(connection, 6)  # which begins one that nobody knows of
        scopes.begin_again()
        insert(connection, 7)
    assert rows(connection) == [2, 3, 5, 7]


def test_a_failure_ends_whatever_transaction_is_open_then(connection: Any) -> None:
    """A session of the ORM ended the run's, and what followed began another."""
    scopes = transactions(connection)
    with pytest.raises(ValueError, match="no"), scopes.begin():
        connection.get_transaction().rollback()
        insert(connection, 1)
        raise ValueError("no")
    assert not connection.in_transaction()
    assert rows(connection) == []


# -- scripts --------------------------------------------------------------------------------------------------------

SCRIPTS = [
    (True, False, ["BEGIN", "1", "2", "COMMIT"]),
    (True, True, ["BEGIN", "1", "COMMIT", "BEGIN", "2", "COMMIT"]),
    (False, False, ["1", "2"]),
    (False, True, ["1", "2"]),
]


@pytest.mark.parametrize("connected", [False, True])
@pytest.mark.parametrize(("transactional", "per_migration", "script"), SCRIPTS)
def test_where_a_script_begins_and_commits(
    transactional: bool, per_migration: bool, script: list[str], connected: bool, connection: Any
) -> None:
    impl: Any = Impl(transactional=transactional)
    given = connection if connected else None
    scopes = Transactions(impl, given, per_migration=per_migration, as_sql=True)
    with scopes.begin():
        for number in "12":
            with scopes.begin(one_migration=True):
                impl.printed.append(number)
    assert impl.printed == script
    assert not connection.in_transaction()


@pytest.mark.parametrize("connected", [False, True])
@pytest.mark.parametrize(("transactional", "script"), [(True, ["COMMIT", "x", "BEGIN"]), (False, ["x"])])
def test_an_autocommit_block_of_a_script(
    transactional: bool, script: list[str], connected: bool, connection: Any
) -> None:
    impl: Any = Impl(transactional=transactional)
    scopes = Transactions(impl, connection if connected else None, per_migration=False, as_sql=True)
    with scopes.autocommit(), scopes.ddl_scope():
        impl.printed.append("x")
    assert impl.printed == script
    assert not connection.in_transaction()
