"""A stream without passwords, in the place of standard error: user code and its loggers write there as well."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from headway.redact import redact


class Masking:
    """Takes passwords out of each text that is written; everything else is the stream's own."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Writes ``text`` without the passwords in it; returns the length of what it was given, as streams do."""
        self._stream.write(redact(text))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Writes each of ``lines``."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
