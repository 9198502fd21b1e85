"""The words that name a kind of object behind CREATE, ALTER and DROP. Knows no statement."""

from __future__ import annotations

from headway.effects import model as fx
from headway.reading.sql.cursor import Cursor, UnreadError, words

KIND = fx.ObjectKind

_OTHERS = words(
    "COLLATION CONVERSION LANGUAGE PUBLICATION SUBSCRIPTION SERVER STATISTICS TABLESPACE SYNONYM PACKAGE EVENT DIRECTORY"
)
_KINDS: dict[tuple[str, ...], fx.ObjectKind] = {
    ("MATERIALIZED", "VIEW"): KIND.MATERIALIZED_VIEW,
    ("VIEW",): KIND.VIEW,
    ("SEQUENCE",): KIND.SEQUENCE,
    ("FUNCTION",): KIND.FUNCTION,
    ("AGGREGATE",): KIND.FUNCTION,
    ("ROUTINE",): KIND.FUNCTION,
    ("PROCEDURE",): KIND.PROCEDURE,
    ("PROC",): KIND.PROCEDURE,
    ("EVENT", "TRIGGER"): KIND.TRIGGER,
    ("TRIGGER",): KIND.TRIGGER,
    ("EXTENSION",): KIND.EXTENSION,
    ("SCHEMA",): KIND.SCHEMA,
    ("DATABASE",): KIND.DATABASE,
    ("DOMAIN",): KIND.DOMAIN,
    ("TYPE", "BODY"): KIND.TYPE,
    ("TYPE",): KIND.TYPE,
    ("POLICY",): KIND.POLICY,
    ("RULE",): KIND.RULE,
    ("USER", "MAPPING"): KIND.OTHER,
    ("ROLE",): KIND.ROLE,
    ("USER",): KIND.ROLE,
    ("GROUP",): KIND.ROLE,
    ("LOGIN",): KIND.ROLE,
    ("OPERATOR", "CLASS"): KIND.OTHER,
    ("OPERATOR", "FAMILY"): KIND.OTHER,
    ("TEXT", "SEARCH", "CONFIGURATION"): KIND.OTHER,
    ("TEXT", "SEARCH", "DICTIONARY"): KIND.OTHER,
    ("TEXT", "SEARCH", "PARSER"): KIND.OTHER,
    ("TEXT", "SEARCH", "TEMPLATE"): KIND.OTHER,
    ("FOREIGN", "DATA", "WRAPPER"): KIND.OTHER,
    ("ACCESS", "METHOD"): KIND.OTHER,
    ("PACKAGE", "BODY"): KIND.OTHER,
    **dict.fromkeys(
        ((word,) for word in _OTHERS),
        KIND.OTHER,
    ),
}
"""The words that name a kind of object, longer ones before those they begin with."""

_KINDS_OF: dict[str, dict[tuple[str, ...], fx.ObjectKind]] = {
    "mssql": {
        ("DATABASE", "SCOPED", "CREDENTIAL"): KIND.OTHER,
        ("DATABASE", "ENCRYPTION", "KEY"): KIND.OTHER,
        ("DATABASE", "AUDIT", "SPECIFICATION"): KIND.OTHER,
        ("SERVER", "AUDIT", "SPECIFICATION"): KIND.OTHER,
        ("SERVER", "AUDIT"): KIND.OTHER,
        ("EVENT", "NOTIFICATION"): KIND.OTHER,
        ("EVENT", "SESSION"): KIND.OTHER,
        ("SERVER", "ROLE"): KIND.ROLE,
        ("APPLICATION", "ROLE"): KIND.ROLE,
    },
    "oracle": {
        ("DATABASE", "LINK"): KIND.OTHER,
        ("MATERIALIZED", "VIEW", "LOG"): KIND.OTHER,
    },
}
"""Kinds that only one database has, whose words are a kind and a name elsewhere."""


def kind_of(cursor: Cursor) -> fx.ObjectKind:
    """Goes past the words of a kind and tells which it is."""
    for named, kind in (*_KINDS_OF.get(cursor.script.database, {}).items(), *_KINDS.items()):
        if cursor.take(*named):
            return kind
    raise UnreadError
