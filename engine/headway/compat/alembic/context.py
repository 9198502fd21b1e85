"""``alembic.context``: the environment that runs now, as functions and attributes."""

from __future__ import annotations

from typing import Any

from headway.runtime.environment import EnvironmentContext, running_environment

create_module_class_proxy = EnvironmentContext.create_module_class_proxy
create_module_class_proxy(globals(), globals())


def __getattr__(name: str) -> Any:
    """``context.config`` and ``context.script``, absent as long as nothing runs: programs ask with ``hasattr``."""
    environment = running_environment()
    if environment is not None and name in ("config", "script"):
        return getattr(environment, name)
    if environment is not None and name == "_proxy":  # private, and yet what add-ons ask for the environment
        return environment
    raise AttributeError(f"module 'alembic.context' has no attribute {name!r}")
