"""``alembic.ext``."""

from headway.compat.alembic.ext import checkconstraint_byname as checkconstraint_byname

__all__ = ["checkconstraint_byname"]
