"""Whether a plan may be applied: each decision with its reason, without a database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from headway.errors import GateRefused
from headway.plan import gate
from headway.plan.model import Plan, PlanStep, Target

TARGET = Target("postgresql", "16.2", "db.example", "shop", "public", "7301", "its identity")
SHOWN = PlanStep("a2", "upgrade", "a2.py", 1, "x", ())
HIDDEN = PlanStep("a3", "upgrade", "a3.py", 1, "x", None, "it asks for rows")
PLAN = Plan(TARGET, "alembic_version", ("a0", "a1"), ("a3",), (SHOWN, HIDDEN), code={"env.py": "x"})
AGAIN = "Plan again with 'headway plan -o plan.json'"


def refusal(decide: Callable[[], None]) -> tuple[str, str]:
    with pytest.raises(GateRefused) as error:
        decide()
    assert error.value.exit_code == 5
    return error.value.message, error.value.hint or ""


def test_an_approval_is_of_this_plan_or_of_none() -> None:
    for approved in (None, PLAN.digest, f"  {PLAN.digest}\n"):
        gate.require_approval(PLAN, approved)
    message, hint = refusal(lambda: gate.require_approval(PLAN, " sha256:0 "))
    assert message == f"the approved digest sha256:0 is not the plan's, which is {PLAN.digest}"
    assert hint.startswith(AGAIN)


def test_a_step_that_is_not_shown_is_named_with_its_reason() -> None:
    gate.require_shown(replace(PLAN, steps=(SHOWN,)))
    message, hint = refusal(lambda: gate.require_shown(PLAN))
    assert message == "the policy refuses plans with steps that are not shown: a3 (it asks for rows)"
    assert "approval.not_shown" in hint


@pytest.mark.parametrize(("heads", "done"), [(["a3"], True), (["a3", "a3"], True), (["a2"], False), ([], False)])
def test_a_database_is_where_the_plan_leads(heads: list[str], done: bool) -> None:
    assert gate.is_done(PLAN, heads) is done


def test_code_that_changed_is_named() -> None:
    gate.require_code([])
    message, hint = refusal(lambda: gate.require_code(["env.py", "a2.py"]))
    assert message == "this is not what was planned: env.py, a2.py changed since"
    assert hint.startswith(AGAIN)


def test_another_python_is_named() -> None:
    gate.require_python(None)
    message, hint = refusal(lambda: gate.require_python("3.11"))
    assert message == "the plan was made with Python 3.11, and this is another one"
    assert hint.startswith(AGAIN)


def test_modules_that_the_plan_does_not_know_are_named() -> None:
    gate.require_listed(PLAN, ["env.py"])
    gate.require_listed(PLAN, [])
    message, hint = refusal(lambda: gate.require_listed(PLAN, ["z.py", "env.py", "b.py"]))
    assert message == "this is not what was planned: b.py, z.py is imported, and the plan does not know it"
    assert hint.startswith(AGAIN)


OTHERS = [
    ({"dialect": "mysql"}, "the plan was made for postgresql, this database is mysql", "Check --url."),
    ({"identity": "7"}, "another database: its identity is 7301, and this one's is 7", "plan for this database."),
    ({"host": "h"}, "another database: its host is db.example, and this one's is h", "plan for this database."),
    ({"database": None}, "another database: its database is shop, and this one's is None", "plan for this database."),
    ({"schema": "s"}, "another database: its schema is public, and this one's is s", "plan for this database."),
    ({"server_version": "17"}, "made for version 16.2 of the server, and this is 17", AGAIN),
]


@pytest.mark.parametrize(("change", "said", "remedy"), OTHERS)
def test_another_database_is_told_by_what_differs(change: dict[str, str], said: str, remedy: str) -> None:
    gate.require_target(PLAN, TARGET)
    gate.require_target(PLAN, replace(TARGET, named_by="host and database"))
    message, hint = refusal(lambda: gate.require_target(PLAN, replace(TARGET, **change)))
    assert said in message
    assert remedy in hint


def test_a_database_that_is_not_where_the_plan_starts() -> None:
    gate.require_start(PLAN, ["a1", "a0"], ["a2", "a3"])
    message, hint = refusal(lambda: gate.require_start(PLAN, [], ["a2", "a3"]))
    assert message == "the database has moved: the plan starts from a0, a1, the database is on base"
    assert hint.startswith(AGAIN)


@pytest.mark.parametrize(("steps", "now"), [(["a3", "a2"], "a3, a2"), (["a2"], "a2"), ([], "base")])
def test_another_way_to_the_same_target(steps: list[str], now: str) -> None:
    message, hint = refusal(lambda: gate.require_start(PLAN, ["a0", "a1"], steps))
    assert message == f"this is not what was planned: its revisions are a2, a3, and now {now}"
    assert hint.startswith(AGAIN)
