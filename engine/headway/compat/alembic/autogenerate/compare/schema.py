"""``alembic.autogenerate.compare.schema``."""

from headway.autogenerate.compare.builtin import set_up_schemas as setup
from headway.autogenerate.priorities import PriorityDispatchResult

__all__ = ["PriorityDispatchResult", "setup"]
