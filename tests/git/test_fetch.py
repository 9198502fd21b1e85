"""What a CI's clone lacks is fetched, by nothing but git's own HTTP; where that cannot be, it is said."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from git.repository import Repository, said
from git.server import PASSWORD, git_server
from git.test_events import happens
from git.test_histories import main_gets, repository
from headway.api.lint import LintOptions, choose_scope
from headway.api.project import open_project
from headway.errors import HeadwayError

__all__ = ["repository"]


def clone_of(repository: Repository, url: str, place: Path, *options: str) -> Repository:
    """What actions/checkout leaves of a pull request: its merge with the base, and nothing else."""
    clone = Repository.__new__(Repository)
    clone.place = place
    place.mkdir()
    clone.git("init", "-q")
    clone.git("remote", "add", "origin", url)
    clone.git("fetch", "-q", *options, "origin", "+refs/heads/mine:refs/remotes/pull/1/merge")
    clone.git("checkout", "-q", "--detach", "refs/remotes/pull/1/merge")
    return clone


@pytest.fixture
def served(repository: Repository) -> Iterator[str]:
    """The address of ``repository``, with main at what is released and a pull request on ``mine``."""
    repository.revision("c3", "b2")
    repository.commit()
    repository.git("branch", "-f", "main", "origin/main")
    with git_server(repository.place.parent) as address:
        yield f"{address}/{repository.place.name}/.git"


@pytest.fixture(autouse=True)
def in_a_ci(repository: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CI", "true")
    happens(monkeypatch, tmp_path / "x", "pull_request", GITHUB_BASE_REF="main")


def against(clone: Repository) -> tuple[set[str], str]:
    scope = choose_scope(open_project([str(clone.place / "alembic.ini")]), LintOptions())
    return set(scope.new), scope.against


@pytest.mark.parametrize("options", [(), ("--depth=1",)], ids=["whole", "shallow"])
def test_a_clone_without_its_base_gets_it(
    repository: Repository, served: str, tmp_path: Path, options: tuple[str, ...]
) -> None:
    clone = clone_of(repository, served, tmp_path / "clone", *options)
    assert against(clone) == ({"c3"}, "origin/main")


def test_the_base_is_as_it_is_now_and_not_as_it_was_cloned(repository: Repository, served: str, tmp_path: Path) -> None:
    clone = clone_of(repository, served, tmp_path / "clone")
    clone.git("fetch", "-q", "origin", "+refs/heads/main:refs/remotes/origin/main")
    repository.on_main()
    main_gets(repository, "m3")
    repository.git("branch", "-f", "main", "origin/main")
    assert ("REV012", "c3") in said(clone.judge())


def test_the_former_commit_of_a_push_is_fetched(
    repository: Repository, served: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = repository.git("rev-parse", "main")
    clone = clone_of(repository, served, tmp_path / "clone", "--depth=1")
    happens(monkeypatch, tmp_path / "x", "push", {"before": before})
    assert against(clone)[0] == {"c3"}


def test_a_schedule_in_a_shallow_clone_is_deepened(
    repository: Repository, served: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clone = clone_of(repository, served, tmp_path / "clone", "--depth=1")
    clone.git("fetch", "-q", "--depth=1", "origin", "+refs/heads/main:refs/remotes/origin/main")
    happens(monkeypatch, tmp_path / "x", "schedule")
    assert against(clone)[0] == {"c3"}


@pytest.mark.parametrize(
    ("url", "why"),
    [
        (None, "outside of a CI nothing is fetched"),
        ("never", "HEADWAY_FETCH is 'never'"),
        ("", "the clone has no remote 'origin'"),
        ("file:///nowhere", "'origin' is not reached over HTTP"),
        ("ext::sh -c touch% {trap}", "'origin' is not reached over HTTP"),
    ],
)
def test_what_is_not_fetched_is_said(
    repository: Repository, served: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str | None, why: str
) -> None:
    clone = clone_of(repository, served, tmp_path / "clone")
    clone.git("fetch", "-q", "origin", "+refs/heads/main:refs/remotes/origin/main")
    if url is None:
        monkeypatch.delenv("CI")
    elif url == "never":
        monkeypatch.setenv("HEADWAY_FETCH", "never")
    elif url:
        clone.git("config", "remote.origin.url", url.format(trap=tmp_path / "trap"))
    else:
        clone.git("config", "--unset", "remote.origin.url")
    assert against(clone) == ({"c3"}, f"origin/main, as this clone has it: {why}")
    clone.git("update-ref", "-d", "refs/remotes/origin/main")
    with pytest.raises(
        HeadwayError, match=r"the base branch 'main' is not in this clone, and was not fetched"
    ) as error:
        against(clone)
    assert why in str(error.value)
    assert not (tmp_path / "trap").exists()


def test_a_server_that_lets_nobody_in_is_said_without_the_token(repository: Repository, tmp_path: Path) -> None:
    repository.revision("c3", "b2")
    repository.commit()
    with git_server(repository.place.parent, guarded=True) as address:
        url = f"{address}/{repository.place.name}/.git".replace("//", f"//ci-token:{PASSWORD}@")
        repository.git("remote", "add", "origin", url)
        new, said_against = against(repository)
    assert new == {"c3"}
    assert "as this clone has it: git fetch failed" in said_against and "403" in said_against
    assert PASSWORD not in said_against


def armed(clone: Repository, repository: Repository, trap: Path, **settings: str) -> None:
    """Gives the clone hooks, and settings whose ``{program}`` leaves ``trap`` behind."""
    program = trap.with_name("program")
    program.write_text(f"#!/bin/sh\ntouch {trap}\n")
    program.chmod(0o755)
    hooks = clone.place / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    (hooks / "reference-transaction").write_text(program.read_text())
    (hooks / "reference-transaction").chmod(0o755)
    (clone.place / ".git/objects/info/alternates").write_text(f"{repository.place}/.git/objects\n")
    for name, value in settings.items():
        clone.git("config", name.format(program=program), value.format(program=program, trap=trap))


RUNS = {
    "core.hooksPath": ".git/hooks",
    "core.sshCommand": "{program}",
    "core.askPass": "{program}",
    "core.gitProxy": "{program}",
    "core.alternateRefsCommand": "{program}",
    "credential.helper": "!{program}",
    "remote.origin.uploadpack": "{program}",
    "fetch.recurseSubmodules": "true",
    "gc.auto": "1",
    "http.cookieFile": "{trap}",
    "http.saveCookies": "true",
    "protocol.ext.allow": "always",
}


def test_a_hostile_configuration_runs_nothing(repository: Repository, served: str, tmp_path: Path) -> None:
    clone = clone_of(repository, served, tmp_path / "clone", "--depth=1")
    armed(clone, repository, tmp_path / "trap", **RUNS)
    clone.git("config", "--unset", "core.hooksPath")
    clone.git("update-ref", "refs/trap", "HEAD")
    assert (tmp_path / "trap").exists()  # the tripwire works
    (tmp_path / "trap").unlink()
    subprocess.run(["git", "config", "core.hooksPath", ".git/hooks"], cwd=clone.place, check=True)
    assert against(clone)[0] == {"c3"}
    assert not (tmp_path / "trap").exists()


@pytest.mark.parametrize("setting", ["remote.origin.vcs", "url.ext::{program}.insteadOf"])
def test_no_other_transport_is_taken(repository: Repository, served: str, tmp_path: Path, setting: str) -> None:
    clone = clone_of(repository, served, tmp_path / "clone", "--depth=1")
    armed(clone, repository, tmp_path / "trap", **RUNS, **{setting: "ext" if "vcs" in setting else "http://127.0.0.1"})
    with pytest.raises(HeadwayError, match="is not in this clone, and was not fetched"):
        against(clone)
    assert not (tmp_path / "trap").exists()
