"""``alembic.autogenerate.compare.types``."""

from headway.autogenerate.compare.builtin import set_up_types as setup
from headway.autogenerate.priorities import DispatchPriority, PriorityDispatchResult

__all__ = ["DispatchPriority", "PriorityDispatchResult", "setup"]
