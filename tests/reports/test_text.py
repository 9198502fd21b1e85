"""The text: as wide as the window, the rules' reasons on request, and what was not looked at in its last lines."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from headway.lint.finding import Severity
from headway.report import github, text
from headway.report.model import Examined, Report
from reports.samples import DROPPED, REQUIRED, SAMPLES
from reports.test_platforms import STRANGE

WORDY = replace(REQUIRED, message=" ".join(["drops"] * 40), help=" ".join(["keep it"] * 30))


def _words(shown: str) -> list[str]:
    """Without excerpts, of which a narrow window shows a part."""
    return "\n".join(
        line for line in shown.splitlines() if not re.match(r"\d* +\|", line) and " | " not in line
    ).split()


@pytest.mark.parametrize("width", [40, 80, 200])
def test_nothing_is_wider_than_the_window_but_words_that_are(width: int) -> None:
    report = replace(SAMPLES["findings"], findings=(WORDY, DROPPED))
    shown = text.render(report, width=width, explain=True)
    for line in shown.splitlines():
        whole = max(len(word) for word in line.split() or [""]) + 9 >= width or line.startswith(
            ("  -->", "migrations/")
        )
        assert len(line) <= width or whole, line
    assert _words(shown) == _words(text.render(report, explain=True))
    for report in SAMPLES.values():
        plain, wrapped = text.render(report), text.render(report, width=10_000)
        assert plain == wrapped


@pytest.mark.parametrize(("column", "end"), [(1, 4), (50, 60), (150, 158), (196, 201), (1, 201)])
def test_the_marked_words_stay_in_a_narrow_window(column: int, end: int) -> None:
    source = "".join(f"{number:>4}" for number in range(50))
    found = replace(REQUIRED, line=1, end_line=1, column=column, end_column=end)
    report = replace(SAMPLES["findings"], findings=(found,), sources={found.file or "": (source,)})
    lines = text.render(report, width=60).splitlines()
    arrow = next(number for number, line in enumerate(lines) if line.startswith("  -->"))
    excerpt = lines[arrow + 1 : arrow + 4]
    shown, carets = excerpt[1][4:], excerpt[2][4:]
    assert len(excerpt[1]) <= 60
    under = shown[carets.index("^") : len(carets)]
    assert source[column - 1 : end - 1].startswith(under.rstrip("…")) and under
    if end - column < 40:
        assert under == source[column - 1 : end - 1]


def test_carets_stand_under_characters_and_not_bytes() -> None:
    source = '    op.add_column("größe", x)  # é'
    end = len(source[:29].encode()) + 1
    found = replace(REQUIRED, line=1, end_line=1, column=5, end_column=end)
    shown = text.render(replace(SAMPLES["findings"], findings=(found,), sources={found.file or "": (source,)}))
    assert f"1 | {source}\n  |     {'^' * 25}\n" in shown
    later = replace(found, column=len(source.encode()) - 1, end_column=0)
    report = replace(SAMPLES["clean"], findings=(later,), sources={found.file or "": (source,)})
    assert f",col={len(source)}," in github.render(report)


def test_findings_stand_together_with_their_file() -> None:
    other = replace(DROPPED, file="migrations/versions/9b_other.py", revision="9b")
    shown = text.render(replace(SAMPLES["findings"], findings=(REQUIRED, other, DROPPED)))
    headings = re.findall(r"^migrations\S+ .*", shown, re.M)
    assert headings == [
        "migrations/versions/7a60_loyalty.py (revision 7a60): 1 error, 1 warning",
        "migrations/versions/9b_other.py (revision 9b): 1 warning",
    ]


def test_explain_says_why_the_rule_is_there() -> None:
    plain, explained = text.render(SAMPLES["findings"]), text.render(SAMPLES["findings"], explain=True)
    whys = [line for line in explained.splitlines() if line not in plain.splitlines()]
    assert len(whys) == 3 and all(line.startswith("   = why: ") and len(line) > 40 for line in whys)


@pytest.mark.parametrize(
    ("report", "said"),
    [
        (SAMPLES["findings"], "not looked at: 1 place not analysed; drift (sqlite) not run"),
        (SAMPLES["drift"], "not looked at: 1 CHECK not compared"),
        (replace(SAMPLES["clean"], examined=Examined(1, 1, ("a", "b"))), "not looked at: 2 places not analysed"),
        (SAMPLES["clean"], None),
    ],
)
def test_the_last_lines_say_what_was_not_looked_at(report: Report, said: str | None) -> None:
    *_, before, last = text.render(report).rstrip().split("\n\n")
    assert last.startswith("headway ")
    assert (before == said) if said else "not looked at" not in before


@pytest.mark.parametrize("width", [None, 40])
def test_hostile_words_make_no_lines_of_their_own(width: int | None) -> None:
    nasty = replace(DROPPED, message="a\n::error::b\r\x1b[2J", severity=Severity.ERROR)
    for report in (STRANGE["hostile"], replace(SAMPLES["clean"], findings=(nasty,))):
        shown = text.render(report, width=width)
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", shown)
        assert not re.search(r"^\s*::", shown, re.M)
