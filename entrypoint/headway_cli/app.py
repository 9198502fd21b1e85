"""headway's own verbs: a typer program. Alembic's are listed here for ``--help`` and run elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import typer
from typer.core import TyperGroup

from headway_cli.commands import (
    adopt,
    apply,
    baseline,
    ci,
    doctor,
    drift,
    forecast,
    graph,
    lint,
    plan,
    rebase,
    rules,
    squash,
    stats,
)

HELP = """Database migrations for SQLAlchemy projects, and the gate in front of them.

headway reads Alembic projects as they are: alembic.ini, env.py and versions/*.py.

Exit codes: 0 clean, 1 a check said no, 2 configuration, 3 database or lock, 4 applied in part, 5 refused, 70 a bug.
"""


class Verbs(TyperGroup):
    """Lists Alembic's verbs beside headway's own."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        super().format_commands(ctx, formatter)
        from headway.commands.commandline import VERBS

        with formatter.section("Alembic's verbs, with the same options as ever ('headway upgrade --help')"):
            formatter.write_dl([(name, verb.help) for name, verb in VERBS.items()])


app = typer.Typer(
    cls=Verbs,
    help=HELP,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("ci", epilog="Example: headway ci --base origin/main --scratch postgresql")(ci.ci)
app.command("lint", epilog="Example: headway lint --base origin/main --format github")(lint.lint)
app.command("drift", epilog="Example: headway drift --scratch postgresql")(drift.drift)
app.command("plan", epilog="Example: headway plan --url env:DATABASE_URL -o plan.json")(plan.plan)
app.command("apply", epilog="Example: headway apply plan.json --url env:DATABASE_URL --approve sha256:...")(apply.apply)
app.command("graph", epilog="Example: headway graph --format mermaid -o docs/history.mmd")(graph.graph)
app.command("forecast", epilog="Example: headway forecast origin/feature-a origin/feature-b")(forecast.forecast)
app.command("rebase", epilog="Example: git merge origin/main && headway rebase")(rebase.rebase)
app.command("squash", epilog="Example: headway squash base..1f2e3d4c5b6a --headway-only")(squash.squash)
app.command("adopt", epilog="Example: headway adopt --owner 'shop team'")(adopt.adopt)
app.command("doctor", epilog="Example: headway doctor --inject")(doctor.doctor)
app.command("baseline", epilog="Example: headway baseline --url env:DATABASE_URL -o schema.sql")(baseline.baseline)
app.command("stats", epilog="Example: headway stats --url env:DATABASE_URL -o sizes.yml")(stats.stats)
app.command("rules")(rules.rules)
app.command("rule", epilog="Example: headway rule LCK101")(rules.rule)


@app.command("action", hidden=True)
def action() -> None:
    """What the container runs in GitHub Actions: reads INPUT_* and GITHUB_*."""
    from headway_cli.action.container import run_action

    raise typer.Exit(run_action())


@app.callback(invoke_without_command=True)
def _version(version: bool = typer.Option(False, "--version", help="Show the version and exit.")) -> None:
    if version:
        from headway.version import VERSION

        typer.echo(f"headway {VERSION}")
        raise typer.Exit


def run_app(arguments: Sequence[str]) -> int:
    """Parses and runs; returns the exit code. Errors go through."""
    result = app(list(arguments), prog_name="headway", standalone_mode=True)
    return int(result or 0)
