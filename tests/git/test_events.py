"""What a change is measured against, by what the CI says; and pull requests that try to switch the gate off."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from git.repository import Repository, said
from git.test_histories import main_gets, repository
from headway.api.forecast import forecast
from headway.api.lint import LintOptions, choose_scope
from headway.api.project import open_project
from headway.errors import HeadwayError
from headway.repository.event import Against, Checkout, against, checkout

__all__ = ["repository"]

SHA = "1" * 40


@pytest.mark.parametrize(
    ("variables", "event", "expected"),
    [
        ({}, {}, Against()),
        ({"GITHUB_EVENT_NAME": "pull_request", "GITHUB_BASE_REF": "dev"}, {}, Against("dev", None, "pull_request")),
        (
            {"GITHUB_EVENT_NAME": "pull_request_target"},
            {"pull_request": {"base": {"ref": "dev"}}},
            Against("dev", None, "pull_request_target"),
        ),
        ({"GITHUB_EVENT_NAME": "push"}, {"before": SHA}, Against(None, SHA, "push")),
        ({"GITHUB_EVENT_NAME": "push"}, {"before": "0" * 40}, Against(None, None, "push")),
        ({"GITHUB_EVENT_NAME": "push", "GITHUB_REF_TYPE": "tag"}, {"before": SHA}, Against(None, None, "push")),
        ({"GITHUB_EVENT_NAME": "merge_group"}, {"merge_group": {"base_sha": SHA}}, Against(None, SHA, "merge_group")),
        ({"GITHUB_EVENT_NAME": "workflow_dispatch"}, {}, Against(None, None, "workflow_dispatch")),
        ({"GITHUB_EVENT_NAME": "schedule"}, {}, Against(None, None, "schedule")),
        ({"GITHUB_BASE_REF": "dev"}, {}, Against("dev")),
        ({"GITHUB_BASE_REF": "dev", "CI_COMMIT_BRANCH": "main"}, {}, Against("dev")),
        ({"GITHUB_EVENT_NAME": "pull_request"}, {"pull_request": "x"}, Against(None, None, "pull_request")),
        ({"GITHUB_EVENT_NAME": "push"}, {"before": 5}, Against(None, None, "push")),
        ({"GITHUB_EVENT_NAME": "push"}, [], Against(None, None, "push")),
        (
            {"CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "dev", "CI_COMMIT_BRANCH": "x"},
            {},
            Against("dev", None, "merge request"),
        ),
        ({"CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "dev"}, {}, Against("dev", None, "merge request")),
        ({"CI_COMMIT_BRANCH": "main", "CI_COMMIT_BEFORE_SHA": SHA}, {}, Against(None, SHA, "push")),
        ({"CI_COMMIT_BRANCH": "main", "CI_COMMIT_BEFORE_SHA": "0" * 40}, {}, Against(None, None, "push")),
    ],
)
def test_what_the_variables_name(
    variables: Mapping[str, str], event: object, expected: Against, tmp_path: Path
) -> None:
    (tmp_path / "event.json").write_text(json.dumps(event))
    assert against({**variables, "GITHUB_EVENT_PATH": str(tmp_path / "event.json")}) == expected


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, None),
        ({"GITHUB_REF": "refs/heads/main", "GITHUB_SHA": SHA}, Checkout("refs/heads/main", SHA)),
        ({"GITHUB_REF": "refs/heads/main"}, Checkout("refs/heads/main", "")),
        ({"GITHUB_REF": "refs/heads/main", "GITHUB_BASE_REF": "dev"}, Checkout("refs/heads/main", "")),
        ({"GITHUB_REF": "refs/pull/5/merge", "GITHUB_SHA": SHA}, Checkout("refs/pull/5/merge", None)),
        (
            {"GITHUB_REF": "refs/pull/5/merge", "GITHUB_SHA": SHA, "GITHUB_BASE_REF": "dev"},
            Checkout("refs/pull/5/merge", None, "refs/heads/dev"),
        ),
        ({"CI_MERGE_REQUEST_REF_PATH": "refs/merge-requests/1/head"}, Checkout("refs/merge-requests/1/head", None)),
        (
            {
                "CI_MERGE_REQUEST_REF_PATH": "refs/merge-requests/1/head",
                "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "dev",
                "CI_COMMIT_BRANCH": "x",
            },
            Checkout("refs/merge-requests/1/head", None, "refs/heads/dev"),
        ),
        ({"CI_COMMIT_BRANCH": "x", "CI_COMMIT_SHA": SHA}, Checkout("refs/heads/x", SHA)),
        ({"CI_COMMIT_BRANCH": "x"}, Checkout("refs/heads/x", "")),
    ],
)
def test_what_the_work_tree_is_a_checkout_of(variables: Mapping[str, str], expected: Checkout | None) -> None:
    assert checkout(variables) == expected


def happens(monkeypatch: pytest.MonkeyPatch, place: Path, name: str, event: object = None, **more: str) -> None:
    """Sets the variables of a GitHub job."""
    path = place.parent / "event.json"
    path.write_text(json.dumps(event or {}))
    for key, value in {"GITHUB_EVENT_NAME": name, "GITHUB_EVENT_PATH": str(path), **more}.items():
        monkeypatch.setenv(key, value)


def new(repository: Repository) -> set[str]:
    project = open_project([str(repository.place / "alembic.ini")])
    return set(choose_scope(project, LintOptions()).new)


def test_a_push_is_judged_by_what_the_branch_was_before(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = repository.git("rev-parse", "HEAD")
    repository.revision("c3", "b2", 'op.drop_table("t_b2")')
    repository.commit(released=True)
    assert new(repository) == set()  # main against itself
    happens(monkeypatch, repository.place, "push", {"before": before})
    assert new(repository) == {"c3"}
    assert ("DST001", "c3") in said(repository.judge())


def test_a_push_whose_former_commit_is_not_there_is_no_clean_result(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    happens(monkeypatch, repository.place, "push", {"before": SHA})
    with pytest.raises(HeadwayError, match="is not in this clone") as caught:
        repository.judge()
    assert f"git fetch origin {SHA}" in str(caught.value.hint)


def test_a_merge_queue_is_judged_by_its_base(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    queue_base = repository.git("rev-parse", "HEAD")
    main_gets(repository, "later")
    repository.git("checkout", "-q", "--detach", queue_base)
    repository.revision("c3", "b2")
    repository.commit()
    happens(monkeypatch, repository.place, "merge_group", {"merge_group": {"base_sha": queue_base}})
    assert new(repository) == {"c3"}
    assert repository.judge().exit_code == 0


def test_the_base_of_a_pull_request_that_is_not_there_is_no_clean_result(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    happens(monkeypatch, repository.place, "pull_request", GITHUB_BASE_REF="release")
    with pytest.raises(HeadwayError, match="the base branch 'release' is not in this clone") as caught:
        repository.judge()
    assert "git fetch origin release" in str(caught.value.hint)


def test_a_shallow_clone_is_no_clean_result(repository: Repository, tmp_path: Path) -> None:
    repository.revision("c3", "b2")
    repository.commit()
    main_gets(repository, "m3")
    repository.git("branch", "-f", "main", "origin/main")
    clone = Repository.__new__(Repository)
    clone.place = tmp_path / "clone"
    repository.git("clone", "-q", "--depth=1", "--no-single-branch", f"file://{repository.place}", str(clone.place))
    clone.git("checkout", "-q", "mine")
    with pytest.raises(HeadwayError, match="this clone is shallow") as caught:
        clone.judge()
    assert "fetch-depth: 0" in str(caught.value.hint)


def test_a_branch_without_a_commit_is_judged_as_a_whole(tmp_path: Path) -> None:
    unborn = Repository(tmp_path / "p")
    unborn.revision("a1", None, 'op.drop_table("x")')
    assert ("DST001", "a1") in said(unborn.judge())
    with pytest.raises(HeadwayError, match="git does not know 'HEAD'"):
        unborn.judge(base="HEAD")


def test_a_detached_head_and_a_worktree_are_judged(repository: Repository, tmp_path: Path) -> None:
    repository.revision("c3", "b2")
    repository.commit()
    repository.git("checkout", "-q", "--detach")
    assert new(repository) == {"c3"}
    other = Repository.__new__(Repository)
    other.place = tmp_path / "other"
    repository.git("worktree", "add", "-q", str(other.place), "mine")
    assert new(other) == {"c3"}


def test_revisions_in_a_submodule_are_all_judged(tmp_path: Path) -> None:
    """Whether one is released only the submodule's own repository knows: the one around it sees a commit move."""
    inner = Repository(tmp_path / "inner")
    inner.revision("a1")
    inner.revision("b2", "a1")
    inner.commit()
    outer = Repository(tmp_path / "p")
    outer.git("submodule", "--quiet", "add", str(inner.place), "sub")
    (outer.place / "alembic.ini").write_text((outer.place / "alembic.ini").read_text().replace("/m\n", "/sub/m\n"))
    outer.commit(released=True)
    outer.git("checkout", "-q", "-b", "mine")
    assert outer.judge().exit_code == 0
    sub = Repository.__new__(Repository)
    sub.place, sub.versions = outer.place / "sub", outer.place / "sub" / "m" / "versions"
    sub.revision("c3", "b2", 'op.drop_table("t_b2")')
    sub.commit()
    outer.commit()
    report = outer.judge()
    assert ("DST001", "c3") in said(report)
    assert "3 revision(s) judged" in report.stages[1].summary


