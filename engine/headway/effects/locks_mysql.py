"""The locks of MySQL and MariaDB (InnoDB): the algorithm and the lock that each effect's ALTER TABLE gets by default.

https://dev.mysql.com/doc/refman/8.4/en/innodb-online-ddl-operations.html and
https://mariadb.com/docs/server/server-usage/storage-engines/innodb/innodb-online-ddl/innodb-online-ddl-overview are the
tables that this follows. Where they make a difference by what cannot be told from a statement, the worse one counts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from headway.effects import model as fx
from headway.effects.lock import Held, Lock
from headway.effects.stored_type import on_mysql, same, stored

Version = tuple[int, ...]

_MYSQL = "https://dev.mysql.com/doc/refman/8.4/en/innodb-online-ddl-operations.html"
_MARIADB = (
    "https://mariadb.com/docs/server/server-usage/storage-engines/innodb/innodb-online-ddl/innodb-online-ddl-overview"
)
_METADATA = "https://dev.mysql.com/doc/refman/8.4/en/metadata-locking.html"
_ROWS = "https://dev.mysql.com/doc/refman/8.4/en/innodb-locking.html"


class _Server:
    """Which of the two it is, and its version."""

    def __init__(self, database: str, version: Version) -> None:
        self.mariadb = database == "mariadb"
        self.version = version
        self.manual = _MARIADB if self.mariadb else _MYSQL

    def at_least(self, mysql: Version, mariadb: Version) -> bool:
        return self.version >= (mariadb if self.mariadb else mysql)

    def instant(self) -> Lock:
        return Lock("ALGORITHM=INSTANT, LOCK=NONE", False, False, Held.INSTANT, self.manual)

    def catalog_only(self) -> Lock:
        """What changes the catalog alone, which only MariaDB calls instant."""
        return self.instant() if self.mariadb else self.in_place(Held.INSTANT)

    def in_place(self, held: Held = Held.SCAN) -> Lock:
        return Lock("ALGORITHM=INPLACE, LOCK=NONE", False, False, held, self.manual)

    def in_place_shared(self, held: Held = Held.SCAN) -> Lock:
        return Lock("ALGORITHM=INPLACE, LOCK=SHARED", False, True, held, self.manual)

    def copy(self) -> Lock:
        """A copy of the table; since MariaDB 11.2 rows can be changed meanwhile."""
        if self.mariadb and self.version >= (11, 2):
            return Lock("ALGORITHM=COPY, LOCK=NONE", False, False, Held.REWRITE, self.manual)
        return Lock("ALGORITHM=COPY, LOCK=SHARED", False, True, Held.REWRITE, self.manual)

    def exclusive(self) -> Lock:
        return Lock("EXCLUSIVE metadata lock", True, True, Held.INSTANT, _METADATA)


def lock_on_mysql(effect: fx.Effect, database: str, version: Version) -> Lock | None:
    """The lock on the effect's table, None where no table that is there is locked."""
    reader = _READERS.get(type(effect))
    return None if reader is None else reader(effect, _Server(database, version))


def _exclusive(effect: fx.Effect, server: _Server) -> Lock:
    return server.exclusive()


def _adds_column(effect: fx.AddsColumn, server: _Server) -> Lock:
    column = effect.column
    if column.identity:
        return server.in_place_shared(Held.REWRITE)
    if column.computed_stored:
        return server.copy()
    return server.instant() if server.at_least((8, 0, 12), (10, 3)) else server.in_place(Held.REWRITE)


def _drops_column(effect: fx.DropsColumn, server: _Server) -> Lock:
    return server.instant() if server.at_least((8, 0, 29), (10, 4)) else server.in_place(Held.REWRITE)


def _alters_column(effect: fx.AltersColumn, server: _Server) -> Lock:
    if effect.new_type is not None:
        widths = _widths(effect, effect.new_type)
        copied = [one for one in widths if not _keeps(effect.existing_type, effect.new_type, server, one)]
        if copied:
            names = () if len(copied) == len(widths) else tuple(BYTES[one] for one in copied)
            return replace(server.copy(), only_with=names)
    if effect.nullable is not None and effect.nullable != effect.existing_nullable:
        return server.in_place(Held.REWRITE)
    if effect.new_name is not None and not server.at_least((8, 0, 28), (10, 4)):
        return server.in_place(Held.INSTANT)
    return server.instant()


def _keeps(old: fx.Type | None, new: fx.Type, server: _Server, width: int) -> bool:
    """Whether the rows stay as they are: of a VARCHAR that grows, whose characters take up to ``width`` bytes, they do where
    its length keeps its one or two bytes; since MariaDB 10.4.3 also where the old one needs no more than seven bits."""
    before, after = (None if old is None else stored(old)), stored(new)
    if before is None or after is None:
        return False
    before, after = on_mysql(before), on_mysql(after)
    if same(before, after):
        return True
    if before.family == after.family and after.family in ("enum", "set"):
        return _appends(after.family, dict(before.others).get(""), dict(after.others).get(""))
    if before.others != after.others or not before.family == after.family == "varchar":
        return False
    small, large = before.size[0], after.size[0]
    if not isinstance(small, int) or not isinstance(large, int) or small > large:
        return False
    one_byte = 127 if server.mariadb and server.version >= (10, 4, 3) else -1
    return width * small <= one_byte or width * large <= 255 or width * small > 255


BYTES = {1: "latin1", 3: "utf8mb3", 4: "utf8mb4"}
"""How many bytes a character takes up to, and the character set that is known for it."""
_WIDTHS = {"latin1": 1, "ascii": 1, "binary": 1, "utf8": 3, "utf8mb3": 3, "utf8mb4": 4}


