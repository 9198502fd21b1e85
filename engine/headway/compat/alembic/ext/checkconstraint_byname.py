"""``alembic.ext.checkconstraint_byname``."""

from headway.autogenerate.compare.builtin import set_up_checks as setup
from headway.autogenerate.priorities import PriorityDispatchResult
from headway.compat.alembic.operations import ops
from headway.compat.alembic.util import sqla_compat

__all__ = ["PriorityDispatchResult", "ops", "setup", "sqla_compat"]
