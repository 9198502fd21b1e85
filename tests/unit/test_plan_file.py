"""A plan file as text: what is written is read again, and whatever else stands there is said in one sentence."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from headway.errors import UsageError
from headway.plan.model import NOT_COVERED, Plan, PlanStatement, PlanStep, Target
from headway.plan.plan_file import from_json, read_plan, to_json, write_plan

STATEMENT = PlanStatement("UPDATE t", "data", "r1.py", 3, (("0", "x"), ("1", [1, None])), ("0",), "sha256:1")
PLAN = Plan(
    Target("postgresql", "16.2", "h", "shop", "public", "7301", "its identity"),
    "alembic_version",
    ("a0",),
    ("r1", "r2"),
    (PlanStep("r1", "upgrade", "r1.py", 1, "x", (STATEMENT,)), PlanStep("r2", "upgrade", None, None, "y", None, "why")),
    (PlanStep("before", "environment", "env.py", None, "z", ()),),
    {"env.py": "z", "r1.py": "x"},
    ("ix",),
    (*NOT_COVERED, "the weather"),
)


def test_a_plan_is_read_as_it_was_written() -> None:
    text = to_json(PLAN)
    assert from_json(text, "plan.json") == PLAN
    assert from_json(text, "plan.json").digest == json.loads(text)["digest"] == PLAN.digest
    assert text.endswith("}\n") and '\n  "digest"' in text
    named = Plan(Target("sqlite", database="käse.db"), "v", (), (), ())
    assert "käse.db" in to_json(named), "people read it"


def said(change: Callable[[Any], None]) -> str:
    document = json.loads(to_json(PLAN))
    change(document)
    with pytest.raises(UsageError) as error:
        from_json(json.dumps(document), "plan.json")
    assert (error.value.path, error.value.exit_code) == ("plan.json", 2)
    assert (error.value.hint or "").startswith("Plan again with 'headway plan -o plan.json'")
    return error.value.message


PLACES: list[tuple[tuple[str | int, ...], object, str]] = [
    (("database",), [], "'database' is of the wrong type"),
    (("database", "dialect"), 7, "'dialect' is of the wrong type"),
    (("database", "host"), True, "'host' is of the wrong type"),
    (("database", "port"), 7, "it has no 'port'"),
    (("more",), 7, "it has no 'more'"),
    (("code",), [], "'code' is of the wrong type"),
    (("code", "env.py"), 7, "'code' maps paths to digests"),
    (("version_table",), None, "'version_table' is of the wrong type"),
    (("current",), "a0", "'current' is of the wrong type"),
    (("current",), ["a0", 7], "'current' is a list of texts"),
    (("target",), None, "'target' is of the wrong type"),
    (("rebuilds",), [None], "'rebuilds' is a list of texts"),
    (("not_covered",), [7], "'not_covered' is a list of texts"),
    (("steps",), {}, "'steps' is of the wrong type"),
    (("steps",), [7], "'statements' is missing"),
    (("environment",), 7, "'environment' is of the wrong type"),
    (("steps", 0, "statements"), {}, "'statements' is of the wrong type"),
    (("steps", 0, "revision"), None, "'revision' is of the wrong type"),
    (("steps", 0, "line"), True, "'line' is of the wrong type"),
    (("steps", 0, "line"), "1", "'line' is of the wrong type"),
    (("steps", 0, "why"), 7, "'why' is of the wrong type"),
    (("steps", 0, "statements", 0, "values"), [["0", 1, 2]], "'values' is a list of pairs"),
    (("steps", 0, "statements", 0, "values"), [["0"]], "'values' is a list of pairs"),
    (("steps", 0, "statements", 0, "values"), [[0, 1]], "'values' is a list of pairs"),
    (("steps", 0, "statements", 0, "values"), [[0, "1"]], "'values' is a list of pairs"),
    (("steps", 0, "statements", 0, "values"), ["ab"], "'values' is a list of pairs"),
    (("steps", 0, "statements", 0, "values"), [7], "'values' is a list of pairs"),
    (("steps", 0, "statements", 0, "values"), [["0", "x"], 7], "'values' is a list of pairs"),
    (("steps", 0, "statements", 0, "sql"), None, "'sql' is of the wrong type"),
    (("steps", 0, "statements", 0, "run_time"), [7], "'run_time' is a list of texts"),
]


@pytest.mark.parametrize(("keys", "value", "why"), PLACES)
def test_a_value_of_the_wrong_kind_is_named(keys: tuple[str | int, ...], value: object, why: str) -> None:
    def change(document: Any) -> None:
        for key in keys[:-1]:
            document = document[key]
        document[keys[-1]] = value

    assert said(change) == f"this is not a plan file: {why}"


@pytest.mark.parametrize("key", ["database", "code", "steps", "environment", "rebuilds", "current", "not_covered"])
def test_what_is_missing_is_named(key: str) -> None:
    assert said(lambda document: document.pop(key)) == f"this is not a plan file: '{key}' is missing"


def test_a_plan_that_was_edited_is_told_from_one_that_is_none() -> None:
    changed = "the plan file was changed after it was made"
    assert said(lambda document: document.update(version_table="v")) == changed
    assert said(lambda document: document.pop("digest")) == changed


def leaves(document: Any, *keys: str | int) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Everything that a document says, with the way to it."""
    inner = document.items() if isinstance(document, dict) else enumerate(document)
    for key, value in inner:
        if isinstance(value, dict | list):
            yield from leaves(value, *keys, key)
        else:
            yield (*keys, key), value


