"""``merge``: a new revision that joins several heads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from headway.commands.revision import run_environment_if_wanted
from headway.config.model import Config
from headway.errors import UsageError
from headway.revision.model import as_tuple
from headway.runtime.script_directory import ScriptDirectory
from headway.script.script_file import ScriptFile
from headway.script.writer import generate_revision
from headway.script.writer import rev_id as new_id


def merge(
    config: Config,
    revisions: str | Sequence[str],
    message: str | None = None,
    branch_label: Any = None,
    rev_id: str | None = None,
    splice: bool = False,
) -> ScriptFile:
    """Writes a revision whose parents are ``revisions``. Raises RevisionError, UsageError for fewer than two."""
    script = ScriptDirectory.of_project(config)
    heads = script.get_revisions(tuple(as_tuple(revisions if isinstance(revisions, str) else tuple(revisions))))
    if len(heads) < 2:
        raise UsageError(
            f"a merge needs at least two revisions, and {', '.join(as_tuple(revisions)) or 'nothing'} is {len(heads)}",
            hint="'headway heads' shows what could be merged.",
        )
    template_args: dict[str, Any] = {"config": config}
    run_environment_if_wanted(config, script, template_args)
    return generate_revision(
        script,
        config,
        rev_id or new_id(),
        message,
        head=[item.revision for item in heads],
        splice=splice,
        branch_labels=branch_label,
        template_args=template_args,
    )
