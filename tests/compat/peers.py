"""Both programs in one process, each given the same arguments in the same directory. No tests of its own.

Alembic binds the standard output of the moment when it is imported, so its Config is given the one of the call.
"""

from __future__ import annotations

import contextlib
import functools
import io
import logging
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import alembic.config

from headway_cli.main import main as headway_main

PeerConfig = alembic.config.Config


@dataclass(frozen=True)
class Said:
    """How a program ended and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def failed(self) -> bool:
        """Whether it ended with an error; by which code, differs on purpose."""
        return self.code != 0


@dataclass(frozen=True)
class Program:
    """One of the two: ``program("heads", "-v", cwd=…)``."""

    name: str
    main: Callable[[Sequence[str]], int]

    def __call__(self, *arguments: str, cwd: Path, env: Mapping[str, str] | None = None) -> Said:
        out, err = _stream(), _stream()
        with _in(cwd, env or {}), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = self.main(arguments)
        return Said(code, _text(out), _text(err))


def _stream() -> io.TextIOWrapper:
    """Alembic asks a stream for its encoding, which StringIO has none of."""
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)


def _text(stream: io.TextIOWrapper) -> str:
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode()


def _peer_main(arguments: Sequence[str]) -> int:
    alembic.config.Config = functools.partial(PeerConfig, stdout=sys.stdout)  # type: ignore[misc]
    try:
        with _directories_in_order():
            _peer_command_line().main(list(arguments))
    except SystemExit as error:
        return error.code % 256 if isinstance(error.code, int) else 0
    except Exception as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    finally:
        alembic.config.Config = PeerConfig  # type: ignore[misc]
    return 0


@contextlib.contextmanager
def _directories_in_order() -> Iterator[None]:
    """Alembic lists templates and compiled files in the order of the disk; headway sorts them."""
    as_it_comes = Path.iterdir
    Path.iterdir = lambda self: iter(sorted(as_it_comes(self)))  # type: ignore[method-assign]
    try:
        yield
    finally:
        Path.iterdir = as_it_comes  # type: ignore[method-assign]


@functools.cache
def _peer_command_line() -> alembic.config.CommandLine:
    return alembic.config.CommandLine("alembic")


HEADWAY = Program("headway", headway_main)
ALEMBIC = Program("alembic", _peer_main)
BOTH = (HEADWAY, ALEMBIC)


@contextlib.contextmanager
def _in(cwd: Path, env: Mapping[str, str]) -> Iterator[None]:
    """The directory, the environment and nothing that an earlier env.py left behind."""
    before, path = dict(os.environ), list(sys.path)
    os.environ.pop("ALEMBIC_CONFIG", None)
    os.environ.update(env)
    try:
        with contextlib.chdir(cwd), _logging_put_back(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        sys.path[:] = path
        os.environ.clear()
        os.environ.update(before)


@contextlib.contextmanager
def _logging_put_back() -> Iterator[None]:
    """An env.py that runs ``fileConfig()`` changes the loggers of the whole process."""
    root = logging.getLogger()
    known = [logger for logger in root.manager.loggerDict.values() if isinstance(logger, logging.Logger)]
    state = [(logger, logger.level, logger.handlers[:], logger.disabled) for logger in (root, *known)]
    try:
        yield
    finally:
        for logger, level, handlers, disabled in state:
            logger.setLevel(level)
            logger.handlers[:] = handlers
            logger.disabled = disabled
