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
        if verb in ALEMBIC_VERBS or as_alembic:
            from headway_cli.alembic_verbs import run

            outcome.exit_code = run(arguments, prog="alembic" if as_alembic else "headway")
        else:
            from headway.process import look_for_garbage
            from headway_cli.app import run_app

            look_for_garbage()
            outcome.exit_code = run_app(arguments)
    return outcome.exit_code


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
