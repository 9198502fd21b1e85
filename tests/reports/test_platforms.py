"""SARIF, GitLab's code quality and JUnit: what the platforms' schemas ask for, their budgets, and no silence for a no."""

from __future__ import annotations

import gzip
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from headway.config.dialects import Databases
from headway.drift.verdict import NotCompared
from headway.lint.change import Change, Operation, Sent, TakenLock
from headway.lint.finding import Finding, Severity
from headway.report import gitlab, junit, sarif
from headway.report.complaints import complaints
from headway.report.model import Configuration, Examined, Report, Stage, Status
from reports.samples import ACCEPTED, DROPPED, REQUIRED, SAMPLES, SHARE, SOURCE

SARIF = jsonschema.Draft202012Validator(json.loads(Path(__file__).with_name("sarif.schema.json").read_text()))

HOSTILE = '</script>"><img src=x onerror=alert(1)> ]]> &lt; \x00\x1b[31m \ud800 \uffff [x](https://evil.example) %s {0}'
NASTY = replace(DROPPED, message=HOSTILE, help=HOSTILE, file=f"a b/{HOSTILE}.py", revision=HOSTILE)
MANY = tuple(
    replace(REQUIRED, line=line, severity=Severity.ERROR if line > 7_000 else Severity.WARNING, help="x" * 300)
    for line in range(1, 10_001)
)
HUGE = replace(SAMPLES["findings"], findings=(*MANY, ACCEPTED))
STRANGE = {
    "nothing at all": Report(command="ci", version="0", exit_code=0),
    "ended badly without a word": Report(command="apply", version="0", exit_code=5),
    "accepted findings only": replace(SAMPLES["clean"], findings=(ACCEPTED,)),
    "warnings that fail": replace(SAMPLES["clean"], exit_code=1, findings=(DROPPED,), threshold=Severity.WARNING),
    "hostile": replace(
        SAMPLES["findings"],
        findings=(NASTY,),
        stages=(Stage(HOSTILE, Status.FAIL, 0.1, HOSTILE, HOSTILE, 1, f"{HOSTILE}.py", 3),),
        error=HOSTILE,
        examined=Examined(1, 1, (HOSTILE,)),
        not_compared=(NotCompared(HOSTILE, HOSTILE, HOSTILE),),
        against=HOSTILE,
        databases=Databases(frozenset({HOSTILE}), {}, HOSTILE),
        changes=(
            Change(
                HOSTILE,
                HOSTILE,
                (Operation(1, HOSTILE, (TakenLock(HOSTILE, HOSTILE, replace(SHARE, level=HOSTILE)),)),),
            ),
        ),
        sent=(Sent(HOSTILE, (HOSTILE, f"```\n{HOSTILE}"), HOSTILE),),
        configuration=Configuration(HOSTILE, HOSTILE),
        sources={NASTY.file or "": ("é" * 9,) * 9},
    ),
}
REPORTS = SAMPLES | STRANGE


def results(report: Report) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = sarif.document(report)["runs"][0]["results"]
    return found


