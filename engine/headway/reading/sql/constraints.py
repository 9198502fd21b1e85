"""The definition of a constraint of a table, and what a foreign key points to."""

from __future__ import annotations

from headway.effects import model as fx
from headway.reading.sql.cursor import Cursor, UnreadError
from headway.reading.sql.index_parts import index_columns
from headway.reading.sql.t_sql import at_verb
from headway.reading.sql.types import expression
from headway.valueclass import valueclass

KIND = fx.ConstraintKind


@valueclass(frozen=True)
class Constrained:
    """A constraint of a table, and what ALTER TABLE wants to know of it besides."""

    constraint: fx.Constraint
    not_valid: bool = False
    using_index: fx.MaybeText = None
    default_for: fx.MaybeText = None
    """The column of SQL Server's ``DEFAULT … FOR column``."""
    default: fx.MaybeText = None


def at_constraint(cursor: Cursor) -> bool:
    """Whether a constraint of the table comes next, and no column."""
    after = cursor.peek(1).word
    match cursor.peek().word:
        case "CONSTRAINT" | "EXCLUDE":
            return True
        case "CHECK":
            return after in ("(", "NOT")
        case "PRIMARY" | "FOREIGN":
            return after == "KEY"
        case "UNIQUE":
            return after in ("(", "KEY", "INDEX", "NULLS", "USING", "CLUSTERED", "NONCLUSTERED") or cursor.script.mysql
        case "DEFAULT":
            return cursor.script.database == "mssql"
        case _:
            return False


def constraint_of(cursor: Cursor) -> Constrained:
    """Reads a constraint of a table."""
    name: fx.MaybeText = None
    if cursor.take("CONSTRAINT") and not at_constraint(cursor):
        cursor.take("IF", "NOT", "EXISTS")  # MariaDB
        name = cursor.name()
    start = cursor.place
    using: fx.MaybeText = None
    columns: tuple[fx.Text, ...] = ()
    condition: fx.MaybeText = None
    key: fx.ForeignKey | None = None
    kind = _constraint_kind(cursor)
    if kind is KIND.FOREIGN_KEY:
        cursor.take("IF", "NOT", "EXISTS")
        if not cursor.at("("):
            cursor.name()  # MySQL's name of the index
        columns = cursor.names()
        cursor.need("REFERENCES")
        key = references(cursor, name, columns)
    elif kind is KIND.CHECK:
        cursor.take("NOT", "FOR", "REPLICATION")
        condition = cursor.condition()
    elif kind is KIND.EXCLUDE:
        columns, condition = _exclusion(cursor), cursor.text(start)
    elif kind is KIND.UNKNOWN:
        return _default_for(cursor, name)
    else:
        name, columns, using = _unique_key(cursor, name)
    not_valid = _constraint_rest(cursor)
    return Constrained(fx.Constraint(kind, name, columns, key, condition), not_valid, using)


def _constraint_kind(cursor: Cursor) -> fx.ConstraintKind:
    for words, kind in _KINDS.items():
        if cursor.take(*words):
            return kind
    raise UnreadError


_KINDS = {
    ("PRIMARY", "KEY"): KIND.PRIMARY_KEY,
    ("UNIQUE",): KIND.UNIQUE,
    ("FOREIGN", "KEY"): KIND.FOREIGN_KEY,
    ("CHECK",): KIND.CHECK,
    ("EXCLUDE",): KIND.EXCLUDE,
    ("DEFAULT",): KIND.UNKNOWN,
}


def _unique_key(cursor: Cursor, name: fx.MaybeText) -> tuple[fx.MaybeText, tuple[fx.Text, ...], fx.MaybeText]:
    """The name, the columns and the existing index of a primary key or a unique constraint."""
    cursor.take_any("KEY", "INDEX")
    cursor.take("IF", "NOT", "EXISTS")
    cursor.take("NULLS", "NOT", "DISTINCT") or cursor.take("NULLS", "DISTINCT")
    if cursor.take_any("CLUSTERED", "NONCLUSTERED"):
        cursor.take("HASH")
    if cursor.take("USING", "INDEX"):
        return name, (), cursor.name()
    if not cursor.at("(") and not cursor.at("USING"):
        given = cursor.name()  # MySQL names the key here
        name = given if name is None else name
    if cursor.take("USING"):
        cursor.name()
    return name, cursor.names(), None


