"""The locks of PostgreSQL: which one each effect takes on its table, and for how long.

https://www.postgresql.org/docs/current/explicit-locking.html says what blocks what, the page of each statement which one
it takes. A test looks for each of them in ``pg_locks``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from headway.effects import model as fx
from headway.effects.lock import Held, Lock
from headway.effects.stored_type import Size, Stored, holds, on_postgresql, same, stored
from headway.pattern import pattern

Version = tuple[int, ...]

_LEVELS = "https://www.postgresql.org/docs/current/explicit-locking.html"
_ALTER = "https://www.postgresql.org/docs/current/sql-altertable.html"


def _lock(level: str, manual: str = _ALTER, held: Held = Held.INSTANT) -> Lock:
    return Lock(level, level == "ACCESS EXCLUSIVE", level in _STOPS_WRITES, held, manual)


_STOPS_WRITES = frozenset({"SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE"})


def lock_on_postgresql(effect: fx.Effect, version: Version) -> Lock | None:
    """The strongest lock on the effect's table, None where no table that is there is locked."""
    reader = _READERS.get(type(effect))
    return None if reader is None else reader(effect, version)


# -- tables and columns -------------------------------------------------------------------------------------------


def _creates_table(effect: fx.CreatesTable, version: Version) -> Lock | None:
    """A new table is nobody else's; the tables that its foreign keys point to are."""
    keys = any(column.references for column in effect.columns)
    keys = keys or any(constraint.references is not None for constraint in effect.constraints)
    manual = "https://www.postgresql.org/docs/current/sql-createtable.html"
    return replace(_lock("SHARE ROW EXCLUSIVE", manual), referent=True) if keys else None


def _exclusive(effect: fx.Effect, version: Version) -> Lock:
    return _lock("ACCESS EXCLUSIVE")


def _drops_keys(effect: fx.Effect, version: Version) -> Lock:
    """A foreign key has triggers on the table that it points to, which go with it."""
    return replace(_lock("ACCESS EXCLUSIVE"), referent=True)


def _adds_column(effect: fx.AddsColumn, version: Version) -> Lock:
    lock = _lock("ACCESS EXCLUSIVE")
    column = effect.column
    if column.computed_stored or adds_counting(effect):
        return lock.during(Held.REWRITE)
    if column.has_default is False:
        return lock
    if column.computed is not None or (version < (11,) and column.has_default):
        return lock if column.computed is not None else lock.during(Held.REWRITE)
    return lock.during(Held.REWRITE) if is_volatile(column.default) else lock


def adds_counting(effect: fx.AddsColumn) -> bool:
    """Whether each row gets a number of its own: an identity, a serial type, and a key of one whole number, which SQLAlchemy
    makes a serial of where nothing else is said of it.

    See https://docs.sqlalchemy.org/en/20/dialects/postgresql.html#sequences-serial-identity
    """
    column = effect.column
    kind = "" if column.type is None else str(column.type.name).lower()
    if column.identity or "serial" in kind:
        return True
    if effect.raw or not column.primary_key or column.default is not None or kind not in WHOLE_NUMBERS:
        return False
    return column.autoincrement is True or (column.autoincrement is None and not column.references)


WHOLE_NUMBERS = frozenset({"integer", "int", "biginteger", "bigint", "smallinteger", "smallint"})


def is_volatile(default: fx.MaybeText) -> bool:
    """Whether a default must be computed for each row; one that is not known may have to be."""
    if not isinstance(default, str):
        return True
    calls = {name.lower() for name in _CALL.findall(_STRINGS.sub("''", default))}
    return bool(calls - _STABLE)


_CALL = pattern(r"(\w+)\s*\(")
_STRINGS = pattern(r"'(?:[^']|'')*'")
_STABLE_WORDS = (
    "now transaction_timestamp statement_timestamp timezone date_trunc current_setting to_timestamp date_part extract "
    "lower upper md5 concat coalesce varchar numeric decimal char timestamp timestamptz time interval bit jsonb_build_object "
    "json_build_object jsonb_build_array json_build_array make_interval round cast current_timestamp localtimestamp array"
)
_STABLE = frozenset(_STABLE_WORDS.split())


def _alters_column(effect: fx.AltersColumn, version: Version) -> Lock:
    lock = _lock("ACCESS EXCLUSIVE")
    if effect.new_type is not None:
        return lock if _keeps(effect.existing_type, effect.new_type) else lock.during(Held.REWRITE)
    if effect.nullable is False or effect.nullable is fx.UNKNOWN:
        return lock.during(Held.SCAN)
    changes = (effect.nullable, effect.new_name, effect.identity)
    if changes == (None, None, None) and not effect.changes_default and not effect.drops_default:
        return _lock("SHARE UPDATE EXCLUSIVE", "https://www.postgresql.org/docs/current/sql-comment.html")
    return lock


