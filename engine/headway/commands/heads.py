"""``heads``: the revisions that nothing follows."""

from __future__ import annotations

from headway.commands.listing import print_json, summary, wants_json
from headway.config.model import Config
from headway.runtime.script_directory import ScriptDirectory


def heads(config: Config, verbose: bool = False, resolve_dependencies: bool = False) -> None:
    """Prints the heads; with ``resolve_dependencies`` only those that nothing depends on either."""
    script = ScriptDirectory.of_project(config)
    ids = script.get_heads(consider_depends_on=resolve_dependencies)
    found = script.get_revisions(tuple(ids))
    if wants_json(config):
        print_json(config, {"heads": [summary(item) for item in found]})
        return
    for item in found:
        config.print_stdout(item.cmd_format(verbose, include_branches=True, tree_indicators=False))
