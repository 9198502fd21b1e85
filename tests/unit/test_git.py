"""What a branch adds and changes, by links, moves, submodules and worktrees; and a git that fails is an error."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from headway.errors import ConfigError, UsageError
from headway.repository import work_tree
from headway.repository.git import commit_of, compare, default_base, find_root, reader_at_base, shown
from headway.repository.program import GitFailed


def git(place: Path, *arguments: str) -> str:
    who = [
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@b",
        "-c",
        "init.defaultBranch=main",
        "-c",
        "protocol.file.allow=always",
    ]
    done = subprocess.run(["git", *who, *arguments], cwd=place, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("GITHUB_BASE_REF", "GITHUB_WORKSPACE", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME"):
        monkeypatch.delenv(name, raising=False)
    top = tmp_path / "top"
    (top / "v").mkdir(parents=True)
    (top / "v" / "a.py").write_text("revision = 'a'\n")
    (top / "v" / "b.py").write_text("revision = 'b'\n")
    git(top, "init", "-q")
    git(top, "add", "-A")
    git(top, "commit", "-qm", "first")
    git(top, "checkout", "-qb", "branch")
    return top


def changes(top: Path, *names: str) -> dict[str, str]:
    """How each file stands to main."""
    found = compare(str(top), "main").changes([str(top / name) for name in names])
    states = {"added": found.added, "modified": found.modified, "outside": found.outside}
    return {name: next((s for s, paths in states.items() if str(top / name) in paths), "same") for name in names}


def test_committed_uncommitted_untracked_and_ignored(top: Path) -> None:
    (top / "v" / "b.py").write_text("revision = 'b'  # changed\n")
    (top / "v" / "c.py").write_text("")
    (top / "v" / "d.py").write_text("")
    (top / ".gitignore").write_text("d.py\n")
    git(top, "add", "v/c.py")
    assert changes(top, "v/a.py", "v/b.py", "v/c.py", "v/d.py") == {
        "v/a.py": "same",
        "v/b.py": "modified",
        "v/c.py": "added",
        "v/d.py": "added",
    }


def test_line_ends_of_windows_are_no_change(top: Path) -> None:
    (top / "v" / "a.py").write_bytes(b"revision = 'a'\r\n")
    assert changes(top, "v/a.py") == {"v/a.py": "same"}


def test_each_link_on_the_way_counts(top: Path) -> None:
    (top / "same").symlink_to("v")
    git(top, "checkout", "-q", "main")
    git(top, "add", "same")
    git(top, "commit", "-qm", "a link")
    git(top, "checkout", "-q", "branch")
    git(top, "rebase", "-q", "main")
    (top / "other").symlink_to("v")
    (top / "out").symlink_to("/")
    assert changes(top, "same/a.py", "other/a.py", "out/etc/hostname") == {
        "same/a.py": "same",
        "other/a.py": "added",
        "out/etc/hostname": "added",
    }
    assert changes(top, "../elsewhere.py") == {"../elsewhere.py": "outside"}
    (top / "same").unlink()
    (top / "same").symlink_to("other")
    assert changes(top, "same/a.py") == {"same/a.py": "added"}


def test_what_moved_is_known(top: Path) -> None:
    (top / "v").rename(top / "w")
    found = compare(str(top), "main").changes([str(top / "w" / "a.py")])
    assert found.gone == {"v/a.py": b"revision = 'a'\n", "v/b.py": b"revision = 'b'\n"}


def test_a_file_as_the_base_has_it(top: Path) -> None:
    (top / "v" / "a.py").write_text("changed")
    (top / "v" / "c.py").write_text("new")
    read = reader_at_base(str(top), "main")
    assert read(str(top / "v" / "a.py")) == b"revision = 'a'\n"
    assert read(str(top / "v" / "c.py")) is None
    assert read(str(top / "v")) is None


def test_worktrees_and_submodules(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = top.parent / "tree"
    git(top, "worktree", "add", "-q", "-b", "third", str(tree))
    (tree / "v" / "c.py").write_text("")
    assert find_root(str(tree / "v")) == str(tree)
    assert changes(tree, "v/a.py", "v/c.py") == {"v/a.py": "same", "v/c.py": "added"}
    git(top, "submodule", "--quiet", "add", str(top), "inner")
    assert find_root(str(top / "inner" / "v")) == str(top / "inner")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(top))
    assert find_root(str(top / "inner" / "v")) == str(top), "a change may bring a submodule, and its history with it"
    assert changes(top, "inner/v/a.py") == {"inner/v/a.py": "added"}
    git(top, "commit", "-qam", "inner")
    git(top, "branch", "-f", "main", "branch")
    assert changes(top, "inner/v/a.py") == {"inner/v/a.py": "modified"}


def test_no_further_up_than_a_repository_that_is_no_submodule(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worktree has a file for its ``.git``, and any repository may stand below a directory called modules."""
    space = top.parent / "space"
    (space / "modules" / "one").mkdir(parents=True)
    (space / ".git").write_text("gitdir: nowhere")
    git(top, "worktree", "add", "-q", "-b", "third", str(space / "tree"))
    git(space / "modules" / "one", "init", "-q")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(space))
    assert find_root(str(space / "tree" / "v")) == str(space / "tree")
    assert find_root(str(space / "modules" / "one")) == str(space / "modules" / "one")
    with pytest.raises(ConfigError, match="which is not there"):
        find_root(str(space / "modules"))


