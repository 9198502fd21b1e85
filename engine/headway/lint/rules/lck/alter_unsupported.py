"""LCK301."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.fixes.rewriting import call_of
from headway.lint.rule import FileRule


class AlterUnsupported(FileRule):
    """SQLite cannot change this outside of a batch.

    ## What
    ``op.alter_column``, ``op.create_*_constraint`` or ``op.drop_constraint`` in a history that runs on SQLite, not through
    ``batch_alter_table``. A mere rename of a column is none: SQLite can do that.

    ## Why
    SQLite has no statement for it: the migration fails there, whatever is in the table.
    See https://alembic.sqlalchemy.org/en/latest/batch.html
    Proved on SQLite.

    ## Bad
    ```python
    op.alter_column("orders", "note", existing_type=sa.Text(), nullable=False)
    ```

    ## Good
    ```python
    with op.batch_alter_table("orders") as batch_op:
        batch_op.alter_column("note", existing_type=sa.Text(), nullable=False)
    ```

    ## When to ignore
    Never: it cannot run there. For another database: ``if op.get_bind().dialect.name == "postgresql":``.
    """

    code = "LCK301"
    name = "alter-unsupported"
    severity = Severity.ERROR
    dialects = frozenset({"sqlite"})

    def check_file(self, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        for effect in (*file.upgrade_effects, *file.downgrade_effects):
            if not fx.can_run_on(effect, frozenset({"sqlite"})) or effect.raw or not _is_unsupported(effect):
                continue
            if (effect.span.line, effect.span.column) in file.written.directives and effect.written_at is None:
                yield self.finding(
                    f"SQLite cannot change {fx.shown(getattr(effect, 'table', None))} this way: the migration fails there",
                    "with op.batch_alter_table(…) as batch_op: batch_op.…",
                    effect.span,
                    file.revision,
                    _on_batch(effect, file),
                )


def _on_batch(effect: fx.Effect, file: RevisionFile) -> str | None:
    call = call_of(effect, file)
    return None if call is None else call.on_batch(0 if isinstance(effect, fx.AltersColumn) else 1)


def _is_unsupported(effect: fx.Effect) -> bool:
    match effect:
        case fx.AltersColumn():
            return (
                effect.nullable is not None
                or effect.new_type is not None
                or effect.changes_default
                or effect.drops_default
            )
        case fx.AddsConstraint() | fx.DropsConstraint():
            return True
    return False
