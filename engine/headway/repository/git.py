"""Which files a branch adds and changes against its base. Asks the git program; configures and writes nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from headway.errors import ConfigError, UsageError

CHECKOUT_HINT = "In a workflow use actions/checkout with 'fetch-depth: 0'."


@dataclass(frozen=True, slots=True)
class Changes:
    """Absolute paths of files that differ from the merge base with ``base``."""

    base: str
    added: frozenset[str]
    modified: frozenset[str]


def find_root(directory: str) -> str | None:
    """The top of the work tree that holds ``directory``, or None outside of one."""
    answer = _git(["rev-parse", "--show-toplevel"], directory)
    return answer.strip() if answer is not None else None


def default_base(directory: str, policy_base: str | None) -> str | None:
    """The branch this one goes to: the pull request's base in CI, the policy's, or the default branch.

    None when nothing tells, or when the work tree is on that branch itself.
    """
    named = os.environ.get("GITHUB_BASE_REF") or os.environ.get("CI_MERGE_REQUEST_TARGET_BRANCH_NAME")
    candidates = [named, policy_base] if named or policy_base else [_remote_head(directory), "main", "master"]
    for name in filter(None, candidates):
        for ref in (f"origin/{name}", name):
            if _git(["rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}"], directory) is not None:
                return ref
    if named or policy_base:
        raise ConfigError(
            f"the base branch '{named or policy_base}' is not in this clone",
            hint=f"Fetch it: git fetch origin {named or policy_base}. {CHECKOUT_HINT}",
        )
    return None


def changes_since(directory: str, base: str) -> Changes:
    """What the work tree adds and changes since it left ``base``, uncommitted and untracked files included.

    Raises UsageError when ``base`` is not known, ConfigError when the clone is too shallow to tell.
    """
    root = find_root(directory)
    if root is None:
        raise UsageError(f"--base {base} needs a git work tree", path=directory)
    if _git(["rev-parse", "--verify", "--quiet", f"{base}^{{commit}}"], root) is None:
        raise UsageError(f"git does not know '{base}'", hint=f"Fetch it first. {CHECKOUT_HINT}")
    merge_base = _git(["merge-base", base, "HEAD"], root)
    if merge_base is None:
        shallow = (_git(["rev-parse", "--is-shallow-repository"], root) or "").strip() == "true"
        why = "this clone is shallow" if shallow else "the two have no common commit"
        raise ConfigError(f"cannot tell what is new since '{base}': {why}", hint=CHECKOUT_HINT)
    with _index_copy(root) as index:
        listed = _git(["diff", "--name-status", "--no-renames", "-z", merge_base.strip()], root, index) or ""
    fields = listed.split("\0")
    states = dict(zip(fields[1::2], fields[0::2], strict=False))
    untracked = (_git(["ls-files", "--others", "--exclude-standard", "-z"], root) or "").split("\0")
    added = {name for name, state in states.items() if state == "A"} | set(filter(None, untracked))
    modified = {name for name, state in states.items() if state in ("M", "T")}
    return Changes(base, _absolute(root, added), _absolute(root, modified))


def _absolute(root: str, names: set[str]) -> frozenset[str]:
    return frozenset(os.path.realpath(os.path.join(root, name)) for name in names)


def _remote_head(directory: str) -> str | None:
    answer = _git(["symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD"], directory)
    return answer.strip().removeprefix("origin/") if answer else None


@contextmanager
def _index_copy(root: str) -> Iterator[dict[str, str]]:
    """The environment for a diff that may refresh an index: a copy, because the work tree's own is not ours to write."""
    answer = _git(["rev-parse", "--path-format=absolute", "--git-path", "index"], root)
    with tempfile.TemporaryDirectory(prefix="headway-git-") as directory:
        copy = os.path.join(directory, "index")
        if answer is None or not os.path.exists(answer.strip()):
            yield {}
            return
        shutil.copyfile(answer.strip(), copy)
        yield {"GIT_INDEX_FILE": copy}


def _git(arguments: Sequence[str], directory: str, more: Mapping[str, str] | None = None) -> str | None:
    """What git prints, or None when it fails or is not installed; ``more`` are environment variables."""
    # A container sees a work tree of another owner; saying so per call leaves the user's configuration alone.
    environment = {
        **os.environ,
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "safe.directory",
        "GIT_CONFIG_VALUE_0": "*",
        "GIT_OPTIONAL_LOCKS": "0",
        "LC_ALL": "C",
        **(more or {}),
    }
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=directory, env=environment, capture_output=True, text=True, check=False
        )
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None