def _keeps(old: fx.Type | None, new: fx.Type) -> bool:
    """Whether the table stays as it is: every value of the old type is one of the new, as it is stored.

    A time zone is not among it: only a session in UTC adds one without writing anything.
    """
    before, after = (None if old is None else stored(old)), stored(new)
    if before is None or after is None:
        return False
    before, after = on_postgresql(before), on_postgresql(after)
    if same(before, after):
        return True
    if before.family == after.family == "enum":
        return _name(before) is not None and _name(before) == _name(after)
    if after.family == "enum" and not before.known:
        return before.family == str(_name(after)).lower()  # as ALTER COLUMN … TYPE calls it
    if before.others != after.others:
        return False
    if before.family in _TEXTS and after.family in _TEXTS:
        return after.family == "text" or holds(_limit(before), _limit(after)) is True
    if before.family != after.family:
        return (before.family, after.family) == ("cidr", "inet")
    if before.family == "numeric":
        return _has_more_digits(before.size, after.size)
    if before.family in _WITH_PRECISION:
        return holds(_precision(before), _precision(after)) is True
    return before.family == "varbit" and holds(before.size[0], after.size[0]) is True


_TEXTS = frozenset({"varchar", "text"})
_WITH_PRECISION = frozenset({"timestamp", "timestamptz", "time", "timetz", "interval"})


def _name(enum: Stored) -> object:
    return dict(enum.others).get("name")


def _limit(text: Stored) -> Size:
    return None if text.family == "text" else text.size[0]


def _precision(time: Stored) -> Size:
    return 6 if time.size[0] is None else time.size[0]


def _has_more_digits(old: tuple[Size, ...], new: tuple[Size, ...]) -> bool:
    """Whether only the number of digits grows: the scale is a part of what is stored."""
    if new[0] is None:
        return True
    return holds(old[0], new[0]) is True and old[1] == new[1] and isinstance(new[1], int)


# -- indexes and constraints ----------------------------------------------------------------------------------------


def _creates_index(effect: fx.CreatesIndex, version: Version) -> Lock:
    level = "SHARE UPDATE EXCLUSIVE" if effect.concurrently is True else "SHARE"
    return _lock(level, "https://www.postgresql.org/docs/current/sql-createindex.html", Held.SCAN)


def _drops_index(effect: fx.DropsIndex, version: Version) -> Lock:
    level = "SHARE UPDATE EXCLUSIVE" if effect.concurrently is True else "ACCESS EXCLUSIVE"
    return _lock(level, "https://www.postgresql.org/docs/current/sql-dropindex.html")


def _renames_index(effect: fx.RenamesIndex, version: Version) -> Lock:
    level = "SHARE UPDATE EXCLUSIVE" if version >= (12,) else "ACCESS EXCLUSIVE"
    return _lock(level, "https://www.postgresql.org/docs/current/sql-alterindex.html")


def _reindexes(effect: fx.Reindexes, version: Version) -> Lock:
    if not effect.verb.startswith("REINDEX"):
        return _lock("ACCESS EXCLUSIVE", _LEVELS, Held.REWRITE)  # CLUSTER, VACUUM FULL
    manual = "https://www.postgresql.org/docs/current/sql-reindex.html"
    if effect.concurrently is True:
        return _lock("SHARE UPDATE EXCLUSIVE", manual, Held.SCAN)
    # The index itself is locked against reads, and the planner asks for every index of a table.
    return replace(_lock("SHARE", manual, Held.SCAN), blocks_reads=True)


def _adds_constraint(effect: fx.AddsConstraint, version: Version) -> Lock:
    held = Held.INSTANT if effect.not_valid is True else Held.SCAN
    if effect.kind is fx.ConstraintKind.FOREIGN_KEY:
        return replace(_lock("SHARE ROW EXCLUSIVE", held=held), referent=True)
    if effect.using_index is not None:
        held = Held.INSTANT
    return _lock("ACCESS EXCLUSIVE", held=held)


def _drops_constraint(effect: fx.DropsConstraint, version: Version) -> Lock:
    key = effect.kind in (fx.ConstraintKind.FOREIGN_KEY, fx.ConstraintKind.UNKNOWN)
    return replace(_lock("ACCESS EXCLUSIVE"), referent=key)


def _validates(effect: fx.ValidatesConstraint, version: Version) -> Lock:
    return _lock("SHARE UPDATE EXCLUSIVE", held=Held.SCAN)


# -- the rest of ALTER TABLE ------------------------------------------------------------------------------------------


