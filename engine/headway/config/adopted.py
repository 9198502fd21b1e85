"""The policy that ``adopt`` writes, as a value and as text. What goes into it is decided elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from headway.config.policy import AcceptedDrift, Ignore
from headway.config.policy_text import ignore_lines, item, quoted


@dataclass(slots=True)
class Adopted:
    """What a project with a past is let off, and why."""

    today: date
    owner: str
    dialects: Sequence[str] = ()
    base: str | None = None
    baseline: str | None = None
    expected_heads: int = 1
    kinds: Sequence[str] = ()
    start: str | None = None
    connection: str | None = None
    app: str | None = None
    stages_off: dict[str, str] = field(default_factory=dict)
    """The stages that cannot run on this project as it is, each with the reason."""
    ignores: list[Ignore] = field(default_factory=list)
    drift: list[AcceptedDrift] = field(default_factory=list)

    @property
    def reason(self) -> str:
        """What every accepted thing says of itself."""
        return f"was there when headway was adopted on {self.today}"

    def text(self) -> str:
        """The policy file."""
        return "\n".join(self._lines()) + "\n"

    def _lines(self) -> Iterator[str]:
        yield f"# The gate's policy, written by 'headway adopt' on {self.today}. What it lets pass is a debt: pay it off."
        yield f"expected_heads: {self.expected_heads}"
        if self.base is not None:
            yield f"base: {quoted(self.base)}"
        if self.baseline is not None:
            yield "# Every revision up to this one counts as released."
            yield f"baseline: {quoted(self.baseline)}"
        if self.dialects:
            yield f"dialects: [{', '.join(self.dialects)}]"
        if self.app is not None:
            yield f"app: {quoted(self.app)}"
        if self.kinds or self.start or self.connection:
            yield "scratch:"
            yield from [f"  kinds: [{', '.join(map(quoted, self.kinds))}]"] if self.kinds else []
            yield from [f"  start: {quoted(self.start)}"] if self.start else []
            if self.connection:
                yield "  # env.py wants a connection, as programs pass it in config.attributes."
                yield f"  connection: {quoted(self.connection)}"
        if self.stages_off:
            yield "stages:"
            for name, why in self.stages_off.items():
                yield f"  # {' '.join(why.split())}"
                yield f"  {name}: off"
        if self.ignores:
            yield "ignore:"
            yield from ignore_lines(self.ignores, "  ")
        if self.drift:
            yield "drift:"
            yield "  accepted:"
            for entry in self.drift:
                yield from item({"item": entry.item, "reason": entry.reason, "owner": entry.owner or ""}, "    ")
