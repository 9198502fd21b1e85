"""``alembic.util.pyfiles``."""

from __future__ import annotations

import importlib.util
import os
import re
from pathlib import Path
from types import ModuleType
from typing import Any

from headway.compat.alembic.util.exc import CommandError
from headway.runtime.runner import load_module
from headway.script.resource import resource_path
from headway.script.writer import render_file


def template_to_file(
    template_file: str | os.PathLike[str],
    dest: str | os.PathLike[str],
    output_encoding: str,
    *,
    append_with_newlines: bool = False,
    **kw: Any,
) -> None:
    """Renders a Mako template into a file, or after what is in it. Raises CommandError when the template fails."""
    render_file(os.fspath(template_file), os.fspath(dest), output_encoding, append=append_with_newlines, **kw)


def coerce_resource_to_filename(fname_or_resource: str) -> Path:
    """A path as it is, or the place of a package resource ``package:path``. Raises CommandError for no package."""
    return Path(resource_path(fname_or_resource))


def pyc_file_from_path(path: str | os.PathLike[str]) -> Path | None:
    """The compiled file beside a source file's name, or None."""
    cached = Path(importlib.util.cache_from_source(os.fspath(path)))
    if cached.exists():
        return cached
    beside = Path(path).with_suffix(".pyc")
    return beside if beside.exists() else None


def load_python_file(dir_: str | os.PathLike[str], filename: str | os.PathLike[str]) -> ModuleType:
    """The module in a file, executed and not entered into ``sys.modules``. Raises ImportError when there is none."""
    path = Path(dir_) / filename
    found = path if path.exists() else pyc_file_from_path(path)
    if found is None:
        raise ImportError(f"Can't find Python file {path}")
    return load_module_py(re.sub(r"\W", "_", os.fspath(filename)), found)


def load_module_py(module_id: str, path: str | os.PathLike[str]) -> ModuleType:
    """The module at ``path``, executed under a name and not entered into ``sys.modules``."""
    return load_module(os.fspath(path), module_id)


__all__ = [
    "CommandError",
    "coerce_resource_to_filename",
    "load_module_py",
    "load_python_file",
    "pyc_file_from_path",
    "template_to_file",
]
