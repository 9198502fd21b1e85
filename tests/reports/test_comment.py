"""The comment: found again, one line when clean, never longer than GitHub takes, and nobody else's words do anything."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from headway.plan.model import PlanStatement
from headway.report import comment, markdown
from headway.report.model import Configuration, Examined, Report
from headway.revision.model import Revision
from reports.samples import ACCEPTED, CHANGES, DROPPED, PLAN, REQUIRED, SAMPLES
from reports.test_html import BIG, ENDLESS, EVIL
from reports.test_platforms import HUGE, STRANGE

CALLS = "@octocat and @org/team, see #12, org/repo#7; ![x](https://evil.example/x.png) [here](https://evil.example) *b* _i_ $x$"
REPORTS = SAMPLES | STRANGE | {"evil": EVIL, "big": BIG, "endless": ENDLESS, "huge": HUGE}


def test_a_clean_run_is_one_green_line() -> None:
    for report in (SAMPLES["clean"], replace(SAMPLES["clean"], findings=(ACCEPTED,))):
        first, second, *rest = comment.render(report).split("\n")
        assert first == comment.marker(report.configuration)
        assert second.startswith("✅ **headway ci: passed**")
        assert rest == [""]
    partly = replace(SAMPLES["clean"], examined=Examined(14, 1, ("a.py:1: why",)))
    assert comment.render(partly).split("\n")[1].endswith("1 place not analysed")


@pytest.mark.parametrize("name", [name for name in REPORTS if REPORTS[name].exit_code])
def test_what_is_not_clean_is_not_green(name: str) -> None:
    assert comment.render(REPORTS[name]).split("\n")[1] == "### ❌ headway"


@pytest.mark.parametrize("name", REPORTS)
def test_it_fits_and_every_fold_and_fence_in_it_ends(name: str) -> None:
    shown = comment.render(REPORTS[name])
    assert len(shown) <= comment.LIMIT
    assert shown.count("<details") == shown.count("</details>") == shown.count("<summary>")
    opening = ""
    for fence, language in re.findall(r"^(`{3,})(\w*)$", shown, re.M):
        if opening and not (len(fence) >= len(opening) and not language):
            continue  # text inside, which ends nothing
        assert bool(language) is not bool(opening)
        opening = "" if opening else fence
    assert not opening


def test_what_is_left_out_is_said() -> None:
    assert "more left out" in comment.render(HUGE)
    many = tuple(replace(REQUIRED, revision=f"r{number}") for number in range(10_000))
    shown = comment.render(replace(SAMPLES["findings"], findings=many))
    assert comment.LIMIT - 1_000 < len(shown) <= comment.LIMIT
    left = re.search(r"\*(\d+) parts are left out", shown)
    assert left is not None
    assert int(left[1]) + shown.count("<details") == 10_000 + len(CHANGES) + 1  # and the fold of what was not looked at
    statement = PlanStatement("x" * 10**6)
    long = replace(SAMPLES["plan"], plan=replace(PLAN, steps=(replace(PLAN.steps[0], recorded=(statement,)),)))
    assert "more characters)" in comment.render(long)


def test_a_long_table_of_locks_is_cut_and_counted() -> None:
    change = CHANGES[0]
    long = replace(change, operations=change.operations[:1] * 150)
    shown = comment.render(replace(SAMPLES["findings"], changes=(long,)))
    assert "*110 more rows are left out.*" in shown
    assert shown.count("| customers | SHARE |") == 40


def test_the_marker_is_of_one_configuration_and_hides_itself() -> None:
    names = [("alembic.ini", "alembic"), ("shop/alembic.ini", "alembic"), ("alembic.ini", "crm"), ("a--><b>", "x\n-->")]
    markers = {comment.marker(Configuration(*name)) for name in names}
    assert len(markers) == len(names)
    for marker in markers:
        assert re.fullmatch(r"<!-- headway:comment [0-9a-f]{12} [\w ./\[\]-]+ -->", marker)
        assert "--" not in marker[4:-3]
    for report in REPORTS.values():
        shown = comment.render(replace(report, configuration=Configuration("shop/alembic.ini", "crm")))
        assert shown.startswith("<!-- headway:comment ") and "shop/alembic.ini [crm] -->\n" in shown


@pytest.mark.parametrize("render", [comment.render, markdown.render])
def test_words_of_strangers_call_nobody_and_lead_nowhere(render: object) -> None:
    assert callable(render)
    nasty = replace(DROPPED, message=CALLS, help=CALLS, file=f"{CALLS}.py", revision=CALLS)
    report = replace(EVIL, findings=(nasty,), error=CALLS, plan=None, drift=(replace(EVIL.drift[0], detail=CALLS),))
    shown = re.sub(r"^(`{3,})\w*\n.*?^\1$", "", str(render(report)), flags=re.M | re.S)
    assert not re.search(r"@\w", shown)
    assert not re.search(r"(?<!&)#\w", shown)
    assert "](" not in shown and "![" not in shown
    assert not re.search(r"<(?!/?(details|summary|code|br|!--)\b|details open>|!--)", shown)
    assert "*b*" not in shown and " _i_" not in shown and "$x$" not in shown


def test_the_picture_shows_what_is_new_and_what_it_stands_on() -> None:
    failing = replace(SAMPLES["clean"], exit_code=1, findings=(DROPPED,))
    shown = comment.render(failing)
    assert '(["d16e (head) currency"])' in shown and '"a1 (crm) contacts"' in shown and "83c0" not in shown
    assert "too many to draw" in comment.render(replace(BIG, findings=(DROPPED,)))
    circle = (Revision("a", "b"), Revision("b", "a"))
    assert "IN A CIRCLE" in comment.render(replace(failing, history=circle, new=frozenset("ab")))
    assert "mermaid" not in comment.render(replace(failing, new=frozenset()))


def test_an_empty_report() -> None:
    assert "passed" in comment.render(Report(command="ci", version="0", exit_code=0))