def test_a_directory_that_looks_like_a_repository_is_none(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--bare", "bare")
    assert find_root(str(tmp_path / "bare")) is None


@pytest.mark.parametrize("base", ["no-such", "-x", "--upload-pack=x", "a\0b", "main:v/a.py", ""])
def test_a_base_that_is_none(base: str, top: Path) -> None:
    with pytest.raises((UsageError, ConfigError)):
        compare(str(top), base).changes([])


def test_a_git_that_fails_is_an_error_with_its_reason(top: Path) -> None:
    (top / ".git" / "HEAD").write_text("nonsense\n")
    with pytest.raises(GitFailed, match="not a git repository"):
        default_base(str(top), None)
    (top / ".git" / "HEAD").write_text("ref: refs/heads/branch\n")
    (top / ".git" / "config").write_text("[broken\n")
    with pytest.raises(GitFailed, match="bad config"):
        compare(str(top), "main").changes([])


@pytest.mark.parametrize("text", ["gitdir: nowhere", "nonsense", "gitdir:", "gitdir: a\0b"])
def test_a_git_file_that_leads_nowhere_is_an_error(text: str, tmp_path: Path) -> None:
    (tmp_path / ".git").write_text(text)
    with pytest.raises(ConfigError):
        find_root(str(tmp_path))


def test_without_git_it_says_so(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(top))
    with pytest.raises(ConfigError, match="git is not installed") as caught:
        default_base(str(top), None)
    assert "--all" in (caught.value.hint or "")


def test_what_the_caller_set_for_git_does_not_count(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tripped = top.parent / "tripped"
    monkeypatch.setenv("GIT_DIR", os.devnull)
    monkeypatch.setenv("GIT_WORK_TREE", "/")
    monkeypatch.setenv("GIT_TRACE", str(tripped))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.bare")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "nonsense")
    assert changes(top, "v/a.py") == {"v/a.py": "same"}
    assert not tripped.exists()


def test_the_commit_that_a_name_stands_for(top: Path, tmp_path: Path) -> None:
    assert commit_of(str(top / "v")) == git(top, "rev-parse", "HEAD")
    (top / "v" / "c.py").write_text("revision = 'c'\n")
    git(top, "add", "-A")
    git(top, "commit", "-qm", "second")
    assert commit_of(str(top), "main") == git(top, "rev-parse", "main") != commit_of(str(top))
    assert commit_of(str(top), "nobody") is None
    assert commit_of(str(tmp_path)) is None


def test_a_commit_is_shown_by_its_beginning() -> None:
    assert shown("0123456789abcdef" * 2 + "01234567") == "0123456789ab"
    assert shown("ab" * 32) == "ab" * 6
    assert shown("origin/main") == "origin/main" and shown("x" * 40) == "x" * 40


def test_what_has_just_been_read_is_not_read_again(top: Path) -> None:
    path = str(top / "v" / "a.py")
    assert compare(str(top), "main", {path: b"other"}).changes([path]).modified == {path}
    (top / "v" / "a.py").write_text("changed since")
    assert compare(str(top), "main", {path: b"revision = 'a'\n"}).changes([path]).modified == frozenset()


def test_a_link_in_the_place_of_a_file_is_no_file_of_the_base(top: Path) -> None:
    (top / "v" / "a.py").rename(top / "kept.py")
    (top / "v" / "a.py").symlink_to(top / "kept.py")
    assert changes(top, "v/a.py", "v/b.py") == {"v/a.py": "added", "v/b.py": "same"}


def test_one_comparison_reads_a_file_once(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    small = work_tree.read_small
    monkeypatch.setattr(work_tree, "read_small", lambda path: read.append(path) or small(path))
    monkeypatch.chdir(top)
    (top / "v" / "b.py").unlink()
    (top / "v" / "c.py").write_text("revision = 'c'\n")
    compared = compare(str(top), "main")
    found = compared.changes([str(top / "v" / name) for name in ("a.py", "c.py")])
    released = compared.released([str(top / "v")])
    assert found.added == {str(top / "v" / "c.py")}
    assert found.gone == released.left == {"v/b.py": b"revision = 'b'\n"}
    assert read == [str(top / "v" / "a.py")]


def test_a_link_out_of_the_repository_by_its_whole_path_is_outside(top: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.py").write_text("revision = 'x'\n")
    (top / "whole").symlink_to(outside)
    (top / "by_steps").symlink_to(os.path.join(os.pardir, "outside"))
    git(top, "checkout", "-q", "main")
    git(top, "add", "-A")
    git(top, "commit", "-qm", "links")
    git(top, "checkout", "-q", "branch")
    git(top, "rebase", "-q", "main")
    assert changes(top, "whole/a.py", "by_steps/a.py") == {"whole/a.py": "outside", "by_steps/a.py": "outside"}


def test_a_link_within_by_its_whole_path(top: Path) -> None:
    (top / "deep").mkdir()
    (top / "deep" / "way").symlink_to(top / "v")
    git(top, "checkout", "-q", "main")
    git(top, "add", "-A")
    git(top, "commit", "-qm", "links")
    git(top, "checkout", "-q", "branch")
    git(top, "rebase", "-q", "main")
    assert changes(top, "deep/way/a.py") == {"deep/way/a.py": "same"}


def test_a_file_outside_is_none_of_the_top_that_is_called_alike(top: Path, tmp_path: Path) -> None:
    git(top, "checkout", "-q", "main")
    (top / "a.py").write_text("revision = 'a'\n")
    git(top, "add", "-A")
    git(top, "commit", "-qm", "at the top")
    git(top, "checkout", "-q", "branch")
    git(top, "rebase", "-q", "main")
    (tmp_path / "a.py").write_text("revision = 'a'\n")
    assert changes(top, "../a.py", "a.py") == {"../a.py": "outside", "a.py": "same"}
