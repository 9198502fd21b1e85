"""``history``: the revisions in order, newest first."""

from __future__ import annotations

from headway.commands.listing import print_json, summary, wants_json
from headway.config.model import Config
from headway.errors import UsageError
from headway.runtime.script_directory import ScriptDirectory


def history(
    config: Config,
    rev_range: str | None = None,
    verbose: bool = False,
    indicate_current: bool = False,
) -> None:
    """Prints the history, or the part ``start:end`` of it; ``current`` asks the database behind env.py.

    ``--graph`` on the command line draws it. Raises UsageError for a range without a colon, RevisionError for an end that cannot be resolved.
    """
    draws = bool(getattr(config.cmd_opts, "graph", False))
    if draws and wants_json(config):
        raise UsageError("--graph draws, and --format json does not", hint="Give one of the two.")
    script = ScriptDirectory.of_project(config)
    start, end = _ends(rev_range)
    asks_database = indicate_current or "current" in (start, end)
    current = _current(config) if asks_database else ()
    lower = current or "base" if start == "current" else start or "base"
    upper = current if end == "current" else end or "heads"
    found = list(script.iterate_revisions(upper, lower, inclusive=True, assert_relative_length=False))
    marked = current if indicate_current else ()
    if draws:
        from headway.drawing.text import draw

        config.stdout.write(draw(script.history, [item.revision for item in found]))
        return
    if wants_json(config):
        print_json(config, {"history": [{**summary(i), "is_current": i.revision in current} for i in found]})
        return
    for item in found:
        config.print_stdout(
            "%s",
            item.cmd_format(
                verbose,
                include_branches=True,
                include_doc=True,
                include_parents=True,
                current=item.revision in marked,
            ),
        )


def _ends(rev_range: str | None) -> tuple[str | None, str | None]:
    if rev_range is None:
        return None, None
    start, colon, end = rev_range.strip().partition(":")
    if not colon:
        raise UsageError("History range requires [start]:[end], [start]:, or :[end]")
    return start or None, end or None


def _current(config: Config) -> tuple[str, ...]:
    # Loads SQLAlchemy, so only when the database is asked.
    from headway.commands.current import current_heads

    return current_heads(config)
