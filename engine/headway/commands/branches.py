"""``branches``: the revisions that several follow."""

from __future__ import annotations

from headway.commands.listing import print_json, summary, wants_json
from headway.config.model import Config
from headway.runtime.script_directory import ScriptDirectory


def branches(config: Config, verbose: bool = False) -> None:
    """Prints each branch point with what follows it."""
    script = ScriptDirectory.of_project(config)
    points = [item for item in script.walk_revisions() if item.is_branch_point]
    if wants_json(config):
        print_json(config, {"branches": [{**summary(i), "branches_into": sorted(i.nextrev)} for i in points]})
        return
    for item in points:
        below = [
            f"{' ' * len(item.revision)} -> " + following.cmd_format(False, include_branches=True, include_doc=verbose)
            for following in script.get_revisions(sorted(item.nextrev))
        ]
        config.print_stdout(f"{item.cmd_format(verbose, include_branches=True)}\n" + "\n".join(below) + "\n")
