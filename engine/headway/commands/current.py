"""``current``: which revisions a database is on."""

from __future__ import annotations

import json
from collections.abc import Iterable

from headway.config.model import Config
from headway.errors import DatabaseNotAtHead
from headway.revision.route import Step
from headway.runtime.context import MigrationContext
from headway.runtime.environment import EnvironmentContext
from headway.runtime.scripts import ScriptDirectory


def current(config: Config, check_heads: bool = False, verbose: bool = False, format: str | None = None) -> None:
    """Prints the revisions; with ``check_heads`` raises DatabaseNotAtHead unless the database is on every head."""
    script = ScriptDirectory.from_config(config)

    def show(heads: tuple[str, ...], context: MigrationContext) -> Iterable[Step]:
        _print(config, script, heads, context, verbose=verbose, format=format)
        if check_heads and set(script.get_heads()) != set(heads):
            raise DatabaseNotAtHead("Database is not on all head revisions")
        return ()

    EnvironmentContext(config, script, fn=show, dont_mutate=True).run()


def current_heads(config: Config) -> tuple[str, ...]:
    """The revisions the database behind env.py is on; reads, changes nothing."""
    script = ScriptDirectory.from_config(config)
    found: list[str] = []

    def note(heads: tuple[str, ...], context: MigrationContext) -> Iterable[Step]:
        found.extend(heads)
        return ()

    EnvironmentContext(config, script, fn=note, dont_mutate=True).run()
    return tuple(found)


def _print(
    config: Config,
    script: ScriptDirectory,
    heads: tuple[str, ...],
    context: MigrationContext,
    *,
    verbose: bool,
    format: str | None,
) -> None:
    scripts = script.get_all_current(heads)
    if format == "json":
        config.print_stdout(json.dumps({"current": sorted(item.revision for item in scripts)}))
        return
    if verbose:
        url = context.connection.engine.url.render_as_string(hide_password=True)
        config.print_stdout("Current revision(s) for %s:", url)
    for item in sorted(scripts, key=lambda item: item.revision):
        config.print_stdout(item.cmd_format(verbose))
