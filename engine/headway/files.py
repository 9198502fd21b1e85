"""Reads files that strangers may have made: plain ones of a sensible size, and nothing that waits or never ends.

Knows no format; what cannot be read is an OSError whose ``strerror`` says why in words.
"""

from __future__ import annotations

import errno
import os
import stat

LIMIT = 16 * 1024 * 1024
"""Bytes of the largest file that anybody reads here; the largest revision file of real histories has 0.3 MB."""

_FLAGS = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
_KINDS = {
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFDIR: "a directory",
}


def read_small(path: str, limit: int = LIMIT) -> bytes:
    """What is in a plain file of at most ``limit`` bytes.

    Raises OSError: for what is no plain file, for a larger one, for a file of the kernel's (below ``/proc``), and for
    what the system refuses. A pipe without a writer does not make it wait.
    """
    # Plain descriptors cost half of what open() does, which counts over thousands of files.
    try:
        descriptor = os.open(path, _FLAGS)
    except ValueError as error:  # a NUL in the name
        raise OSError(errno.EINVAL, str(error), path) from error
    except OSError as error:
        if error.errno == errno.ENXIO:  # how the kernel answers for a socket, and for a device without a driver
            raise OSError(errno.ENXIO, "this is a socket or a device, not a plain file", path) from error
        raise
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            kind = _KINDS.get(stat.S_IFMT(status.st_mode), "something else")
            raise OSError(errno.EINVAL, f"this is {kind}, not a plain file", path)
        if status.st_size > limit:
            raise OSError(errno.EFBIG, f"it has {status.st_size} bytes, and more than {limit} are not read", path)
        return _content(descriptor, limit, path)
    finally:
        os.close(descriptor)


def _content(descriptor: int, limit: int, path: str) -> bytes:
    data = os.read(descriptor, 65536)
    # Only an empty read is the end: a network file system may give less than was asked for.
    while data and (more := os.read(descriptor, 65536)):
        data += more
        if len(data) > limit:  # the kernel's own files have size 0 and may never end
            raise OSError(errno.EFBIG, f"it has more than {limit} bytes, which are not read", path)
    return data
