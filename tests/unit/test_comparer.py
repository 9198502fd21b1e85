"""A run beside its plan, statement by statement, without a database: what is let through, and what is said of the rest."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from headway.errors import GateRefused
from headway.plan.comparer import Comparer
from headway.plan.model import Plan, PlanStatement, PlanStep, Target
from headway.plan.recorded import condensed, fingerprint
from headway.runtime.raw_cursors import RawCursorWitness

Values = tuple[tuple[str, Any], ...]


def planned(sql: str, values: Values = (), run_time: tuple[str, ...] = (), kind: str = "data") -> PlanStatement:
    kept = values if run_time else condensed(values)
    return PlanStatement(sql, kind, "r1.py", 7, kept, run_time, fingerprint(sql, run_time))


def step(name: str, *statements: PlanStatement) -> PlanStep:
    direction = "environment" if name in ("before", "after") else "upgrade"
    return PlanStep(name, direction, f"{name}.py", 1, "x", statements)


def hidden(name: str) -> PlanStep:
    return PlanStep(name, "upgrade", f"{name}.py", 1, "x", None, "it asks for rows")


ROW, OTHER = "INSERT INTO t VALUES (1)", "DELETE FROM t"


class Run:
    """A run of a plan of these steps; ``looked`` and ``checked`` are what was asked of code and target."""

    def __init__(
        self, *steps: PlanStep, env_before: tuple[PlanStatement, ...] | None = (), env_after: Any = ()
    ) -> None:
        before = hidden("before") if env_before is None else step("before", *env_before)
        around = (before, step("after", *env_after))
        plan = Plan(Target("sqlite"), "alembic_version", (), ("r1",), steps, around)
        self.witness = RawCursorWitness()
        self.comparer = Comparer(self.witness, lambda path: path.rpartition("/")[2])
        self.looked: list[str] = []
        self.checked: list[Any] = []
        self.comparer.follow(plan, self.look, self.checked.append)
        self.plan = plan

    def look(self) -> None:
        self.looked.append("code")

    def send(self, *texts: str, parameters: Any = None, many: bool = False) -> None:
        """As the witness has its gates look at each statement."""
        for sql in texts:
            crossing: Any = SimpleNamespace(sql=sql, parameters=parameters, executemany=many, connection="here")
            for gate in self.witness.gates:
                gate(crossing)

    def begin(self, steps: list[str] | None = None) -> None:
        self.comparer.planned(self._steps(steps))

    def _steps(self, names: list[str] | None) -> Any:
        known = [one.revision for one in self.plan.steps]
        return [SimpleNamespace(revision=name) for name in (known if names is None else names)]

    def start(self, name: str = "r1") -> None:
        self.comparer.revision_started(self._steps([name])[0], None)

    def finish(self, name: str = "r1") -> None:
        self.comparer.revision_finished(self._steps([name])[0])

    def through(self, *texts: str) -> None:
        """A whole run of one revision."""
        self.begin()
        self.start()
        self.send(*texts)
        self.finish()
        self.comparer.end()


def refused(act: Callable[[], None]) -> str:
    with pytest.raises(GateRefused) as error:
        act()
    assert "headway plan" in (error.value.hint or "")
    return error.value.message


def test_what_was_planned_passes() -> None:
    run = Run(step("r1", planned(ROW), planned(OTHER)), env_before=(planned(OTHER),), env_after=(planned(ROW),))
    run.send(OTHER)
    run.begin()
    run.start()
    run.send(ROW, "SELECT 1", OTHER)
    run.finish()
    run.send(ROW)
    run.comparer.end()
    assert run.comparer.finished == ["r1"]


def test_the_code_is_looked_at_before_each_statement_and_before_the_revisions() -> None:
    """What a revision's file imports is known before any of them runs."""
    run = Run(step("r1", planned(ROW)))
    run.begin()
    assert run.looked == ["code"]
    run.start()
    run.send(ROW, "SELECT 1")
    assert len(run.looked) == 3


def test_the_database_is_looked_at_while_env_py_is_on_its_own() -> None:
    run = Run(step("r1", planned(ROW)), env_before=(planned(OTHER),))
    run.send("SELECT 1")
    assert run.checked == [], "a read does no harm anywhere"
    run.send(OTHER)
    assert run.checked == ["here"]
    run.begin()
    run.start()
    run.send(ROW)
    assert run.checked == ["here"]


