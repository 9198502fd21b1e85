"""MOD005."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rule import FileRule


class InspectorBranching(FileRule):
    """What the database has decides what the migration does to its schema.

    ## What
    An ``if`` in ``upgrade()`` that asks ``sa.inspect(bind)`` or the database's own catalog, also by a function of the
    project, and changes the schema, or leaves the function or the loop before a change of it. Said once a file.

    ## Why
    Two databases at one revision may have two schemas, and a table that is there under the right name and with the
    wrong columns passes for done. No script (``--sql``) can be written of it, and no plan says what it will do.

    ## Bad
    ```python
    inspector = sa.inspect(op.get_bind())
    if "note" not in [column["name"] for column in inspector.get_columns("orders")]:
        op.add_column("orders", sa.Column("note", sa.Text()))
    ```

    ## Good
    ```python
    op.add_column("orders", sa.Column("note", sa.Text()), if_not_exists=True)
    ```

    ## When to ignore
    The revision repairs databases that are known to differ.
    """

    code = "MOD005"
    name = "inspector-branching"
    severity = Severity.WARNING

    def check_file(self, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        changes = [one for one in file.upgrade_effects if _changes_schema(one)]
        conditional = any(one.conditional for one in changes)
        if not conditional and "return" not in file.migration.source:
            return
        for branch in file.written.branches:
            if any(branch.holds(change.span) for change in changes):
                yield self.finding(
                    "what the database has decides what is done: databases at this revision may differ, "
                    "and neither a plan nor --sql can tell",
                    "say it without asking: if_exists=True, if_not_exists=True",
                    branch.span,
                    file.revision,
                )
                return


def _changes_schema(effect: fx.Effect) -> bool:
    return not isinstance(
        effect, fx.Reads | fx.SetsSetting | fx.NotAnalysed | fx.EndsTransaction | fx.ChangesData | fx.LocksTable
    )
