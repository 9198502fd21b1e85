"""What GitHub says about the event of a job: whose change it is. Reads the event's file and decides nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from headway.files import read_small

_OF_CHANGES = ("pull_request", "workflow_run")
"""Events that may be about somebody else's change; ``pull_request_target`` and ``pull_request_review`` among them.

See https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows
"""


def is_from_a_fork(environment: Mapping[str, str]) -> bool:
    """Whether the change comes from another repository than the one whose workflow this is.

    An event about a change that does not say where it comes from counts as one: its repository may be gone. A comment
    on a pull request (``issue_comment``) does not say either.
    """
    name = environment.get("GITHUB_EVENT_NAME", "")
    if name == "issue_comment":
        return True
    if not name.startswith(_OF_CHANGES):
        return False
    event = event_of(environment)
    if name == "workflow_run":
        source = _at(event, "workflow_run", "head_repository", "full_name")
        target = _at(event, "repository", "full_name")
    else:
        source = _at(event, "pull_request", "head", "repo", "full_name")
        target = _at(event, "pull_request", "base", "repo", "full_name")
    return not isinstance(source, str) or source != target


def event_of(environment: Mapping[str, str]) -> Any:
    """The event's payload; None where it cannot be read."""
    try:
        return json.loads(read_small(environment.get("GITHUB_EVENT_PATH", "")))
    except (OSError, ValueError, RecursionError):
        return None


def _at(value: Any, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value
