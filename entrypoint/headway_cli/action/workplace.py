"""Where the project's code runs in the Action, and as whom: never as root, and in a copy of the checkout.

Root reads the inputs, makes the copy and writes what the job gets to see. All else happens as an unprivileged user who
can write nothing but the copy: not the checkout, not the files by which a step speaks to its job, not the socket of
Docker. Only ``apply``, whose code was approved with the plan, runs in the checkout itself, as its owner, because what it
writes there (a SQLite file) is what it is for; and ``plan`` where its database is such a file.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import field

from headway.errors import ConfigError, UsageError
from headway.valueclass import valueclass

USER = "headway"
"""The user of the image that the project's code runs as."""

RUN_AS = "HEADWAY_RUN_AS"
"""Set to ``self`` outside of the image, where there is no such user: the code then runs as whoever runs the Action."""

_SOCKETS = ("/var/run/docker.sock", "/run/docker.sock")


@valueclass(frozen=True, slots=True)
class Person:
    """Who runs a process."""

    uid: int
    gid: int


@valueclass(frozen=True, slots=True)
class Workplace:
    """A checkout, or a copy of it, with the user that works there."""

    workspace: str
    """The checkout's root as the job knows it."""
    root: str
    """The same where the work is done; the workspace itself when nothing was copied."""
    home: str
    """A folder outside of both that the user owns, for what programs keep in HOME."""
    person: Person | None
    """None: whoever we are."""
    children: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def inside(self, path: str) -> str:
        """The place here of a path below the workspace."""
        return os.path.normpath(os.path.join(self.root, os.path.relpath(path, self.workspace)))

    def run(self, command: Sequence[str], directory: str, environment: Mapping[str, str]) -> int:
        """Runs a program here and returns its exit code, negative for a signal; both its streams go to standard output.

        In one stream what it prints stands before what we print next, so that no line of it can come too late and be
        taken for a command of ours. A signal that ends us lets the program roll back and release its lock first.
        """
        with self._started(command, directory, environment, None) as process:
            return process.wait()

    def ask(self, command: Sequence[str], directory: str, environment: Mapping[str, str]) -> tuple[int, str]:
        """Runs a program here and returns its exit code and what it printed."""
        with self._started(command, directory, environment, subprocess.PIPE) as process:
            said, _ = process.communicate()
            return process.returncode, said.decode("utf-8", errors="replace")

    @contextmanager
    def _started(
        self, command: Sequence[str], directory: str, environment: Mapping[str, str], output: int | None
    ) -> Iterator[subprocess.Popen[bytes]]:
        person = self.person
        who: dict[str, object] = {}
        if person is not None:
            _refuse_if_docker_answers(person)
            who = {"user": person.uid, "group": person.gid, "extra_groups": []}
            command = [*_WITHOUT_PRIVILEGES, *command]
        full = {**environment, "HOME": self.home, "TMPDIR": self.home}
        process = subprocess.Popen(
            command,
            cwd=directory,
            env=full,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            umask=0o022,
            **who,  # type: ignore[call-overload]
        )
        try:
            yield process
        except BaseException:
            process.terminate()
            process.wait()
            raise
        finally:
            _end_what_is_left(person)


_WITHOUT_PRIVILEGES = ("setpriv", "--no-new-privs", "--")
"""No program that is owned by root gives its rights to who starts it. See https://docs.kernel.org/userspace-api/no_new_privs.html"""


@contextmanager
def workplace(workspace: str, folders: Sequence[str] = (), *, in_place: bool, executes: bool) -> Iterator[Workplace]:
    """The place for one run on the checkout at ``workspace``; what was copied is removed at the end.

    ``in_place`` asks for the checkout itself, ``executes`` says whether the project's code will run; what only reads
    needs no copy. While the code runs in a copy, the checkout (whose git may hold the job's token) and the job's own
    ``folders`` are open to their owner only. Raises ConfigError where we are root and there is no other user to be.
    """
    with tempfile.TemporaryDirectory(prefix="headway-action-", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o711)
        person = _person(workspace, own=in_place or not executes, executes=executes)
        home = os.path.join(folder, "home")
        _make_folder(home, person)
        root = workspace
        if person is not None and executes and not (in_place and person.uid == os.stat(workspace).st_uid):
            root = os.path.join(folder, "checkout")
            _copy(workspace, root, person)
        with _closed((workspace, *folders) if root != workspace else ()):
            yield Workplace(workspace, root, home, person)


@contextmanager
def _closed(folders: Sequence[str]) -> Iterator[None]:
    """Folders that nobody but their owner and his group gets into; the run's user is neither.

    Should we be killed, they stay so, which their owner does not notice.
    """
    modes = {path: stat.S_IMODE(os.stat(path).st_mode) for path in folders if os.path.isdir(path)}
    for path, mode in modes.items():
        os.chmod(path, mode & ~0o007)
    try:
        yield
    finally:
        for path, mode in modes.items():
            os.chmod(path, mode)


def _person(workspace: str, *, own: bool, executes: bool) -> Person | None:
    if os.geteuid() != 0:
        return None
    if os.environ.get(RUN_AS) == "self":
        return None
    owner = os.stat(workspace)
    try:
        user = pwd.getpwnam(USER)
    except KeyError:
        if not executes:
            return None  # outside of the image, and nothing of the checkout will run
        raise ConfigError(
            f"the Action runs as root, and there is no user '{USER}' for the project's code to run as",
            hint=f"Use the image of headway, or set {RUN_AS}=self where you trust the code of the checkout.",
        ) from None
    if not own or owner.st_uid == 0:
        return Person(user.pw_uid, user.pw_gid)
    # The group of a runner's checkout may be the one that Docker's socket belongs to.
    return Person(owner.st_uid, user.pw_gid)


