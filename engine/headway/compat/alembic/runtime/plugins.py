"""``alembic.runtime.plugins``."""

from headway.autogenerate.compare import builtin
from headway.autogenerate.plugins import Plugin
from headway.autogenerate.plugins import plugins as _all_plugins
from headway.autogenerate.priorities import DispatchPriority, PriorityDispatcher
from headway.compat.alembic import util

BUILTIN = builtin  # importing it has made the plugins that headway brings

__all__ = ["BUILTIN", "DispatchPriority", "Plugin", "PriorityDispatcher", "_all_plugins", "util"]
