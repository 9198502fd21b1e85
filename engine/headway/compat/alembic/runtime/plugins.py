"""``alembic.runtime.plugins``."""

from headway.autogenerate.compare import builtin
from headway.autogenerate.plugins import Plugin
from headway.autogenerate.plugins import plugins as _all_plugins

BUILTIN = builtin  # importing it has made the plugins that headway brings

__all__ = ["BUILTIN", "Plugin", "_all_plugins"]
