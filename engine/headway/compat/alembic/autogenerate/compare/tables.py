"""``alembic.autogenerate.compare.tables``."""

from headway.autogenerate.compare.builtin import set_up_tables as setup
from headway.autogenerate.priorities import PriorityDispatchResult
from headway.compat.alembic.operations import ops

__all__ = ["PriorityDispatchResult", "ops", "setup"]
