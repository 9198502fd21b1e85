"""``alembic.autogenerate.compare``."""

from headway.autogenerate.api import compare as _produce_net_changes
from headway.autogenerate.api import fill as _populate_migration_script
from headway.autogenerate.plugins import Plugin, comparators

__all__ = ["Plugin", "_populate_migration_script", "_produce_net_changes", "comparators"]