def test_the_policys_base_is_the_remotes_branch(repository: Repository) -> None:
    (repository.place / ".headway.yml").write_text("base: main\n")
    repository.git("branch", "-f", "main", "HEAD")
    main_gets(repository, "m3")
    repository.branch("at-the-tip")
    repository.revision("c3", "m3")
    assert new(repository) == {"c3"}


# -- pull requests that try to switch the gate off --------------------------------------------------------------

LOOSENED = {
    "a severity": "rules: {DST001: off}",
    "an ignore": "ignore: [{code: DST001, where: 'm/versions/*', reason: please}]",
    "a baseline": "baseline: c3",
    "the threshold": "fail_on: error\nrules: {DST001: info}",
    "the stages": "stages: {lint: off}",
    "expected heads": "expected_heads: 9\nrules: {DST001: off}",
    "no policy that can be read": "rules: [",
}


@pytest.mark.parametrize("how", LOOSENED)
@pytest.mark.parametrize("before", ["", "expected_heads: 1\n"], ids=["base without a policy", "base with one"])
def test_a_pull_request_cannot_loosen_the_gate_for_itself(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, how: str, before: str
) -> None:
    policy = repository.place / ".headway.yml"
    if before:
        repository.on_main()
        policy.write_text(before)
        repository.commit(released=True)
        repository.branch("asking")
    repository.revision("c3", "b2", 'op.drop_table("t_b2")')
    policy.write_text(LOOSENED[how])
    repository.commit()
    happens(monkeypatch, repository.place, "pull_request", GITHUB_BASE_REF="main")
    report = repository.judge()
    assert report.exit_code == 1
    assert {("CFG006", None), ("DST001", "c3")} <= said(report)
    assert report.findings[0].code == "CFG006"


