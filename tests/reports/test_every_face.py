"""Every format of every report: it is made, it can be written to a file, it is the same twice, and it keeps its size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from headway.drift.verdict import NotCompared
from headway.lint.change import Change, Operation, Sent, TakenLock
from headway.report.model import Examined, Report, Stage, Status
from headway.report.shown import without_passwords
from headway.revision.model import Revision
from reports.samples import REQUIRED, SAMPLES, SHARE
from reports.test_formats import FORMATS
from reports.test_html import EVIL
from reports.test_platforms import HUGE, STRANGE

BROKEN = replace(
    SAMPLES["clean"],
    exit_code=1,
    history=(
        Revision("a", "b"),
        Revision("b", "a"),
        Revision("b", "gone"),
        Revision("c", ("c", "x"), "nobody", ("l", "l")),
    ),
    new=frozenset({"a", "nowhere"}),
)
REPORTS = STRANGE | {"evil": EVIL, "ten thousand findings": HUGE, "broken graph": BROKEN}


@pytest.mark.parametrize("render", FORMATS.values(), ids=FORMATS)
def test_it_is_made_and_can_be_written(render: Callable[[Report], str]) -> None:
    for report in REPORTS.values():
        shown = render(report)
        assert shown.encode().decode() == shown
        assert len(shown.encode()) < 30_000_000
        assert report is HUGE or render(report) == shown


@pytest.mark.parametrize("render", FORMATS.values(), ids=FORMATS)
def test_no_face_shows_a_password(render: Callable[[Report], str]) -> None:
    """Whatever may repeat a stranger's words goes through the mask."""
    said = "connects with s3cret"
    open_ = replace(REQUIRED, message=said, help=said, fix=said)
    report = replace(
        SAMPLES["findings"],
        stages=(Stage("lint", Status.FAIL, 0.1, said, said, 1),),
        findings=(open_, open_.suppress(said)),
        drift=(replace(SAMPLES["drift"].drift[0], detail=said, operation=said),),
        not_compared=(NotCompared("CHECK", "table a", said),),
        examined=Examined(1, 1, (f"a.py:1: {said}",)),
        error=said,
        history=(Revision("a", doc=said),),
        new=frozenset("a"),
        sources={REQUIRED.file or "": (said,) * 9},
        changes=(Change("a", "a.py", (Operation(1, said, (TakenLock("sqlite", said, SHARE),)),)),),
        sent=(Sent("a", (said,), "replay"),),
    )
    assert "s3cret" in render(report)
    assert "s3cret" not in render(without_passwords(report, lambda text: text.replace("s3cret", "***")))
