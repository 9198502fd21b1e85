"""``import alembic``: the package that users' scripts import, served by headway."""

from __future__ import annotations

from typing import Any

from headway.compat.alembic import context as context
from headway.compat.alembic import op as op
from headway.version import ALEMBIC

__version__ = ALEMBIC

__all__ = ["__version__", "context", "op"]


def __getattr__(name: str) -> Any:
    """``alembic.plugins``, which takes autogenerate to be imported, as few migrations do."""
    if name == "plugins":
        from headway.compat.alembic.runtime import plugins

        return plugins
    raise AttributeError(f"module 'alembic' has no attribute {name!r}")
