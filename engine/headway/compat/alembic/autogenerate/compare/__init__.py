"""``alembic.autogenerate.compare``."""

from headway.autogenerate.api import compare as _produce_net_changes
from headway.autogenerate.api import fill as _populate_migration_script
from headway.autogenerate.plugins import Plugin, comparators
from headway.compat.alembic.autogenerate.compare import comments as comments
from headway.compat.alembic.autogenerate.compare import constraints as constraints
from headway.compat.alembic.autogenerate.compare import schema as schema
from headway.compat.alembic.autogenerate.compare import server_defaults as server_defaults
from headway.compat.alembic.autogenerate.compare import tables as tables
from headway.compat.alembic.autogenerate.compare import types as types
from headway.compat.alembic.autogenerate.compare import util as util
from headway.compat.alembic.ext import checkconstraint_byname

__all__ = [
    "Plugin",
    "_populate_migration_script",
    "_produce_net_changes",
    "checkconstraint_byname",
    "comments",
    "comparators",
    "constraints",
    "schema",
    "server_defaults",
    "tables",
    "types",
    "util",
]
