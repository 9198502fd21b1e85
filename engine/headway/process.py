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
from collections.abc import Iterator
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
