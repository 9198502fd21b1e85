"""What the listing verbs share: JSON output and the description of a revision in it."""

from __future__ import annotations

from typing import Any

from headway.config.model import Config
from headway.script.script_file import ScriptFile

SCHEMA = "headway/listing/1"
"""What the documents call themselves; a change that is more than a new key gets a new number."""


def wants_json(config: Config) -> bool:
    """Whether the command line asked for JSON; Alembic's functions take no such argument."""
    return getattr(config.cmd_opts, "format", None) == "json"


def print_json(config: Config, document: dict[str, Any]) -> None:
    """Prints one JSON document."""
    import json

    config.stdout.write(json.dumps({"schema": SCHEMA, **document}, indent=2, ensure_ascii=False) + "\n")


def summary(script: ScriptFile) -> dict[str, Any]:
    """A revision as JSON shows it."""
    return {
        "revision": script.revision,
        "down_revisions": list(script.down_revisions),
        "depends_on": list(script._revision.depends_on),
        "branch_labels": sorted(script.branch_labels),
        "is_head": script.is_head,
        "is_branch_point": script.is_branch_point,
        "is_merge_point": script.is_merge_point,
        "doc": script.doc,
        "path": script.path,
    }