DIFFERENCES = [
    (planned(ROW), OTHER, None, f"sends '{OTHER}' where the plan has '{ROW}'"),
    (planned(ROW, kind="ddl"), ROW, None, f"sends '{ROW}' where the plan has '{ROW}'"),
    (planned("INSERT INTO t VALUES (:a)", (("a", 1),)), "INSERT INTO t VALUES (:a)", {"a": 1}, None),
    (
        planned("INSERT INTO t VALUES (:a)", (("a", 1),)),
        "INSERT INTO t VALUES (:a)",
        {"a": 2},
        "sends the value a = 2, and the plan has 1: 'INSERT INTO t VALUES (:a)'",
    ),
    (
        planned("INSERT INTO t VALUES (:a)", (("a", 1),)),
        "INSERT INTO t VALUES (:a)",
        {"b": 1},
        "sends other parameters than planned: 'INSERT INTO t VALUES (:a)'",
    ),
    (planned("INSERT INTO t VALUES (:a)", (("a", 1),), ("a",)), "INSERT INTO t VALUES (:a)", {"a": 2}, None),
    (
        planned("INSERT INTO t VALUES (:a, :b)", (("a", 1), ("b", 1)), ("a",)),
        "INSERT INTO t VALUES (:a, :b)",
        {"a": 2, "b": 3},
        "sends the value b = 3, and the plan has 1: 'INSERT INTO t VALUES (:a, :b)'",
    ),
    (planned("INSERT INTO t VALUES (5)", (), ("literal 0",)), "INSERT INTO t VALUES (6)", None, None),
    (
        planned("INSERT INTO t VALUES (5, 7)", (), ("literal 0",)),
        "INSERT INTO t VALUES (6, 8)",
        None,
        "sends 'INSERT INTO t VALUES (6, 8)' where the plan has 'INSERT INTO t VALUES (5, 7)'",
    ),
    (
        planned("INSERT INTO t VALUES (:a)", (("a", "x" * 30_000),)),
        "INSERT INTO t VALUES (:a)",
        {"a": "x" * 30_000},
        None,
    ),
    (
        planned("INSERT INTO t VALUES (:a)", (("a", "y"),)),
        "INSERT INTO t VALUES (:a)",
        {"a": "x" * 100},
        "sends the value a = '" + "x" * 58 + "…, and the plan has 'y': 'INSERT INTO t VALUES (:a)'",
    ),
]


@pytest.mark.parametrize(("plan", "sql", "parameters", "difference"), DIFFERENCES)
def test_a_statement_is_the_planned_one_or_is_not_sent(
    plan: PlanStatement, sql: str, parameters: Any, difference: str | None
) -> None:
    run = Run(step("r1", plan))
    run.begin()
    run.start()
    if difference is None:
        run.send(sql, parameters=parameters)
        run.finish()
        return
    message = refused(lambda: run.send(sql, parameters=parameters))
    assert message.startswith("revision r1 is not what was planned: test_comparer.py:")
    assert message.endswith(difference)


def test_a_long_statement_is_told_by_its_beginning() -> None:
    for extra, cut in ((0, False), (1, True)):
        text = "DELETE FROM " + "t" * (88 + extra)
        run = Run(step("r1", planned(ROW)))
        run.begin()
        run.start()
        told = f"{text[:99]}…" if cut else text
        assert f"sends '{told}' where" in refused(lambda: run.send(text))  # noqa: B023


def test_one_statement_more_is_not_sent() -> None:
    run = Run(step("r1", planned(ROW)))
    run.begin()
    run.start()
    run.send(ROW)
    assert refused(lambda: run.send(OTHER)).endswith(f"sends a statement that is not in the plan: '{OTHER}'")


@pytest.mark.parametrize("part", ["before", "r1", "after"])
def test_one_statement_less_is_told_when_its_part_is_over(part: str) -> None:
    missing = {"before": (), "r1": (), "after": ()} | {part: (planned(OTHER),)}
    run = Run(step("r1", *missing["r1"]), env_before=missing["before"], env_after=missing["after"])
    name = "revision r1" if part == "r1" else "env.py"
    message = refused(run.through)
    assert message == f"{name} is not what was planned: r1.py:7: does not send what was planned: '{OTHER}'"


