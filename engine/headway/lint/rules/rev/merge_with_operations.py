"""REV009."""

from __future__ import annotations

from collections.abc import Iterator

from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rule import FileRule


class MergeWithOperations(FileRule):
    """A merge changes the database as well.

    ## What
    A revision with several parents whose ``upgrade()`` does something.

    ## Why
    A downgrade to one of the parents has to undo the merge, and nobody looks for a change of the schema there.

    ## Bad
    ```python
    # versions/a1_customers.py
    revision = "a1"
    down_revision = None
    # versions/c2_orders.py
    revision = "c2"
    down_revision = "a1"
    # versions/c3_reviews.py
    revision = "c3"
    down_revision = "a1"
    # versions/b2_merge.py
    from alembic import op
    revision = "b2"
    down_revision = ("c2", "c3")


    def upgrade():
        op.drop_column("orders", "note")


    def downgrade():
        pass
    ```

    ## Good
    ```python
    # versions/a1_customers.py
    revision = "a1"
    down_revision = None
    # versions/c2_orders.py
    revision = "c2"
    down_revision = "a1"
    # versions/c3_reviews.py
    revision = "c3"
    down_revision = "a1"
    # versions/b2_merge.py
    revision = "b2"
    down_revision = ("c2", "c3")


    def upgrade():
        pass


    def downgrade():
        pass
    ```

    ## When to ignore
    The change makes the two branches fit, and cannot stand in either.
    """

    code = "REV009"
    name = "merge-with-operations"
    severity = Severity.WARNING

    def check_file(self, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        revision = facts.declared_by(file)
        if revision is None or not revision.is_merge_point or not file.upgrade_effects:
            return
        yield self.finding(
            f"{file.revision} joins {', '.join(revision.down_revisions)} and changes the database as well",
            "leave the merge empty, and put the change into a revision of its own upon it",
            file.upgrade_effects[0].span,
            file.revision,
        )