def _exclusion(cursor: Cursor) -> tuple[fx.Text, ...]:
    if cursor.take("USING"):
        cursor.name()
    columns = index_columns(cursor.group())
    if cursor.take("WHERE"):
        cursor.skip_group()
    return columns


def _default_for(cursor: Cursor, name: fx.MaybeText) -> Constrained:
    value = expression(cursor)
    cursor.need("FOR")
    column = cursor.name()
    cursor.take("WITH", "VALUES")
    return Constrained(fx.Constraint(KIND.UNKNOWN, name, (column,)), default_for=column, default=value)


def _constraint_rest(cursor: Cursor) -> bool:
    """Reads the clauses behind a constraint, in whatever order; tells whether NOT VALID is one of them."""
    not_valid = False
    while not cursor.done and not at_verb(cursor):
        if cursor.take("NOT", "VALID") or cursor.take("ENABLE", "NOVALIDATE") or cursor.take("NOVALIDATE"):
            not_valid = True
        elif cursor.take("USING", "INDEX", "TABLESPACE") or cursor.take("COMMENT") or cursor.take("INITIALLY"):
            cursor.next()
        elif cursor.script.database == "mssql" and cursor.take("ON"):  # a group of files, or a scheme and its column
            cursor.step()
            if cursor.at("("):
                cursor.skip_group()
        elif cursor.script.database == "mssql" and cursor.take("WITH", "FILLFACTOR", "="):
            cursor.next()
        elif cursor.take("INCLUDE") or cursor.at("WITH", "("):
            cursor.take("WITH")
            cursor.skip_group()
        elif cursor.take("USING") or cursor.take("ON", "CONFLICT") or cursor.take("KEY_BLOCK_SIZE"):
            cursor.take("INDEX")
            cursor.take("=")
            cursor.next()
        elif not any(cursor.take(*words) for words in _TAILS):
            break
    return not_valid


_TAILS = (
    ("NOT", "DEFERRABLE"),
    ("DEFERRABLE",),
    ("NOT", "ENFORCED"),
    ("ENFORCED",),
    ("NO", "INHERIT"),
    ("ENABLE", "VALIDATE"),
    ("ENABLE",),
    ("DISABLE",),
    ("VALIDATE",),
    ("RELY",),
    ("CLUSTERED",),
    ("NONCLUSTERED",),
)


def references(cursor: Cursor, name: fx.MaybeText, local: tuple[fx.Text, ...]) -> fx.ForeignKey:
    """Reads what a foreign key points to, behind REFERENCES."""
    schema, table = cursor.path()
    columns = cursor.names() if cursor.at("(") else ()
    actions: dict[str, str] = {}
    deferrable = False
    while True:
        if cursor.take("MATCH"):
            cursor.next()
        elif cursor.at("ON", "DELETE") or cursor.at("ON", "UPDATE"):
            cursor.next()
            event = cursor.next().word
            actions[event] = _action(cursor)
        elif cursor.take("DEFERRABLE"):
            deferrable = True
        elif cursor.take("INITIALLY"):
            cursor.next()
        elif not (
            cursor.take("NOT", "DEFERRABLE")
            or cursor.take("NOT", "ENFORCED")
            or cursor.take("NOT", "FOR", "REPLICATION")
        ):
            break
    return fx.ForeignKey(table, schema, columns, name, local, actions.get("DELETE"), actions.get("UPDATE"), deferrable)


def _action(cursor: Cursor) -> str:
    word = cursor.next().word
    if word in ("SET", "NO"):
        word += f" {cursor.next().word}"
        if cursor.at("("):
            cursor.skip_group()
    return word
