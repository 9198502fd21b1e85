"""``alembic.autogenerate.rewriter``."""

from headway.autogenerate.rewrite import Rewriter

__all__ = ["Rewriter"]
