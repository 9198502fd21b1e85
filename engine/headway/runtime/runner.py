"""Executes the user's code: env.py and revision modules. The only place in headway that does."""

from __future__ import annotations

import importlib.util
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.machinery import ModuleSpec, SourceFileLoader
from types import ModuleType
from typing import Any

from headway.config.model import Config
from headway.errors import ScriptError
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


def migration_function(path: str, *, upgrade: bool) -> Callable[..., Any]:
    """The ``upgrade`` or ``downgrade`` function of the revision file at ``path``.

    Raises ScriptError when the file lacks it; what the module itself raises goes through unchanged.
    """
    name = "upgrade" if upgrade else "downgrade"
    function = getattr(load_module(path), name, None)
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


def load_module(path: str, name: str | None = None) -> ModuleType:
    """The module at ``path``, executed and *not* entered into ``sys.modules``, as Alembic loads its scripts.

    Raises ScriptError for a file that is no Python by its name; what executing it raises goes through.
    """
    name = name or _NOT_IN_NAMES.sub("_", os.path.basename(path))
    if _is_compiled_here(path):
        return _compile_and_run(name, path)
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ScriptError("this file cannot be loaded as Python", path=path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _is_compiled_here(path: str) -> bool:
    """Whether there is source to compile, no bytecode of it to take instead, and none to be written."""
    plain = path.endswith(".py") and os.path.isabs(path) and sys.pycache_prefix is None
    return plain and sys.dont_write_bytecode and not os.access(_bytecode_path(path), os.F_OK)


def _bytecode_path(path: str) -> str:
    folder, separator, file = path.rpartition(os.sep)
    return f"{folder}{separator}__pycache__{separator}{file[:-3]}.{sys.implementation.cache_tag}.pyc"


def _compile_and_run(name: str, path: str) -> ModuleType:
    """What importlib does with a source file without bytecode, less its search for some: three quarters of the time."""
    loader = SourceFileLoader(name, path)
    module = ModuleType(name)
    spec = ModuleSpec(name, loader, origin=path)
    spec.has_location = True
    spec.cached = _bytecode_path(path)
    names = vars(module)
    names.update(__spec__=spec, __loader__=loader, __package__="", __file__=path, __cached__=spec.cached)
    exec(compile(read_bytes(path), path, "exec", dont_inherit=True), names)
    return module
