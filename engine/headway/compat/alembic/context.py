"""``alembic.context``: the environment that runs now, as functions and attributes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from headway.runtime.environment import EnvironmentContext, current_environment

_FUNCTIONS = [
    "begin_transaction",
    "configure",
    "execute",
    "get_bind",
    "get_context",
    "get_head_revision",
    "get_head_revisions",
    "get_impl",
    "get_revision_argument",
    "get_starting_revision_argument",
    "get_tag_argument",
    "get_x_argument",
    "is_offline_mode",
    "is_transactional_ddl",
    "requires_connection",
    "run_migrations",
    "static_output",
]


def _function(name: str) -> Callable[..., Any]:
    def call(*args: Any, **kw: Any) -> Any:
        return getattr(current_environment(name), name)(*args, **kw)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = getattr(EnvironmentContext, name).__doc__
    return call


globals().update({name: _function(name) for name in _FUNCTIONS})


def __getattr__(name: str) -> Any:
    """``context.config`` and ``context.script``."""
    if name in ("config", "script"):
        return getattr(current_environment(name), name)
    raise AttributeError(f"module 'alembic.context' has no attribute {name!r}")
