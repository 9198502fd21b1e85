"""The effects: one frozen value for each kind of change a migration makes. No producers, no judgement.

Every effect has a ``span`` (where in the user's file it is written), its place in the order and in the transactions of
the migration, and the databases that it can run on. A value that could not be read from the source is
:data:`UNKNOWN` or :class:`Computed`, never a guess.
"""

from __future__ import annotations

from dataclasses import field
from enum import Enum

from headway.effects.values import (
    UNKNOWN,
    Computed,
    Flag,
    MaybeText,
    Span,
    SqlSource,
    Text,
    Unknown,
    known,
    shown,
)
from headway.valueclass import valueclass

__all__ = ["UNKNOWN", "Computed", "Flag", "MaybeText", "Span", "SqlSource", "Text", "Unknown", "known", "shown"]


@valueclass(frozen=True, kw_only=True)
class Effect:
    """What all effects share."""

    span: Span
    order: int = 0
    """Its place among the effects of ``upgrade()`` or ``downgrade()``, from 0."""
    transaction: int = 0
    """Which transaction of the migration it runs in, from 0; the next begins behind a COMMIT or an autocommit block."""
    autocommit: bool = False
    """Whether it runs in an ``autocommit_block()``, outside any transaction."""
    conditional: bool = False
    """Whether it stands in an ``if``, a loop or a ``try``, so that it may run not at all, or often."""
    databases: frozenset[str] | None = None
    """The databases that a guard such as ``bind.dialect.name == "postgresql"`` lets it run on; None: on all."""
    raw: bool = False
    """Whether it was read from raw SQL rather than from an ``op`` call."""
    written_at: Span | None = None
    """Where it stands, when that is another module of the project, which is called at ``span``."""


def can_run_on(effect: Effect, databases: frozenset[str]) -> bool:
    """Whether an effect's guard lets it run on one of these databases."""
    return effect.databases is None or bool(effect.databases & databases)


@valueclass(frozen=True, kw_only=True)
class TableEffect(Effect):
    """A change of one table."""

    table: Text
    schema: MaybeText = None


# -- parts of a table ---------------------------------------------------------------------------------------------


@valueclass(frozen=True, slots=True)
class Type:
    """A column's type."""

    name: Text
    """Its name without a module: ``String``, ``VARCHAR``, ``timestamp with time zone``."""
    arguments: tuple[object, ...] = ()
    """Length, precision, scale, labels: whatever stands in its parentheses by position; UNKNOWN where not known."""
    options: tuple[tuple[str, object], ...] = ()
    """Arguments by name, such as ``("timezone", True)``."""
    written: str = ""
    """As the file writes it, without the module: ``String(length=50)``."""
    module: str = field(default="", compare=False, repr=False)
    """Where the class of an object comes from, such as ``sqlalchemy.dialects.mysql``; empty where the type is SQL, where it
    has variants, and where not every argument is told."""

    def __str__(self) -> str:
        return self.written or shown(self.name)


@valueclass(frozen=True, slots=True)
class ForeignKey:
    """What a foreign key points to, and how."""

    table: MaybeText
    schema: MaybeText = None
    columns: tuple[Text, ...] = ()
    name: MaybeText = None
    local_columns: tuple[Text, ...] = ()
    on_delete: MaybeText = None
    on_update: MaybeText = None
    deferrable: Flag = False


@valueclass(frozen=True, slots=True)
class Column:
    """A column as a migration declares it."""

    name: Text
    type: Type | None = None
    nullable: Flag = True
    primary_key: bool = False
    has_default: Flag = False
    """Whether the database fills it by itself: server default, identity, computed, autoincrementing key."""
    default: MaybeText = None
    """The server default as SQL, or None when there is none."""
    computed: MaybeText = None
    """The expression of a generated column."""
    computed_stored: Flag = False
    identity: bool = False
    autoincrement: Flag | None = None
    """What is said of it; None: nothing, so that a key of one whole number counts by itself."""
    unique: Flag = False
    index: Flag = False
    references: tuple[ForeignKey, ...] = ()
    comment: MaybeText = None
    python_default: str | None = field(default=None, compare=False, repr=False)
    """The constant that SQLAlchemy gives to the rows that it inserts, as Python writes it; None where none is told. The database
    knows nothing of it."""


class ConstraintKind(Enum):
    PRIMARY_KEY = "primary key"
    UNIQUE = "unique"
    FOREIGN_KEY = "foreign key"
    CHECK = "check"
    EXCLUDE = "exclude"
    UNKNOWN = "constraint"


@valueclass(frozen=True, slots=True)
class Constraint:
    """A constraint of a table."""

    kind: ConstraintKind
    name: MaybeText = None
    columns: tuple[Text, ...] = ()
    references: ForeignKey | None = None
    condition: MaybeText = None
    """The expression of a CHECK."""


@valueclass(frozen=True, slots=True)
class Index:
    """An index that a table declares with itself."""

    name: MaybeText
    columns: tuple[Text, ...] = ()
    unique: Flag = False


