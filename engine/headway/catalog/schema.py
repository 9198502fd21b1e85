"""A schema and its parts: frozen values, the same for a database that was looked at and for effects that were replayed.

What is not known is UNKNOWN in a field, and UNKNOWN as the state of a name on a shelf. Who compares them is elsewhere.
"""

from __future__ import annotations

from dataclasses import field

from headway.catalog.shelf import Presence, Shelf, is_nameless
from headway.effects.model import ConstraintKind, ObjectKind, Type
from headway.effects.values import Flag, MaybeText, Text, Unknown
from headway.valueclass import valueclass

Key = tuple[str, Text]
"""A schema, empty for the database's default one, and a name, as the database compares them. A name that is Computed
stands for the table that the same expression names elsewhere."""

Words = tuple[str, ...] | Unknown


@valueclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    name: Text
    type: Type | Unknown | None = None
    """None: the database gives it none, as SQLite can."""
    nullable: Flag = True
    default: MaybeText = None
    """The default as the database writes it; None when there is none."""
    has_default: Flag = False
    """Whether the database fills it by itself: default, identity, generated, counting key."""
    computed: MaybeText = None
    """The expression of a generated column."""
    stored: Flag = False
    identity: MaybeText = None
    """``ALWAYS``, ``BY DEFAULT`` with its options, or ``AUTO_INCREMENT``."""
    comment: MaybeText = None
    collation: MaybeText = None
    """Only where it is not the database's usual one."""
    options: Words = ()
    """What else the database says of it."""


@valueclass(frozen=True, slots=True)
class Constraint:
    """A constraint of a table, its keys included."""

    kind: ConstraintKind
    name: MaybeText = None
    columns: tuple[Text, ...] | Unknown = ()
    referent: Key | Unknown | None = None
    """The table that a foreign key points to."""
    referred: tuple[Text, ...] | Unknown = ()
    condition: MaybeText = None
    """The expression of a CHECK; the whole definition of an EXCLUDE."""
    validated: Flag = True
    on_delete: MaybeText = None
    on_update: MaybeText = None
    deferrable: MaybeText = None
    options: Words = ()


@valueclass(frozen=True, slots=True)
class Index:
    """An index that is not a constraint's own."""

    name: MaybeText
    parts: tuple[Text, ...] | Unknown = ()
    """Columns and expressions, with what stands behind them: order, operator class, length."""
    unique: Flag = False
    predicate: MaybeText = None
    method: MaybeText = None
    valid: Flag = True
    options: Words = ()


@valueclass(frozen=True, slots=True)
class Table:
    """A table with everything in it."""

    schema: str
    """Empty for the default one."""
    name: Text
    kind: str | Unknown = "table"
    """``table``, ``partitioned table``, ``foreign table``, ``virtual table``."""
    columns: Shelf[str, Column] = field(default_factory=Shelf)
    constraints: Shelf[str, Constraint] = field(default_factory=Shelf)
    """By name; one without a name has a key in parentheses."""
    indexes: Shelf[str, Index] = field(default_factory=Shelf)
    comment: MaybeText = None
    options: Words = ()
    made_by: str | None = None
    """The revision whose effects made it, where that is certain."""
    filled: bool = True
    """Whether rows can be in it."""

    def index_presence(self, key: str) -> Presence:
        """Whether there is an index of that name; one that has none here may have it in the database."""
        found = self.indexes.presence(key)
        nameless = any(is_nameless(other) for other in self.indexes.there)
        return Presence.UNKNOWN if found is Presence.ABSENT and nameless else found


@valueclass(frozen=True, slots=True)
class EnumType:
    """An enum type with its labels in order."""

    schema: str
    name: str
    labels: tuple[str, ...] | Unknown


@valueclass(frozen=True, slots=True)
class Object:
    """What is neither table nor enum type: a view, trigger, function, sequence, policy, grant …"""

    kind: ObjectKind
    schema: str
    name: str
    table: str | None = None
    """The table that a trigger, policy or rule belongs to."""
    definition: MaybeText = None


ObjectKey = tuple[ObjectKind, str, str, str | None]
"""Kind, schema, name, table."""


@valueclass(frozen=True, slots=True)
class Schema:
    """Everything that a database, or the part of it that was looked at, holds of its users' own."""

    tables: Shelf[Key, Table] = field(default_factory=Shelf)
    enums: Shelf[Key, EnumType] = field(default_factory=Shelf)
    objects: Shelf[ObjectKey, Object] = field(default_factory=Shelf)


EMPTY = Schema()
"""A database with nothing in it."""

NOTHING_KNOWN = Schema(Shelf(whole=False), Shelf(whole=False), Shelf(whole=False))
"""A database that nobody has looked at."""


def unknown_table(key: Key) -> Table:
    """A table that is there, and of which nothing else is known."""
    open_shelf: Shelf[str, object] = Shelf(whole=False)
    return Table(
        schema=key[0],
        name=key[1],
        kind=Unknown.VALUE,
        columns=open_shelf,  # type: ignore[arg-type]  # an empty shelf is one of anything
        constraints=open_shelf,  # type: ignore[arg-type]
        indexes=open_shelf,  # type: ignore[arg-type]
        comment=Unknown.VALUE,
        options=Unknown.VALUE,
    )


def unknown_column(name: Text) -> Column:
    """A column that is there, and of which nothing else is known."""
    unknown = Unknown.VALUE
    return Column(name, unknown, unknown, unknown, unknown, unknown, unknown, unknown, unknown, unknown, unknown)
