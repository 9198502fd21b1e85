"""DWN002."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding
from headway.lint.folded import listed
from headway.lint.meaning.inverse import mistaken
from headway.lint.meaning.pointing import Keys, Pointing
from headway.lint.rule import FileRule
from headway.lint.syntax.suites import are_together


class DowngradeOrder(FileRule):
    """Takes back what is gone already.

    ## What
    In ``downgrade()`` a table is changed that a statement before has dropped, or an index or constraint is dropped whose column a
    statement before has dropped; or a table is dropped while another one still points to it by a foreign key. ``upgrade()`` of
    the same file tells what the columns and keys are. Of histories that run on SQLite alone nothing is said: a batch makes the
    table anew there, whatever the order, and a table that another one points to may go.

    ## Why
    The statement fails, nearly always in a ``downgrade()`` that nobody has run: in an incident. PostgreSQL drops the indexes
    and constraints of a column with it; SQLite, and MySQL for a foreign key, refuse to drop the column as long as they are there.
    A table that a foreign key points to is dropped by none of the servers, empty or not, unless PostgreSQL is told CASCADE.
    See https://www.postgresql.org/docs/current/sql-altertable.html, https://www.sqlite.org/lang_altertable.html,
    https://dev.mysql.com/doc/refman/8.4/en/create-table-foreign-keys.html
    Proved on PostgreSQL and MariaDB.

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
        if facts.dialects == {"sqlite"}:
            return  # there a batch makes the table anew, whatever the order
        made = {one.name: one for one in file.upgrade_effects if isinstance(one, _Made) and isinstance(one.name, str)}
        drops: dict[_Place, _Drop] = {}
        yield from self._pointed_to(file, facts)
        for effect in file.downgrade_effects:
            if _may_do_anything(effect):
                drops.clear()
            for place in _made_again(effect):
                drops.pop(place, None)
            gone = next((drops[place] for place in _touched(effect, made, facts) if place in drops), None)
            if gone is not None and _runs_behind(effect, gone, file, facts):
                what = "its table" if isinstance(gone, fx.DropsTable) else f"column {fx.shown(gone.column)}"
                yield self.finding(
                    f"changes what is gone: line {gone.span.line} has dropped {what}, so that downgrade() fails here",
                    f"move it in front of line {gone.span.line}, or leave it out",
                    effect.span,
                    file.revision,
                )
            if isinstance(effect, fx.DropsTable) and effect.if_exists is False:
                drops[effect.table, effect.schema, None] = effect
            elif isinstance(effect, fx.DropsColumn) and effect.if_exists is False and isinstance(effect.column, str):
                drops[effect.table, effect.schema, effect.column] = effect
            elif isinstance(effect, _Made) and isinstance(effect.name, str):
                made[effect.name] = effect

    def _pointed_to(self, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        """The tables that are dropped while a foreign key of ``upgrade()`` still points to them."""
        keys = Keys()
        for effect in file.upgrade_effects:
            keys.run(effect)
        refused: list[tuple[fx.DropsTable, list[Pointing]]] = []
        freed: dict[Pointing, fx.Effect] = {}
        for effect in file.downgrade_effects:
            if isinstance(effect, fx.DropsTable) and not effect.conditional and effect.cascade is False:
                there = [key for key in keys.to(effect.table, effect.schema) if _is_refused(effect, key, facts)]
                refused += [(effect, there)] if there else []
            for key in keys.run(effect):
                freed[key] = effect
        # Of a column that stays because another one is dropped in its place DWN004 speaks.
        stays = {(made.table, made.name) for one in (mistaken(file) if refused else ()) for made in one.left}
        for drop, all_there in refused:
            there = [key for key in all_there if not any((key.table, name) in stays for name in key.columns)]
            if not there:
                continue
            tables = list(dict.fromkeys(key.table for key in there))
            yield self.finding(
                f"drops {drop.table}, and {listed(tables)} still {'points' if len(tables) == 1 else 'point'} to it by a "
                "foreign key: the server refuses, so that downgrade() fails here",
                _before(there, tables, freed),
                drop.span,
                file.revision,
            )


_Drop = fx.DropsTable | fx.DropsColumn
_Made = fx.CreatesIndex | fx.AddsConstraint
_Place = tuple[fx.MaybeText, fx.MaybeText, fx.MaybeText]
"""A table with its schema, and a column; None for the table as a whole."""
_MYSQL = frozenset({"mysql", "mariadb"})


def _is_refused(drop: fx.DropsTable, key: Pointing, facts: Facts) -> bool:
    """Whether a database of the history that looks at the key runs both."""
    said = [one for one in (drop.databases, key.databases, facts.dialects or None) if one is not None]
    return not said or bool(frozenset.intersection(*said) - {"sqlite"})


def _before(there: list[Pointing], tables: list[str], freed: dict[Pointing, fx.Effect]) -> str:
    """What must come before the drop."""
    later = [freed[key] for key in there if key in freed]
    lines = [str(one) for one in sorted({effect.span.line for effect in later})]
    if len(later) < len(there) or any(_may_do_anything(effect) for effect in later):
        return f"drop the foreign key of {listed(tables)}, or the table itself, before"
    what = listed(tables) if all(isinstance(one, fx.DropsTable) for one in later) else "the foreign key"
    return f"drop {what} first: {'line' if len(lines) == 1 else 'lines'} {listed(lines)}"


def _may_do_anything(effect: fx.Effect) -> bool:
    return isinstance(effect, fx.NotAnalysed) or (isinstance(effect, fx.RunsSql) and not effect.understood)


def _made_again(effect: fx.Effect) -> Iterator[_Place]:
    """What is there behind ``effect``, whether it was dropped before or not."""
    match effect:
        case fx.CreatesTable(table=table, schema=schema):
            yield table, schema, None
        case fx.RenamesTable(new_name=table, schema=schema):
            yield table, schema, None
        case fx.AddsColumn(table=table, schema=schema, column=column):
            yield table, schema, column.name
        case fx.AltersColumn(table=table, schema=schema, new_name=name) if name is not None:
            yield table, schema, name


def _touched(effect: fx.Effect, made: dict[str, _Made], facts: Facts) -> Iterator[_Place]:
    """What must be there for ``effect``, by names that are told."""
    if getattr(effect, "if_exists", False) is not False or isinstance(effect, fx.CreatesTable | fx.ChangesData):
        return
    table, schema = getattr(effect, "table", None), getattr(effect, "schema", None)
    one = made.get(str(effect.name)) if isinstance(effect, fx.DropsIndex | fx.DropsConstraint) else None
    if one is not None and table in (None, one.table):
        table, schema = one.table, one.schema
    is_told = isinstance(effect, fx.DropsIndex | fx.DropsConstraint | fx.DropsColumn | fx.DropsTable)
    if not isinstance(table, str) or (effect.raw and not is_told):
        return  # ALTER TABLE IF EXISTS tells no effect of it
    yield table, schema, None
    if isinstance(effect, fx.DropsColumn | fx.AltersColumn):
        yield table, schema, effect.column
    elif one is not None and one.table == table:
        # MySQL takes a column out of an index and keeps what is left of it.
        is_kept = isinstance(one, fx.CreatesIndex) and len(one.columns) > 1 and facts.dialects <= _MYSQL
        yield from () if is_kept else ((table, schema, column) for column in one.columns)


def _runs_behind(effect: fx.Effect, drop: _Drop, file: RevisionFile, facts: Facts) -> bool:
    """Whether ``drop`` has surely run where ``effect`` does, on a database of the history."""
    if effect.span == drop.span:
        return False  # of one call nobody knows what of it is done
    both = [one.databases for one in (effect, drop) if one.databases is not None]
    here = frozenset.intersection(*both, *([facts.dialects] if facts.dialects else [])) if both else None
    if here is not None and not here - {"sqlite"}:
        return False
    if not effect.conditional and not drop.conditional:
        return True
    return are_together(effect.span.line, drop.span.line, file.blocks)
