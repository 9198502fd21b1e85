"""DWN005."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from headway.effects.model import Span
from headway.lint.facts import Facts
from headway.lint.finding import Finding
from headway.lint.rule import Rule

SHOWN = 4  # differences in one message


class TraceLeft(Rule):
    """The downgrade does not restore the schema that the upgrade found.

    ## What
    On a scratch database the revision was upgraded and downgraded again, and the schema afterwards is not the one
    before. Found by the stage ``downgrade`` of ``headway ci``, not by reading the source.

    ## Why
    Whoever downgrades in an incident believes to be back where things worked. What is left over makes the next
    upgrade fail with "already exists"; what is missing breaks the older code that was just deployed again.

    ## Bad
    ```python
    def upgrade():
        op.create_table("reviews", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("product_id", sa.Integer()))
        op.create_index("ix_reviews_product_id", "reviews", ["product_id"])


    def downgrade():
        op.drop_index("ix_reviews_product_id", table_name="reviews")
    ```

    ## Good
    ```python
    def upgrade():
        op.create_table("reviews", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("product_id", sa.Integer()))
        op.create_index("ix_reviews_product_id", "reviews", ["product_id"])


    def downgrade():
        op.drop_index("ix_reviews_product_id", table_name="reviews")
        op.drop_table("reviews")
    ```

    ## When to ignore
    The difference is meant, such as an enum type that is kept because old rows may come back.
    """

    code = "DWN005"
    name = "trace-left"
    by_source = False

    def check(self, facts: Facts) -> Iterator[Finding]:
        return iter(())  # the source does not tell; see left()

    def left(self, differences: Sequence[str], span: Span | None, revision: str) -> Finding:
        """The finding for a rehearsed revision; ``differences`` are the lines that schema snapshots differ in."""
        rest = len(differences) - SHOWN
        shown = "; ".join(differences[:SHOWN]) + (f"; and {rest} more" if rest > 0 else "")
        return self.finding(
            f"after downgrade() the schema is not what upgrade() found: {shown}",
            "undo in downgrade() everything that upgrade() does, in reverse order",
            span,
            revision,
        )
