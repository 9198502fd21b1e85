"""The program's entry: finds out whose verb it is, turns every error into one line and an exit code.

Alembic's verbs are parsed with argparse, as Alembic's are, and load neither typer nor SQLAlchemy; headway's own
verbs are a typer program.
"""

from __future__ import annotations

import os
import sys

from headway.search_path import set_checkout_aside

ALEMBIC_VERBS = frozenset(
    [
        "branches",
        "check",
        "current",
        "downgrade",
        "edit",
        "ensure_version",
        "heads",
        "history",
        "init",
        "list_templates",
        "merge",
        "revision",
        "show",
        "stamp",
        "upgrade",
    ]
)

_GLOBAL_WITH_VALUE = frozenset({"-c", "--config", "-n", "--name", "-x"})

_GLOBAL_FLAGS = frozenset({"-q", "--quiet", "--raiseerr"})
_OF_THE_VERB = {"current": ("-c",)}
"""Options of a verb that are written like global ones."""
_TAKES_A_TEXT = frozenset({"-m", "--message", "--tag"})
"""Options whose value may look like anything."""


def main(argv: list[str] | None = None) -> int:
    """Runs the program and returns its exit code."""
    set_checkout_aside()
    from headway.process import garbage_left_alone, keep_what_is_there  # only now: the checkout may have a typing.py

    arguments = list(sys.argv[1:] if argv is None else argv)
    # Modules and histories are made by the thousand and all kept. By default Python looks for garbage so often, and
    # through all of them, that it takes a tenth of an upgrade; before user code runs there is none at all.
    with garbage_left_alone():
        exit_code = _run(arguments)
    if argv is None:
        keep_what_is_there()  # the process ends, and looking for garbage once more takes another tenth
    return exit_code


def _run(arguments: list[str]) -> int:
    from headway_cli.failures import reported

    with reported(arguments) as outcome:
        verb = find_verb(arguments)
        as_alembic = os.path.basename(sys.argv[0]) == "alembic"
        arguments = arranged(arguments, verb)
        if verb in ALEMBIC_VERBS or as_alembic:
            from headway_cli.alembic_verbs import run

            outcome.exit_code = run(arguments, prog="alembic" if as_alembic else "headway")
        else:
            from headway.process import look_for_garbage
            from headway_cli.app import run_app

            look_for_garbage()
            outcome.exit_code = run_app(arguments)
    return outcome.exit_code


def arranged(arguments: list[str], verb: str | None) -> list[str]:
    """The same arguments with the global options where the verb's parser wants them: argparse before the verb, typer
    after it. People write them on either side."""
    if verb is None:
        return arguments
    at = _place_of(arguments, verb)
    before, after = arguments[:at], arguments[at + 1 :]
    if verb in ALEMBIC_VERBS:
        moved, kept = _global_options(after, verb)
        return [*before, *moved, verb, *kept]
    moved, kept = _global_options(before, verb)
    return [*kept, verb, *moved, *after]


def _place_of(arguments: list[str], verb: str) -> int:
    """Where the verb stands: past the values of global options, which may be the same word."""
    at = 0
    while arguments[at] != verb:
        at += 2 if arguments[at] in _GLOBAL_WITH_VALUE else 1
    return at


def _global_options(arguments: list[str], verb: str) -> tuple[list[str], list[str]]:
    """The global options among ``arguments`` with their values, and what else there is."""
    moved: list[str] = []
    kept: list[str] = []
    own = _OF_THE_VERB.get(verb, ())
    rest = list(arguments)
    while rest:
        argument = rest.pop(0)
        if argument == "--":
            kept += [argument, *rest]
            break
        name = argument.partition("=")[0]
        if argument in own or name not in _GLOBAL_WITH_VALUE | _GLOBAL_FLAGS:
            kept.append(argument)
            if argument in _TAKES_A_TEXT and rest:
                kept.append(rest.pop(0))
            continue
        moved.append(argument)
        if argument in _GLOBAL_WITH_VALUE and rest:
            moved.append(rest.pop(0))
    return moved, kept


def find_verb(arguments: list[str]) -> str | None:
    """The first argument that is neither an option nor the value of a global one."""
    takes_value = False
    for argument in arguments:
        if takes_value:
            takes_value = False
        elif argument in _GLOBAL_WITH_VALUE:
            takes_value = True
        elif not argument.startswith("-"):
            return argument
    return None


if __name__ == "__main__":
    sys.exit(main())
