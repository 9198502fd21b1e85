"""docs/reports.md names the formats that there are and the room that they have."""

from __future__ import annotations

import re
import shlex

import pytest
import yaml

from fixtures.programs import ROOT
from headway.report import comment, github, gitlab, junit, markdown, sarif, suggestions
from headway.report.html import page
from headway.report.payload import FORMS
from headway_cli.options import Format, check_reports

TEXT = (ROOT / "docs" / "reports.md").read_text()


def test_the_table_has_every_format_and_its_room() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| .* \| ([^|]+) \|$", TEXT.partition("## JSON")[0], re.M))
    assert list(rows) and set(rows) == {str(format) for format in Format}
    rooms = {
        "github": github.LIMIT,
        "comment": comment.LIMIT,
        "suggestions": suggestions.LIMIT,
        "sarif": sarif.LIMIT,
        "gitlab": gitlab.LIMIT,
        "junit": junit.LIMIT,
        "html": page.LIMIT,
    }
    assert {name: int(re.sub(r"\D.*", "", rows[name].replace(",", ""))) for name in rooms} == rooms
    assert rows["markdown"] == "1 MiB" and 2**20 - 10_000 < markdown.LIMIT < 2**20


def test_the_forms_of_payloads_are_those_that_there_are() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| `(headway/[^`]+)` \|", TEXT, re.M))
    assert rows == FORMS


@pytest.mark.parametrize("command", re.findall(r"headway ci (--report [^\n`]+)", TEXT))
def test_the_reports_that_are_shown_can_be_asked_for(command: str) -> None:
    check_reports([word for word in shlex.split(command) if word != "--report"])


def test_the_snippets_are_yaml() -> None:
    upload, job = (yaml.safe_load(block) for block in re.findall(r"^```yaml\n(.*?)^```", TEXT, re.M | re.S))
    assert upload[1]["with"]["sarif_file"] in upload[0]["run"]
    assert all(name in job["migrations"]["script"][0] for name in job["migrations"]["artifacts"]["reports"].values())


def test_the_marker_is_as_shown() -> None:
    marker = comment.marker(comment.Configuration("shop/alembic.ini"))
    (shown,) = re.findall(r"`(<!-- [^`]+ -->)`", TEXT)
    assert re.fullmatch(re.escape(shown).replace("…", r"\w+"), marker)
