"""``alembic.context``: the environment that runs now, as functions and attributes."""

from __future__ import annotations

from typing import Any

from headway.runtime.environment import EnvironmentContext, current_environment

create_module_class_proxy = EnvironmentContext.create_module_class_proxy
create_module_class_proxy(globals(), globals())


def __getattr__(name: str) -> Any:
    """``context.config`` and ``context.script``."""
    if name in ("config", "script"):
        return getattr(current_environment(name), name)
    raise AttributeError(f"module 'alembic.context' has no attribute {name!r}")
