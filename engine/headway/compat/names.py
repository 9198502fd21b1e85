"""The public names of Alembic that headway does not serve in full, each with the reason.

Every other public name of Alembic's modules resolves under headway, with the same parameters and the same members. A
test compares these lists with the installed Alembic and fails for a name that has no place.
"""

from __future__ import annotations

_STEP = "a step says what it does to the version table (deletes, inserts, update) instead of being asked and told"
_IMMUTABLE = "add_nextrev() is missing: a history is made anew when it changes, and revisions do not edit each other"
_SIGNATURE = "indexes and constraints are compared without the signature objects that these tell apart"
_PROXY = "op and context are made of functions; create_module_class_proxy() of the classes behind them is there"
_ONE_STATEMENT = "type and nullability are one statement on SQL Server and have one element, ColumnDefinition"

PARTIAL: dict[str, str] = {
    **{
        f"alembic.{module}.{name}": _STEP
        for module in ("migration", "runtime.migration")
        for name in ("MigrationStep", "RevisionStep", "StampStep")
    },
    "alembic.operations.batch.ApplyBatchImpl": "it is given the table whole, and renames nothing by itself",
    "alembic.operations.batch.BatchOperationsImpl": "what a batch cannot do is not there to be called",
    "alembic.script.Script": _IMMUTABLE,
    "alembic.script.base.Script": _IMMUTABLE,
    "alembic.script.revision.Revision": _IMMUTABLE,
}
"""Names that resolve and lack a parameter or a member."""

ABSENT: dict[str, str] = {
    "alembic.autogenerate.compare.constraints.is_index_sig": _SIGNATURE,
    "alembic.autogenerate.compare.constraints.is_uq_sig": _SIGNATURE,
    "alembic.ddl._autogen.is_ck_sig": _SIGNATURE,
    "alembic.ddl._autogen.is_fk_sig": _SIGNATURE,
    "alembic.ddl._autogen.is_index_sig": _SIGNATURE,
    "alembic.ddl._autogen.is_uq_sig": _SIGNATURE,
    "alembic.ddl.impl.ImplMeta": "implementations enter themselves without a metaclass, so that none can clash with it",
    "alembic.ddl.impl.Params": "types are compared by parts of another shape, TypeParts",
    "alembic.ddl.mssql.visit_column_nullable": _ONE_STATEMENT,
    "alembic.ddl.mssql.visit_column_type": _ONE_STATEMENT,
    "alembic.util.ModuleClsProxy": _PROXY,
    "alembic.util.langhelpers.ModuleClsProxy": _PROXY,
}
"""Names that do not resolve."""

_RENDERING = (
    "each kind of object has one renderer of another signature; render_op_text() and _render_constraint() are there"
)
_FILES = "reading files and writing from templates is done in other parts; generate_revision() is there"

PRIVATE_SERVED: tuple[str, ...] = (
    "alembic.autogenerate.render._render_constraint",
    "alembic.autogenerate.render._render_server_default",
    "alembic.autogenerate.rewriter.Rewriter._traverse",
    "alembic.autogenerate.rewriter.Rewriter._traverse_for",
    "alembic.autogenerate.rewriter.Rewriter._traverse_list",
    "alembic.config.Config._get_file_separator_char",
    "alembic.migration.HeadMaintainer",
    "alembic.operations.base.conv",
    "alembic.runtime.environment.ProcessRevisionDirectiveFn",
    "alembic.script.ScriptDirectory._load_revisions",
    "alembic.script.ScriptDirectory._upgrade_revs",
    "alembic.script.ScriptDirectory._version_locations",
    "alembic.testing.requirements.SuiteRequirements",
    "alembic.util.sqla_compat._get_constraint_final_name",
)
"""Names that look private or are no part of the interface, and that add-ons use all the same."""

PRIVATE_ABSENT: dict[str, str] = {
    "alembic.autogenerate.render._render_check_constraint": _RENDERING,
    "alembic.autogenerate.render._render_foreign_key": _RENDERING,
    "alembic.autogenerate.render._render_primary_key": _RENDERING,
    "alembic.autogenerate.render._render_unique_constraint": _RENDERING,
    "alembic.autogenerate.rewriter.Rewriter._rewrite": "_traverse_for() does its work",
    "alembic.script.ScriptDirectory._copy_file": _FILES,
    "alembic.script.ScriptDirectory._generate_template": _FILES,
    "alembic.script.Script._from_filename": _FILES,
    "alembic.testing.suite": "it tests Alembic's own inside; a dialect's tests can run its migrations instead",
}
"""Names of that kind that do not resolve, each with the reason."""
