"""A witness that remembers each use of a raw driver cursor until somebody asks; the account keeps every place once."""

from __future__ import annotations

from headway.runtime.witness import Witness


class RawCursorWitness(Witness):
    """Of a run that is recorded, or compared with a plan."""

    def __init__(self) -> None:
        super().__init__()
        self._taken: list[str] = []

    def took_raw_cursor(self, place: str) -> None:
        """Notes it, for the account too."""
        super().took_raw_cursor(place)
        self._taken.append(place)

    def taken(self) -> tuple[str, int] | None:
        """Where user code took one since the last call, as (path, line); None when it did not."""
        taken, self._taken = self._taken, []
        if not taken:
            return None
        path, _, line = taken[-1].rpartition(":")
        return path, int(line)
