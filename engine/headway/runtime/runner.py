"""Executes the user's code: env.py and revision modules. The only place in headway that does."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from importlib.machinery import SourceFileLoader
from types import ModuleType
from typing import Any

from headway.config.model import Config
from headway.errors import ScriptError
from headway.files import read_small
from headway.pattern import pattern

_NOT_IN_NAMES = pattern(r"\W")
_serving: ContextVar[Callable[[], AbstractContextManager[None]]] = ContextVar("headway_serving", default=nullcontext)


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


def migration_function(module: ModuleType, path: str, *, upgrade: bool) -> Callable[..., Any]:
    """The ``upgrade`` or ``downgrade`` function of a module that is the revision file at ``path``.

    Raises ScriptError when it lacks the function.
    """
    name = "upgrade" if upgrade else "downgrade"
    function = getattr(module, name, None)
    if not callable(function):
        raise ScriptError(
            f"this revision has no {name}() function",
            path=path,
            hint=f"Add 'def {name}() -> None:' with the operations, or 'pass' if there is nothing to do.",
        )
    return function  # type: ignore[no-any-return]


@contextmanager
def served_by(serve: Callable[[], AbstractContextManager[None]]) -> Iterator[None]:
    """While the block runs, a file that turns out to have to run does so inside of ``serve()``, and nothing else does.

    For commands that run user code only where a file cannot be read without.
    """
    token = _serving.set(serve)
    try:
        yield
    finally:
        _serving.reset(token)


def load_early(config: Config, path: str, source: bytes | None) -> ModuleType:
    """The module of a revision file that has to run before env.py does. Whatever it raises goes through."""
    with _serving.get()():
        prepend_sys_path(config)
        return load_module(path, source=source)


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


def call_function(config: Config, module: str, function: str, *arguments: object) -> None:
    """Imports a module of the project and calls one of its functions. Whatever they raise goes through.

    Raises ScriptError when the module has no such function.
    """
    prepend_sys_path(config)
    found = getattr(importlib.import_module(module), function, None)
    if not callable(found):
        raise ScriptError(f"the module {module} has no function {function}()")
    found(*arguments)


@contextmanager
def inside(config: Config, name: str | None) -> Iterator[None]:
    """Runs the block inside of what ``module:name`` of the project is: a Flask application, whose context is entered, or
    a function without arguments that returns one, or a context manager. Nothing for None.

    Whatever they raise goes through. Raises ScriptError for what is none of these.
    """
    if name is None:
        yield
        return
    module, _, attribute = name.partition(":")
    prepend_sys_path(config)
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())  # as Flask's own command does
    found: Any = getattr(importlib.import_module(module), attribute, None)
    # https://flask.palletsprojects.com/en/stable/appcontext/; an application can itself be called, by a server.
    made: Any = found() if callable(found) and not hasattr(found, "app_context") else found
    context: Any = made.app_context() if hasattr(made, "app_context") else made
    if not hasattr(context, "__enter__"):
        raise ScriptError(
            f"app is '{name}', which is neither a Flask application nor a function that returns one or a context manager"
            if found is not None
            else f"app is '{name}', and the module {module} has no {attribute}",
            hint="Mend 'app' in the policy.",
        )
    with context:
        yield


def run_program(module: str, arguments: Sequence[str]) -> None:
    """Runs a module as ``python -m module arguments`` does. Whatever it raises goes through, SystemExit included."""
    import runpy

    if sys.path[:1] != [""] and os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())  # as python -m does
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def run_file(path: str, arguments: Sequence[str]) -> None:
    """Runs a file, or a directory with a ``__main__.py``, as ``python path arguments`` does. Whatever it raises goes
    through, SystemExit included."""
    file = os.path.abspath(os.path.join(path, "__main__.py") if os.path.isdir(path) else path)
    if not os.path.isfile(file):
        print(f"{sys.executable}: can't open file {file!r}: No such file or directory", file=sys.stderr)
        raise SystemExit(2)
    _put_first(os.path.dirname(file if os.path.isdir(path) else os.path.realpath(file)))
    with open(file, "rb") as source:
        _run_as_main(source.read(), file, [path, *arguments], __file__=file)


def run_code(code: str, arguments: Sequence[str]) -> None:
    """Runs a text as ``python -c code arguments`` does. Whatever it raises goes through, SystemExit included."""
    _put_first("")
    _run_as_main(code, "<string>", ["-c", *arguments])


def _run_as_main(source: str | bytes, shown: str, arguments: list[str], **names: object) -> None:
    """Runs a source in the module ``__main__``, where pickles and other processes look for what it defines."""
    sys.argv = arguments
    namespace = vars(sys.modules["__main__"])
    namespace.pop("__file__", None)
    namespace.update({"__name__": "__main__", "__doc__": None, "__package__": None, "__spec__": None, **names})
    exec(compile(source, shown, "exec", dont_inherit=True), namespace)


def _put_first(folder: str) -> None:
    """Makes a folder the first that imports look in, in the place of the working directory, which ``python -m`` put
    there."""
    if sys.path[:1] in ([""], [os.getcwd()]):
        del sys.path[0]
    sys.path.insert(0, folder)


def load_module(path: str, name: str | None = None, *, source: bytes | None = None) -> ModuleType:
    """The module at ``path``, executed and *not* entered into ``sys.modules``, as Alembic loads its scripts.

    What runs is the source, or ``source`` where it has been read already; never a bytecode file beside it, which a pull
    request may bring (PEP 552 lets one go unchecked). Only a ``.pyc`` that stands for its source, as
    ``sourceless = true`` allows it, is bytecode. Raises ScriptError for a file that is no Python by its name; what
    executing it raises goes through.
    """
    name = name or _NOT_IN_NAMES.sub("_", os.path.basename(path))
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ScriptError("this file cannot be loaded as Python", path=path)
    module = importlib.util.module_from_spec(spec)
    if not isinstance(spec.loader, SourceFileLoader):
        spec.loader.exec_module(module)
        return module
    code = compile(read_small(path) if source is None else source, path, "exec", dont_inherit=True)
    exec(code, vars(module))
    return module
