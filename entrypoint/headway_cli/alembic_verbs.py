"""Alembic's verbs under our name: the same options, arguments and output, with the names of Alembic served."""

from __future__ import annotations

from collections.abc import Sequence


def run(arguments: Sequence[str], *, prog: str) -> int:
    """Parses and runs one of Alembic's verbs; returns the exit code. Errors go through."""
    from headway.commands.commandline import CommandLine

    return CommandLine(prog=prog).main(list(arguments))
