"""``alembic.util.editor``."""

from __future__ import annotations

import os
from collections.abc import Mapping

from headway.commands.edit import open_in_editor as _open
from headway.compat.alembic.util.exc import CommandError

is_posix = os.name == "posix"


def open_in_editor(filename: str, environ: Mapping[str, str] | None = None) -> None:
    """Opens a file in ``$VISUAL`` or ``$EDITOR``. Raises CommandError when there is no editor, or it fails."""
    _open(filename, os.environ if environ is None else environ)


__all__ = ["CommandError", "is_posix", "open_in_editor"]
