"""A folder in one file, for a cluster of PostgreSQL: a thousand small files, of which two in three are like another.

Each content is kept once and all of them in one stream, so that unpacking costs little more than writing the files.
"""

from __future__ import annotations

import json
import os
import zipfile
import zlib
from pathlib import Path

UNPACKING_ERRORS = (
    OSError,
    ValueError,
    KeyError,
    TypeError,
    EOFError,
    NotImplementedError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What :func:`unpack` raises for a file that :func:`pack` has not written, or that was damaged since."""

_CONTENTS, _INDEX = "contents", "index.json"


def pack(folder: Path, to: Path) -> bool:
    """Writes what is in a folder; False where a link leads out of it. Raises OSError."""
    folders: list[str] = []
    files: dict[bytes, list[str]] = {}
    for place, inner, names in os.walk(folder):
        if any(os.path.islink(os.path.join(place, name)) for name in (*inner, *names)):
            return False  # a tablespace
        inside = os.path.relpath(place, folder)
        folders += [os.path.normpath(os.path.join(inside, name)) for name in inner]
        for name in names:
            files.setdefault(Path(place, name).read_bytes(), []).append(os.path.normpath(os.path.join(inside, name)))
    index = {"folders": folders, "files": [[len(content), paths] for content, paths in files.items()]}
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr(_INDEX, json.dumps(index))
        with archive.open(_CONTENTS, "w", force_zip64=True) as contents:
            for content in files:
                contents.write(content)
    return True


def unpack(packed: Path, to: Path) -> None:
    """Writes into an empty folder what was packed, for its owner alone. Raises one of ``UNPACKING_ERRORS``."""
    with zipfile.ZipFile(packed) as archive:
        index = json.loads(archive.read(_INDEX))
        for path in index["folders"]:
            os.mkdir(_below(to, path), 0o700)
        with archive.open(_CONTENTS) as contents:
            for size, paths in index["files"]:
                content = contents.read(size)
                if len(content) != size:
                    raise ValueError("it ends too early")
                for path in paths:
                    _write(_below(to, path), content)


def _below(folder: Path, path: str) -> str:
    if os.path.isabs(path) or os.path.normpath(path) != path or path.split(os.sep)[0] in ("..", "."):
        raise ValueError(f"{path!r} is no place in it")
    return os.path.join(folder, path)


def _write(path: str, content: bytes) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        while content:
            content = content[os.write(file, content) :]
    finally:
        os.close(file)
