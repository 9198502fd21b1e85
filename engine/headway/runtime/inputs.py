"""What user code reads of the machine while somebody looks on: files, folders, environment variables; and what it does
that nobody can repeat. Notes it; whether that matters is for others to say.

By Python's audit events and at ``os.environ``: what a driver or a library reads in C is not seen.
See https://docs.python.org/3/library/audit_events.html
"""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from enum import Enum
from functools import cache, partial
from pathlib import Path
from types import FrameType
from typing import Any

from headway.process import hearing, replaced

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_KERNELS = ("/dev/", "/proc/", "/sys/")
_PROGRAMS = ("subprocess.Popen", "os.system", "os.posix_spawn", "os.exec", "os.fork", "os.forkpty")
_NETWORK = ("socket.getaddrinfo", "socket.gethostbyname", "socket.sendto")


@dataclass
class Inputs:
    """What has been read so far."""

    files: set[str] = field(default_factory=set)
    """Absolute paths of files that were opened, or would have been if they were there; those of installed packages, and
    what headway itself reads, left out."""
    modules: set[str] = field(default_factory=set)
    """The source files of what was imported, installed packages left out."""
    folders: set[str] = field(default_factory=set)
    """Those whose names were listed."""
    variables: set[str] = field(default_factory=set)
    """The environment variables that were asked for, set or not."""
    unrepeatable: list[str] = field(default_factory=list)
    """What was done beside, each in words: a file written, a program started, a host called."""


@contextmanager
def noting_inputs(inputs: Inputs, own: Sequence[str]) -> Iterator[None]:
    """Notes what is read while the block runs, in all threads; ``own`` are folders of files that do not count."""
    note = _Noting(inputs, tuple(os.path.join(os.path.realpath(folder), "") for folder in own))
    with ExitStack() as stack:
        stack.enter_context(hearing("open", note.opened))
        stack.enter_context(hearing("os.listdir", note.listed))
        stack.enter_context(hearing("os.scandir", note.listed))
        stack.enter_context(hearing("socket.connect", note.connected))
        for event in _PROGRAMS:
            stack.enter_context(hearing(event, partial(note.did, "starts another program", event)))
        for event in _NETWORK:
            stack.enter_context(hearing(event, partial(note.did, "reaches for the network", event)))
        stack.enter_context(replaced(os._Environ, "__getitem__", note.variable))
        yield
    inputs.modules |= _loaded_modules(note.own)


def _loaded_modules(own: Sequence[str]) -> set[str]:
    found = set()
    for module in list(sys.modules.values()):
        path = getattr(module, "__file__", None)
        if isinstance(path, str) and path.endswith(".py") and is_the_projects(path, own):
            found.add(os.path.abspath(path))
    return found


def is_the_projects(path: str, own: Sequence[str] = ()) -> bool:
    """Whether a file belongs to neither Python, an installed package, the kernel nor ``own``."""
    if path.startswith("<"):
        return False
    real = os.path.realpath(path)
    return not real.startswith((*_KERNELS, *own, *_installed())) and f"-packages{os.sep}" not in real


# -- what is noted ------------------------------------------------------------------------------------------------


@dataclass
class _Noting:
    inputs: Inputs
    own: tuple[str, ...]

    def opened(self, path: Any, mode: Any, flags: Any) -> None:
        name = _name(path)
        if name is None or _is_bytecode(name) or not is_the_projects(name, self.own):
            return
        asker = _asker()
        if asker is _Asker.HEADWAY:
            return  # whoever wants to know what headway reads asks headway
        if isinstance(flags, int) and flags & _WRITES:
            self.inputs.unrepeatable.append(f"writes {name}")
        elif asker is _Asker.IMPORT and name.endswith(".py"):
            self.inputs.modules.add(name)
        else:
            self.inputs.files.add(name)

    def listed(self, path: Any = None) -> None:
        name = _name("." if path is None else path)
        if name is not None and is_the_projects(name, self.own) and _asker() is _Asker.USER:
            self.inputs.folders.add(name)

    def connected(self, socket: Any, address: Any) -> None:
        where = os.fsdecode(address) if isinstance(address, str | bytes) else ""
        if not (where and os.path.realpath(where).startswith(self.own)):
            self.did("reaches for the network", "socket.connect")

    def did(self, what: str, event: str, *_: Any) -> None:
        if _asker() is _Asker.USER:
            self.inputs.unrepeatable.append(f"{what} ({event})")

    def variable(self, found: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        def get(environ: Any, name: Any) -> Any:
            if isinstance(name, str | bytes):
                self.inputs.variables.add(os.fsdecode(name))
            return found(environ, name)

        return get


def _name(path: Any) -> str | None:
    """The absolute path behind what was opened; None for a descriptor."""
    if isinstance(path, int):
        return None
    try:
        return os.path.abspath(os.fsdecode(path))
    except TypeError:
        return None


def _is_bytecode(path: str) -> bool:
    """Python's own copy of a module, whose source counts."""
    return f"{os.sep}__pycache__{os.sep}" in path or ".pyc" in os.path.basename(path)


class _Asker(Enum):
    """Whose code does something: the innermost that is no library's."""

    USER = "user"
    HEADWAY = "headway"
    IMPORT = "an import"
    """To import a package is to list folders, and some packages look for libraries of the system."""


def _asker() -> _Asker:
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        path = frame.f_code.co_filename
        if path.startswith("<frozen importlib"):
            return _Asker.IMPORT
        if path.startswith(_OURS):
            if path not in (__file__, _HEARD_IN):
                return _Asker.HEADWAY
        elif is_the_projects(path):
            return _Asker.USER
        frame = frame.f_back
    return _Asker.USER  # in a greenlet, or code without a file


_OURS = os.path.join(Path(__file__).parents[1], "")
_HEARD_IN = os.path.join(_OURS, "process.py")


@cache
def _installed() -> tuple[str, ...]:
    return tuple({os.path.join(os.path.realpath(sysconfig.get_path(name)), "") for name in ("stdlib", "platstdlib")})
