"""What a change of a type does to the values: whether they may not fit, and whether PostgreSQL casts them by itself. Pure."""

from __future__ import annotations

from headway.effects import model as fx

_TEXTS = frozenset({"string", "varchar", "character varying", "text", "unicode", "unicodetext", "char", "nvarchar"})
_ENDLESS = frozenset({"text", "unicodetext"})
_TEXT_OF_MYSQL = 65_535
"""What TEXT holds where it has an end; a longer VARCHAR stands for MEDIUMTEXT there."""
_WIDTHS = {"smallinteger": 2, "smallint": 2, "integer": 4, "int": 4, "biginteger": 8, "bigint": 8}
_NUMBERS = frozenset({*_WIDTHS, "numeric", "decimal", "float", "double", "real", "double precision"})
_OTHERS = frozenset({"boolean", "date", "datetime", "timestamp", "time", "uuid", "json", "jsonb", "interval", "inet"})


def narrows(old: fx.Type, new: fx.Type) -> bool:
    """Whether a value of the old type may not fit into the new one; False where the two are not told or not alike."""
    before, after = _name(old), _name(new)
    if before in _TEXTS and after in _TEXTS:
        return _shorter(_length(old, before), _length(new, after))
    if before in _WIDTHS and after in _WIDTHS:
        return _WIDTHS[after] < _WIDTHS[before]
    if before in ("numeric", "decimal") and after in ("numeric", "decimal"):
        return _fewer_digits(old, new)
    return False


def needs_using(old: fx.Type, new: fx.Type) -> bool:
    """Whether PostgreSQL has no assignment cast between the two, so that ALTER COLUMN … TYPE needs USING.

    See https://www.postgresql.org/docs/current/sql-createcast.html
    """
    before, after = _name(old), _name(new)
    if before in _TEXTS:
        return after in _NUMBERS or after in _OTHERS
    return before in _NUMBERS and after in _OTHERS


def _name(type_: fx.Type) -> str:
    return type_.name.lower() if isinstance(type_.name, str) else ""


def _length(type_: fx.Type, name: str) -> int | fx.Unknown | None:
    """How many characters it holds; None for any number, UNKNOWN where that is not told."""
    if name in _ENDLESS:
        return None
    options = dict(type_.options)
    given = type_.arguments[0] if type_.arguments else options.get("length")
    return given if given is None or isinstance(given, int) else fx.UNKNOWN


def _shorter(old: int | fx.Unknown | None, new: int | fx.Unknown | None) -> bool:
    if isinstance(old, fx.Unknown) or isinstance(new, fx.Unknown) or new is None:
        return False
    return new < (_TEXT_OF_MYSQL if old is None else old)


def _fewer_digits(old: fx.Type, new: fx.Type) -> bool:
    pairs = [type_.arguments[:2] for type_ in (old, new)]
    if any(len(pair) != 2 or not all(isinstance(part, int) for part in pair) for pair in pairs):
        return False
    (old_digits, old_scale), (new_digits, new_scale) = [tuple(int(str(part)) for part in pair) for pair in pairs]
    return new_scale < old_scale or new_digits - new_scale < old_digits - old_scale
