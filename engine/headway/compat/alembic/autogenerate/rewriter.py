"""``alembic.autogenerate.rewriter``."""

from headway.autogenerate.rewrite import Rewriter
from headway.compat.alembic import util
from headway.compat.alembic.operations import ops

__all__ = ["Rewriter", "ops", "util"]
