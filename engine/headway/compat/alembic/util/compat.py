"""``alembic.util.compat``: differences between Python versions, all of which headway's own minimum has behind it."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator, Sequence
from configparser import ConfigParser
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

is_posix = os.name == "posix"
py314 = sys.version_info >= (3, 14)
py313 = sys.version_info >= (3, 13)
py312 = sys.version_info >= (3, 12)
py311 = sys.version_info >= (3, 11)


class EncodedIO(io.TextIOWrapper):
    """Text over a binary stream, which stays open when this is closed."""

    def close(self) -> None:
        """Flushes."""
        self.flush()


def path_walk(path: Path, *, top_down: bool = True) -> Iterator[tuple[Path, list[str], list[str]]]:
    """``Path.walk`` of Python 3.12."""
    for root, folders, files in os.walk(path, topdown=top_down):
        yield Path(root), folders, files


def path_relative_to(path: Path, other: Path, *, walk_up: bool = False) -> Path:
    """``Path.relative_to`` of Python 3.12."""
    return Path(os.path.relpath(path, other)) if walk_up else path.relative_to(other)


def importlib_metadata_get(group: str) -> Sequence[EntryPoint]:
    """The entry points of a group."""
    return tuple(entry_points(group=group))


def formatannotation_fwdref(annotation: Any, base_module: Any | None = None) -> str:
    """An annotation as source text; one that is text already is that text."""
    if isinstance(annotation, str):
        return annotation
    return annotation.__qualname__ if type(annotation) is type else str(annotation).replace("typing.", "")


def read_config_parser(file_config: ConfigParser, file_argument: Sequence[str | os.PathLike[str]]) -> list[str]:
    """Reads ini files into a parser, as the encoding of the place has it."""
    return file_config.read(list(file_argument), encoding="locale")


__all__ = [
    "EncodedIO",
    "formatannotation_fwdref",
    "importlib_metadata_get",
    "is_posix",
    "path_relative_to",
    "path_walk",
    "py311",
    "py312",
    "py313",
    "py314",
    "read_config_parser",
]
