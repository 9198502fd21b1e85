"""``alembic.autogenerate``."""

from headway.autogenerate.api import compare_metadata, produce_migrations, render_python_code
from headway.autogenerate.context import AutogenContext
from headway.autogenerate.render.registry import renderers
from headway.autogenerate.rewrite import Rewriter

__all__ = ["AutogenContext", "Rewriter", "compare_metadata", "produce_migrations", "render_python_code", "renderers"]
