"""MOD003."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding
from headway.lint.rule import FileRule


class ModuleLevelSideEffect(FileRule):
    """Changes the database when the file is imported.

    ## What
    A statement outside of ``upgrade()`` and ``downgrade()`` that sends something to the database.

    ## Why
    Every command that loads the revision runs it, ``history`` and ``downgrade`` too, outside of the transaction and
    before anybody has asked for an upgrade; without a context it fails.

    ## Bad
    ```python
    op.execute("DELETE FROM sessions WHERE expired")


    def upgrade():
        op.add_column("orders", sa.Column("note", sa.Text()))


    def downgrade():
        op.drop_column("orders", "note")
    ```

    ## Good
    ```python
    def upgrade():
        op.execute("DELETE FROM sessions WHERE expired")
        op.add_column("orders", sa.Column("note", sa.Text()))


    def downgrade():
        op.drop_column("orders", "note")
    ```

    ## When to ignore
    Never: put it into ``upgrade()``.
    """

    code = "MOD003"
    name = "module-level-side-effect"

    def check_file(self, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        body = file.migration.upgrade
        first = body.effects[0] if body is not None and body.effects else None
        if first is None or isinstance(first, fx.NotAnalysed) or first.span.path != file.path:
            return
        if body is None or body.span.line <= first.span.line <= body.span.end_line:
            return
        # What the import does is told before all else.
        if not any(function.holds(first.span) for function in file.written.functions):
            yield self.finding(
                "runs when the file is imported: every command that loads the history does it, outside of any transaction",
                "move it into upgrade()",
                first.span,
                file.revision,
            )
