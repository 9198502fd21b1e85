"""Executes the user's code: env.py and revision modules. The only place in headway that does."""

from __future__ import annotations

import importlib.util
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from importlib.machinery import ModuleSpec, SourceFileLoader
from types import CodeType, ModuleType
from typing import Any

from headway.config.model import Config
from headway.errors import ScriptError
from headway.script.excerpt import excerpt
from headway.script.reader import read_bytes

_NOT_IN_NAMES = re.compile(r"\W")


def run_env(config: Config, env_py: str) -> None:
    """Executes env.py. Whatever it raises goes through unchanged.

    Raises ScriptError when the file is missing.
    """
    if not os.path.exists(env_py):
        raise ScriptError(
            "env.py is missing from the script directory",
            path=env_py,
            hint="Restore it, or create a project with 'headway init'.",
        )
    prepend_sys_path(config)
    load_module(env_py, "env_py")


def prepend_sys_path(config: Config) -> None:
    """Puts the project's ``prepend_sys_path`` in front of ``sys.path``, each entry once."""
    wanted = [path for path in config.get_prepend_sys_paths_list() or [] if path not in sys.path]
    sys.path[:0] = wanted


def migration_function(
    path: str, *, upgrade: bool, whole: bool = True, source: bytes | None = None
) -> Callable[..., Any]:
    """The ``upgrade`` or ``downgrade`` function of the revision file at ``path``.

    Without ``whole`` only what the function needs has to be compiled; ``source`` is what has been read of the file, if it
    has. Raises ScriptError when the file lacks the function;
    what the module itself raises goes through unchanged.
    """
    name = "upgrade" if upgrade else "downgrade"
    function = getattr(load_module(path, runs=None if whole else name, source=source), name, None)
    if not callable(function):
        raise ScriptError(
            f"this revision has no {name}() function",
            path=path,
            hint=f"Add 'def {name}() -> None:' with the operations, or 'pass' if there is nothing to do.",
        )
    return function  # type: ignore[no-any-return]


def load_entry_points(group: str) -> Iterator[tuple[str, Any]]:
    """What installed packages publish in a group of entry points, by name.

    Raises ScriptError for one that cannot be loaded.
    """
    from importlib.metadata import entry_points  # costs more than most commands need

    for entry in entry_points(group=group):
        try:
            loaded = entry.load()
        except Exception as error:
            package = entry.dist.name if entry.dist is not None else "an installed package"
            raise ScriptError(
                f"the entry point '{entry.name}' ({group}) of {package} cannot be loaded: {error}",
                hint="Mend or uninstall the package.",
            ) from error
        yield entry.name, loaded


def run_program(module: str, arguments: Sequence[str]) -> None:
    """Runs a module as ``python -m module arguments`` does. Whatever it raises goes through, SystemExit included."""
    import runpy

    if sys.path[:1] != [""] and os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())  # as python -m does
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def load_module(
    path: str, name: str | None = None, *, runs: str | None = None, source: bytes | None = None
) -> ModuleType:
    """The module at ``path``, executed and *not* entered into ``sys.modules``, as Alembic loads its scripts.

    Where ``runs`` names a function of a revision, what running that does not need may be missing. Raises ScriptError for
    a file that is no Python by its name; what executing it raises goes through.
    """
    name = name or _NOT_IN_NAMES.sub("_", os.path.basename(path))
    if (bytecode := _missing_bytecode(path)) is not None:
        return _compile_and_run(name, path, bytecode, runs, read_bytes(path) if source is None else source)
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ScriptError("this file cannot be loaded as Python", path=path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _missing_bytecode(path: str) -> str | None:
    """Where a source would have its bytecode, if there is none to take and none to be written; else None."""
    if not (path.endswith(".py") and os.path.isabs(path) and sys.dont_write_bytecode and sys.pycache_prefix is None):
        return None
    folder, _, file = path.rpartition(os.sep)
    bytecode = f"{folder}{os.sep}__pycache__{os.sep}{file[:-3]}.{sys.implementation.cache_tag}.pyc"
    return None if os.access(bytecode, os.F_OK) else bytecode


def _compile_and_run(name: str, path: str, bytecode: str, runs: str | None, source: bytes) -> ModuleType:
    """What importlib does with a source file without bytecode, less its search for some: three quarters of the time."""
    loader = SourceFileLoader(name, path)
    module = ModuleType(name)
    spec = ModuleSpec(name, loader, origin=path)
    spec.has_location = True
    spec.cached = bytecode
    names = vars(module)
    names.update(__spec__=spec, __loader__=loader, __package__="", __file__=path, __cached__=spec.cached)
    code, values = _code(source, path, runs)
    names.update(values)
    exec(code, names)
    return module


def _code(source: bytes, path: str, runs: str | None) -> tuple[CodeType, dict[str, str | None]]:
    """The code of a module, or of what running one function of it needs, and values to set before it is executed."""
    found = None if runs is None else excerpt(source, upgrade=runs == "upgrade")
    if found is not None:
        with suppress(SyntaxError):
            return compile(found.source, path, "exec", dont_inherit=True), found.values
    return compile(source, path, "exec", dont_inherit=True), {}
