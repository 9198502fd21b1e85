"""The effects: one frozen value for each kind of change a migration makes. No producers, no judgement.

Every effect has a ``span`` (where in the user's file it is written) and says whether it runs inside the migration's
transaction. A value that could not be read from the source is :data:`UNKNOWN`, never a guess.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final


class Unknown(Enum):
    """A value that the source does not tell."""

    VALUE = "?"

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown.VALUE

Text = str | Unknown
MaybeText = str | None | Unknown
Flag = bool | Unknown


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a file; lines and columns count from 1, ``end_column`` is exclusive."""

    path: str
    line: int
    column: int = 1
    end_line: int = 0
    end_column: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What all effects share."""

    span: Span
    autocommit: bool = False
    """Whether it runs in an ``autocommit_block()``, outside the migration's transaction."""
    conditional: bool = False
    """Whether it stands in an ``if``, a loop or a ``try``, so that it may run not at all, or often."""
    raw: bool = False
    """Whether it was read from raw SQL rather than from an ``op`` call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableEffect(Effect):
    """A change of one table."""

    table: Text
    schema: MaybeText = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column as a migration declares it."""

    name: Text
    type: Text = UNKNOWN
    """The type as written, without the module prefix: ``String(length=50)``."""
    nullable: Flag = True
    primary_key: bool = False
    has_default: Flag = False
    """Whether the database fills it by itself: server default, identity, computed, autoincrementing key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatesTable(TableEffect):
    columns: tuple[Column, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DropsTable(TableEffect):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class RenamesTable(TableEffect):
    new_name: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class AddsColumn(TableEffect):
    column: Column


@dataclass(frozen=True, slots=True, kw_only=True)
class DropsColumn(TableEffect):
    column: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class AltersColumn(TableEffect):
    """``None`` in a field means: this aspect is left alone."""

    column: Text
    nullable: Flag | None = None
    new_type: MaybeText = None
    new_name: MaybeText = None
    changes_default: bool = False
    drops_default: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatesIndex(TableEffect):
    name: MaybeText
    columns: tuple[Text, ...] = ()
    unique: Flag = False
    concurrently: Flag = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DropsIndex(Effect):
    name: Text
    table: MaybeText = None
    schema: MaybeText = None
    concurrently: Flag = False


class ConstraintKind(Enum):
    PRIMARY_KEY = "primary key"
    UNIQUE = "unique"
    FOREIGN_KEY = "foreign key"
    CHECK = "check"
    EXCLUDE = "exclude"
    UNKNOWN = "constraint"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddsConstraint(TableEffect):
    kind: ConstraintKind
    name: MaybeText
    columns: tuple[Text, ...] = ()
    referent: MaybeText = None
    not_valid: Flag = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DropsConstraint(TableEffect):
    name: MaybeText
    kind: ConstraintKind = ConstraintKind.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesData(Effect):
    """INSERT, UPDATE, DELETE, TRUNCATE or a bulk insert."""

    verb: str
    table: Text
    filtered: Flag = True
    """Whether a WHERE limits it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsSql(Effect):
    """Raw SQL whose effect on the schema is not one of the others, or not understood."""

    text: Text
    understood: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAnalysed(Effect):
    """Something that could not be read; rules report it instead of passing it as clean."""

    reason: str


def known(value: object) -> str | None:
    """The text of a value, or None when it is absent or unknown."""
    return value if isinstance(value, str) else None


def shown(value: object) -> str:
    """A value as messages show it."""
    return value if isinstance(value, str) else "(unnamed)" if value is None else "(a name not known before it runs)"
