"""How a column of a type is stored: one answer for ``Numeric(precision=10, scale=2)``, ``DECIMAL(10, 2)`` and ``numeric(10,2)``. Pure.

SQLAlchemy's names and those of SQL are told apart by nothing but their case, so both lead to the same family. See
https://docs.sqlalchemy.org/en/20/core/type_basics.html and https://www.postgresql.org/docs/current/datatype.html
"""

from __future__ import annotations

from dataclasses import replace

from headway.effects import model as fx
from headway.valueclass import valueclass

Size = int | fx.Unknown | None
"""A number of characters, digits or bits; None where the type has no limit."""

_FAMILIES = {
    "varchar": "string varchar unicode nvarchar autostring varchar2 nvarchar2|character varying|char varying",
    "text": "text unicodetext clob",
    "tinytext": "tinytext",
    "mediumtext": "mediumtext",
    "longtext": "longtext",
    "char": "char nchar character bpchar",
    "numeric": "numeric decimal dec number",
    "tinyint": "tinyint",
    "int2": "smallinteger smallint int2",
    "int4": "integer int int4",
    "int8": "biginteger bigint int8",
    "float4": "real float4",
    "float8": "double double_precision float8|double precision",
    "float": "float",
    "datetime": "datetime",
    "timestamp": "timestamp|timestamp without time zone",
    "timestamptz": "timestamptz|timestamp with time zone",
    "time": "time|time without time zone",
    "timetz": "timetz|time with time zone",
    "date": "date",
    "interval": "interval",
    "boolean": "boolean bool",
    "json": "json",
    "jsonb": "jsonb",
    "bytea": "largebinary bytea",
    "uuid": "uuid",
    "uuidtype": "uuidtype",  # of sqlalchemy_utils
    "enum": "enum",
    "set": "set",
    "inet": "inet",
    "cidr": "cidr",
    "array": "array",
    "bit": "bit",
    "varbit": "varbit|bit varying",
}
_FAMILY = {
    name: family
    for family, names in _FAMILIES.items()
    for part, listed in enumerate(names.split("|"))
    for name in (listed.split() if part == 0 else [listed])
}
_WELL_KNOWN = frozenset(
    ["sqlalchemy", "sqlmodel", "sqlalchemy_utils", "sa", "postgresql", "mysql", "sqlite", "mssql", "oracle"]
) | {""}
"""Where types are from that are stored as their names say; one of the project's own of such a name may be anything."""
_ZONED = {"datetime": "timestamptz", "timestamp": "timestamptz", "time": "timetz"}
_SIZES: dict[str, tuple[str, ...]] = {
    "varchar": ("length",),
    "text": ("length",),
    "char": ("length",),
    "numeric": ("precision", "scale"),
    "float": ("precision",),
    "datetime": ("precision", "fsp"),
    "timestamp": ("precision", "fsp"),
    "timestamptz": ("precision",),
    "time": ("precision", "fsp"),
    "timetz": ("precision",),
    "interval": ("precision",),
    "bit": ("length",),
    "varbit": ("length",),
}
_NOT_STORED = frozenset(
    [
        *("as_uuid", "asdecimal", "decimal_return_scale", "none_as_null", "create_type", "native", "astext_type"),
        *("create_constraint", "validate_strings", "values_callable", "sort_key_function", "omit_aliases", "metadata"),
        *("convert_unicode", "unicode_error", "as_tuple", "dimensions", "zero_indexes", "quote"),
    ]
)
"""Options that change what Python sees, or make a constraint beside the column, and not a byte of its values."""


@valueclass(frozen=True, slots=True)
class Stored:
    """A type as a database stores it."""

    family: str
    """``varchar``, ``numeric``, ``timestamptz``; of a type that is not known, its name in small letters."""
    size: tuple[Size, ...] = ()
    """Length, or precision and scale; empty for a family that has none."""
    others: tuple[tuple[str, object], ...] = ()
    """Everything else that was written: labels, collation, ``unsigned``."""
    known: bool = True


def stored(type_: fx.Type) -> Stored | None:
    """What a type is stored as; None where its name is not told."""
    if not isinstance(type_.name, str):
        return None
    name = type_.name.lower()
    family = _FAMILY.get(name) if type_.module.partition(".")[0] in _WELL_KNOWN else None
    options = {key: value for key, value in type_.options if key not in _NOT_STORED}
    if family is None:
        return Stored(name, (), (("", type_.arguments), *sorted(options.items(), key=str)), known=False)
    arguments = list(type_.arguments)
    if family == "enum" and options.pop("native_enum", True) is False:
        return Stored("varchar", (_longest(arguments, options.get("length")),))
    if family == "boolean":
        options.pop("name", None)  # of the CHECK beside it
    if family in _ZONED:
        # Of SQLAlchemy's the first argument is whether it has a zone; of SQL's it is the precision.
        zone = arguments.pop(0) if arguments and not _is_number(arguments[0]) else options.pop("timezone", False)
        options.pop("timezone", None)
        family = _ZONED[family] if zone is True else family
        if zone not in (True, False, None):
            return Stored(name, (), (("timezone", zone),), known=False)
    if family == "bit" and options.pop("varying", False) is True:
        family = "varbit"
    size = [_size(options.pop(key, None)) for key in _SIZES.get(family, ())]
    if len(size) == 2 and family != "numeric":
        size = [size[0] if size[0] is not None else size[1]]
    for place, _ in enumerate(size):
        if arguments:
            size[place] = _size(arguments.pop(0))
    if family == "numeric" and size[0] is not None and size[1] is None:
        size[1] = 0
    if family in ("char", "bit") and size == [None]:
        size = [1]
    rest = ([("", tuple(arguments))] if arguments else []) + sorted(options.items(), key=str)
    return Stored(family, tuple(size), tuple(rest))


