"""The bank of values in ``cases/values.txt``: pieces of ``upgrade()`` and what is read of each, in words. No tests.

A case is a comment with its name, lines of Python (those behind ``|`` stand above ``upgrade()``), and lines that begin
with ``=>``: the effects. ``databases: none`` says that nothing tells which databases it runs on.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from reading.harness import read, said

BANK = Path(__file__).parent / "cases" / "values.txt"


@dataclass(frozen=True)
class Case:
    """A piece of a migration."""

    name: str
    module: str
    body: str
    databases: frozenset[str] | None
    reads: tuple[str, ...]

    def __str__(self) -> str:
        return self.name

    def read(self) -> tuple[str, ...]:
        """What is read of it now."""
        return tuple(said(read(self.body, f"from shop import NAME\n{self.module}", None, self.databases)))


def cases() -> list[Case]:
    """All of them."""
    found = []
    for block in BANK.read_text().strip("\n").split("\n\n"):
        name, *lines = block.split("\n")
        assert name.startswith("# "), name
        reads = tuple(line[3:] for line in lines if line.startswith("=> "))
        module = "".join(f"{line[2:]}\n" for line in lines if line.startswith("|"))
        told = "databases: none" not in lines
        body = "".join(f"{one}\n" for one in lines if not one.startswith(("=> ", "|", "databases: ")))
        found.append(Case(name[2:], module, body, frozenset({"postgresql"}) if told else None, reads))
    return found


def rewritten() -> str:
    """The text of the bank with what is read now."""
    blocks = []
    for block, case in zip(BANK.read_text().strip("\n").split("\n\n"), cases(), strict=True):
        kept = [line for line in block.split("\n") if not line.startswith("=> ")]
        blocks.append("\n".join([*kept, *(f"=> {line}" for line in case.read())]))
    return "\n\n".join(blocks) + "\n"
