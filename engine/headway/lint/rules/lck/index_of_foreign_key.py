"""LCK215."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from headway.catalog.questions import Answers
from headway.catalog.schema import Table
from headway.catalog.shelf import is_nameless
from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding
from headway.lint.rule import FileRule

_KIND = fx.ConstraintKind
_Drop = fx.DropsIndex | fx.DropsConstraint
_Walk = Iterator[tuple[fx.Effect, Callable[[], Answers]]]


class IndexOfForeignKey(FileRule):
    """Drops the index that a foreign key of MySQL cannot do without.

    ## What
    An index, or a unique constraint, is dropped in ``upgrade()`` or ``downgrade()`` while a foreign key of the same table is still
    there whose columns it begins with, and no other index begins with them, as far as the history tells.

    ## Why
    MySQL and MariaDB want an index on the columns of a foreign key. They make one themselves where there is none, and drop that one
    silently when another is made that serves. So the one that was made is the only one, and to drop it is refused: ``Cannot drop index
    'ix_lines_order_id': needed in a foreign key constraint`` (error 1553). Autogenerate writes such a ``drop_index`` before each
    ``drop_table``, where PostgreSQL takes it.
    See https://dev.mysql.com/doc/refman/8.4/en/create-table-foreign-keys.html and
    https://mariadb.com/kb/en/foreign-keys/
    Proved on MariaDB.

    ## Bad
    ```python
    def upgrade():
        op.create_table("orders", sa.Column("id", sa.Integer(), primary_key=True))
        op.create_table(
            "lines",
            sa.Column("id", sa.Integer(), primary_key=True),
            sa.Column("order_id", sa.Integer(), sa.ForeignKey("orders.id")),
        )
        op.create_index("ix_lines_order_id", "lines", ["order_id"])


    def downgrade():
        op.drop_index("ix_lines_order_id", table_name="lines")
        op.drop_table("lines")
        op.drop_table("orders")
    ```

    ## Good
    ```python
    def upgrade():
        op.create_table("orders", sa.Column("id", sa.Integer(), primary_key=True))
        op.create_table(
            "lines",
            sa.Column("id", sa.Integer(), primary_key=True),
            sa.Column("order_id", sa.Integer(), sa.ForeignKey("orders.id")),
        )
        op.create_index("ix_lines_order_id", "lines", ["order_id"])


    def downgrade():
        op.drop_table("lines")
        op.drop_table("orders")
    ```

    ## When to ignore
    Another index serves the key that no revision has made.
    """

    code = "LCK215"
    name = "index-of-foreign-key"
    dialects = frozenset({"mysql", "mariadb"})

    def check_file(self, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        ways = (("upgrade()", file.upgrade_effects), ("downgrade()", file.downgrade_effects))
        for way, effects in ways:
            asked = {one.order for one in effects if self._is_asked(one)}
            if not asked or any(isinstance(one, fx.SetsSetting) and "foreign" in str(one.name) for one in effects):
                continue
            walks = (
                facts.known.going(file.revision)
                if way == "upgrade()"
                else facts.known.going_back(effects, file.revision)
            )
            needed: dict[int, str] = {}
            for database, walk in walks:
                if database in self.dialects:
                    needed |= dict(_needed(walk, asked))
            for effect in effects:
                if effect.order in needed and isinstance(effect, _Drop):
                    yield self.finding(
                        f"drops {fx.shown(effect.name)}, the only index that serves {needed[effect.order]}: MySQL and MariaDB "
                        f"refuse it (error 1553), and {way} fails here",
                        "drop the foreign key first, or make another index of its columns; where the table goes, drop it alone",
                        effect.span,
                        file.revision,
                    )

    def _is_asked(self, effect: fx.Effect) -> bool:
        """Whether it drops for sure, and by its name, what may be an index."""
        if not isinstance(effect, _Drop) or effect.conditional or effect.if_exists is not False:
            return False
        if isinstance(effect, fx.DropsConstraint) and effect.kind is not _KIND.UNIQUE:
            return False
        here = effect.databases is None or bool(effect.databases & self.dialects)
        return here and isinstance(effect.name, str) and isinstance(effect.table, str)


def _needed(walk: _Walk, asked: Iterable[int]) -> Iterator[tuple[int, str]]:
    """The effects among those ``asked`` that drop what a foreign key needs, with the key."""
    for effect, ask in walk:
        if effect.order in asked and isinstance(effect, _Drop):
            answers = ask()
            table = answers.table(effect.table or fx.UNKNOWN, effect.schema)
            key = None if table is None else _served(table, answers.names.part(str(effect.name)))
            if key is not None:
                yield effect.order, key


def _served(table: Table, name: str) -> str | None:
    """The foreign key that the index of that name alone serves."""
    # A key leaves the doubt whether MySQL has made an index for it; that one goes when another serves.
    if table.made_by is None or not table.columns.whole or not table.constraints.whole or table.constraints.exceptions:
        return None
    indexes: dict[str, object] = {key: one.parts for key, one in table.indexes.there.items()}
    for key, one in table.constraints.there.items():
        if one.kind is _KIND.UNKNOWN:
            return None
        if one.kind in (_KIND.UNIQUE, _KIND.PRIMARY_KEY):
            indexes[key] = one.columns
    own = indexes.pop(name if name in indexes else _unnamed(indexes, name), None)
    if not isinstance(own, tuple) or not all(isinstance(parts, tuple) for parts in indexes.values()):
        return None
    for one in table.constraints:
        if one.kind is not _KIND.FOREIGN_KEY or not isinstance(one.columns, tuple) or not _begins(own, one.columns):
            continue
        if not any(_begins(parts, one.columns) for parts in indexes.values() if isinstance(parts, tuple)):
            return f"the foreign key of ({', '.join(map(str, one.columns))})"
    return None


def _unnamed(indexes: Mapping[str, object], name: str) -> str:
    """The key of the index that ``index=True`` has made of a column, whose name ends with the column's."""
    for key, parts in indexes.items():
        if is_nameless(key) and isinstance(parts, tuple) and name.endswith("_" + "_".join(map(str, parts))):
            return key
    return name


def _begins(parts: tuple[fx.Text, ...], columns: tuple[fx.Text, ...]) -> bool:
    return bool(columns) and {str(one) for one in parts[: len(columns)]} == {str(one) for one in columns}