# -- tables -------------------------------------------------------------------------------------------------------


@valueclass(frozen=True, kw_only=True)
class CreatesTable(TableEffect):
    columns: tuple[Column, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    indexes: tuple[Index, ...] = ()
    if_not_exists: Flag = False
    whole: bool = True
    """Whether every column and constraint could be read; False also for CREATE TABLE … AS and LIKE."""
    temporary: bool = False
    """Whether it ends with the session."""
    charset: MaybeText = None
    """The character set that MySQL is told for its texts."""


@valueclass(frozen=True, kw_only=True)
class DropsTable(TableEffect):
    if_exists: Flag = False
    cascade: Flag = False


@valueclass(frozen=True, kw_only=True)
class RenamesTable(TableEffect):
    new_name: Text
    new_schema: MaybeText = None
    """None: the schema stays."""


@valueclass(frozen=True, kw_only=True)
class AltersTable(TableEffect):
    """Any other change of a table: its comment, storage, engine, partitions, row security, triggers on or off."""

    action: str
    """The words of SQL that say it, in capitals: ``ATTACH PARTITION``, ``SET LOGGED``, ``COMMENT``."""
    subject: MaybeText = None
    """What the action names or sets: the partition, the trigger, the column, the engine, the comment."""


# -- columns ------------------------------------------------------------------------------------------------------


@valueclass(frozen=True, kw_only=True)
class AddsColumn(TableEffect):
    column: Column
    if_not_exists: Flag = False


@valueclass(frozen=True, kw_only=True)
class DropsColumn(TableEffect):
    column: Text
    if_exists: Flag = False
    cascade: Flag = False


@valueclass(frozen=True, kw_only=True)
class AltersColumn(TableEffect):
    """``None`` in a field means: this aspect is left alone."""

    column: Text
    nullable: Flag | None = None
    new_type: Type | None = None
    new_name: MaybeText = None
    changes_default: bool = False
    drops_default: bool = False
    default: MaybeText = None
    """The new server default as SQL, where ``changes_default``."""
    using: MaybeText = None
    """The expression of USING."""
    comment: MaybeText = None
    existing_type: Type | None = None
    existing_nullable: Flag | None = None
    existing_default: MaybeText = None
    identity: bool | None = None
    charset: MaybeText = None
    """The character set of the column's table, which no call tells: rules take it from the history."""


# -- indexes and constraints --------------------------------------------------------------------------------------


@valueclass(frozen=True, kw_only=True)
class CreatesIndex(TableEffect):
    name: MaybeText
    columns: tuple[Text, ...] = ()
    """Names of columns, and expressions as written."""
    unique: Flag = False
    concurrently: Flag = False
    if_not_exists: Flag = False
    where: MaybeText = None
    """The predicate of a partial index."""
    method: MaybeText = None
    only: bool = False
    """PostgreSQL's ``ON ONLY``: not on the partitions."""


@valueclass(frozen=True, kw_only=True)
class DropsIndex(Effect):
    name: Text
    table: MaybeText = None
    schema: MaybeText = None
    concurrently: Flag = False
    if_exists: Flag = False
    cascade: Flag = False


@valueclass(frozen=True, kw_only=True)
class RenamesIndex(Effect):
    name: Text
    new_name: Text
    schema: MaybeText = None
    table: MaybeText = None


@valueclass(frozen=True, kw_only=True)
class Reindexes(Effect):
    """REINDEX, CLUSTER, VACUUM FULL, OPTIMIZE TABLE and others that write a table or index anew."""

    verb: str
    name: MaybeText = None
    """The table, index, schema or database; None for all."""
    schema: MaybeText = None
    concurrently: Flag = False


@valueclass(frozen=True, kw_only=True)
class AddsConstraint(TableEffect):
    kind: ConstraintKind
    name: MaybeText
    columns: tuple[Text, ...] = ()
    referent: MaybeText = None
    references: ForeignKey | None = None
    condition: MaybeText = None
    not_valid: Flag = False
    using_index: MaybeText = None
    """The existing index that becomes the constraint's."""


@valueclass(frozen=True, kw_only=True)
class DropsConstraint(TableEffect):
    name: MaybeText
    kind: ConstraintKind = ConstraintKind.UNKNOWN
    if_exists: Flag = False
    cascade: Flag = False


@valueclass(frozen=True, kw_only=True)
class RenamesConstraint(TableEffect):
    name: Text
    new_name: Text


@valueclass(frozen=True, kw_only=True)
class ValidatesConstraint(TableEffect):
    name: Text


# -- rows ---------------------------------------------------------------------------------------------------------


@valueclass(frozen=True, kw_only=True)
class ChangesData(Effect):
    """INSERT, UPDATE, DELETE, MERGE, TRUNCATE or a bulk insert."""

    verb: str
    table: Text
    schema: MaybeText = None
    filtered: Flag = True
    """Whether a WHERE limits it."""
    where: MaybeText = None
    """The condition as SQL; None when there is none, UNKNOWN when it cannot be told."""
    limited: Flag = False
    """Whether LIMIT, TOP or a partition leaves rows out; UNKNOWN where the rows of other tables may."""
    sets: tuple[Text, ...] = ()
    """The columns that an UPDATE sets, or an INSERT names."""
    cascade: Flag = False
    through_session: bool = False
    """Whether an ORM session does it."""
    by_query: bool = False
    """Whether a query of the session does it, in one statement."""


# -- other objects ------------------------------------------------------------------------------------------------


class ObjectKind(Enum):
    """What is neither table, column, index nor constraint."""

    VIEW = "view"
    MATERIALIZED_VIEW = "materialized view"
    SEQUENCE = "sequence"
    FUNCTION = "function"
    PROCEDURE = "procedure"
    TRIGGER = "trigger"
    EXTENSION = "extension"
    SCHEMA = "schema"
    DATABASE = "database"
    DOMAIN = "domain"
    TYPE = "type"
    POLICY = "policy"
    RULE = "rule"
    ROLE = "role"
    GRANT = "grant"
    COMMENT = "comment"
    OTHER = "object"


@valueclass(frozen=True, kw_only=True)
class CreatesObject(Effect):
    kind: ObjectKind
    name: MaybeText
    schema: MaybeText = None
    table: MaybeText = None
    """The table that a trigger, policy or rule belongs to."""
    replaces: bool = False
    if_not_exists: Flag = False
    body: tuple[Effect, ...] = ()
    """What a function, procedure or trigger does when it is called, as far as its text tells; none of it is done yet."""


@valueclass(frozen=True, kw_only=True)
class AltersObject(Effect):
    kind: ObjectKind
    name: MaybeText
    schema: MaybeText = None
    table: MaybeText = None
    action: str = ""


@valueclass(frozen=True, kw_only=True)
class DropsObject(Effect):
    kind: ObjectKind
    name: MaybeText
    schema: MaybeText = None
    table: MaybeText = None
    if_exists: Flag = False
    cascade: Flag = False


@valueclass(frozen=True, kw_only=True)
class CreatesEnum(Effect):
    """An enum type with its labels (PostgreSQL)."""

    name: Text
    schema: MaybeText = None
    labels: tuple[Text, ...] = ()
    if_not_exists: Flag = False


@valueclass(frozen=True, kw_only=True)
class AddsEnumLabel(Effect):
    name: Text
    label: Text
    schema: MaybeText = None
    if_not_exists: Flag = False


@valueclass(frozen=True, kw_only=True)
class RenamesEnum(Effect):
    """The type, or with ``label`` one of its labels."""

    name: Text
    new_name: Text
    schema: MaybeText = None
    label: MaybeText = None


@valueclass(frozen=True, kw_only=True)
class DropsEnum(Effect):
    name: Text
    schema: MaybeText = None
    if_exists: Flag = False
    cascade: Flag = False


# -- the session --------------------------------------------------------------------------------------------------


@valueclass(frozen=True, kw_only=True)
class SetsSetting(Effect):
    """SET, PRAGMA, USE: changes the session, not the database."""

    name: Text
    """In lower case, for example ``lock_timeout``."""
    value: MaybeText = None
    local: bool = False
    """Whether it ends with the transaction."""


@valueclass(frozen=True, kw_only=True)
class EndsTransaction(Effect):
    """COMMIT, ROLLBACK or BEGIN as text, or by a method of the connection or session."""

    verb: str
    through_session: bool = False
    """Whether an ORM session does it, which on a connection that is in a transaction commits nothing by it."""

    @property
    def commits_nothing(self) -> bool:
        """Whether it is the COMMIT of an ORM session: the migration's transaction goes on behind it. See
        https://docs.sqlalchemy.org/en/20/orm/session_transaction.html#joining-a-session-into-an-external-transaction-such-as-for-test-suites
        """
        return self.through_session and self.verb == "COMMIT"


@valueclass(frozen=True, kw_only=True)
class LocksTable(TableEffect):
    """LOCK TABLE, LOCK TABLES, SELECT … FOR UPDATE."""

    mode: str = ""


@valueclass(frozen=True, kw_only=True)
class Reads(Effect):
    """A query that changes nothing."""

    tables: tuple[Text, ...] = ()
    """UNKNOWN is one of them where they cannot all be told."""
    through_session: bool = False
    """Whether an ORM session fetches the rows."""


# -- what is left -------------------------------------------------------------------------------------------------


@valueclass(frozen=True, kw_only=True)
class RunsSql(Effect):
    """Raw SQL whose effect on the schema is not one of the others, or not understood."""

    text: Text
    understood: bool = False


@valueclass(frozen=True, kw_only=True)
class NotAnalysed(Effect):
    """Something that could not be read; rules report it instead of passing it as clean."""

    reason: str
    adds_only: bool = False
    """Whether all that it can do is to make tables that are not there yet."""