def test_a_policy_that_stays_is_no_finding_and_one_on_main_counts(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.on_main()
    (repository.place / ".headway.yml").write_text("rules: {DST001: off, CMP003: off}\n")
    repository.commit(released=True)
    repository.branch("asking")
    repository.revision("c3", "b2", 'op.drop_table("t_b2")', down_body='op.execute("SELECT 1")')
    repository.commit()
    happens(monkeypatch, repository.place, "pull_request", GITHUB_BASE_REF="main")
    report = repository.judge()
    assert (report.exit_code, said(report)) == (0, set())


# -- forecast ---------------------------------------------------------------------------------------------------


def test_forecast_says_pairwise_what_breaks(repository: Repository) -> None:
    def branch(name: str, id_: str, up: str) -> None:
        repository.branch(name)
        repository.revision(id_, "b2", up)
        repository.commit()

    branch("adds", "c3", 'op.add_column("t_b2", sa.Column("note", sa.Text()))')
    branch("renames", "d3", 'op.alter_column("t_b2", "id", new_column_name="key")')
    branch("indexes", "e3", 'op.create_index("ix", "t_b2", ["id"])')
    branch("same-id", "c3", 'op.create_table("other", sa.Column("id", sa.Integer()))')
    main_gets(repository, "m3", up='op.drop_table("t_a1")')
    branch("behind", "f3", 'op.create_index("ix", "t_a1", ["id"])')
    repository.git("rebase", "-q", "--onto", "origin/main~1", "origin/main", "behind")
    project = open_project([str(repository.place / "alembic.ini")])
    found = forecast(project, ["adds", "renames", "indexes", "same-id", "behind"], "origin/main")
    problems = {merge.branches: merge.problems for merge in found.merges}
    assert len(problems) == 5 + 10
    for name, head in (("adds", "c3"), ("renames", "d3"), ("indexes", "e3")):
        (only,) = problems[(name,)]
        assert only.startswith(f"2 heads where 1 is expected: m3, {head}") or f"{head}" in only
    assert any("table t_a1 is dropped or renamed by one" in line for line in problems[("behind",)])
    assert any("column t_b2.id is dropped or renamed by one" in line for line in problems[("renames", "indexes")])
    assert any("revision id c3 is used by both" in line for line in problems[("adds", "same-id")])
    assert not any("do not commute" in line for line in problems[("adds", "indexes")])
    assert not found.is_well


def test_forecast_is_well_where_nothing_breaks(repository: Repository) -> None:
    repository.revision("c3", "b2")
    repository.commit()
    project = open_project([str(repository.place / "alembic.ini")])
    found = forecast(project, ["mine"], None)
    assert found.is_well
    assert [(merge.branches, merge.heads, merge.added) for merge in found.merges] == [(("mine",), ("c3",), ("c3",))]
    with pytest.raises(HeadwayError, match="git does not know 'nowhere'"):
        forecast(project, ["nowhere"], None)
