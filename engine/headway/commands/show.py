"""``show``: one revision, or several, in full."""

from __future__ import annotations

from headway.commands.listing import print_json, summary, wants_json
from headway.config.model import Config
from headway.runtime.script_directory import ScriptDirectory


def show(config: Config, rev: str) -> None:
    """Prints the revisions that ``rev`` stands for; ``current`` asks the database. Raises RevisionError."""
    script = ScriptDirectory.of_project(config)
    wanted: str | tuple[str, ...] = rev
    if rev == "current":
        from headway.commands.current import current_heads

        wanted = current_heads(config)
    found = script.get_revisions(wanted)
    if wants_json(config):
        print_json(config, {"revisions": [summary(item) for item in found]})
        return
    for item in found:
        config.print_stdout("%s", item.log_entry)
