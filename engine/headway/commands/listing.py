"""What the listing verbs share: JSON output and the description of a revision in it."""

from __future__ import annotations

from typing import Any

from headway.config.model import Config
from headway.script.script import Script


def print_json(config: Config, document: dict[str, Any]) -> None:
    """Prints one JSON document."""
    import json

    config.print_stdout(json.dumps(document, indent=2, ensure_ascii=False))


def summary(script: Script) -> dict[str, Any]:
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