def on_postgresql(one: Stored) -> Stored:
    """The same, in the families of PostgreSQL. See https://www.postgresql.org/docs/current/datatype.html"""
    if one.family == "datetime":
        return replace(one, family="timestamp")
    if one.family == "text":
        return replace(one, size=(None,))
    if one.family == "bytea":
        return replace(one, others=())
    if one.family == "uuidtype":
        return replace(one, family="uuid", others=tuple(pair for pair in one.others if pair[0] != "binary"))
    if one.family == "float":
        digits = one.size[0]
        return replace(one, family="float4" if isinstance(digits, int) and digits <= 24 else "float8", size=())
    return one


def on_mysql(one: Stored) -> Stored:
    """The same, in the families of MySQL and MariaDB. See https://dev.mysql.com/doc/refman/8.4/en/data-types.html"""
    family, size = one.family, one.size
    others = tuple((key, value) for key, value in one.others if key not in ("display_width", "name"))
    if family in _INTEGERS:  # what stands in the parentheses is a width to show
        others = tuple((key, value) for key, value in others if key)
    if family == "boolean":
        family = "tinyint"
    elif family == "float":
        family, size = ("float8" if isinstance(size[0], int) and size[0] > 24 else "float4"), ()
    elif family == "float4":  # REAL
        family = "float8"
    elif family == "numeric":
        size = (10 if size[0] is None else size[0], 0 if size[1] is None else size[1])
    elif family in ("datetime", "timestamp", "time"):
        size = (0 if size[0] is None else size[0],)
    elif family == "varchar" and size == (None,):
        size = (_AUTO_STRING,)
    return replace(one, family=family, size=size, others=others)


_AUTO_STRING = 255
"""The length that sqlmodel's AutoString() has there; String() without one cannot be made."""
_INTEGERS = frozenset({"tinyint", "int2", "int4", "int8"})


def same(old: Stored, new: Stored) -> bool:
    """Whether both are certainly stored the same way."""
    return old == new and fx.UNKNOWN not in _flat(old)


def labels_of(type_: fx.Type | None) -> list[str]:
    """The labels of an enum that the database knows as one; none where one of them is not known."""
    one = None if type_ is None else stored(type_)
    written = type_.arguments if type_ is not None and one is not None and one.family == "enum" else ()
    labels = [label for label in written if isinstance(label, str)]
    return labels if len(labels) == len(written) else []


def name_of_enum(type_: fx.Type | None) -> str | None:
    """The name of PostgreSQL's type that an enum is, as far as it is told."""
    one = None if type_ is None else stored(type_)
    name = dict(one.others).get("name") if one is not None and one.family == "enum" else None
    return name if isinstance(name, str) else None


def is_told(type_: fx.Type | None) -> bool:
    """Whether the file or the history tells how its values are stored: neither does of a type of the project's own, or of a
    length that is computed."""
    one = None if type_ is None else stored(type_)
    return one is not None and one.known and fx.UNKNOWN not in _flat(one)


def holds(old: Size, new: Size) -> bool | fx.Unknown:
    """Whether a limit ``new`` lets everything pass that ``old`` did."""
    if new is None:
        return True
    if isinstance(new, fx.Unknown) or isinstance(old, fx.Unknown):
        return fx.UNKNOWN
    return old is not None and old <= new


def _longest(labels: list[object], length: object) -> Size:
    """How many characters a column takes that has the labels of an enum as texts.

    See ``length`` in https://docs.sqlalchemy.org/en/20/core/type_basics.html#sqlalchemy.types.Enum
    """
    if length is not None:
        return _size(length)
    texts = [one for one in labels if isinstance(one, str)]
    return max(map(len, texts)) if texts and len(texts) == len(labels) else fx.UNKNOWN


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _size(value: object) -> Size:
    if value is None or (isinstance(value, str) and value.lower() == "max"):
        return None
    return value if isinstance(value, int) and not isinstance(value, bool) else fx.UNKNOWN


def _flat(one: Stored) -> list[object]:
    found: list[object] = list(one.size)
    for _, value in one.others:
        found += value if isinstance(value, tuple) else [value]
    return found