def _alters_table(effect: fx.AltersTable, version: Version) -> Lock:
    action = effect.action
    if action == "ATTACH PARTITION":
        return _lock("SHARE UPDATE EXCLUSIVE" if version >= (12,) else "ACCESS EXCLUSIVE", held=Held.SCAN)
    if action.startswith("DETACH PARTITION") and action.endswith(("CONCURRENTLY", "FINALIZE")):
        return _lock("SHARE UPDATE EXCLUSIVE")
    if action == "COMMENT":
        return _lock("SHARE UPDATE EXCLUSIVE", "https://www.postgresql.org/docs/current/sql-comment.html")
    if action in _SMALL:
        return _lock("SHARE UPDATE EXCLUSIVE")
    if action.startswith(("ENABLE", "DISABLE")) and "TRIGGER" in action:
        return _lock("SHARE ROW EXCLUSIVE")
    rewrites = action.startswith(("SET LOGGED", "SET UNLOGGED", "SET TABLESPACE", "SET ACCESS METHOD"))
    rewrites = rewrites or action == "ALTER COLUMN SET EXPRESSION"
    return _lock("ACCESS EXCLUSIVE", held=Held.REWRITE if rewrites else Held.INSTANT)


_SMALL = frozenset(
    {
        "SET",
        "RESET",
        "CLUSTER ON",
        "SET WITHOUT CLUSTER",
        "ALTER COLUMN SET STATISTICS",
        "ALTER COLUMN SET",
        "ALTER COLUMN RESET",
    }
)
"""Storage parameters, statistics and the choice of an index: queries and changes of rows go on."""


# -- rows, locks, objects -------------------------------------------------------------------------------------------


def _changes_data(effect: fx.ChangesData, version: Version) -> Lock:
    if effect.verb == "TRUNCATE":
        return _lock("ACCESS EXCLUSIVE", "https://www.postgresql.org/docs/current/sql-truncate.html")
    return _lock("ROW EXCLUSIVE", _LEVELS, Held.SCAN)


def _locks_table(effect: fx.LocksTable, version: Version) -> Lock:
    if effect.mode.startswith("FOR "):
        return _lock("ROW SHARE", _LEVELS, Held.SCAN)
    return _lock(effect.mode or "ACCESS EXCLUSIVE", "https://www.postgresql.org/docs/current/sql-lock.html")


def _reads(effect: fx.Reads, version: Version) -> Lock | None:
    return _lock("ACCESS SHARE", _LEVELS, Held.SCAN) if effect.tables else None


def _creates_object(effect: fx.CreatesObject, version: Version) -> Lock | None:
    if effect.kind is fx.ObjectKind.TRIGGER and effect.table is not None:
        return _lock("SHARE ROW EXCLUSIVE", "https://www.postgresql.org/docs/current/sql-createtrigger.html")
    return _lock("ACCESS EXCLUSIVE", _LEVELS) if effect.kind in _OF_A_TABLE else None


def _changes_object(effect: fx.AltersObject | fx.DropsObject, version: Version) -> Lock | None:
    if isinstance(effect, fx.AltersObject) and effect.kind is fx.ObjectKind.MATERIALIZED_VIEW:
        manual = "https://www.postgresql.org/docs/current/sql-refreshmaterializedview.html"
        if effect.action == "REFRESH CONCURRENTLY":
            return _lock("EXCLUSIVE", manual, Held.SCAN)
        return _lock("ACCESS EXCLUSIVE", manual, Held.REWRITE if effect.action == "REFRESH" else Held.INSTANT)
    on_table = effect.kind in _OF_A_TABLE or effect.kind is fx.ObjectKind.TRIGGER
    locked = on_table and effect.table is not None
    return _lock("ACCESS EXCLUSIVE", _LEVELS) if locked or effect.kind in _LIKE_TABLES else None


_OF_A_TABLE = (fx.ObjectKind.POLICY, fx.ObjectKind.RULE)
_LIKE_TABLES = (fx.ObjectKind.VIEW, fx.ObjectKind.MATERIALIZED_VIEW)

_READERS: dict[type[fx.Effect], Callable[..., Lock | None]] = {
    fx.CreatesTable: _creates_table,
    fx.DropsTable: _drops_keys,
    fx.RenamesTable: _exclusive,
    fx.AltersTable: _alters_table,
    fx.AddsColumn: _adds_column,
    fx.DropsColumn: _drops_keys,
    fx.AltersColumn: _alters_column,
    fx.CreatesIndex: _creates_index,
    fx.DropsIndex: _drops_index,
    fx.RenamesIndex: _renames_index,
    fx.Reindexes: _reindexes,
    fx.AddsConstraint: _adds_constraint,
    fx.DropsConstraint: _drops_constraint,
    fx.RenamesConstraint: _exclusive,
    fx.ValidatesConstraint: _validates,
    fx.ChangesData: _changes_data,
    fx.LocksTable: _locks_table,
    fx.Reads: _reads,
    fx.CreatesObject: _creates_object,
    fx.AltersObject: _changes_object,
    fx.DropsObject: _changes_object,
}
