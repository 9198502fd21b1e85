"""Fetches what a CI's clone lacks to be judged: the base as it is now, and commits that a shallow clone left out.

Only in a CI, only from ``origin``, and only over HTTP, which runs no program but git's own; what git fetches is objects and
one reference below ``refs/remotes/origin``. See https://git-scm.com/docs/git-fetch
"""

from __future__ import annotations

import os
from functools import cache

from headway.errors import ConfigError
from headway.redact import redact
from headway.repository.locate import Repository
from headway.repository.program import ask, ask_remote

NEVER = "HEADWAY_FETCH"
"""The variable that, set to ``never``, keeps headway from fetching anything."""
FETCHED = "HEADWAY_FETCHED"
"""Set by the Action, whose trusted half has fetched already: empty, or why the clone is as it was."""


def fetch_branch(repository: Repository, name: str) -> str | None:
    """Brings ``origin/NAME`` to what the remote has now, with its whole past. None, or why it is as the clone had it."""
    return _fetched(repository, f"+refs/heads/{name}:refs/remotes/origin/{name}")


def fetch_commit(repository: Repository, commit: str) -> str | None:
    """Brings a commit into the clone, with its whole past. None, or why it was not fetched."""
    return _fetched(repository, commit)


def is_shallow(repository: Repository) -> bool:
    """Whether the clone ends before its history does."""
    return (ask(repository, "rev-parse", "--is-shallow-repository") or "").strip() == "true"


@cache  # one program judges one moment, and asks several times
def _fetched(repository: Repository, what: str) -> str | None:
    told = os.environ.get(FETCHED)
    if told is not None:
        return told or None
    why_not = _unwilling(repository)
    if why_not is not None:
        return why_not
    wanted, deeper = [[what]], []
    if is_shallow(repository):
        deeper = ["--unshallow"]
        head = (ask(repository, "rev-parse", "--verify", "--quiet", "HEAD") or "").strip()
        wanted = [[what, head], [what]] if head else wanted  # a server may give out no commit that it does not name
    said = ""
    for refspecs in wanted:
        try:
            ask_remote(repository, "fetch", *_PLAINLY, *deeper, "--", "origin", *refspecs)
        except ConfigError as error:
            said = redact(error.message)
        else:
            return None
    return said


_PLAINLY = ("--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head", "--no-auto-gc", "--no-prune")


def _unwilling(repository: Repository) -> str | None:
    """Why nothing is fetched here."""
    if os.environ.get("CI", "").lower() not in ("true", "1"):
        return "outside of a CI nothing is fetched"
    if os.environ.get(NEVER) == "never":
        return f"{NEVER} is 'never'"
    url = (ask(repository, "config", "--get", "remote.origin.url") or "").strip()
    if not url:
        return "the clone has no remote 'origin'"
    if not url.startswith(("https://", "http://")):
        return "'origin' is not reached over HTTP"
    return None
