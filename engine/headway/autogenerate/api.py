"""Comparing and rendering as functions."""

from __future__ import annotations

from typing import Any

from headway.autogenerate.compare import builtin as _builtin
from headway.autogenerate.context import AutogenContext
from headway.autogenerate.render import ops as _renderers
from headway.autogenerate.render.registry import render_body, render_op_text
from headway.operations.containers import DowngradeOps, MigrationScript, UpgradeOps

RENDERERS, COMPARATORS = _renderers, _builtin  # importing them has filled the registries


def compare_metadata(context: Any, metadata: Any) -> Any:
    """The differences between a database and ``metadata``, as Alembic's list of tuples.

    ``context`` is a MigrationContext with a connection.
    """
    upgrade_ops = produce_migrations(context, metadata).upgrade_ops
    return [] if upgrade_ops is None else upgrade_ops.as_diffs()


def produce_migrations(context: Any, metadata: Any) -> MigrationScript:
    """The operations that bring a database to ``metadata``, and back."""
    autogen = AutogenContext(context, metadata=metadata)
    script = MigrationScript(rev_id=None, upgrade_ops=UpgradeOps([]), downgrade_ops=DowngradeOps([]))
    fill(autogen, script)
    return script


def fill(autogen: AutogenContext, script: MigrationScript) -> None:
    """Compares and puts the operations into the last upgrade and downgrade of ``script``."""
    upgrade_ops = script.upgrade_ops_list[-1]
    compare(autogen, upgrade_ops)
    if upgrade_ops.ops:
        autogen.existing_types  # noqa: B018  # asked for now: what is written is written when the connection is gone
    upgrade_ops.reverse_into(script.downgrade_ops_list[-1])


def compare(autogen: AutogenContext, upgrade_ops: UpgradeOps) -> None:
    """Appends what brings the database to the models: calls every comparison function that takes part."""
    autogen.compare("autogenerate")(autogen, upgrade_ops)


def render_python_code(
    up_or_down_op: Any,
    sqlalchemy_module_prefix: str = "sa.",
    alembic_module_prefix: str = "op.",
    render_as_batch: bool = False,
    imports: Any = (),
    render_item: Any = None,
    migration_context: Any = None,
    user_module_prefix: str | None = None,
) -> str:
    """The body of ``upgrade()`` or ``downgrade()`` as Python text."""
    from headway.runtime.context import MigrationContext

    if migration_context is None:
        from sqlalchemy.engine.default import DefaultDialect

        dialect = DefaultDialect()
        dialect.name = "default"
        migration_context = MigrationContext.configure(dialect=dialect)
    options = {
        "sqlalchemy_module_prefix": sqlalchemy_module_prefix,
        "alembic_module_prefix": alembic_module_prefix,
        "render_item": render_item,
        "render_as_batch": render_as_batch,
        "user_module_prefix": user_module_prefix,
    }
    autogen = AutogenContext(migration_context, opts=options, autogenerate=False)
    autogen.imports = imports if isinstance(imports, set) else set(imports)
    return render_body(autogen, up_or_down_op)


def render_operation(autogen: AutogenContext, operation: Any) -> str:
    """One operation as Python text."""
    return render_op_text(autogen, operation)
