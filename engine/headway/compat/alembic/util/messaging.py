"""``alembic.util.messaging``: what a command prints. Passwords in URLs never get through."""

from __future__ import annotations

import logging
import shutil
import sys
import textwrap
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from headway.redact import redact
from headway.script.writer import format_as_comma

log = logging.getLogger("alembic.util.messaging")

TERMWIDTH = shutil.get_terminal_size(fallback=(0, 0)).columns or None


def write_outstream(stream: TextIO, *text: str | bytes, quiet: bool = False) -> None:
    """Writes texts to a stream in its encoding; what that cannot say is replaced."""
    if quiet:
        return
    encoding = getattr(stream, "encoding", None) or "ascii"
    for part in text:
        said = part.decode(encoding, "replace") if isinstance(part, bytes) else part
        stream.write(said.encode(encoding, "replace").decode(encoding) if hasattr(stream, "buffer") else said)


@contextmanager
def status(status_msg: str, newline: bool = False, quiet: bool = False) -> Iterator[None]:
    """Prints ``message ...`` before the block, and ``done`` or ``FAILED`` after it."""
    msg(f"{status_msg} ...", newline, flush=True, quiet=quiet)
    try:
        yield
    except BaseException:
        write_outstream(sys.stdout, "  FAILED\n", quiet=quiet)
        raise
    write_outstream(sys.stdout, "  done\n", quiet=quiet)


def err(message: str, quiet: bool = False) -> None:
    """Prints a failure and ends the program with status -1."""
    log.error(message)
    msg(f"FAILED: {message}", quiet=quiet)
    sys.exit(-1)


def msg(msg: str, newline: bool = True, flush: bool = False, quiet: bool = False) -> None:
    """Prints a message, indented, and wrapped on a terminal."""
    if quiet:
        return
    lines = [msg] if TERMWIDTH is None else textwrap.wrap(msg, TERMWIDTH) or [""]
    write_outstream(sys.stdout, "\n".join(f"  {line}" for line in lines), "\n" if newline else "")
    if flush:
        sys.stdout.flush()


def warn(msg: str, stacklevel: int = 2) -> None:
    """A UserWarning at the caller's line."""
    warnings.warn(msg, UserWarning, stacklevel=stacklevel)


def warn_deprecated(msg: str, stacklevel: int = 2) -> None:
    """A DeprecationWarning at the caller's line."""
    warnings.warn(msg, DeprecationWarning, stacklevel=stacklevel)


def obfuscate_url_pw(input_url: Any) -> str:
    """The URL without its password."""
    return redact(str(input_url))


__all__ = [
    "TERMWIDTH",
    "err",
    "format_as_comma",
    "msg",
    "obfuscate_url_pw",
    "status",
    "warn",
    "warn_deprecated",
    "write_outstream",
]
