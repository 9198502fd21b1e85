"""DST013."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding
from headway.lint.rule import UpgradeRule


class ModifyDropsAttributes(UpgradeRule):
    """Changes a MySQL column without saying what it is, so that it is that no more.

    ## What
    ``alter_column`` with a type, ``nullable``, a comment or a new name, without ``existing_nullable`` for a column that is NOT NULL, or
    without ``existing_server_default`` for one that has a default, as the revision left it that spoke of it last.

    ## Why
    MySQL and MariaDB say a column anew as a whole: ``MODIFY note VARCHAR(80) NULL``. What the call does not mention is gone,
    without an error, there alone: other databases change one thing.
    See https://alembic.sqlalchemy.org/en/latest/ops.html#alembic.operations.Operations.alter_column and
    https://mariadb.com/kb/en/alter-table/#modify-column
    Proved on MariaDB.

    ## Bad
    ```python
    # versions/a1_orders.py
    from alembic import op
    import sqlalchemy as sa
    revision = "a1"
    down_revision = None
    def upgrade():
        op.create_table("orders", sa.Column("status", sa.String(20), nullable=False))

    # versions/b2_piece.py
    from alembic import op
    import sqlalchemy as sa
    revision = "b2"
    down_revision = "a1"
    def upgrade():
        op.alter_column("orders", "status", existing_type=sa.String(20), type_=sa.String(40))
    ```

    ## Good
    ```python
    op.alter_column("orders", "status", existing_type=sa.String(20), type_=sa.String(40), existing_nullable=False)
    ```

    ## When to ignore
    It is meant: then ``nullable=True`` and ``server_default=None`` say so.
    """

    code = "DST013"
    name = "modify-drops-attributes"
    dialects = frozenset({"mysql", "mariadb"})
    handles = (fx.AltersColumn,)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        assert isinstance(effect, fx.AltersColumn)
        if effect.raw or not _is_said_anew(effect):
            return
        before = facts.known.before.column(effect, file.revision)
        if before is None:
            return
        lost = []
        is_told = effect.nullable is not None or effect.existing_nullable is not None
        if before.nullable is False and not is_told and not facts.known.before.is_key(effect, file.revision):
            lost.append(("its NOT NULL", "existing_nullable=False"))
        keeps = effect.changes_default or effect.drops_default or effect.existing_default is not None
        if before.default is not None and before.identity is None and before.computed is None and not keeps:
            lost.append(("its default", "existing_server_default=…"))
        if lost:
            yield self.finding(
                f"changes {fx.shown(effect.table)}.{fx.shown(effect.column)} and takes {' and '.join(what for what, _ in lost)} "
                "away: MySQL says a column anew as a whole",
                f"add {', '.join(how for _, how in lost)}",
                effect.span,
                file.revision,
            )


def _is_said_anew(effect: fx.AltersColumn) -> bool:
    """Whether it becomes MODIFY or CHANGE; a default alone is set without them."""
    told = (effect.new_type, effect.nullable, effect.new_name, effect.comment)
    return any(one is not None for one in told)
