"""``alembic.autogenerate.compare.comments``."""

from headway.autogenerate.compare.builtin import set_up_comments as setup
from headway.autogenerate.priorities import PriorityDispatchResult
from headway.compat.alembic.operations import ops

__all__ = ["PriorityDispatchResult", "ops", "setup"]
