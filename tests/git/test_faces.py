"""What is new in a real repository is new on the page and in the comment, and an alert stays the same when lines move."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from git.repository import Repository
from headway.report import comment, junit, sarif
from headway.report.html import page


def test_the_faces_of_a_branch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_BASE_REF", "GITHUB_EVENT_NAME", "GITHUB_WORKSPACE", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME"):
        monkeypatch.delenv(name, raising=False)
    repository = Repository(tmp_path)
    repository.revision("a1")
    repository.revision("b2", "a1")
    repository.commit(released=True)
    repository.branch("feature")
    path = repository.revision("c3", "b2", 'op.drop_table("t_a1")')
    repository.commit()
    report = repository.judge(base="origin/main")
    assert (report.new, {revision.revision for revision in report.history}) == ({"c3"}, {"a1", "b2", "c3"})
    shown = page.render(report)
    assert [f'<li id="r-{name}" class="item" data-kind="new">' in shown for name in ("a1", "b2", "c3")] == [
        False,
        False,
        True,
    ]
    assert str(tmp_path) not in shown
    drawn = comment.render(report)
    assert (
        'r1["b2 b2"]' in drawn
        and "c3 (head)" in drawn
        and "a1" not in drawn.partition("mermaid")[2].partition("```")[0]
    )
    lint = junit.render(report).partition('<testsuite name="lint"')[2]
    assert "DST001 drop-table" in lint

    def prints() -> list[Any]:
        results = sarif.document(repository.judge(base="origin/main"))["runs"][0]["results"]
        return [(result["partialFingerprints"], result["ruleId"]) for result in results]

    before = prints()
    assert before
    path.write_text(path.read_text().replace("def upgrade():\n", "def upgrade():\n    # a line more\n\n"))
    assert prints() == before
    path.write_text(path.read_text().replace("t_a1", "t_b2"))
    assert prints() != before
