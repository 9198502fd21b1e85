"""Every format of every sample is what its golden file says; HEADWAY_UPDATE_GOLDEN=1 writes them anew for review."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from headway.plan import plan_file
from headway.plan.model import PlanStatement
from headway.report import comment, github, gitlab, junit, markdown, sarif, suggestions, text
from headway.report import json as json_report
from headway.report.html import page
from headway.report.html.script import SCRIPT
from headway.report.html.style import STYLE
from headway.report.model import Report
from headway.report.payload import FORMS
from reports.samples import DROPPED, PLAN, REQUIRED, SAMPLES

GOLDEN = Path(__file__).parent / "golden"
SCHEMA = json.loads(files("headway.report").joinpath("report.schema.json").read_text(encoding="utf-8"))

FORMATS: dict[str, Callable[[Report], str]] = {
    "text": text.render,
    "verbose.text": lambda report: text.render(report, verbose=True),
    "json": json_report.render,
    "github": github.render,
    "markdown": markdown.render,
    "sarif": sarif.render,
    "gitlab": gitlab.render,
    "junit": junit.render,
    "comment": comment.render,
    "suggestions": suggestions.render,
    "html": lambda report: page.render(report).replace(STYLE, "").replace(SCRIPT, "").replace("><", ">\n<"),
}


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("name", SAMPLES)
def test_golden(name: str, format: str) -> None:
    path = GOLDEN / f"{name.replace(' ', '-')}.{format}"
    rendered = FORMATS[format](SAMPLES[name])
    if os.environ.get("HEADWAY_UPDATE_GOLDEN"):
        path.write_text(rendered, encoding="utf-8")
    assert rendered == path.read_text(encoding="utf-8")


def test_no_golden_file_is_orphaned() -> None:
    wanted = {f"{name.replace(' ', '-')}.{format}" for name in SAMPLES for format in FORMATS}
    assert {path.name for path in GOLDEN.iterdir()} == wanted


def schema_of(payload: dict[str, Any]) -> Any:
    """The schema that ships for a document, by the form that it names."""
    name = payload["schema"].split("/")[1]
    schema = json.loads(files("headway.report").joinpath("schemas", f"{name}.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return schema


@pytest.mark.parametrize("name", SAMPLES)
def test_json_follows_the_schema_that_ships(name: str) -> None:
    document = json.loads(json_report.render(SAMPLES[name]))
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(document, SCHEMA)
    payload = document["payload"]
    assert (payload is None) is not bool(SAMPLES[name].stages)
    if payload is not None:
        assert payload["schema"] == FORMS[document["command"]]
        jsonschema.validate(payload, schema_of(payload))
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**payload, "surprise": 1}, schema_of(payload))


def test_the_payload_of_a_plan_is_the_plan_file() -> None:
    document = json.loads(json_report.render(SAMPLES["plan"]))
    assert document["payload"] == json.loads(plan_file.to_json(PLAN))
    assert plan_file.from_json(json.dumps(document["payload"]), "plan.json") == PLAN


def test_each_form_has_a_schema_and_each_schema_a_form() -> None:
    there = {one.name: json.loads(one.read_text()) for one in files("headway.report").joinpath("schemas").iterdir()}
    forms = {schema["properties"]["schema"]["const"] for schema in there.values()}
    assert forms == {*FORMS.values(), "headway/graph/1", "headway/suggestions/1"}
    assert set(SCHEMA["properties"]["payload"]["properties"]["schema"]["enum"]) == set(FORMS.values())
    for name, schema in there.items():
        form, version = schema["properties"]["schema"]["const"].removeprefix("headway/").split("/")
        assert name == f"{form}.schema.json" and schema["$id"].endswith(f"/schema/{form}/{version}")


def test_what_is_left_of_a_plan_is_told() -> None:
    payload = json_report.document(SAMPLES["half applied"])["payload"]
    assert (payload["applied"], payload["not_applied"], payload["failed"]) == (["d16e"], ["7a60"], "7a60")
    without = json_report.document(replace(SAMPLES["half applied"], plan=None))["payload"]
    assert without["not_applied"] is None and without["digest"] is None


def test_the_schema_is_strict() -> None:
    document = json.loads(json_report.render(SAMPLES["clean"]))
    for change in ({"surprise": 1}, {"result": "perfect"}, {"exit_code": 7}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**document, **change}, SCHEMA)


@pytest.mark.parametrize(
    ("name", "result"),
    [
        ("clean", "pass"),
        ("findings", "fail"),
        ("drift", "fail"),
        ("plan", "pass"),
        ("nothing to apply", "noop"),
        ("half applied", "error"),
        ("unreadable project", "error"),
    ],
)
def test_the_overall_result(name: str, result: str) -> None:
    assert SAMPLES[name].result == result


def test_colour_adds_codes_and_changes_nothing_else() -> None:
    report = SAMPLES["findings"]
    plain, coloured = text.render(report), text.render(report, color=True)
    assert "\x1b[" not in plain
    import re

    assert re.sub(r"\x1b\[\d*m", "", coloured) == plain
    assert coloured != plain


def test_sql_cannot_end_its_block() -> None:
    step = replace(PLAN.steps[0], recorded=(PlanStatement("SELECT '```' -- ````"),))
    rendered = markdown.render(replace(SAMPLES["plan"], plan=replace(PLAN, steps=(step,))))
    assert "\n`````sql\nSELECT '```' -- ````\n`````\n" in rendered


def test_github_shows_no_more_than_it_can_and_says_how_many_are_hidden() -> None:
    many = tuple(replace(REQUIRED, line=line) for line in range(1, 31))
    lines = github.render(replace(SAMPLES["clean"], findings=many)).splitlines()
    assert len(lines) == github.LIMIT
    assert "21 more in the job summary" in lines[-1]


def test_github_commands_cannot_be_broken_out_of() -> None:
    nasty = replace(DROPPED, message="50%\n::set-output name=x::y", file="a,b:c.py", name="x\r\ny")
    rendered = github.render(replace(SAMPLES["clean"], findings=(nasty,)))
    assert len(rendered.splitlines()) == 1
    assert "file=a%2Cb%3Ac.py" in rendered
    assert "50%25%0A" in rendered


def test_markdown_cannot_be_broken_out_of_and_fits_into_a_summary() -> None:
    nasty = replace(DROPPED, message="a | b <script> c\nd")
    rendered = markdown.render(replace(SAMPLES["clean"], findings=(nasty,)))
    assert "a &#124; b &lt;script&gt; c<br>d" in rendered
    long = markdown.render(replace(SAMPLES["clean"], findings=tuple([nasty] * 20_000)))
    assert len(long.encode()) <= markdown.LIMIT
    assert "left out" in long
