"""DWN002."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding
from headway.lint.rule import FileRule
from headway.lint.suites import runs_behind


class DowngradeOrder(FileRule):
    """Takes back what is gone already.

    ## What
    In ``downgrade()`` a table is changed that a statement before has dropped, or an index or constraint is dropped whose column a
    statement before has dropped; ``upgrade()`` of the same file tells what the columns are.

    ## Why
    The second statement fails, nearly always in a ``downgrade()`` that nobody has run: in an incident. PostgreSQL drops the indexes
    and constraints of a column with it; SQLite, and MySQL for a foreign key, refuse to drop the column as long as they are there.
    See https://www.postgresql.org/docs/current/sql-altertable.html, https://www.sqlite.org/lang_altertable.html
    Proved on PostgreSQL.

    ## Bad
    ```python
    def upgrade():
        op.add_column("orders", sa.Column("note", sa.Text()))
        op.create_index("ix_orders_note", "orders", ["note"])


    def downgrade():
        op.drop_column("orders", "note")
        op.drop_index("ix_orders_note", table_name="orders")
    ```

    ## Good
    ```python
    def upgrade():
        op.add_column("orders", sa.Column("note", sa.Text()))
        op.create_index("ix_orders_note", "orders", ["note"])


    def downgrade():
        op.drop_index("ix_orders_note", table_name="orders")
        op.drop_column("orders", "note")
    ```

    ## When to ignore
    The order is right, and the names only look alike.
    """

    code = "DWN002"
    name = "downgrade-order"

    def check_file(self, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        made = {one.name: one for one in file.upgrade_effects if isinstance(one, _Made) and isinstance(one.name, str)}
        drops: list[_Drop] = []
        for effect in file.downgrade_effects:
            drops = [one for one in drops if not _is_made_again(one, effect)]
            gone = next((one for one in drops if _fails_behind(effect, one, made, file, facts)), None)
            if gone is not None:
                what = "its table" if isinstance(gone, fx.DropsTable) else f"column {fx.shown(gone.column)}"
                yield self.finding(
                    f"changes what is gone: line {gone.span.line} has dropped {what}, so that downgrade() fails here",
                    f"move it in front of line {gone.span.line}, or leave it out",
                    effect.span,
                    file.revision,
                )
            if isinstance(effect, fx.DropsTable | fx.DropsColumn):
                drops.append(effect)


_Drop = fx.DropsTable | fx.DropsColumn
_Made = fx.CreatesIndex | fx.AddsConstraint
_DROPS = ("drop_table", "drop_column")
_MYSQL = frozenset({"mysql", "mariadb"})


def _is_made_again(drop: _Drop, effect: fx.Effect) -> bool:
    if isinstance(effect, fx.RenamesTable):
        return effect.new_name == drop.table or effect.new_name is fx.UNKNOWN
    if isinstance(effect, fx.CreatesTable):
        return effect.table in (drop.table, fx.UNKNOWN)
    return isinstance(drop, fx.DropsColumn) and isinstance(effect, fx.AddsColumn) and effect.table == drop.table


def _fails_behind(effect: fx.Effect, drop: _Drop, made: dict[str, _Made], file: RevisionFile, facts: Facts) -> bool:
    """Whether ``effect`` is surely about what ``drop`` has taken away, wherever both run."""
    if getattr(effect, "if_exists", False) is not False or not isinstance(drop.table, str):
        return False
    if drop.if_exists is not False or effect.span == drop.span:  # of one call nobody knows what of it is done
        return False
    if drop.conditional and not runs_behind(effect.span.line, drop.span.line, _DROPS, file.blocks):
        return False
    if None not in (effect.databases, drop.databases) and not (effect.databases or set()) & (drop.databases or set()):
        return False
    one = made.get(str(effect.name)) if isinstance(effect, fx.DropsIndex | fx.DropsConstraint) else None
    table, schema = getattr(effect, "table", None), getattr(effect, "schema", None)
    if table is None and one is not None:
        table, schema = one.table, one.schema
    if (table, schema) != (drop.table, drop.schema) or isinstance(effect, fx.CreatesTable | fx.ChangesData):
        return False
    if isinstance(drop, fx.DropsTable):
        return True
    if isinstance(effect, fx.DropsColumn | fx.AltersColumn):
        return isinstance(drop.column, str) and effect.column == drop.column
    if one is None or (one.table, one.schema) != (drop.table, drop.schema) or drop.column not in one.columns:
        return False
    # MySQL takes a column out of an index and keeps what is left of it.
    return not (isinstance(one, fx.CreatesIndex) and len(one.columns) > 1 and facts.dialects <= _MYSQL)
