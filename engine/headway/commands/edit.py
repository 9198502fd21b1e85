"""``edit``: opens revision files in an editor."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping

from headway.commands.current import current_heads
from headway.config.model import Config
from headway.errors import UsageError
from headway.runtime.script_directory import ScriptDirectory


def edit(config: Config, rev: str) -> None:
    """Opens the files of ``rev`` in ``$VISUAL`` or ``$EDITOR``; ``current`` asks the database.

    Raises UsageError when there is no file to open or no editor.
    """
    script = ScriptDirectory.of_project(config)
    wanted = current_heads(config) if rev == "current" else rev
    scripts = [item for item in script.get_revisions(wanted) if item is not None]
    if not scripts:
        raise UsageError("No revision files indicated by the selection")
    for item in scripts:
        open_in_editor(item.path)


def open_in_editor(path: str, environ: Mapping[str, str] = os.environ) -> None:
    """Opens a file in ``$VISUAL`` or ``$EDITOR`` of ``environ``, or the first editor there is, and waits for it.

    Raises UsageError when there is none or it fails.
    """
    named = environ.get("VISUAL") or environ.get("EDITOR")
    places = environ.get("PATH")
    known = (e for e in ("editor", "vim", "nano", "vi") if shutil.which(e, path=places))
    try:
        command = shlex.split(named) if named and named.strip() else [next(known, "")]
    except ValueError as error:
        raise UsageError(f"the editor {named!r} cannot be read: {error}", hint="Mend VISUAL or EDITOR.") from error
    if not command[0] or shutil.which(command[0], path=places) is None:
        raise UsageError("there is no editor to open", hint="Name one in the environment variable EDITOR.")
    if (status := subprocess.run([*command, path], env=dict(environ), check=False).returncode) != 0:
        raise UsageError(f"the editor ended with status {status}", path=path)