def test_every_single_field_counts() -> None:
    """What anybody reads in a plan is what was approved: no text, number or null of it can be another one."""
    told = [found for found in leaves(json.loads(to_json(PLAN))) if found[0] not in (("schema",), ("digest",))]
    assert len(told) > 40
    for keys, value in told:

        def change(document: Any, keys: Any = keys, value: Any = value) -> None:
            for key in keys[:-1]:
                document = document[key]
            document[keys[-1]] = value + 1 if isinstance(value, int) else f"{value or ''}x"

        if value is None and keys[-1] in ("line", "statements"):
            continue  # a text is neither, which is told before
        assert said(change) == "the plan file was changed after it was made", keys


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "this is not a plan file: Expecting value: line 1 column 1 (char 0)"),
        ("[" * 200_000, "this is not a plan file: it is nested too deep"),
        ("[]", "this is no plan"),
        ('{"schema": 7}', "this is no plan"),
        ('{"schema": "headway/lint/2"}', "this is no plan"),
        (
            '{"schema": "headway/plan/1"}',
            "this plan has the format headway/plan/1, and this version applies headway/plan/2",
        ),
    ],
)
def test_what_is_no_plan_at_all(text: str, why: str) -> None:
    with pytest.raises(UsageError) as error:
        from_json(text, "plan.json")
    assert error.value.message == why
    assert (error.value.hint or "").startswith("Plan again")


def test_a_file_that_cannot_be_read_or_written(tmp_path: Any) -> None:
    with pytest.raises(UsageError, match="the plan cannot be read: No such file") as error:
        read_plan(str(tmp_path / "plan.json"))
    assert error.value.path == str(tmp_path / "plan.json")
    with pytest.raises(UsageError, match="the plan cannot be written: No such file") as error:
        write_plan(PLAN, str(tmp_path / "no" / "plan.json"))
    assert error.value.hint == "Does its directory exist?"
    write_plan(PLAN, str(tmp_path / "plan.json"))
    assert read_plan(str(tmp_path / "plan.json")) == PLAN
    (tmp_path / "plan.json").write_bytes(b"\xff")
    with pytest.raises(UsageError, match="it is not UTF-8"):
        read_plan(str(tmp_path / "plan.json"))
