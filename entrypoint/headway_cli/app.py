"""headway's own verbs: a typer program. Alembic's are listed here for ``--help`` and run elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

import typer

from headway_cli.verb import Verb, VerbGroup

HELP = """Database migrations for SQLAlchemy projects, and the gate in front of them.

headway reads Alembic projects as they are: alembic.ini, env.py and versions/*.py.

Exit codes: 0 clean, 1 a check said no, 2 configuration, 3 database or lock, 4 applied in part, 5 refused, 70 a bug.
"""


class Verbs(VerbGroup):
    """Lists Alembic's verbs beside headway's own."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        super().format_commands(ctx, formatter)
        from headway.commands.commandline import VERBS

        with formatter.section("Alembic's verbs, with the same options as ever ('headway upgrade --help')"):
            formatter.write_dl([(name, verb.help) for name, verb in VERBS.items()])


_EXAMPLES: dict[str, str | None] = {
    "ci": "headway ci --base origin/main --scratch postgresql",
    "lint": "headway lint --base origin/main --format github",
    "drift": "headway drift --scratch postgresql",
    "plan": "headway plan --url env:DATABASE_URL -o plan.json",
    "apply": "headway apply plan.json --url env:DATABASE_URL --approve sha256:...",
    "graph": "headway graph --format mermaid -o docs/history.mmd",
    "forecast": "headway forecast origin/feature-a origin/feature-b",
    "rebase": "git merge origin/main && headway rebase",
    "squash": "headway squash base..1f2e3d4c5b6a --headway-only",
    "adopt": "headway adopt --owner 'shop team'",
    "doctor": "headway doctor --inject",
    "baseline": "headway baseline --url env:DATABASE_URL -o schema.sql",
    "stats": "headway stats --url env:DATABASE_URL -o sizes.yml",
    "rules": None,
    "rule": "headway rule LCK101",
}
"""The verbs in the order of the help, each with the example beneath its own. The module is named as the verb is."""
_ELSEWHERE = {"rule": "rules"}


def program(verb: str | None = None) -> typer.Typer:
    """The typer program with every verb, or with ``verb`` alone: to load and to describe fifteen takes as long as to judge."""
    app = typer.Typer(
        cls=Verbs,
        help=HELP,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback(invoke_without_command=True)(_version)
    for name in (verb,) if verb is not None and verb in _EXAMPLES else _EXAMPLES:
        module = import_module(f"headway_cli.commands.{_ELSEWHERE.get(name, name)}")
        epilog = f"Example: {_EXAMPLES[name]}" if _EXAMPLES[name] else None
        app.command(name, cls=Verb, epilog=epilog)(getattr(module, name))
    if verb not in _EXAMPLES:
        app.command("action", cls=Verb, hidden=True)(_action)
    return app


def _action() -> None:
    """What the container runs in GitHub Actions: reads INPUT_* and GITHUB_*."""
    from headway_cli.action.container import run_action

    raise typer.Exit(run_action())


def _version(version: bool = typer.Option(False, "--version", help="Show the version and exit.")) -> None:
    if version:
        from headway.version import VERSION

        typer.echo(f"headway {VERSION}")
        raise typer.Exit


def run_app(arguments: Sequence[str]) -> int:
    """Parses and runs; returns the exit code. Errors go through."""
    verb = (
        arguments[0] if arguments else None
    )  # behind an option such as --help it is the help of all that is asked for
    result = program(verb)(list(arguments), prog_name="headway", standalone_mode=True)
    return int(result or 0)