def _refuse_if_docker_answers(person: Person) -> None:
    """Raises ConfigError when the socket of Docker, which gives root's rights on the host, is open to the user."""
    for path in _SOCKETS:
        with contextlib.suppress(OSError):
            status = os.stat(path)
            theirs = status.st_mode & (
                (stat.S_IWUSR if status.st_uid == person.uid else 0)
                | (stat.S_IWGRP if status.st_gid == person.gid else 0)
                | stat.S_IWOTH
            )
            if theirs:
                raise ConfigError(
                    f"the socket of Docker ({path}) can be written to by the user that the project's code runs as",
                    hint="Give it the mode 660 and a group of its own: whoever writes to it is root on the host.",
                )


def _make_folder(path: str, person: Person | None) -> None:
    os.mkdir(path, 0o700)
    if person is not None:
        os.chown(path, person.uid, person.gid)


def _copy(source: str, target: str, person: Person) -> None:
    """Copies a checkout, links as links, and gives all of it to a user."""
    if shutil.disk_usage(os.path.dirname(target)).free < 64 * 2**20:
        raise ConfigError("there is no room for a copy of the checkout", path=os.path.dirname(target))
    done = subprocess.run(
        ["cp", "-R", "-P", "--preserve=mode,timestamps", "--reflink=auto", "--", source, target],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ConfigError(f"the checkout cannot be copied: {' '.join(done.stderr.split())[:300]}", path=source)
    subprocess.run(["chown", "-R", "-h", f"{person.uid}:{person.gid}", "--", target], check=True)
    subprocess.run(["chmod", "-R", "u+rwX", "--", target], check=True)


def _end_what_is_left(person: Person | None) -> None:
    """Ends every process of the container but ours: what user code left in the background must not outlive its run."""
    if person is not None and os.getpid() == 1:
        with contextlib.suppress(ProcessLookupError):
            os.kill(-1, signal.SIGKILL)


def read_back(folder: str, path: str, limit: int) -> bytes | None:
    """A file below a folder that the run has written, through no link; None when there is none, or it is larger than ``limit`` bytes."""
    try:
        handle = _open_below(folder, path, os.O_RDONLY)
    except OSError:
        return None
    with open(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            return None
        data = file.read(limit + 1)
    return data if len(data) <= limit else None


def write_into(workspace: str, path: str, data: bytes) -> None:
    """Writes a file of the workspace anew, for its owner, making folders that are missing; goes through no link.

    ``path`` is relative to the workspace. Raises UsageError for one that leaves it or goes through a link.
    """
    parts = os.path.normpath(path).split(os.sep)
    if os.path.isabs(path) or parts[0] == os.pardir:
        raise UsageError(f"'{path}' is outside of the workspace, and is not written")
    owner = os.stat(workspace)
    folder = os.open(workspace, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for part in parts[:-1]:
            with contextlib.suppress(FileExistsError):
                os.mkdir(part, 0o755, dir_fd=folder)
                _give(part, folder, owner)
            below = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
            os.close(folder)
            folder = below
        with contextlib.suppress(FileNotFoundError):
            os.unlink(parts[-1], dir_fd=folder)
        handle = os.open(parts[-1], os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644, dir_fd=folder)
        with open(handle, "wb") as file:
            file.write(data)
        _give(parts[-1], folder, owner)
    except OSError as error:
        raise UsageError(
            f"'{path}' cannot be written: {error.strerror}", hint="It must be a plain path below the workspace."
        ) from error
    finally:
        os.close(folder)


def bring_folder_back(place: Workplace, path: str) -> None:
    """Makes a folder of the workspace, ``path`` below it, what the same folder of the copy is by now: its plain files.

    Raises UsageError for one that leaves the workspace or goes through a link.
    """
    made, kept = os.path.join(place.root, path), os.path.join(place.workspace, path)
    if os.path.realpath(kept) != os.path.normpath(kept) or not kept.startswith(place.workspace + os.sep):
        raise UsageError(f"'{path}' leads out of the workspace, and is not written")
    if os.path.isdir(kept):
        shutil.rmtree(kept)
    for folder, _, files in os.walk(made):  # which follows no link
        for name in files:
            inside = os.path.relpath(os.path.join(folder, name), place.root)
            data = read_back(place.root, inside, _LARGEST)
            if data is not None:
                write_into(place.workspace, inside, data)


_LARGEST = 2**28
"""Bytes of the largest file that is brought back; a kept replay has some millions."""


def _give(name: str, folder: int, owner: os.stat_result) -> None:
    if os.geteuid() == 0:
        os.chown(name, owner.st_uid, owner.st_gid, dir_fd=folder, follow_symlinks=False)


def _open_below(root: str, path: str, flags: int) -> int:
    """Opens a file below a folder through no link. Raises OSError."""
    folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        parts = os.path.normpath(path).split(os.sep)
        for part in parts[:-1]:
            below = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
            os.close(folder)
            folder = below
        return os.open(parts[-1], flags | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    finally:
        os.close(folder)
