"""What belongs to the whole process, changed for as long as anybody needs it.

By counting: of several threads the first one changes it and the last one changes it back. Python's own context
managers for these put back what each of them found, and so undo or keep what another thread did.
"""

from __future__ import annotations

import contextlib
import gc
import os
import re
import sys
import threading
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

_guard = threading.RLock()  # whoever hears an audit event may come back here
_ignored: Counter[tuple[Any, ...]] = Counter()
_diverted: list[Any] = []
"""The standard outputs that were found, the real one first."""
_counts: dict[str, tuple[int, Callable[[], None]]] = {}
_variables: dict[str, tuple[int, str | None]] = {}
"""How often an environment variable was set, and its value before."""
_hearers: dict[str, list[Callable[..., None]]] = {}
_has_hook = False
_MISSING = object()


@contextmanager
def ignoring(category: type[Warning], message: str = "") -> Iterator[None]:
    """Drops warnings of ``category`` whose text begins with ``message`` while the block runs."""
    pattern = re.compile(message, re.IGNORECASE) if message else None
    entry = ("ignore", pattern, category, None, 0)  # as warnings keeps what filterwarnings() is given
    with _guard:
        if entry not in _ignored and entry in warnings.filters:
            _ignored[entry] += 1  # the program's own, which must outlast us
        _ignored[entry] += 1
        warnings.filterwarnings("ignore", message, category)
    try:
        yield
    finally:
        with _guard:
            _ignored[entry] -= 1
            if not _ignored[entry]:
                with contextlib.suppress(ValueError):  # somebody has put other filters in place
                    warnings.filters.remove(entry)  # type: ignore[attr-defined]  # typeshed has it as a sequence


@contextmanager
def printing_to_stderr() -> Iterator[None]:
    """Lets what is printed to standard output go to standard error while the block runs."""
    with _guard:
        _diverted.append(sys.stdout)
        sys.stdout = sys.stderr
    try:
        yield
    finally:
        with _guard:
            # The first one found the real one; whoever ends last puts that back.
            found = _diverted.pop()
            if not _diverted:
                sys.stdout = found


@contextmanager
def garbage_left_alone() -> Iterator[None]:
    """Looks for no garbage while the block runs, unless it asks for it, and later more seldom than Python by itself."""
    gc.set_threshold(100_000, 30)
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def look_for_garbage() -> None:
    """Looks for garbage again; user code may make some."""
    gc.enable()


def keep_what_is_there() -> None:
    """Never looks through what there is now."""
    gc.freeze()


@contextmanager
def counted(name: str, begin: Callable[[], Callable[[], None]]) -> Iterator[None]:
    """Keeps one change of the process in place for as long as anybody needs it.

    ``begin`` makes the change called ``name`` for the first one who needs it and returns what takes it back, which is
    called after the last.
    """
    with _guard:
        users, end = _counts.get(name) or (0, begin())
        _counts[name] = (users + 1, end)
    try:
        yield
    finally:
        with _guard:
            users, end = _counts.pop(name)
            if users > 1:
                _counts[name] = (users - 1, end)
            else:
                end()


@contextmanager
def replaced(owner: Any, name: str, make: Callable[[Any], Any]) -> Iterator[None]:
    """Puts ``make(what is there)`` in the place of an attribute of a module or class while the block runs.

    A descriptor is given and put back as the class has it; what a class only inherits is made its own, and taken away
    again.
    """

    def begin() -> Callable[[], None]:
        found = vars(owner).get(name, _MISSING)
        setattr(owner, name, make(getattr(owner, name) if found is _MISSING else found))
        return (lambda: delattr(owner, name)) if found is _MISSING else (lambda: setattr(owner, name, found))

    with counted(f"{name} of {id(owner)}", begin):
        yield


@contextmanager
def environment(values: Mapping[str, str | None]) -> Iterator[None]:
    """Sets environment variables, or with None takes them away, while the block runs; they are as before afterwards."""
    with _guard:
        for name, value in values.items():
            users, before = _variables.get(name, (0, os.environ.get(name)))
            _variables[name] = users + 1, before
            _set_variable(name, value)
    try:
        yield
    finally:
        with _guard:
            for name in values:
                users, before = _variables.pop(name)
                if users > 1:
                    _variables[name] = users - 1, before
                else:
                    _set_variable(name, before)


@contextmanager
def hearing(event: str, hearer: Callable[..., None]) -> Iterator[None]:
    """Calls ``hearer`` with the arguments of each of Python's audit events of a name while the block runs.

    What it raises stops what the event is about. See https://docs.python.org/3/library/audit_events.html
    """
    global _has_hook
    with _guard:
        if not _has_hook:
            sys.addaudithook(_hear)  # cannot be taken away again; without hearers it does nothing
            _has_hook = True
        _hearers[event] = [*_hearers.get(event, ()), hearer]
    try:
        yield
    finally:
        with _guard:
            left = list(_hearers[event])
            left.remove(hearer)
            _hearers[event] = left


@contextmanager
def forgetting_modules(ours: Callable[[str, Any], bool]) -> Iterator[None]:
    """Takes modules that were imported in the block, and that ``ours(name, module)`` claims, out of ``sys.modules``.

    Who imports them again executes them again.
    """
    before = set(sys.modules)
    try:
        yield
    finally:
        # Told of all before any is gone: the path of a namespace package is looked up in its parent.
        for name in [name for name, found in list(sys.modules.items()) if name not in before and ours(name, found)]:
            sys.modules.pop(name, None)


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    for hearer in _hearers.get(event, ()):
        hearer(*arguments)


def _set_variable(name: str, value: str | None) -> None:
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value
