"""The packages that a project needs and that are not installed here, all at once."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Sequence
from importlib.machinery import PathFinder

from headway.api.project import Project
from headway.errors import HeadwayError, ScriptError
from headway.reading.modules import modules_of
from headway.reading.packages import needed_packages
from headway.script.directory import places_of
from headway.search_path import where_user_code_looks
from headway.source_text import read_source


def missing_packages(project: Project) -> list[str]:
    """The top-level names that env.py, the revisions and the project's modules import and that nothing here provides.

    Told from their text: nothing of the project's is run.
    """
    directory = project.directory
    modules, _ = modules_of(directory.dir, places_of(project.config, project.home), project.root)
    paths = [directory.env_py_location, *(script.path for script in directory.scripts)]
    names = needed_packages(filter(None, map(_text_of, paths)), modules)
    # An editable install may name a folder of the checkout, which is set aside as long as nothing of the project's runs.
    looked = [*where_user_code_looks(), *places_of(project.config, project.home)]
    return [name for name in names if not _is_there(name, looked)]


def with_all_missing(project: Project, error: HeadwayError) -> HeadwayError:
    """``error``, which names every package that is missing where it is about one: nobody wants them one a run."""
    if not isinstance(error.__cause__, ModuleNotFoundError):
        return error
    names = missing_packages(project)
    if len(names) < 2:
        return error
    hint = f"Not installed here are: {', '.join(names)}. Install what provides them (in the Action: the input 'requirements')."
    told = ScriptError(error.message, path=error.path, line=error.line, hint=hint)
    told.__cause__ = error.__cause__
    return told


def _is_there(name: str, places: Sequence[str]) -> bool:
    try:
        return importlib.util.find_spec(name) is not None or PathFinder.find_spec(name, places) is not None
    except (ImportError, ValueError):
        return False


def _text_of(path: str) -> str:
    if not os.path.isfile(path):
        return ""
    try:
        return read_source(path)
    except ScriptError:  # who runs it says so
        return ""
