"""What a CI's variables say a change is measured against. Reads variables and the event's file, asks no git."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from headway.files import read_small
from headway.valueclass import valueclass

_NOTHING = "0" * 40
"""What a push names as its former commit when the branch is new."""


@valueclass(frozen=True, slots=True)
class Against:
    """What the event of a CI names."""

    branch: str | None = None
    """A branch, as the remote calls it."""
    commit: str | None = None
    """A commit: what a branch was on before a push, or what a merge queue merges into."""
    event: str = ""


def against(environment: Mapping[str, str]) -> Against:
    """The branch or commit that the variables of GitHub, Gitea or GitLab name; nothing of either outside of a CI.

    See https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows and
    https://docs.gitlab.com/ci/variables/predefined_variables/
    """
    if environment.get("GITHUB_EVENT_NAME"):
        return _of_github(environment)
    if environment.get("GITHUB_BASE_REF"):
        return Against(branch=environment["GITHUB_BASE_REF"])
    if environment.get("CI_MERGE_REQUEST_TARGET_BRANCH_NAME"):
        return Against(branch=environment["CI_MERGE_REQUEST_TARGET_BRANCH_NAME"], event="merge request")
    if environment.get("CI_COMMIT_BRANCH"):
        return Against(commit=_commit(environment.get("CI_COMMIT_BEFORE_SHA")), event="push")
    return Against()


@valueclass(frozen=True, slots=True)
class Checkout:
    """What a CI says that the work tree is a checkout of."""

    ref: str
    commit: str | None
    """None where the reference belongs to this change alone, whatever commit of it is looked at."""
    base: str | None = None
    """The reference that it is to be merged into."""


def checkout(environment: Mapping[str, str]) -> Checkout | None:
    """What GitHub's, Gitea's or GitLab's variables say; None outside of them."""
    if environment.get("GITHUB_REF"):
        ref, base = environment["GITHUB_REF"], environment.get("GITHUB_BASE_REF")
        alone = ref.startswith("refs/pull/")
        commit = None if alone else environment.get("GITHUB_SHA", "")
        return Checkout(ref, commit, f"refs/heads/{base}" if base and alone else None)
    if environment.get("CI_MERGE_REQUEST_REF_PATH"):
        base = environment.get("CI_MERGE_REQUEST_TARGET_BRANCH_NAME")
        return Checkout(environment["CI_MERGE_REQUEST_REF_PATH"], None, f"refs/heads/{base}" if base else None)
    if environment.get("CI_COMMIT_BRANCH"):
        return Checkout(f"refs/heads/{environment['CI_COMMIT_BRANCH']}", environment.get("CI_COMMIT_SHA", ""))
    return None


def _of_github(environment: Mapping[str, str]) -> Against:
    name = environment["GITHUB_EVENT_NAME"]
    event = _event(environment.get("GITHUB_EVENT_PATH", ""))
    if name.startswith("pull_request"):
        return Against(
            branch=environment.get("GITHUB_BASE_REF") or _text(event, "pull_request", "base", "ref"), event=name
        )
    if name == "merge_group":
        return Against(commit=_commit(_text(event, "merge_group", "base_sha")), event=name)
    if name == "push" and environment.get("GITHUB_REF_TYPE") != "tag":
        return Against(commit=_commit(_text(event, "before")), event=name)
    return Against(event=name)


def _commit(value: str | None) -> str | None:
    return None if not value or value == _NOTHING else value


def _event(path: str) -> Any:
    try:
        return json.loads(read_small(path))
    except (OSError, ValueError, RecursionError):
        return None


def _text(value: Any, *keys: str) -> str | None:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, str) else None
