"""CREATE INDEX CONCURRENTLY beside a server that answers as told: what is waited for, dropped, refused, and said."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from headway.dialects.postgresql import concurrent_index
from headway.dialects.postgresql.concurrent_index import ConcurrentBuilds
from headway.errors import DatabaseFailure, LockNotAcquired

BUILD = 'CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "Ix ""A" ON shop."Orders" (a) WHERE b LIKE \'x%\''
SAME = 'CREATE UNIQUE INDEX "Ix ""A" ON shop."Orders" USING btree (a) WHERE (b ~~ \'x%\'::text)'
PROBED = (
    "CREATE UNIQUE INDEX headway_index_probe_i ON pg_temp_3.headway_index_probe USING btree (a) WHERE (b ~~ 'x%'::text)"
)
SHOWN = 'shop."Ix ""A"'


def index(*, valid: bool = False, same_table: bool = True, definition: str = SAME, build: int | None = None) -> Any:
    return (7, valid, same_table, definition, SHOWN, 'shop."Orders"', build)


class Server:
    """A session of PostgreSQL. ``looks`` are its answers about the index, one after another; the last one stays."""

    def __init__(self, *looks: Any, invalid: dict[int, str] | None = None, probed: str = PROBED) -> None:
        self.looks, self.invalid, self.probed = list(looks), invalid or {}, probed
        self.sent: list[tuple[Any, ...]] = []
        self.state = 0
        self.open_cursors = 0
        self.connection = SimpleNamespace(dbapi_connection=self, driver_connection=self)

    def cursor(self) -> Any:
        self.open_cursors += 1
        cursor = SimpleNamespace(answer=None)

        def execute(sql: str, *parameters: Any) -> None:
            if "relnamespace = (SELECT" in sql:
                cursor.answer = self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]
                self.question = sql
            elif "NOT i.indisvalid" in sql:
                cursor.answer = list(self.invalid.items())
            elif sql.startswith("SELECT pg_get_indexdef"):
                cursor.answer = (self.probed,)
            else:
                self.sent.append((sql, *parameters))

        def close() -> None:
            self.open_cursors -= 1

        cursor.execute, cursor.close = execute, close
        cursor.fetchone = cursor.fetchall = lambda: cursor.answer
        return cursor

    def get_transaction_status(self) -> int:
        return self.state

    def commit(self) -> None:
        pass

    rollback = commit


class Clock:
    """Time that passes when somebody sleeps."""

    def __init__(self) -> None:
        self.now, self.slept = 100.0, 0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept += 1


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(concurrent_index, "time", clock)
    return clock


class Watched:
    """Builds beside a server, and what was said."""

    def __init__(self, server: Server, *, timeout: float = 5, may_rebuild: bool | None = None) -> None:
        self.server: Any = server
        self.said: list[str] = []
        self.asked: list[str] = []

        def may(name: str) -> bool:
            self.asked.append(name)
            return bool(may_rebuild)

        more: dict[str, Any] = {} if may_rebuild is None else {"may_rebuild": may}
        self.builds = ConcurrentBuilds(timeout=timeout, notify=self.said.append, **more)

    def before(self, sql: str = BUILD, parameters: Any = None) -> None:
        self.builds.before(self.server, sql, parameters)
        assert self.server.open_cursors == 0


DROP = f"DROP INDEX CONCURRENTLY {SHOWN}"


@pytest.mark.parametrize("may_rebuild", [None, True])
def test_what_a_build_that_was_cut_off_left_is_dropped_and_told(may_rebuild: bool | None, clock: Clock) -> None:
    watched = Watched(Server(index()), may_rebuild=may_rebuild)
    watched.before()
    assert watched.said == [
        f"headway: index {SHOWN} is INVALID, left by a build that was cut off; {DROP}, then built anew"
    ]
    assert watched.server.sent == [
        ("BEGIN",),
        ('CREATE TEMPORARY TABLE headway_index_probe (LIKE shop."Orders")',),
        ("CREATE UNIQUE INDEX headway_index_probe_i ON pg_temp.headway_index_probe  (a) WHERE b LIKE 'x%'",),
        ("ROLLBACK",),
        (DROP,),
    ]
    assert watched.asked == ([] if may_rebuild is None else ['Ix "A'])
    assert clock.slept == 0


def test_the_probe_gets_the_parameters_that_the_build_gets(clock: Clock) -> None:
    """A driver reads percent signs only where there are some."""
    watched = Watched(Server(index()))
    watched.before(parameters=())
    assert watched.server.sent[2][1:] == ((),)


def test_a_name_without_quotes_is_asked_for_as_the_server_folds_it(clock: Clock) -> None:
    watched = Watched(Server(None))
    watched.before("create index concurrently IX_Ä$1 on orders (a)")
    assert "c.relname = 'ix_Ä$1'" in watched.server.question
    watched.before('CREATE INDEX CONCURRENTLY "it\'s" ON orders (a)')
    assert "c.relname = 'it''s'" in watched.server.question
    assert "to_regclass('orders')" in watched.server.question


@pytest.mark.parametrize("found", [None, index(valid=True)])
def test_a_valid_index_and_none_are_left_alone(found: Any, clock: Clock) -> None:
    watched = Watched(Server(found))
    watched.before()
    assert (watched.said, watched.server.sent) == ([], [])


OTHER = SAME.replace("(a)", "(a DESC)")
REFUSED = [
    (index(same_table=False), None, 'and it belongs to the table shop."Orders"'),
    (index(definition=OTHER), None, "and it has another definition than the one that is to be built"),
    (index(definition=SAME.replace("UNIQUE ", "")), None, "and it has another definition"),
    (index(), False, "and what was approved does not show that it is dropped and built again"),
]


@pytest.mark.parametrize(("found", "may_rebuild", "why"), REFUSED)
def test_one_that_may_not_go_is_refused(found: Any, may_rebuild: bool | None, why: str, clock: Clock) -> None:
    watched = Watched(Server(found), may_rebuild=may_rebuild)
    with pytest.raises(DatabaseFailure) as error:
        watched.before()
    assert error.value.message.startswith(f"the index {SHOWN} is INVALID, as a build that was cut off leaves it, {why}")
    assert error.value.hint == f"Look at it; if nobody needs it: {DROP}; then run the same command again."
    assert watched.said == []
    assert (DROP,) not in watched.server.sent


def test_inside_a_transaction_the_server_refuses_it_by_itself(clock: Clock) -> None:
    watched = Watched(Server(index(), invalid={7: SHOWN}))
    watched.server.state = 2
    watched.before()
    assert (watched.said, watched.server.sent) == ([], [])
    watched.server.state = 0
    assert watched.builds.left(watched.server, BUILD) == [], "nothing was looked at before it"


def test_another_session_s_build_is_waited_for_and_told_once(clock: Clock) -> None:
    watched = Watched(Server(*[index(build=99)] * 4, index(valid=True)))
    watched.before()
    assert watched.said == [f"headway: waiting for server process 99, which builds the index {SHOWN}"]
    assert clock.slept == 4, "between two looks there is a pause"
    assert clock.now == 102


def test_another_session_s_build_that_fails_is_cleared_away(clock: Clock) -> None:
    watched = Watched(Server(index(build=99), index()))
    watched.before()
    assert watched.server.sent[-1] == (DROP,)


def test_patience_has_an_end(clock: Clock) -> None:
    watched = Watched(Server(index(build=99)), timeout=1.5)
    with pytest.raises(LockNotAcquired) as error:
        watched.before()
    assert error.value.message == f"server process 99 is building the index {SHOWN}, still after 1.5 s"
    assert "--lock-timeout S" in (error.value.hint or "")
    assert clock.now == 101.5
    at_once = Watched(Server(index(build=99)), timeout=0)
    with pytest.raises(LockNotAcquired):
        at_once.before()
    assert at_once.said == [] and clock.now == 101.5


@pytest.mark.parametrize(("found", "fine"), [(index(valid=True), True), (index(), False), (None, False)])
def test_a_build_that_left_no_valid_index_is_no_success(found: Any, fine: bool) -> None:
    watched = Watched(Server(found))
    watched.builds.after(watched.server, "ALTER TABLE t ADD a int")
    if fine:
        watched.builds.after(watched.server, BUILD)
        return
    with pytest.raises(DatabaseFailure) as error:
        watched.builds.after(watched.server, BUILD)
    assert error.value.message == 'the index Ix "A is not valid after it was built concurrently'
    assert (error.value.hint or "").startswith('Drop it (DROP INDEX CONCURRENTLY "Ix ""A") and run')


def test_what_a_refused_statement_has_left_is_told_with_what_becomes_of_it(clock: Clock) -> None:
    watched = Watched(Server(None, index(), index(), invalid={5: "shop.old"}))
    watched.before()
    watched.server.invalid |= {7: SHOWN, 8: "shop.ix_ccnew"}
    left = watched.builds.left(watched.server, BUILD)
    assert left == [
        f"index {SHOWN} is INVALID, left by this run's build; the next run drops it and builds it anew",
        "index shop.ix_ccnew is INVALID, left by this run; DROP INDEX CONCURRENTLY shop.ix_ccnew takes it away",
    ]
    assert watched.builds.left(watched.server, BUILD) == [], "it is told once"


def test_what_another_statement_has_left_is_told_as_well(clock: Clock) -> None:
    watched = Watched(Server(None, invalid={7: SHOWN}))
    watched.before("REINDEX INDEX CONCURRENTLY ix")
    watched.server.invalid[8] = "shop.ix_ccnew"
    (left,) = watched.builds.left(watched.server, "REINDEX INDEX CONCURRENTLY ix")
    assert left.startswith("index shop.ix_ccnew is INVALID, left by this run;")
    watched.before("REINDEX INDEX CONCURRENTLY ix")
    watched.server.state = 2
    assert watched.builds.left(watched.server, "REINDEX INDEX CONCURRENTLY ix") == []
