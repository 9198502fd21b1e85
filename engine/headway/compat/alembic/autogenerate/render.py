"""``alembic.autogenerate.render``."""

from __future__ import annotations

from typing import Any

from headway.autogenerate.context import AutogenContext
from headway.autogenerate.render.ops import MOST_ARGUMENTS as MAX_PYTHON_ARGS
from headway.autogenerate.render.registry import render_body, render_op, render_op_text, renderers
from headway.autogenerate.render.registry import renderers as default_renderers
from headway.compat.alembic import util
from headway.compat.alembic.operations import ops
from headway.compat.alembic.util import sqla_compat


def _render_cmd_body(op_container: Any, autogen_context: AutogenContext) -> str:
    """The body of upgrade() or downgrade() for a container of operations; tools use it by this name."""
    return render_body(autogen_context, op_container)


__all__ = [
    "MAX_PYTHON_ARGS",
    "_render_cmd_body",
    "default_renderers",
    "ops",
    "render_op",
    "render_op_text",
    "renderers",
    "sqla_compat",
    "util",
]
