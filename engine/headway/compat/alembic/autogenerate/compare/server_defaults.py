"""``alembic.autogenerate.compare.server_defaults``."""

from headway.autogenerate.compare.builtin import set_up_defaults as setup
from headway.autogenerate.priorities import DispatchPriority, PriorityDispatchResult
from headway.compat.alembic import util
from headway.compat.alembic.util import sqla_compat

__all__ = ["DispatchPriority", "PriorityDispatchResult", "setup", "sqla_compat", "util"]
