"""``alembic.autogenerate``."""

from headway.autogenerate.api import compare_metadata, produce_migrations, render_python_code
from headway.autogenerate.context import AutogenContext
from headway.autogenerate.plugins import comparators
from headway.autogenerate.render.registry import renderers
from headway.autogenerate.rewrite import Rewriter

__all__ = [
    "AutogenContext",
    "Rewriter",
    "comparators",
    "compare_metadata",
    "produce_migrations",
    "render_python_code",
    "renderers",
]
