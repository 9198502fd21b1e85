"""``alembic.autogenerate``."""

from headway.autogenerate.api import compare_metadata, produce_migrations, render_python_code
from headway.autogenerate.context import AutogenContext
from headway.autogenerate.render.registry import render_op_text, renderers
from headway.autogenerate.revision import RevisionContext
from headway.autogenerate.rewrite import Rewriter
from headway.compat.alembic.autogenerate import api as api
from headway.compat.alembic.autogenerate import render as render
from headway.compat.alembic.autogenerate import rewriter as rewriter

__all__ = [
    "AutogenContext",
    "RevisionContext",
    "Rewriter",
    "api",
    "compare_metadata",
    "produce_migrations",
    "render",
    "render_op_text",
    "render_python_code",
    "renderers",
    "rewriter",
]
