"""``alembic.autogenerate.render``."""

from __future__ import annotations

from typing import Any

from headway.autogenerate.context import AutogenContext
from headway.autogenerate.render.ops import MOST_ARGUMENTS as MAX_PYTHON_ARGS
from headway.autogenerate.render.ops import add_column as _add_column
from headway.autogenerate.render.ops import alter_column as _alter_column
from headway.autogenerate.render.ops import create_check as _add_check_constraint
from headway.autogenerate.render.ops import create_foreign_key as _add_fk_constraint
from headway.autogenerate.render.ops import create_index as _add_index
from headway.autogenerate.render.ops import create_primary_key as _add_pk_constraint
from headway.autogenerate.render.ops import create_table as _add_table
from headway.autogenerate.render.ops import create_unique as _add_unique_constraint
from headway.autogenerate.render.ops import drop_column as _drop_column
from headway.autogenerate.render.ops import drop_constraint as _drop_constraint
from headway.autogenerate.render.ops import drop_index as _drop_index
from headway.autogenerate.render.ops import drop_table as _drop_table
from headway.autogenerate.render.ops import execute as _execute_sql
from headway.autogenerate.render.registry import prefix as _alembic_autogenerate_prefix
from headway.autogenerate.render.registry import render_body, render_op, render_op_text, renderers
from headway.autogenerate.render.registry import renderers as default_renderers
from headway.autogenerate.render.registry import sqlalchemy_prefix as _sqlalchemy_autogenerate_prefix
from headway.autogenerate.render.schema import render_column as _render_column
from headway.autogenerate.render.schema import render_constraint, render_default
from headway.autogenerate.render.types import render_type as _repr_type
from headway.autogenerate.render.types import user_rendering as _user_defined_render
from headway.compat.alembic import util
from headway.compat.alembic.operations import ops
from headway.compat.alembic.util import sqla_compat


def _render_cmd_body(op_container: Any, autogen_context: AutogenContext) -> str:
    """The body of upgrade() or downgrade() for a container of operations; tools use it by this name."""
    return render_body(autogen_context, op_container)


def _render_server_default(default: Any, autogen_context: AutogenContext, repr_: bool = True) -> str | None:
    """A server default as Python text, or without ``repr_`` a plain text as it is; dialects use it by this name."""
    if default is None:
        return None
    if not repr_ and isinstance(arg := getattr(default, "arg", default), str):
        return arg
    return render_default(default, autogen_context)


def _ident(name: Any) -> Any:
    """A plain text for a name, so that its repr is one; add-ons use it by this name."""
    return str(name) if isinstance(name, str) else name


def _render_constraint(constraint: Any, autogen_context: AutogenContext, namespace_metadata: Any) -> str | None:
    """A constraint inside a table as Python text; tools use it by this name."""
    return render_constraint(constraint, autogen_context)


__all__ = [
    "MAX_PYTHON_ARGS",
    "_add_check_constraint",
    "_add_column",
    "_add_fk_constraint",
    "_add_index",
    "_add_pk_constraint",
    "_add_table",
    "_add_unique_constraint",
    "_alembic_autogenerate_prefix",
    "_alter_column",
    "_drop_column",
    "_drop_constraint",
    "_drop_index",
    "_drop_table",
    "_execute_sql",
    "_ident",
    "_render_cmd_body",
    "_render_column",
    "_render_constraint",
    "_render_server_default",
    "_repr_type",
    "_sqlalchemy_autogenerate_prefix",
    "_user_defined_render",
    "default_renderers",
    "ops",
    "render_op",
    "render_op_text",
    "renderers",
    "sqla_compat",
    "util",
]