def _widths(effect: fx.AltersColumn, new: fx.Type) -> tuple[int, ...]:
    """Those that the column's characters may have: of the character set that its type says, or else its table's."""
    options = dict(new.options)
    said = [options.get(one) for one in ("charset", "character set", "collation", "collate")]
    charset = next((one for one in said if one is not None), effect.charset)
    width = _WIDTHS.get(charset.lower().partition("_")[0]) if isinstance(charset, str) else None
    return tuple(BYTES) if width is None else (width,)


def _appends(family: str, old: object, new: object) -> bool:
    """Whether labels are added at the end alone, and the number of their bytes stays."""
    if (
        not isinstance(old, tuple)
        or not isinstance(new, tuple)
        or not all(isinstance(one, str) for one in (*old, *new))
    ):
        return False
    return new[: len(old)] == old and bytes_of_labels(family, len(old)) == bytes_of_labels(family, len(new))


def bytes_of_labels(family: str, count: int) -> int:
    """How many bytes a value of an ENUM, or of a SET, with so many labels takes.

    See https://dev.mysql.com/doc/refman/8.4/en/storage-requirements.html#data-types-storage-reqs-strings
    """
    if family == "set":
        return next(size for size in (1, 2, 3, 4, 8) if count <= size * 8 or size == 8)
    return 1 if count < 256 else 2


def _creates_index(effect: fx.CreatesIndex, server: _Server) -> Lock:
    shared = isinstance(effect.method, str) and effect.method.lower() in ("fulltext", "spatial", "vector")
    return server.in_place_shared() if shared else server.in_place()


def _drops_index(effect: fx.DropsIndex, server: _Server) -> Lock:
    return server.in_place(Held.INSTANT)


def _renames_index(effect: fx.RenamesIndex, server: _Server) -> Lock:
    return server.catalog_only()


def _reindexes(effect: fx.Reindexes, server: _Server) -> Lock:
    return server.in_place(Held.REWRITE) if effect.verb == "OPTIMIZE TABLE" else server.copy()


def _adds_constraint(effect: fx.AddsConstraint, server: _Server) -> Lock:
    if effect.kind is fx.ConstraintKind.UNIQUE:
        return server.in_place()
    if effect.kind is fx.ConstraintKind.PRIMARY_KEY:
        return server.in_place(Held.REWRITE)
    return server.copy()  # a foreign key is added in place only while foreign_key_checks is off


def _drops_constraint(effect: fx.DropsConstraint, server: _Server) -> Lock:
    if effect.kind is fx.ConstraintKind.PRIMARY_KEY:
        return server.copy()
    if effect.kind in (fx.ConstraintKind.FOREIGN_KEY, fx.ConstraintKind.CHECK):
        return server.catalog_only()
    return server.in_place(Held.INSTANT)


_FOR_COLUMNS_TO_COME = ("CHARACTER SET", "CHARSET", "COLLATE")
"""Options of a table that change no column that is there."""


def _alters_table(effect: fx.AltersTable, server: _Server) -> Lock | None:
    action = effect.action
    if action in ("ALGORITHM", "LOCK", "WITH VALIDATION", "WITHOUT VALIDATION"):
        return None
    if action in ("COMMENT", "AUTO_INCREMENT") or action.removeprefix("DEFAULT ") in _FOR_COLUMNS_TO_COME:
        return server.catalog_only()
    if action.startswith(("ALTER INDEX", "ALTER KEY", "ALTER COLUMN")):
        return server.instant()
    if action in ("ROW_FORMAT", "KEY_BLOCK_SIZE", "FORCE"):
        return server.in_place(Held.REWRITE)
    if action in ("DROP PARTITION", "TRUNCATE PARTITION", "ADD PARTITION", "EXCHANGE PARTITION"):
        return server.exclusive()
    return server.copy()


def _changes_data(effect: fx.ChangesData, server: _Server) -> Lock:
    if effect.verb == "TRUNCATE":
        return server.exclusive()
    return Lock("IX", False, False, Held.SCAN, _ROWS)


def _locks_table(effect: fx.LocksTable, server: _Server) -> Lock:
    if effect.mode.startswith("FOR "):
        return Lock("IX" if "UPDATE" in effect.mode else "IS", False, False, Held.SCAN, _ROWS)
    manual = "https://dev.mysql.com/doc/refman/8.4/en/lock-tables.html"
    reads = effect.mode.startswith("READ")
    return Lock(effect.mode or "WRITE", not reads, True, Held.INSTANT, manual)


def _object(effect: fx.CreatesObject | fx.DropsObject, server: _Server) -> Lock | None:
    return server.exclusive() if effect.kind is fx.ObjectKind.TRIGGER else None


_READERS: dict[type[fx.Effect], Callable[..., Lock | None]] = {
    fx.DropsTable: _exclusive,
    fx.RenamesTable: _exclusive,
    fx.AltersTable: _alters_table,
    fx.AddsColumn: _adds_column,
    fx.DropsColumn: _drops_column,
    fx.AltersColumn: _alters_column,
    fx.CreatesIndex: _creates_index,
    fx.DropsIndex: _drops_index,
    fx.RenamesIndex: _renames_index,
    fx.Reindexes: _reindexes,
    fx.AddsConstraint: _adds_constraint,
    fx.DropsConstraint: _drops_constraint,
    fx.ChangesData: _changes_data,
    fx.LocksTable: _locks_table,
    fx.CreatesObject: _object,
    fx.DropsObject: _object,
}
