"""Which types a database cannot make: those that SQLAlchemy has no words for there, and those that the server does not know. Pure.

What is said of SQLAlchemy holds for 1.4, 2.0 and 2.1. See https://docs.sqlalchemy.org/en/20/core/type_basics.html
"""

from __future__ import annotations

from headway.effects import model as fx
from headway.valueclass import valueclass

_MYSQL = ("mysql", "mariadb")
_SHOWN = {
    "postgresql": "PostgreSQL",
    "mysql": "MySQL",
    "mariadb": "MariaDB",
    "sqlite": "SQLite",
    "mssql": "SQL Server",
    "oracle": "Oracle",
}

_DIALECTS = "sqlalchemy.dialects."
_RANGES = "INT4 INT8 NUM TS TSTZ DATE"
_UNWRITTEN: tuple[tuple[str, str, str], ...] = (
    (
        "postgresql",
        "ARRAY BYTEA CIDR CITEXT DOMAIN HSTORE INET JSONPATH MACADDR MACADDR8 OID REGCLASS REGCONFIG TSQUERY TSVECTOR "
        + " ".join(f"{one}RANGE {one}MULTIRANGE" for one in _RANGES.split()),
        "mysql mariadb sqlite mssql oracle",
    ),
    ("postgresql", "JSONB", "mysql mariadb mssql oracle"),
    ("postgresql", "INTERVAL", "mysql mariadb sqlite mssql"),
    ("postgresql", "MONEY", "mysql mariadb sqlite oracle"),
    ("postgresql", "BIT", "sqlite oracle"),
    (
        "mysql",
        "INET4 INET6 LONGBLOB LONGTEXT MEDIUMBLOB MEDIUMINT MEDIUMTEXT SET TINYBLOB TINYTEXT YEAR",
        "postgresql sqlite mssql oracle",
    ),
    ("mysql", "TINYINT", "postgresql sqlite oracle"),
    ("mysql", "ENUM", "sqlite mssql oracle"),
    ("mysql", "BIT", "sqlite oracle"),
    (
        "mssql",
        "DATETIME2 DATETIMEOFFSET IMAGE NTEXT ROWVERSION SMALLDATETIME SMALLMONEY SQL_VARIANT UNIQUEIDENTIFIER XML",
        "postgresql mysql mariadb sqlite oracle",
    ),
    ("mssql", "TINYINT", "postgresql sqlite oracle"),
    ("mssql", "MONEY", "mysql mariadb sqlite oracle"),
    ("mssql", "BIT", "sqlite oracle"),
    (
        "oracle",
        "BFILE BINARY_DOUBLE BINARY_FLOAT LONG NUMBER RAW ROWID VARCHAR2",
        "postgresql mysql mariadb sqlite mssql",
    ),
)
"""Types of one dialect, and the others that SQLAlchemy's compilers have no words for them in."""
_UNWRITTEN_ON = {
    (dialect, name): frozenset(others.split()) for dialect, names, others in _UNWRITTEN for name in names.split()
}

_NOT_ON_POSTGRESQL = frozenset(
    [
        "datetime",
        "datetime2",
        "datetimeoffset",
        "smalldatetime",
        "tinyint",
        "mediumint",
        "double",
        "number",
        "tinytext",
        "mediumtext",
        "longtext",
        "ntext",
        "clob",
        "nclob",
        "nvarchar",
        "blob",
        "tinyblob",
        "mediumblob",
        "longblob",
        "binary",
        "varbinary",
        "image",
        "uniqueidentifier",
        "smallmoney",
    ]
)
_NOT_ON_MYSQL = frozenset(
    [
        "timestamptz",
        "timetz",
        "bytea",
        "jsonb",
        "jsonpath",
        "inet",
        "cidr",
        "macaddr",
        "tsvector",
        "tsquery",
        "hstore",
        "citext",
        "bigserial",
        "smallserial",
        "interval",
        "int4range",
        "int8range",
        "numrange",
        "tsrange",
        "tstzrange",
        "daterange",
        "datetime2",
        "datetimeoffset",
        "smalldatetime",
        "smallmoney",
        "money",
        "uniqueidentifier",
        "ntext",
        "image",
    ]
) | {"timestamp with time zone", "timestamp without time zone", "time with time zone", "time without time zone"}
_UNKNOWN_TO = {
    "postgresql": _NOT_ON_POSTGRESQL,
    "mysql": _NOT_ON_MYSQL | {"uuid", "clob", "nclob"},  # MariaDB has the first since 10.7, and the others in a mode
    "mariadb": _NOT_ON_MYSQL,
}
"""The types, as SQL calls them, that a server does not know and no extension of its own brings."""

