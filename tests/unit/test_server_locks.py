"""What the run locks ask of a server, whatever answers: under which name, whether it is still theirs, and how it goes back."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest

from headway.dialects.mysql.locks import MysqlLock
from headway.dialects.postgresql.locks import PostgresqlLock

IDLE, INSIDE, FAILED = 0, 2, 3
WATCHED = "current_setting('client_connection_check_interval', true)"


class Server:
    """A driver's connection, and SQLAlchemy's around it: answers the first entry whose words are in the question."""

    def __init__(self, answers: dict[str, Any] | None = None, *, state: int = IDLE) -> None:
        self.answers, self.state = answers or {}, state
        self.asked: list[str] = []
        self.closed = self.invalidated = False
        self.transaction = False
        self.connection = SimpleNamespace(dbapi_connection=self, driver_connection=self)
        self.commits = self.rollbacks = 0

    def cursor(self) -> Any:
        return SimpleNamespace(execute=self._execute, fetchone=lambda: self._answer, close=lambda: None)

    def _execute(self, sql: str) -> None:
        self.asked.append(sql)
        answer = next((row for words, row in self.answers.items() if words in sql), (None,))
        if isinstance(answer, Exception):
            raise answer
        self._answer = answer

    def get_transaction_status(self) -> int:
        return self.state

    def in_transaction(self) -> bool:
        return self.transaction

    def commit(self) -> None:
        self.commits += 1

    def rollback(self) -> None:
        self.rollbacks += 1


def mysql(**answers: Any) -> tuple[Server, MysqlLock]:
    server: Any = Server({"DATABASE()": ("shop",), **answers})
    lock = MysqlLock(server, "alembic_version")
    server.asked.clear()
    return server, lock


def postgresql(answers: dict[str, Any] | None = None, *, state: int = IDLE) -> tuple[Server, PostgresqlLock]:
    server: Any = Server(answers, state=state)
    return server, PostgresqlLock(server, "alembic_version")


# -- names: two versions of headway on one database must not both get in ---------------------------------------------


def test_the_name_on_mysql_is_that_of_every_version() -> None:
    assert mysql()[1].name == "headway:32622eae6fd3458bfbfef02427b17cafeaa52933"


def test_the_key_on_postgresql_is_that_of_every_version() -> None:
    lock = postgresql()[1]
    assert lock.key == 1488702138199950884
    assert lock._mark == "-1244484359, pg_backend_pid()"


def test_each_history_and_database_has_a_name_of_its_own() -> None:
    def name(database: str | None, table: str) -> str:
        server: Any = Server({"DATABASE()": (database,)})
        return MysqlLock(server, table).name

    names = {name("shop", "a"), name("shop", "b"), name("more", "a"), name(None, "a")}
    assert len(names) == 4
    assert all(len(one) <= 64 for one in names), "MySQL takes no longer one"
    one, other = (PostgresqlLock(Server(), table) for table in ("a", "b"))  # type: ignore[arg-type]
    assert one.key != other.key and one._mark != other._mark


# -- MySQL, MariaDB ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("answer", "taken"), [(1, True), (0, False), (None, False)])
def test_mysql_says_whether_it_is_free(answer: int | None, taken: bool) -> None:
    server, lock = mysql(GET_LOCK=(answer,))
    assert lock.try_acquire() is taken
    assert server.asked == [f"SELECT GET_LOCK('{lock.name}', 0)"]


@pytest.mark.parametrize(("answer", "said"), [(77, "connection 77"), (None, "a session that just ended")])
def test_mysql_says_who_holds_it(answer: int | None, said: str) -> None:
    assert mysql(IS_USED_LOCK=(answer,))[1].holder() == said


@pytest.mark.parametrize(("answer", "held"), [(1, True), (0, False), (None, False)])
def test_mysql_says_whether_it_is_still_held(answer: int | None, held: bool) -> None:
    assert mysql(IS_USED_LOCK=(answer,))[1].is_held() is held


@pytest.mark.parametrize("how", ["replaced", "invalidated", "closed"])
@pytest.mark.parametrize("kind", ["mysql", "postgresql"])
def test_another_session_does_not_hold_it_whatever_it_answers(kind: str, how: str) -> None:
    """Nor is it asked: of a session that is gone the driver would tell an error, of a new one a lie."""
    server, lock = mysql(IS_USED_LOCK=(1,)) if kind == "mysql" else postgresql({"pg_advisory_unlock": (True, True)})
    assert lock.is_held() is True
    server.asked.clear()
    if how == "replaced":
        server.connection = SimpleNamespace(dbapi_connection=Server(), driver_connection=None)
    else:
        setattr(server, how, True)
    assert lock.is_held() is False
    assert server.asked == []


def test_mysql_keeps_it_until_the_transaction_of_the_caller_has_ended() -> None:
    server, lock = mysql()
    server.transaction = True
    assert lock.release() is False
    assert server.asked == []
    server.transaction = False
    assert lock.release() is True
    assert server.asked == [f"SELECT RELEASE_LOCK('{lock.name}')"]


# -- PostgreSQL -------------------------------------------------------------------------------------------------------


def test_postgresql_that_gives_it_to_another_is_asked_for_nothing_more() -> None:
    server, lock = postgresql({"pg_try_advisory_lock": (False,)})
    assert lock.try_acquire() is False
    assert server.asked == [f"SELECT pg_try_advisory_lock({lock.key})"]
    assert server.commits == 1, "asking leaves no transaction open"


def test_postgresql_that_gives_it_is_asked_for_the_mark_as_well() -> None:
    """By which is_held() tells in no time whether it is still there."""
    server, lock = postgresql({"pg_try_advisory_lock": (True,)})
    assert lock.try_acquire() is True
    assert server.asked[:2] == [f"SELECT pg_try_advisory_lock({key})" for key in (lock.key, lock._mark)]


def test_keys_are_numbers_that_postgresql_takes() -> None:
    """Of which half are below zero: an int8, and an int4 in front of the process's number."""
    server: Any = Server()
    locks = [PostgresqlLock(server, f"version_{number}") for number in range(40)]
    assert {lock.key > 0 for lock in locks} == {True, False}
    assert all(-(2**63) <= lock.key < 2**63 for lock in locks)
    marks = [int(lock._mark.partition(",")[0]) for lock in locks]
    assert {mark > 0 for mark in marks} == {True, False}
    assert all(-(2**31) <= mark < 2**31 for mark in marks)