def strict_junit(text: str) -> ET.Element:
    """The document, when it has nothing that Jenkins' junit-10.xsd has not, and its counts are right."""
    attributes = {
        "testsuites": ({"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
        "testsuite": ({"name", "tests", "failures", "errors", "time", "skipped"}, {"testcase", "system-out"}),
        "testcase": ({"name", "time", "classname"}, {"skipped", "error", "failure", "system-out"}),
        "skipped": ({"type", "message"}, set()),
        "error": ({"type", "message"}, set()),
        "failure": ({"type", "message"}, set()),
        "system-out": (set(), set()),
    }
    root = ET.fromstring(text.encode())
    assert root.tag == "testsuites"
    for element in root.iter():
        known, inside = attributes[element.tag]
        assert set(element.attrib) <= known, element.tag
        assert {child.tag for child in element} <= inside, element.tag
        assert re.fullmatch(r"\d+\.\d{3}", element.get("time", "0.000"))
        if element.tag == "testcase":
            assert {"name", "classname"} <= set(element.attrib)
            assert len(element) <= 1
        if element.tag in ("testsuite", "testsuites"):
            assert element.get("name")
            assert element.get("tests") == str(len(list(element.iter("testcase"))))
            assert element.get("failures") == str(len(list(element.iter("failure"))))
            assert element.get("errors") == str(len(list(element.iter("error"))))
    return root


def check_gitlab(text: str) -> list[dict[str, Any]]:
    problems: list[dict[str, Any]] = json.loads(text)
    for problem in problems:
        assert set(problem) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert problem["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert set(problem["location"]) == {"path", "lines"}
        assert problem["location"]["path"] and not problem["location"]["path"].startswith("./")
        assert problem["location"]["lines"]["begin"] >= 1
    assert len({problem["fingerprint"] for problem in problems}) == len(problems)
    return problems


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_is_what_the_platforms_take(name: str) -> None:
    report = REPORTS[name]
    log = json.loads(sarif.render(report))
    SARIF.validate(log)
    rules = log["runs"][0]["tool"]["driver"]["rules"]
    for result in log["runs"][0]["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    prints = [result["partialFingerprints"]["headwayOperation/v1"] for result in log["runs"][0]["results"]]
    assert len(set(prints)) == len(prints)
    check_gitlab(gitlab.render(report))
    strict_junit(junit.render(report))


@pytest.mark.parametrize("name", REPORTS)
def test_a_no_is_never_silent(name: str) -> None:
    """A platform that finds nothing in its file says yes."""
    report = REPORTS[name]
    levels, severities = {"error"}, {"critical"}
    if report.threshold is Severity.WARNING:
        levels, severities = {"error", "warning"}, {"critical", "major"}
    said = [
        any(result["level"] in levels and "suppressions" not in result for result in results(report)),
        any(problem["severity"] in severities for problem in gitlab.document(report)),
        any(element.tag in ("failure", "error") for element in strict_junit(junit.render(report)).iter()),
    ]
    assert said == [report.exit_code != 0] * 3


def test_the_schema_refuses_what_it_should() -> None:
    for path, wrong in {
        "runs.0.results.0.locations": [],
        "runs.0.results.0.level": "fatal",
        "runs.0.results.0.locations.0.physicalLocation.region.startLine": 0,
        "runs.0.results.0.locations.0.physicalLocation.artifactLocation.uri": "a b",
        "runs.0.tool.driver.rules.0.help": {},
        "version": "2.0.0",
    }.items():
        log: Any = sarif.document(SAMPLES["findings"])
        *steps, last = path.split(".")
        inner = log
        for step in steps:
            inner = inner[int(step) if step.isdigit() else step]
        inner[last] = wrong
        with pytest.raises(jsonschema.ValidationError):
            SARIF.validate(log)


def test_sarif_keeps_what_github_keeps_the_worst_first_and_says_what_it_leaves_out() -> None:
    text = sarif.render(HUGE)
    log = json.loads(text)
    found = log["runs"][0]["results"]
    SARIF.validate(log | {"runs": [log["runs"][0] | {"results": [*found[:9], *found[-9:]]}]})  # all of them take long
    assert len(found) == sarif.LIMIT
    levels = [result["level"] for result in found]
    assert levels[:3_001] == ["error"] * 3_001  # of 3,000 findings, and of the replay's stage
    assert set(levels[3_001:]) == {"warning"}
    assert f"{10_000 + 1 + 1 - sarif.LIMIT + 1} more are left out" in found[-1]["message"]["text"]
    assert len(gzip.compress(text.encode())) < 10 * 1024 * 1024


def test_gitlab_and_junit_keep_to_their_size_and_say_what_they_leave_out() -> None:
    problems = check_gitlab(gitlab.render(HUGE))
    assert len(problems) == gitlab.LIMIT
    assert "5002 more are left out" in problems[-1]["description"]
    assert [problem["severity"] for problem in problems].count("critical") == 3_001
    more = replace(HUGE, findings=(*MANY, *(replace(found, revision="b") for found in MANY)))
    text = junit.render(more)
    assert len(text.encode()) < 30 * 1000 * 1000
    root = strict_junit(text)
    assert len(list(root.iter("failure"))) == 6_002  # with the stages lint and replay
    assert "10000 or more are left out" in "".join(root.itertext())
    wordy = replace(DROPPED, message="m" * 10**6, help="h" * 10**6)
    for render in (sarif.render, gitlab.render, junit.render):
        text = render(replace(SAMPLES["clean"], findings=(wordy,)))
        assert len(text) < 40_000
        assert "more characters)" in text


def test_a_fingerprint_does_not_move_with_the_lines_and_is_another_for_another_operation() -> None:
    def prints(*findings: Finding, source: tuple[str, ...] = SOURCE) -> list[str]:
        sources = {REQUIRED.file or "": source}
        return [c.fingerprint for c in complaints(Report("lint", "0", 1, findings=findings, sources=sources))]

    moved = replace(REQUIRED, line=5, end_line=5, message="said otherwise")
    before = prints(REQUIRED)
    assert prints(moved, source=("", "", *SOURCE)) == before
    renamed = replace(REQUIRED, file="renamed.py")
    assert (
        complaints(Report("lint", "0", 1, findings=(renamed,), sources={"renamed.py": SOURCE}))[0].fingerprint in before
    )
    assert prints(REQUIRED, source=tuple(line.replace("tier", "level") for line in SOURCE)) != before
    assert prints(replace(REQUIRED, revision="other")) != before
    assert prints(replace(REQUIRED, code="CMP004")) != before
    twice = prints(REQUIRED, REQUIRED)
    assert twice[0] == before[0] and twice[1] != twice[0]
    assert prints(REQUIRED.suppress("why"), REQUIRED) == twice


def test_sarif_says_where_in_characters_what_to_replace_and_what_is_accepted() -> None:
    source = ("", "", '    op.add_column("é", x)')
    found = replace(REQUIRED, line=3, end_line=3, column=5, end_column=len(source[2].encode()) + 1, fix="op.drop()")
    report = replace(SAMPLES["findings"], findings=(found, ACCEPTED), sources={found.file or "": source})
    first = next(result for result in results(report) if result["ruleId"] == found.code)
    last = results(report)[-1]
    region = {"startLine": 3, "endLine": 3, "startColumn": 5, "endColumn": len(source[2]) + 1}
    assert first["locations"][0]["physicalLocation"]["region"] == region
    (replacement,) = first["fixes"][0]["artifactChanges"][0]["replacements"]
    assert replacement == {"deletedRegion": region, "insertedContent": {"text": "op.drop()"}}
    assert last["level"] == "note"  # GitHub reads no suppressions
    assert last["suppressions"] == [{"kind": "external", "justification": "frozen by contract"}]


def test_what_has_no_place_is_at_the_configuration_file_or_github_refuses_the_whole_log() -> None:
    report = replace(SAMPLES["drift"], configuration=Configuration("shop/alembic.ini", "crm"))
    (found,) = results(report)
    assert found["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "shop/alembic.ini"
    assert gitlab.document(report)[0]["location"] == {"path": "shop/alembic.ini", "lines": {"begin": 1}}
    run = sarif.document(report)["runs"][0]
    assert run["automationDetails"]["id"] == "headway/drift/shop/alembic.ini [crm]/"


def test_sarif_says_what_was_not_looked_at() -> None:
    def notices(name: str) -> list[str]:
        run = sarif.document(REPORTS[name])["runs"][0]
        return [notice["descriptor"]["id"] for notice in run["invocations"][0]["toolExecutionNotifications"]]

    assert notices("findings") == ["not-run", "not-analysed"]
    assert notices("drift") == ["not-compared"]
    assert notices("unreadable project") == ["error"]
    places = replace(SAMPLES["clean"], examined=Examined(1, 1, tuple(f"a.py:{n}: why" for n in range(5_000))))
    said = sarif.document(places)["runs"][0]["invocations"][0]["toolExecutionNotifications"]
    assert len(said) == sarif.NOTICES
    assert "4001 more" in said[-1]["message"]["text"]


def test_a_junit_suite_is_a_stage_and_what_the_threshold_lets_through_passes() -> None:
    root = strict_junit(junit.render(SAMPLES["findings"]))
    suites = {suite.get("name"): suite for suite in root}
    assert list(suites) == ["graph", "lint", "replay (sqlite)", "drift (sqlite)"]
    lint = {str(case.get("name")).partition(" ")[0]: [child.tag for child in case] for case in suites["lint"]}
    assert lint["CMP003"] == ["failure"]
    assert lint["DST001"] == ["system-out"]  # a warning, and the threshold is an error
    assert lint["MOD001"] == ["skipped"]
    strict = strict_junit(junit.render(replace(SAMPLES["findings"], threshold=Severity.WARNING)))
    assert len(list(strict.iter("failure"))) == len(list(root.iter("failure"))) + 1


@pytest.mark.parametrize("render", [sarif.render, gitlab.render, junit.render])
def test_hostile_words_stay_words(render: Callable[[Report], str]) -> None:
    text = render(STRANGE["hostile"])
    text.encode()  # a half of a surrogate pair could not be written
    assert not re.search("[\x00-\x08\x0b-\x1f]", text)
    if render is sarif.render:
        assert "](https://evil" not in json.dumps(
            [result["message"] for result in json.loads(text)["runs"][0]["results"]]
        )
