"""Where the repository of a directory is, by our own walk to ``.git``. Asks git nothing and trusts no setting.

Git itself also takes a directory that holds ``HEAD``, ``objects`` and ``refs`` for a repository, which is something a
pull request can bring along; ``.git`` it cannot. See https://git-scm.com/docs/git-config#Documentation/git-config.txt-safebareRepository
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from headway.errors import ConfigError
from headway.files import read_small
from headway.valueclass import valueclass

_POINTER = "gitdir:"
_POINTER_BYTES = 65_536


@valueclass(frozen=True, slots=True)
class Repository:
    """A work tree and the directory that git keeps about it, as real paths."""

    root: str
    git_dir: str


def find_repository(directory: str) -> Repository | None:
    """The repository whose work tree holds ``directory``, or None outside of one.

    In a job of GitHub the walk ends at the workspace, and a submodule belongs to the repository around it: a pull
    request may turn any directory into a submodule of its own, whose history would then speak for it.
    Raises ConfigError for a ``.git`` that leads nowhere.
    """
    workspace = _workspace(directory)
    found: Repository | None = None
    for place in _upwards(os.path.realpath(directory)):
        entry = os.path.join(place, ".git")
        if os.path.lexists(entry):
            here = Repository(place, entry if os.path.isdir(entry) else _led_to(entry))
            if found is None or _holds_submodule(here, found):
                found = here
            if workspace is None or not _is_submodule(found):
                return found
        if place == workspace:
            return found
    return found


def _upwards(place: str) -> Iterator[str]:
    yield place
    while (above := os.path.dirname(place)) != place:
        place = above
        yield place


def _workspace(directory: str) -> str | None:
    """The workspace of a GitHub job, when ``directory`` lies in it."""
    named = os.environ.get("GITHUB_WORKSPACE")
    if not named:
        return None
    workspace, here = os.path.realpath(named), os.path.realpath(directory)
    return workspace if here == workspace or here.startswith(workspace.rstrip(os.sep) + os.sep) else None


def _led_to(entry: str) -> str:
    """The directory that a ``.git`` file names, as git writes them for worktrees and submodules."""
    try:
        text = read_small(entry, _POINTER_BYTES).decode("utf-8", "surrogateescape").strip()
    except OSError as error:
        raise ConfigError(f"this file cannot be read: {error.strerror}", path=entry) from error
    named = text.removeprefix(_POINTER).strip()
    if not text.startswith(_POINTER) or not named or "\0" in named:
        hint = "Clone the repository again, or take the file away where there is none."
        raise ConfigError("this is neither a directory of git's nor a file that names one", path=entry, hint=hint)
    place = os.path.realpath(os.path.join(os.path.dirname(entry), named))
    if not os.path.isdir(place):
        raise ConfigError(
            f"this file leads to {place}, which is not there",
            path=entry,
            hint="A worktree or a submodule needs the repository it belongs to: check it out as a whole.",
        )
    return place


def _is_submodule(repository: Repository) -> bool:
    return f"{os.sep}modules{os.sep}" in repository.git_dir and os.path.isfile(os.path.join(repository.root, ".git"))


def _holds_submodule(outer: Repository, inner: Repository) -> bool:
    return inner.git_dir.startswith(os.path.join(outer.git_dir, "modules") + os.sep)
