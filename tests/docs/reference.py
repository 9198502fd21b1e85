"""The reference of the command line, made from the program: ``python tests/docs/reference.py > docs/cli.md``."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from typing import Any

import typer.main

from headway.commands.commandline import _OPTIONS, _POSITIONALS, VERBS
from headway_cli.app import program

INTRO = """# The command line

Made from the program by `tests/docs/reference.py`. Options of every verb are taken before it and after it: `-c FILE`,
`-n SECTION`, `-q`, `-x ARGUMENT`.

## headway's own verbs
"""
ALEMBIC = """
## Alembic's verbs

The same options, arguments and output as Alembic's.
"""


def reference() -> str:
    """The whole document."""
    return "\n".join([INTRO, *_own(), ALEMBIC, *_alembic()]) + "\n"


def _own() -> Iterator[str]:
    group: Any = typer.main.get_command(program())
    for name, command in group.commands.items():
        if command.hidden:
            continue
        yield f"### headway {name}\n"
        yield f"```text\n{inspect.cleandoc(command.help or '')}\n```\n"
        if command.epilog:
            yield f"`{command.epilog.removeprefix('Example: ')}`\n"
        rows = [(_names(one), _help(one)) for one in command.params if one.name != "help"]
        yield from _table(rows)


def _names(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return f"`{parameter.name.upper()}`"
    return ", ".join(f"`{name}`" for name in sorted((*parameter.opts, *parameter.secondary_opts), key=len))


def _help(parameter: Any) -> str:
    return " ".join((getattr(parameter, "help", None) or "").split())


def _alembic() -> Iterator[str]:
    for name, verb in VERBS.items():
        yield f"### headway {' '.join([name, *(one.upper() for one in verb.positionals)])}\n"
        yield f"{verb.help}\n"
        rows = [(f"`{one.upper()}`", _POSITIONALS[one]["help"]) for one in verb.positionals]
        rows += [
            (", ".join(f"`{flag}`" for flag in _OPTIONS[one][0]), _OPTIONS[one][1]["help"]) for one in verb.options
        ]
        yield from _table(rows)


def _table(rows: list[tuple[str, str]]) -> Iterator[str]:
    if rows:
        yield "| | |\n|---|---|"
        yield from (f"| {name} | {help_.replace('|', chr(92) + '|')} |" for name, help_ in rows)
        yield ""


if __name__ == "__main__":
    sys.stdout.write(reference())
