"""``current``: which revisions a database is on."""

from __future__ import annotations

from collections.abc import Iterable

from headway.commands.listing import print_json, wants_json
from headway.config.model import Config
from headway.errors import DatabaseNotAtHead
from headway.revision.route import Step
from headway.runtime.context import MigrationContext
from headway.runtime.environment import EnvironmentContext
from headway.runtime.scripts import ScriptDirectory


def current(config: Config, check_heads: bool = False, verbose: bool = False) -> None:
    """Prints the revisions; with ``check_heads`` raises DatabaseNotAtHead unless the database is on every head."""
    script = ScriptDirectory.from_config(config)

    def show(heads: tuple[str, ...], context: MigrationContext) -> Iterable[Step]:
        behind = check_heads and set(script.get_heads()) != set(heads)
        _print(config, script, heads, context, verbose=verbose, only_the_url=behind)
        if behind:
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
    only_the_url: bool,
) -> None:
    scripts = sorted(script.get_all_current(heads), key=lambda item: item.revision)
    if wants_json(config):
        if not only_the_url:
            print_json(config, {"current": [item.revision for item in scripts]})
        return
    if verbose:
        url = context.connection.engine.url.render_as_string(hide_password=True)
        config.print_stdout("Current revision(s) for %s:", url)
    for item in () if only_the_url else scripts:
        config.print_stdout(item.cmd_format(verbose))