@pytest.mark.parametrize("before", ["0", "5s", None])
def test_postgresql_watches_its_client_unless_somebody_has_it_watched(before: str | None) -> None:
    """And is afterwards as it was: the session goes back to a pool."""
    server, lock = postgresql({"pg_try_advisory_lock": (True,), WATCHED: (before,)})
    assert lock.try_acquire() is True
    sets = [sql for sql in server.asked if "set_config" in sql]
    assert sets == (["SELECT set_config('client_connection_check_interval', '2s', false)"] if before == "0" else [])
    server.asked.clear()
    assert lock.release() is True
    back = [sql for sql in server.asked if "set_config" in sql]
    assert back == (["SELECT set_config('client_connection_check_interval', '0', false)"] if before == "0" else [])


def test_postgresql_that_cannot_watch_has_the_lock_all_the_same() -> None:
    server, lock = postgresql({"pg_try_advisory_lock": (True,), WATCHED: ("0",), "set_config": RuntimeError("no")})
    assert lock.try_acquire() is True
    assert server.rollbacks == 1
    server.asked.clear()
    assert lock.release() is True
    assert [sql for sql in server.asked if "set_config" in sql] == []


def test_inside_a_transaction_of_the_callers_postgresql_is_set_to_nothing() -> None:
    server, lock = postgresql({"pg_try_advisory_lock": (True,), WATCHED: ("0",)}, state=INSIDE)
    assert lock.try_acquire() is True
    assert [sql for sql in server.asked if "setting" in sql or "set_config" in sql] == []
    assert server.commits == server.rollbacks == 0


STARTED = datetime(2024, 5, 6, 7, 8, 9)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (None, "a session that just ended"),
        ((12, "ann", STARTED), "server process 12, user ann, since 07:08:09"),
        ((12, "ann", None), "server process 12, user ann"),
    ],
)
def test_postgresql_says_who_holds_it(row: Any, said: str) -> None:
    assert postgresql({"pg_locks": row})[1].holder() == said


@pytest.mark.parametrize("held", [True, False])
def test_postgresql_says_whether_it_is_still_held(held: bool) -> None:
    assert postgresql({"pg_advisory_unlock": (held, True)})[1].is_held() is held


def test_a_failed_transaction_has_it_still_and_cannot_give_it_back() -> None:
    server, lock = postgresql(state=FAILED)
    assert lock.is_held() is True
    assert lock.release() is False
    assert server.asked == []


@pytest.mark.parametrize("state", [IDLE, INSIDE])
def test_inside_a_transaction_it_becomes_that_transactions(state: int) -> None:
    server, lock = postgresql(state=state)
    assert lock.release() is True
    kept = [f"SELECT pg_try_advisory_xact_lock({lock.key})"] if state == INSIDE else []
    assert server.asked == [*kept, f"SELECT pg_advisory_unlock({lock._mark}), pg_advisory_unlock({lock.key})"]