_LENGTHS = {
    **dict.fromkeys(("String", "Unicode", "VARCHAR"), "VARCHAR"),
    "NVARCHAR": "NVARCHAR",
    "VARBINARY": "VARBINARY",
    **dict.fromkeys(("varchar", "character varying", "char varying"), "VARCHAR"),
    "nvarchar": "NVARCHAR",
    "varbinary": "VARBINARY",
}
"""The types that need a length on MySQL and MariaDB."""
_KEYLESS = frozenset(
    [
        "text",
        "tinytext",
        "mediumtext",
        "longtext",
        "blob",
        "tinyblob",
        "mediumblob",
        "longblob",
        "unicodetext",
        "largebinary",
    ]
)
"""The types that make no primary key on MySQL and MariaDB, where no number of bytes stands behind the column's name."""


@valueclass(frozen=True, slots=True)
class Refusal:
    """That a database cannot make a column of a type."""

    why: str
    instead: str
    """What to write."""


def refusal(type_: fx.Type, database: str, *, raw: bool) -> Refusal | None:
    """Why ``database`` cannot make a column of this type; None where it can, or where nobody knows."""
    if not isinstance(type_.name, str):
        return None
    if raw:
        return _of_sql(type_, type_.name, database)
    return _of_sqlalchemy(type_, type_.name, database) if _is_of_sqlalchemy(type_) else None


def refusal_as_key(type_: fx.Type, database: str) -> Refusal | None:
    """The same of a column in the primary key."""
    if database not in _MYSQL or not isinstance(type_.name, str) or type_.name.lower() not in _KEYLESS:
        return None
    if not _is_of_sqlalchemy(type_) or type_.arguments or "length" in dict(type_.options):
        return None
    why = f"{_SHOWN[database]} makes no primary key of {type_} (error 1170)"
    return Refusal(why, "write sa.String(…) with a length that the key can have")


def _is_of_sqlalchemy(type_: fx.Type) -> bool:
    return f"{type_.module}.".startswith("sqlalchemy.")


def _of_sql(type_: fx.Type, name: str, database: str) -> Refusal | None:
    if "schema" in dict(type_.options):
        return None  # a type that somebody has made
    if name in _UNKNOWN_TO.get(database, ()):
        return Refusal(f"{_SHOWN[database]} has no type {name}", f"write the type of {_SHOWN[database]}")
    return _without_length(type_, name, database)


def _of_sqlalchemy(type_: fx.Type, name: str, database: str) -> Refusal | None:
    if name == "NullType":
        why = "NullType() stands for a type that autogenerate did not know, and there is no SQL for it"
        return Refusal(why, "write the type that the column has")
    module = type_.module
    dialect = module.removeprefix(_DIALECTS).partition(".")[0] if module.startswith(_DIALECTS) else ""
    unwritten = _UNWRITTEN_ON.get(("postgresql" if name == "ARRAY" else dialect, name), frozenset())
    other = f'write a type that every database has, or say another one by .with_variant(…, "{database}")'
    if database in unwritten:
        return Refusal(f"SQLAlchemy has no words for {type_} on {_SHOWN[database]}", other)
    as_named = (
        name in _GENERIC
        and name != "UUID"
        and f"{dialect}.{name}" != "sqlite.DATETIME"
        and name.lower() in _UNKNOWN_TO.get(database, ())
    )
    if as_named or (dialect, name, database) == ("postgresql", "UUID", "mysql"):
        why = f"{_SHOWN[database]} has no type {name}, and SQLAlchemy writes it as it is named"
        return Refusal(why, f"write sa.{_GENERIC[name]}(), which is another type on each database")
    if database == "postgresql" and name in ("Enum", "ENUM") and _is_unnamed_enum(type_):
        return Refusal(f"PostgreSQL needs a name for the type that {type_} makes", 'add name="…"')
    return _without_length(type_, name, database)


_GENERIC = {
    "DATETIME": "DateTime",
    "DOUBLE": "Double",
    "NVARCHAR": "Unicode",
    "UUID": "Uuid",
    **dict.fromkeys(("CLOB", "NCLOB"), "Text"),
    **dict.fromkeys(("BLOB", "BINARY", "VARBINARY"), "LargeBinary"),
}
"""Classes of SQLAlchemy that are written by their name on every database, and those that are written as each calls them."""


def _without_length(type_: fx.Type, name: str, database: str) -> Refusal | None:
    if database not in _MYSQL or name not in _LENGTHS:
        return None
    length = type_.arguments[0] if type_.arguments else dict(type_.options).get("length")
    if length is not None:
        return None
    return Refusal(f"{_SHOWN[database]} makes no {_LENGTHS[name]} without a length", "give it a length, or write TEXT")


def _is_unnamed_enum(type_: fx.Type) -> bool:
    """Whether it lists its labels and has no name; that of a class has the name of the class."""
    options = dict(type_.options)
    labels = bool(type_.arguments) and all(isinstance(one, str) for one in type_.arguments)
    return labels and not options.keys() & {"name", "native_enum"}
