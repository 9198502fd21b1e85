"""What belongs to the whole process, changed for as long as anybody needs it.

By counting: of several threads the first one changes it and the last one changes it back. Python's own context
managers for these put back what each of them found, and so undo or keep what another thread did.
"""

from __future__ import annotations

import contextlib
import re
import sys
import threading
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

_guard = threading.Lock()
_ignored: Counter[tuple[Any, ...]] = Counter()
_diverted: list[Any] = []
"""The standard outputs that were found, the real one first."""


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


_counts: dict[str, tuple[int, Callable[[], None]]] = {}


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
