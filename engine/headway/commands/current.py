"""``current``: which revisions a database is on."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from headway.commands.listing import print_json, wants_json
from headway.config.model import Config
from headway.errors import DatabaseNotAtHead
from headway.process import printing_to_stderr
from headway.revision.route import Step, present
from headway.runtime.context import MigrationContext
from headway.runtime.environment import EnvironmentContext
from headway.runtime.script_directory import ScriptDirectory


def current(config: Config, check_heads: bool = False, verbose: bool = False) -> None:
    """Prints the revisions; with ``check_heads`` raises DatabaseNotAtHead unless the database is on every head."""
    script = ScriptDirectory.of_project(config)
    documents: list[dict[str, Any]] = []

    def show(heads: tuple[str, ...], context: MigrationContext) -> Iterable[Step]:
        behind = check_heads and set(script.get_heads()) != set(present(script.history, heads))
        if wants_json(config) and not behind:
            documents.append({"current": sorted(item.revision for item in script.get_all_current(heads))})
        elif not wants_json(config):
            _print(config, script, heads, context, verbose=verbose, only_the_url=behind)
        if behind:
            raise DatabaseNotAtHead("Database is not on all head revisions")
        return ()

    with _clean_output(config):
        EnvironmentContext(config, script, fn=show, dont_mutate=True).run()
    for document in documents:
        print_json(config, document)


def _clean_output(config: Config) -> AbstractContextManager[None]:
    """What env.py prints does not get into a JSON document."""
    return printing_to_stderr() if wants_json(config) else nullcontext()


def current_heads(config: Config) -> tuple[str, ...]:
    """The revisions the database behind env.py is on; reads, changes nothing."""
    script = ScriptDirectory.of_project(config)
    found: list[str] = []

    def note(heads: tuple[str, ...], context: MigrationContext) -> Iterable[Step]:
        found.extend(heads)
        return ()

    with _clean_output(config):
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
    if verbose:
        url = context.connection.engine.url.render_as_string(hide_password=True)
        config.print_stdout("Current revision(s) for %s:", url)
    for item in () if only_the_url else scripts:
        config.print_stdout(item.cmd_format(verbose))
