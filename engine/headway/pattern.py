"""Regular expressions that are compiled when they are first asked: a start of the program uses few of the hundred it loads."""

from __future__ import annotations

import re
from typing import Any, TypeVar, cast

__all__ = ["pattern"]


Text = TypeVar("Text", str, bytes)


def pattern(text: Text, flags: int = 0) -> re.Pattern[Text]:
    """As ``re.compile``; what is wrong with ``text`` is raised (re.error) by the first question."""
    return cast("re.Pattern[Text]", _Pattern(text, flags))


class _Pattern:
    """Its methods are those of the compiled expression, each kept where it is found without a detour the next time."""

    def __init__(self, text: str | bytes, flags: int) -> None:
        self.pattern = text
        self._given = flags

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)  # copying and pickling ask whether these are there
        found = getattr(re.compile(self.pattern, self._given), name)  # re keeps what it compiled
        setattr(self, name, found)
        return found
