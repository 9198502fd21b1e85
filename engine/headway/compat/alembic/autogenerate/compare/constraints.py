"""``alembic.autogenerate.compare.constraints``."""

from headway.autogenerate.compare.builtin import set_up_constraints as setup
from headway.autogenerate.priorities import PriorityDispatchResult
from headway.compat.alembic import util
from headway.compat.alembic.operations import ops
from headway.compat.alembic.util import sqla_compat

__all__ = ["PriorityDispatchResult", "ops", "setup", "sqla_compat", "util"]
