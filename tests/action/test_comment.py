"""The comment on a pull request through its life, against a server that behaves as GitHub documents it."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from action.github import BOT, TOKEN, GitHub, serving
from action.jobs import Job, checkout
from headway.errors import HeadwayError
from headway.report.comment import LIMIT, marker, render
from headway.report.json import document
from headway.report.model import Configuration, Report, Stage, Status
from headway_cli.action import github_api
from headway_cli.action.comment import comment_on_report, publish_comment
from headway_cli.action.inputs import Inputs
from reports.samples import SAMPLES

INPUTS = Inputs(comment=True, token=TOKEN)
GREEN = Report(command="ci", version="1", exit_code=0, stages=(Stage("graph", Status.PASS, 0.1),))
RED = replace(GREEN, exit_code=1, stages=(Stage("graph", Status.FAIL, 0.1, "two heads", exit_code=1),))
OTHER = Configuration("other/alembic.ini")


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHub]:
    monkeypatch.setattr(github_api, "PATIENCE", 5.0)
    with serving(GitHub()) as hub:
        yield hub


@pytest.fixture
def environment(hub: GitHub, tmp_path: Path) -> dict[str, str]:
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"pull_request": {"number": 7}}))
    return {
        "GITHUB_API_URL": hub.url,
        "GITHUB_GRAPHQL_URL": f"{hub.url}/graphql",
        "GITHUB_REPOSITORY": "shop/shop",
        "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_EVENT_PATH": str(event),
        "GITHUB_WORKSPACE": str(tmp_path),
    }


def test_from_red_to_green_and_back(hub: GitHub, environment: dict[str, str]) -> None:
    assert publish_comment(INPUTS, environment, render(GREEN)).startswith("no comment: all is well")
    assert hub.comments == []
    assert publish_comment(INPUTS, environment, render(RED)) == "commented on pull request 7"
    assert publish_comment(INPUTS, environment, render(RED)).endswith("says so already")
    (only,) = hub.comments
    assert "two heads" in only["body"] and hub.minimized == {}
    assert publish_comment(INPUTS, environment, render(GREEN)).endswith("was brought up to date")
    assert hub.bodies == [render(GREEN)] and hub.minimized == {"IC_1": True}
    publish_comment(INPUTS, environment, render(RED))
    assert hub.bodies == [render(RED)] and hub.minimized == {"IC_1": False}


def test_each_configuration_has_its_own(hub: GitHub, environment: dict[str, str]) -> None:
    other = replace(RED, configuration=OTHER)
    publish_comment(INPUTS, environment, render(RED))
    publish_comment(INPUTS, environment, render(other))
    publish_comment(INPUTS, environment, render(replace(GREEN, configuration=OTHER)))
    assert hub.bodies == [render(RED), render(replace(GREEN, configuration=OTHER))]


def test_comments_of_others_are_left_alone(hub: GitHub, environment: dict[str, str]) -> None:
    """Even one that begins as ours does: whoever copied it may not have it changed."""
    copied = hub.comment(render(RED), login="eve")
    quoted = hub.comment(f"> {render(RED)}")
    publish_comment(INPUTS, environment, render(replace(RED, version="2")))
    assert (copied["body"], quoted["body"]) == (render(RED), f"> {render(RED)}")
    assert len(hub.comments) == 3


def test_another_token_writes_as_its_own_user(hub: GitHub, environment: dict[str, str]) -> None:
    hub.login = "headway-app"
    hub.comment(render(GREEN), login=BOT)
    publish_comment(INPUTS, environment, render(RED))
    publish_comment(INPUTS, environment, render(GREEN))
    assert [(one["user"]["login"], one["body"]) for one in hub.comments] == [
        (BOT, render(GREEN)),
        ("headway-app", render(GREEN)),
    ]


def test_it_is_found_on_a_later_page(hub: GitHub, environment: dict[str, str]) -> None:
    for number in range(250):
        hub.comment(f"talk {number}", login="dev")
    ours = hub.comment(render(GREEN))
    publish_comment(INPUTS, environment, render(RED))
    assert ours["body"] == render(RED) and len(hub.comments) == 251
    assert hub.asked.count("GET /repos/shop/shop/issues/7/comments") == 3


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"writes": False},
            "GitHub answers 403: Resource not accessible by integration; the job may not write comments",
        ),
        ({"sees": False}, "GitHub answers 404: Not Found; the job may not see pull requests"),
    ],
)
def test_where_it_may_not_it_says_so(
    hub: GitHub, environment: dict[str, str], change: dict[str, Any], said: str
) -> None:
    for name, value in change.items():
        setattr(hub, name, value)
    done = publish_comment(INPUTS, environment, render(RED))
    assert done.startswith("no comment: ") and said in done and "pull-requests: write" in done
    assert TOKEN not in done


def test_a_wrong_token(hub: GitHub, environment: dict[str, str]) -> None:
    done = publish_comment(replace(INPUTS, token="ghs_wrong"), environment, render(RED))
    assert "401: Bad credentials" in done and "ghs_wrong" not in done
    assert "the input 'token' is empty" in publish_comment(Inputs(comment=True), environment, render(RED))
    assert TOKEN not in repr(INPUTS)


@pytest.mark.parametrize(
    "answer",
    [
        (429, {"Retry-After": "1"}),
        (403, {"Retry-After": "1"}),
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "0"}),
        (502, {}),
    ],
)
def test_it_waits_where_it_is_asked_to(
    hub: GitHub, environment: dict[str, str], answer: tuple[int, dict[str, str]]
) -> None:
    hub.queue = [answer]
    assert publish_comment(INPUTS, environment, render(RED)) == "commented on pull request 7"
    assert len(hub.comments) == 1


def test_it_does_not_wait_for_long(hub: GitHub, environment: dict[str, str]) -> None:
    hub.queue = [(403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(time.time()) + 3600)})]
    began = time.monotonic()
    assert "no comment: GitHub answers 403" in publish_comment(INPUTS, environment, render(RED))
    assert time.monotonic() - began < 5
    hub.queue = [(500, {})] * 10
    assert "no comment: GitHub answers 500" in publish_comment(INPUTS, environment, render(RED))


def test_nobody_is_followed(hub: GitHub, environment: dict[str, str]) -> None:
    """A redirect or a next page elsewhere would take the token along."""
    with serving(GitHub()) as elsewhere:
        hub.queue = [(302, {"Location": f"{elsewhere.url}/user"})]
        assert "no comment: GitHub answers 302" in publish_comment(INPUTS, environment, render(RED))
        hub.queue = []
        for number in range(150):
            hub.comment(f"talk {number}", login="dev")
        hub.url, kept = elsewhere.url, hub.url
        publish_comment(INPUTS, {**environment, "GITHUB_API_URL": kept}, render(RED))
        assert elsewhere.asked == []


def test_a_server_that_is_not_there(environment: dict[str, str]) -> None:
    done = publish_comment(INPUTS, {**environment, "GITHUB_API_URL": "http://127.0.0.1:1"}, render(RED))
    assert done.startswith("no comment: GitHub answers GitHub cannot be reached") or "cannot be reached" in done


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"GITHUB_API_URL": "no address"}, "GitHub is not understood"),
        ({"GITHUB_REPOSITORY": "../x"}, "GITHUB_REPOSITORY names no repository"),
        ({"GITHUB_EVENT_PATH": "/nowhere"}, "this run is of no open pull request"),
    ],
)
def test_what_the_job_has_wrong_fails_nothing(environment: dict[str, str], change: dict[str, str], said: str) -> None:
    assert said in publish_comment(INPUTS, {**environment, **change}, render(RED))


def test_an_answer_of_another_shape(hub: GitHub, environment: dict[str, str]) -> None:
    hub.comments.append({"body": render(GREEN), "user": {"login": BOT}})  # has no id
    assert "GitHub is not understood (KeyError)" in publish_comment(INPUTS, environment, render(RED))


def test_a_body_at_the_limit(hub: GitHub, environment: dict[str, str]) -> None:
    report = SAMPLES["findings"]
    body = render(report)
    padded = body + "x" * (LIMIT - len(body))
    assert publish_comment(INPUTS, environment, padded) == "commented on pull request 7"
    assert "what was written for it is none" in publish_comment(INPUTS, environment, padded + "x")
    assert "what was written for it is none" in publish_comment(INPUTS, environment, "@everybody\n")


def test_a_push_has_no_pull_request(hub: GitHub, environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "event.json").write_text("{}")
    done = publish_comment(INPUTS, {**environment, "GITHUB_EVENT_NAME": "push"}, render(RED))
    assert done == "no comment: this run is of no open pull request"
    assert hub.asked == []


# -- two workflows ------------------------------------------------------------------------------------------------


@pytest.fixture
def after(environment: dict[str, str], hub: GitHub, tmp_path: Path) -> dict[str, str]:
    run = {
        "head_sha": "abc",
        "head_branch": "fix",
        "head_repository": {"owner": {"login": "eve"}, "full_name": "eve/shop"},
    }
    (tmp_path / "event.json").write_text(json.dumps({"workflow_run": run, "repository": {"full_name": "shop/shop"}}))
    hub.pulls = [
        {"number": 8, "head": {"sha": "other"}},
        {"number": 9, "head": {"sha": "abc"}},
    ]
    (tmp_path / "headway-report.json").write_text(json.dumps(document(RED)))
    return {**environment, "GITHUB_EVENT_NAME": "workflow_run"}


def commenting(tmp_path: Path) -> Inputs:
    return replace(INPUTS, command="comment", working_directory=str(tmp_path))


def test_the_number_comes_from_github(hub: GitHub, after: dict[str, str], tmp_path: Path) -> None:
    assert comment_on_report(commenting(tmp_path), after) == "commented on pull request 9"
    assert hub.bodies == [render(RED)]
    assert "POST /repos/shop/shop/issues/9/comments" in hub.asked


@pytest.mark.parametrize("pulls", [[], [{"number": 9, "head": {"sha": "abc"}}, {"number": 10, "head": {"sha": "abc"}}]])
def test_without_exactly_one_there_is_none(
    hub: GitHub, after: dict[str, str], tmp_path: Path, pulls: list[Any]
) -> None:
    hub.pulls = pulls
    assert comment_on_report(commenting(tmp_path), after) == "no comment: this run is of no open pull request"


def changed(**values: Any) -> dict[str, Any]:
    return {**document(RED), **values}


FINDING = {
    "code": "DST001", "name": "drop-table", "severity": "error", "message": "m", "help": "h", "file": "a.py", "line": 1,
    "end_line": 1, "revision": "a", "fix": None, "suppressed": False, "reason": None,
}  # fmt: skip
LOCK = document(SAMPLES["findings"])["payload"]["changes"][0]["operations"][0]["locks"][0]


def with_payload(**values: Any) -> dict[str, Any]:
    told = document(SAMPLES["findings"])
    return {**told, "payload": {**told["payload"], **values}}


def with_lock(**values: Any) -> dict[str, Any]:
    operation = {"line": 1, "source": "x", "unread": False, "locks": [{**LOCK, **values}]}
    return with_payload(changes=[{"revision": "a", "file": "a.py", "operations": [operation]}])


FORGED: dict[str, Any] = {
    "no JSON": "{",
    "a list": [],
    "nothing": {},
    "another schema": changed(schema="headway/report/2"),
    "more keys": changed(number=12),
    "the number of another": changed(pull_request=12),
    "a plan": changed(plan={"digest": "sha256:0"}),
    "a deployment": changed(command="apply", applied=["a"]),
    "a stage of its own kind": changed(stages=[{**document(RED)["stages"][0], "status": "fine"}]),
    "endless": changed(stages=[{**document(RED)["stages"][0], "seconds": float("inf")}]),
    "a code that is none": changed(findings=[{**FINDING, "code": "<b>x"}]),
    "a text that is none": changed(findings=[{**FINDING, "message": {"x": 1}}]),
    "too many": changed(heads=["a"] * 10_001),
    "a number that is none": changed(exit_code=True),
    "a yes that its stages do not say": {**document(SAMPLES["findings"]), "exit_code": 0, "result": "pass"},
    "another result than its exit code": {**document(SAMPLES["findings"]), "result": "pass"},
    "fewer places than it names": {
        **document(SAMPLES["findings"]),
        "examined": {**document(SAMPLES["findings"])["examined"], "not_analysed": 0},
    },
    "another payload": with_payload(schema="headway/lint/1"),
    "more in the payload": with_payload(number=12),
    "a payload that is none": {**document(RED), "payload": "x"},
    "other counts": with_payload(counts={"error": 0, "warning": 0, "info": 0, "accepted": 0}),
    "a stage that did run": with_payload(not_run=[]),
    "a threshold that is none": with_payload(threshold="off"),
    "a version that is none": with_payload(
        databases={"known": [{"name": "postgresql", "version": "<b>"}], "told_by": None}
    ),
    "a lock of nobody's": with_lock(waits="everybody"),
    "a lock for ever": with_lock(held="for ever"),
    "a lock with a link": with_lock(link="https://evil.example"),
    "a statement that is none": with_payload(sent=[{"revision": "a", "stage": "b", "statements": [1]}]),
    "a deep one": "[" * 100_000,
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_report_is_refused(hub: GitHub, after: dict[str, str], tmp_path: Path, name: str) -> None:
    forged = FORGED[name]
    (tmp_path / "headway-report.json").write_text(forged if isinstance(forged, str) else json.dumps(forged))
    with pytest.raises(HeadwayError, match="is no report of headway"):
        comment_on_report(commenting(tmp_path), after)
    assert hub.asked == []


def test_a_link_is_not_followed(hub: GitHub, after: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "headway-report.json").rename(tmp_path / "elsewhere.json")
    (tmp_path / "headway-report.json").symlink_to(tmp_path / "elsewhere.json")
    with pytest.raises(HeadwayError, match="a link leads to it"):
        comment_on_report(commenting(tmp_path), after)


def test_what_a_stranger_writes_stays_text(hub: GitHub, after: dict[str, str], tmp_path: Path) -> None:
    evil = {**FINDING, "message": "<script>x</script> [a](http://evil) @shop/team `", "file": "<img src=x>|.py"}
    (tmp_path / "headway-report.json").write_text(json.dumps(changed(findings=[evil], payload=None)))
    comment_on_report(commenting(tmp_path), after)
    (body,) = hub.bodies
    assert body.startswith(marker(Configuration()))
    assert "<script" not in body and "<img" not in body and "](http" not in body


def test_what_a_stranger_writes_into_locks_and_statements_stays_text(
    hub: GitHub, after: dict[str, str], tmp_path: Path
) -> None:
    evil = "<script>x</script> [a](http://evil) | @shop/team `\n\n</details>\n\n# seen"
    told = with_lock(table=evil, level=evil, database=evil, manual=evil)
    told["payload"]["changes"][0] |= {"revision": evil, "file": evil}
    told["payload"]["changes"][0]["operations"][0]["source"] = evil
    told["payload"]["sent"] = [{"revision": evil, "stage": evil, "statements": [f"```\n{evil}\n````"]}]
    (tmp_path / "headway-report.json").write_text(json.dumps(told))
    comment_on_report(commenting(tmp_path), after)
    (body,) = hub.bodies
    without_code = re.sub(r"^(`{3,})sql\n.*?\n\1$", "", body, flags=re.M | re.S)
    assert "seen" in without_code and "`````sql" in body
    for markup in ("<script", "](http", "@shop", "\n# seen"):
        assert markup not in without_code


@pytest.mark.parametrize("name", SAMPLES)
def test_every_report_reads_back_as_it_was(name: str, tmp_path: Path) -> None:
    from headway.report.read import read_report

    report = SAMPLES[name]
    told = document(report)
    if report.command not in ("ci", "lint", "drift") or report.plan is not None:
        return
    read = read_report(json.dumps(told).encode(errors="surrogatepass"), "x", report.configuration)
    assert document(read) == told


# -- through the Action -------------------------------------------------------------------------------------------


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return checkout(tmp_path / "job")


def test_the_action_comments(hub: GitHub, environment: dict[str, str], job: Job) -> None:
    path = next((job.workspace / "shop" / "migrations" / "versions").glob("d16e2b7f5a08_*"))
    path.write_text(
        path.read_text().replace("def upgrade() -> None:\n", 'def upgrade() -> None:\n    op.drop_table("x")\n', 1)
    )
    variables = {name: value for name, value in environment.items() if name != "GITHUB_WORKSPACE"}
    done = job.run(variables, working_directory="shop", command="lint", comment="true", token=TOKEN)
    assert done.code == 1, done.out + done.err
    assert "::notice title=headway::commented on pull request 7" in done.out
    (body,) = hub.bodies
    assert "DST001" in body
    assert f"::add-mask::{TOKEN}" in done.out
    assert TOKEN not in done.out.replace(f"::add-mask::{TOKEN}", "") + done.err
