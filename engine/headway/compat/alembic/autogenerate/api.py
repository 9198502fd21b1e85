"""``alembic.autogenerate.api``."""

from headway.autogenerate.api import compare_metadata, produce_migrations, render_python_code
from headway.autogenerate.context import AutogenContext
from headway.autogenerate.revision import RevisionContext
from headway.compat.alembic import util
from headway.compat.alembic.autogenerate import render
from headway.compat.alembic.operations import ops
from headway.compat.alembic.util import sqla_compat

__all__ = [
    "AutogenContext",
    "RevisionContext",
    "compare_metadata",
    "ops",
    "produce_migrations",
    "render",
    "render_python_code",
    "sqla_compat",
    "util",
]
