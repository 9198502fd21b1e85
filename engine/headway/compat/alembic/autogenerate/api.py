"""``alembic.autogenerate.api``."""

from headway.autogenerate.api import compare_metadata, produce_migrations, render_python_code
from headway.autogenerate.context import AutogenContext

__all__ = ["AutogenContext", "compare_metadata", "produce_migrations", "render_python_code"]
