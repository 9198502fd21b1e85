"""What a change of a type does to the values: whether they may not fit, and whether PostgreSQL casts them by itself. Pure."""

from __future__ import annotations

from headway.effects import model as fx
from headway.effects.stored_type import Size, Stored, is_told, name_of_enum, on_mysql, on_postgresql, stored

_TEXTS = frozenset({"varchar", "text", "char", "tinytext", "mediumtext", "longtext"})
_TEXT_OF_MYSQL = 65_535
"""What TEXT holds where it has an end; a longer VARCHAR stands for MEDIUMTEXT there."""
_ENDS = {"tinytext": 255, "mediumtext": 16_777_215, "longtext": 4_294_967_295}
"""Bytes. See https://dev.mysql.com/doc/refman/8.4/en/storage-requirements.html"""
_WIDTHS = {"tinyint": 1, "int2": 2, "int4": 4, "int8": 8}
_NUMBERS = frozenset({*_WIDTHS, "numeric", "float4", "float8"})


def narrows(old: fx.Type, new: fx.Type, *, mysql: bool = False) -> bool:
    """Whether a value of the old type may not fit into the new one; False where the two are not told or not alike.

    With ``mysql`` both are what MySQL and MariaDB take them for.
    """
    before, after = stored(old), stored(new)
    if before is None or after is None:
        return False
    if mysql:
        before, after = on_mysql(before), on_mysql(after)
    if before.family in _TEXTS and after.family in _TEXTS:
        if before.family in ("mediumtext", "longtext") and after.family == "text":
            return True
        return _shorter(_length(before), _length(after))
    if before.family in _WIDTHS and after.family in _WIDTHS:
        return _WIDTHS[after.family] < _WIDTHS[before.family]
    if before.family == after.family == "numeric":
        return _fewer_digits(before.size, after.size)
    return False


def surely_fits(old: fx.Type | None, new: fx.Type, *, mysql: bool = False) -> bool:
    """Whether every value of the old type is one of the new, as far as both are told."""
    before, after = None if old is None else stored(old), stored(new)
    if old is None or before is None or after is None or not (is_told(old) and is_told(new)):
        return False
    alike = before.family == after.family or {before.family, after.family} <= _TEXTS
    alike = alike or {before.family, after.family} <= _WIDTHS.keys()
    return alike and before.others == after.others and not narrows(old, new, mysql=mysql)


def needs_using(old: fx.Type, new: fx.Type) -> bool:
    """Whether PostgreSQL has no assignment cast between the two, so that ALTER COLUMN … TYPE needs USING.

    False where one of them is none that is known here. See https://www.postgresql.org/docs/current/sql-createcast.html
    """
    before, after = stored(old), stored(new)
    if before is None or after is None or not (before.known and after.known):
        return False
    before, after = on_postgresql(before), on_postgresql(after)
    if before.family == after.family:
        names = name_of_enum(old), name_of_enum(new)
        # A type of the same name is the same type, whatever labels are written beside it.
        return before.family == "enum" and before.others != after.others and (None in names or names[0] != names[1])
    if after.family in _TEXTS:
        return False  # everything is cast to a text when it is assigned
    return after.family not in _CASTS.get(before.family, frozenset())


_CASTS: dict[str, frozenset[str]] = {
    **dict.fromkeys(_NUMBERS, _NUMBERS),
    "timestamp": frozenset({"timestamptz", "date", "time"}),
    "timestamptz": frozenset({"timestamp", "date", "time", "timetz"}),
    "date": frozenset({"timestamp", "timestamptz"}),
    "time": frozenset({"timetz", "interval"}),
    "timetz": frozenset({"time"}),
    "interval": frozenset({"time"}),
    "json": frozenset({"jsonb"}),
    "jsonb": frozenset({"json"}),
    "bit": frozenset({"varbit"}),
    "varbit": frozenset({"bit"}),
    "cidr": frozenset({"inet"}),
    "inet": frozenset({"cidr"}),
}
"""The casts that an assignment makes by itself, as ``\\dC`` lists them."""


def _length(text: Stored) -> Size:
    """How many characters it holds; None for any number, UNKNOWN where that is not told."""
    return None if text.family == "text" else _ENDS[text.family] if text.family in _ENDS else text.size[0]


def _shorter(old: Size, new: Size) -> bool:
    if isinstance(old, fx.Unknown) or isinstance(new, fx.Unknown) or new is None:
        return False
    return new < (_TEXT_OF_MYSQL if old is None else old)


def _fewer_digits(old: tuple[Size, ...], new: tuple[Size, ...]) -> bool:
    if new[0] is None:
        return False
    if old[0] is None:
        return isinstance(new[0], int)
    if not all(isinstance(one, int) for one in (*old, *new)):
        return False
    (old_digits, old_scale), (new_digits, new_scale) = [tuple(int(str(part)) for part in pair) for pair in (old, new)]
    return new_scale < old_scale or new_digits - new_scale < old_digits - old_scale
