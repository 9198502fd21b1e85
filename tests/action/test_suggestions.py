"""Review suggestions through their life, against a server that behaves as GitHub documents it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from action.github import TOKEN, GitHub, serving
from action.jobs import Job, checkout
from headway.lint.finding import Finding
from headway.report import comment
from headway.report.model import Configuration, Report
from headway.report.shown import without_passwords
from headway.report.suggestions import CODE, LIMIT, render
from headway_cli.action import github_api
from headway_cli.action.inputs import Inputs
from headway_cli.action.suggestions import publish_suggestions
from reports.samples import REQUIRED, SAMPLES, SOURCE
from reports.test_formats import schema_of

FILE = REQUIRED.file or ""
INPUTS = Inputs(comment=True, token=TOKEN)
FINDINGS = SAMPLES["findings"]
GREEN = replace(FINDINGS, findings=(), exit_code=0)


def suggested(*findings: Finding, lines: tuple[str, ...] = SOURCE) -> list[dict[str, Any]]:
    document = json.loads(render(replace(FINDINGS, findings=findings, sources={FILE: lines})))
    jsonschema.validate(document, schema_of(document))
    found: list[dict[str, Any]] = document["suggestions"]
    return found


def code_of(suggestion: dict[str, Any]) -> str:
    match = re.search(r"^(`{3,})suggestion\n(.*?)\n\1$", suggestion["body"], re.M | re.S)
    assert match is not None
    return match[2]


# -- what is suggested ------------------------------------------------------------------------------------------------


def test_whole_lines_are_suggested() -> None:
    (one,) = suggested(REQUIRED)
    assert (one["path"], one["start_line"], one["line"]) == (FILE, 3, 3)
    assert code_of(one) == f"    {REQUIRED.fix}"
    (two,) = suggested(replace(REQUIRED, line=4, end_line=6, column=5, end_column=6, fix="pass"))
    assert (two["start_line"], two["line"], code_of(two)) == (4, 6, "    pass")
    (three,) = suggested(replace(REQUIRED, column=0, end_column=0, fix="x = 1"))
    assert code_of(three) == "x = 1"


@pytest.mark.parametrize(
    "finding",
    [
        replace(REQUIRED, fix=None),
        replace(REQUIRED, line=99, end_line=99),
        replace(REQUIRED, file="elsewhere.py"),
        replace(REQUIRED, fix="x" * (CODE + 1)),
        replace(REQUIRED, fix="a\x1b[31m"),
        REQUIRED.suppress("so it is"),
    ],
)
def test_what_is_better_not_suggested(finding: Finding) -> None:
    assert suggested(finding) == []


def test_a_password_is_never_replaced_by_stars() -> None:
    lines = (*SOURCE[:2], f"{SOURCE[2]}  # s3cret", *SOURCE[3:])
    report = replace(FINDINGS, findings=(REQUIRED, replace(REQUIRED, fix="s3cret")), sources={FILE: lines})
    masked = without_passwords(report, lambda text: text.replace("s3cret", "***"))
    assert json.loads(render(masked))["suggestions"] == []


def test_no_code_ends_its_block_and_no_words_call_anybody() -> None:
    (one,) = suggested(replace(REQUIRED, fix="```\n@team</details>", message="@team <b> ```", help="#12 [x](http://y)"))
    assert code_of(one) == "    ```\n@team</details>"
    outside = one["body"].replace(code_of(one), "")
    for markup in ("@team", "<b>", "](http", "#12 "):
        assert markup not in outside


def test_no_more_than_one_can_read() -> None:
    many = [replace(REQUIRED, message=f"number {number}") for number in range(LIMIT + 5)]
    document = json.loads(render(replace(FINDINGS, findings=tuple(many))))
    assert (len(document["suggestions"]), document["left_out"]) == (LIMIT, 5)


# -- their life -------------------------------------------------------------------------------------------------------


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHub]:
    monkeypatch.setattr(github_api, "PATIENCE", 5.0)
    with serving(GitHub(changed={FILE: range(1, 7)})) as hub:
        yield hub


@pytest.fixture
def environment(hub: GitHub, tmp_path: Path) -> dict[str, str]:
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"pull_request": {"number": 7, "head": {"sha": "abc"}}}))
    return {
        "GITHUB_API_URL": hub.url,
        "GITHUB_REPOSITORY": "shop/shop",
        "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_EVENT_PATH": str(event),
    }


def publish(environment: dict[str, str], report: Report, inputs: Inputs = INPUTS) -> str | None:
    return publish_suggestions(inputs, environment, comment.render(report), render(report).encode())


def test_made_once_and_taken_away(hub: GitHub, environment: dict[str, str]) -> None:
    assert publish(environment, FINDINGS) == "suggestions on pull request 7: 1 made"
    (one,) = hub.reviews
    assert (one["commit_id"], one["path"], one["line"], one["side"]) == ("abc", FILE, 3, "RIGHT")
    assert "start_line" not in one
    assert publish(environment, FINDINGS) is None
    assert hub.reviews == [one]
    assert publish(environment, GREEN) == "suggestions on pull request 7: 1 taken away"
    assert hub.reviews == []


def test_several_lines(hub: GitHub, environment: dict[str, str]) -> None:
    publish(environment, replace(FINDINGS, findings=(replace(REQUIRED, line=4, end_line=6, column=5, end_column=6),)))
    (one,) = hub.reviews
    assert (one["start_line"], one["start_side"], one["line"]) == (4, "RIGHT", 6)


def test_another_fix_is_another_suggestion(hub: GitHub, environment: dict[str, str]) -> None:
    publish(environment, FINDINGS)
    said = publish(environment, replace(FINDINGS, findings=(replace(REQUIRED, fix="pass"),)))
    assert said == "suggestions on pull request 7: 1 made, 1 taken away"
    assert ["pass" in one["body"] for one in hub.reviews] == [True]


def test_what_others_wrote_and_what_was_answered_stays(hub: GitHub, environment: dict[str, str]) -> None:
    other = replace(FINDINGS, configuration=Configuration("other/alembic.ini"))
    publish(environment, FINDINGS)
    publish(environment, other)
    copied = {"id": 5, "body": hub.reviews[0]["body"], "user": {"login": "eve"}}
    hub.reviews.append(copied)
    publish(environment, GREEN)
    assert len(hub.reviews) == 2 and copied in hub.reviews
    answer = {"id": 6, "body": "why?", "user": {"login": "dev"}, "in_reply_to_id": hub.reviews[0]["id"]}
    hub.reviews.append(answer)
    publish(environment, replace(other, findings=()))
    assert len(hub.reviews) == 3


def test_lines_that_the_change_does_not_have_are_left_out(hub: GitHub, environment: dict[str, str]) -> None:
    hub.changed = {}
    said = publish(environment, FINDINGS)
    assert (
        said
        == "suggestions on pull request 7: 1 left out, as GitHub takes none there: mostly lines that the pull request does not change"
    )


def test_where_it_may_not_it_says_so(hub: GitHub, environment: dict[str, str]) -> None:
    hub.writes = False
    said = publish(environment, FINDINGS)
    assert said is not None and said.startswith("no suggestions: GitHub answers 403") and "pull-requests: write" in said
    assert TOKEN not in said


def test_without_a_token_or_a_pull_request_there_are_none(
    hub: GitHub, environment: dict[str, str], tmp_path: Path
) -> None:
    assert publish(environment, FINDINGS, Inputs(comment=True)) is None
    (tmp_path / "event.json").write_text("{}")
    assert publish(environment, FINDINGS) is None
    assert hub.asked == []


GOOD = json.loads(render(FINDINGS))


@pytest.mark.parametrize(
    "written",
    [
        b"",
        b"[]",
        b"[" * 100_000,
        {**GOOD, "schema": "headway/suggestions/2"},
        {**GOOD, "suggestions": GOOD["suggestions"] * (LIMIT + 1)},
        {**GOOD, "suggestions": [{**GOOD["suggestions"][0], "commit_id": "x"}]},
        {**GOOD, "suggestions": [{**GOOD["suggestions"][0], "body": "click here"}]},
        {**GOOD, "suggestions": [{**GOOD["suggestions"][0], "body": GOOD["suggestions"][0]["body"] + "x" * 20_000}]},
        {**GOOD, "suggestions": [{**GOOD["suggestions"][0], "line": True}]},
        {**GOOD, "suggestions": [{**GOOD["suggestions"][0], "start_line": 9}]},
        {**GOOD, "suggestions": [{**GOOD["suggestions"][0], "path": 7}]},
    ],
)
def test_what_is_none_is_refused(hub: GitHub, environment: dict[str, str], written: Any) -> None:
    data = written if isinstance(written, bytes) else json.dumps(written).encode()
    said = publish_suggestions(INPUTS, environment, comment.render(FINDINGS), data)
    assert said == "no suggestions: what was written for them is none"
    assert hub.asked == []


def test_the_action_suggests(hub: GitHub, environment: dict[str, str], tmp_path: Path) -> None:
    job: Job = checkout(tmp_path / "job")
    path = next((job.workspace / "shop" / "migrations" / "versions").glob("d16e2b7f5a08_*"))
    shown = str(path.relative_to(job.workspace))
    source = re.sub(
        r"def upgrade.*",
        'def upgrade():\n    op.create_index("ix", "orders", ["id"])\n\n\ndef downgrade():\n'
        '    op.drop_index("ix", "orders")\n',
        path.read_text(),
        flags=re.S,
    )
    path.write_text(source)
    hub.changed = {shown: range(1, 100)}
    done = job.run(environment, working_directory="shop", command="lint", comment="true", token=TOKEN)
    assert "::notice title=headway::suggestions on pull request 7: 1 made" in done.out, done.out + done.err
    (one,) = hub.reviews
    assert one["path"] == shown
    assert code_of(one) == (
        "    with op.get_context().autocommit_block():\n"
        '        op.create_index("ix", "orders", ["id"], postgresql_concurrently=True, if_not_exists=True)'
    )
