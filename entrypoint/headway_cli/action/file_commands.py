"""The files by which a step speaks to its job: only headway writes them, whatever the project's code has done to them.

The runner reads them when the step has ended. A process of the workspace's owner can write to them by their well-known
paths, so that they are put back as they were before headway adds what it has to say. See
https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from headway.valueclass import valueclass

VARIABLES = ("GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STATE", "GITHUB_STEP_SUMMARY")
"""The variables that name them."""


@valueclass(frozen=True, slots=True)
class _Kept:
    """One file as it was."""

    path: str
    content: bytes
    status: os.stat_result


@contextmanager
def kept_as_they_are(environment: Mapping[str, str]) -> Iterator[None]:
    """At the end of the block each of the job's files is what it was at its start.

    A file that is new beside them is nobody's: the runner reads those that it has made itself.
    """
    paths = [path for name in VARIABLES if (path := environment.get(name)) and os.path.isfile(path)]
    kept = [_read(path) for path in paths if not os.path.islink(path)]
    try:
        yield
    finally:
        for file in kept:
            _put_back(file)


def _read(path: str) -> _Kept:
    with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
        return _Kept(path, file.read(), os.fstat(file.fileno()))


def _put_back(file: _Kept) -> None:
    with contextlib.suppress(OSError):
        now = os.lstat(file.path)
        same = (now.st_ino, now.st_dev) == (file.status.st_ino, file.status.st_dev)
        if same and stat.S_ISREG(now.st_mode) and now.st_nlink == 1:
            with open(os.open(file.path, os.O_RDWR | os.O_NOFOLLOW), "r+b") as there:
                if there.read() != file.content:
                    there.seek(0)
                    there.truncate()
                    there.write(file.content)
            return
        os.rename(file.path, f"{file.path}.{secrets.token_hex(8)}")  # whatever it is by now, a folder even
    with open(
        os.open(file.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IMODE(file.status.st_mode)), "wb"
    ) as made:
        made.write(file.content)
        if os.geteuid() == 0:
            os.fchown(made.fileno(), file.status.st_uid, file.status.st_gid)