@pytest.mark.parametrize("name", ["before", "after"])
def test_what_env_py_sends_beside_the_plan_is_env_py_s(name: str) -> None:
    run = Run(step("r1", planned(ROW)))
    if name == "after":
        run.begin()
        run.start()
        run.send(ROW)
        run.finish()
    message = refused(lambda: run.send(OTHER))
    assert message.startswith("env.py is not what was planned: ")
    assert message.endswith(f"sends a statement that is not in the plan: '{OTHER}'")


def test_a_refusal_that_is_caught_stays() -> None:
    """Whatever user code goes on with, nothing more is sent, and the run does not end well."""
    for go_on in (
        lambda run: run.send(ROW),
        lambda run: run.begin(),
        lambda run: run.start("r2"),
        lambda run: run.finish(),
        lambda run: run.comparer.end(),
    ):
        run = Run(step("r1", planned(ROW)), step("r2", planned(ROW)))
        run.begin()
        run.start()
        first = refused(lambda: run.send(OTHER))  # noqa: B023
        assert refused(lambda: go_on(run)) == first  # noqa: B023


def test_the_driver_s_own_connection_is_refused_where_it_was_not_planned() -> None:
    run = Run(step("r1", planned(ROW)), step("r2"))
    run.begin()
    run.start()
    run.witness.took_raw_cursor("/shop/r1.py:9")
    said = "revision r1 is not what was planned: r1.py:9: takes the driver's own connection, which it did not when it was planned"
    assert refused(lambda: run.send(ROW)) == said
    late = Run(step("r1", planned(ROW)), step("r2"))
    late.begin()
    late.start()
    late.send(ROW)
    late.witness.took_raw_cursor("/shop/r1.py:9")
    assert refused(late.finish) == said


def test_a_step_that_is_not_shown_may_do_what_it_likes_and_no_other() -> None:
    run = Run(hidden("r1"), step("r2", planned(ROW)))
    run.begin()
    run.start()
    run.witness.took_raw_cursor("/shop/r1.py:9")
    run.send(OTHER, OTHER)
    run.witness.took_raw_cursor("/shop/r1.py:9")
    run.finish()
    run.start("r2")
    run.send(ROW)
    run.finish("r2")
    run.comparer.end()
    assert run.comparer.finished == ["r1", "r2"]


def test_what_env_py_takes_hold_of_where_it_is_not_shown_is_no_revision_s() -> None:
    run = Run(step("r1", planned(ROW)), env_before=None)
    run.witness.took_raw_cursor("/shop/env.py:9")
    run.through(ROW)
    assert run.comparer.finished == ["r1"]


def test_a_value_is_told_by_its_beginning() -> None:
    for length, told in ((58, f"'{'x' * 58}'"), (59, f"'{'x' * 58}…")):
        run = Run(step("r1", planned("INSERT INTO t VALUES (:a)", (("a", 1),))))
        run.begin()
        run.start()
        value = {"a": "x" * length}
        message = refused(lambda: run.send("INSERT INTO t VALUES (:a)", parameters=value))  # noqa: B023
        assert f"sends the value a = {told}, and" in message


def test_a_run_with_nothing_left_to_do_compares_no_environment_but_an_empty_plan_s() -> None:
    """What env.py does before the run is part of a plan that has revisions, and all of it of one that has none."""
    done = Run(step("r1", planned(ROW)), env_before=(planned(OTHER),), env_after=(planned(ROW),))
    done.begin([])
    done.comparer.end()
    empty = Run(env_before=(planned(OTHER),))
    assert "does not send what was planned" in refused(lambda: empty.begin([]))
    full = Run(env_before=(planned(OTHER),), env_after=(planned(ROW),))
    full.send(OTHER)
    full.begin([])
    assert "does not send what was planned" in refused(full.comparer.end)


def test_without_a_plan_nothing_is_compared() -> None:
    comparer = Comparer(RawCursorWitness(), str)
    one: Any = SimpleNamespace(revision="r1")
    comparer.planned([one])
    comparer.revision_started(one, None)
    comparer.revision_finished(one)
    comparer.end()
    assert comparer.finished == ["r1"]
