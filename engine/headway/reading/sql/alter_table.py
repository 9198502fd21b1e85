"""ALTER TABLE of every database as effects, one for each of its actions. One grammar: where two databases give the same
words a different meaning, the reader asks which it is."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator

from headway.effects import model as fx
from headway.reading.sql.alter_column import alter, change, modify, rename
from headway.reading.sql.columns import column_of
from headway.reading.sql.constraints import at_constraint, constraint_of
from headway.reading.sql.cursor import Cursor, UnreadError, words
from headway.reading.sql.index_parts import mysql_index
from headway.reading.sql.t_sql import at_verb
from headway.reading.sql.target import Target, added, adds_constraint


def alter_table(cursor: Cursor, span: fx.Span) -> Iterator[fx.Effect]:
    """Reads what follows ALTER TABLE."""
    cursor.take("IF", "EXISTS")
    cursor.take("ONLY")
    schema, table = cursor.path()
    cursor.take("*")
    target = Target(span, table, schema)
    if cursor.take_any("WAIT", "NOWAIT") and cursor.peek().kind == "number":  # MariaDB
        cursor.next()
    repeated: Action | None = None
    while not cursor.done:
        repeated = yield from _action(cursor, target, repeated)
        if not cursor.take(","):
            repeated = None
            if not cursor.done and cursor.script.database not in ("oracle", *_PARTITIONED):
                return  # SQL Server needs nothing between statements: whoever called knows what to do with the rest
        elif cursor.done:
            raise UnreadError


Action = Callable[[Cursor, Target], Iterator[fx.Effect]]
_PARTITIONED = ("mysql", "mariadb")


def _action(cursor: Cursor, target: Target, repeated: Action | None) -> Generator[fx.Effect, None, Action | None]:
    """Reads one action; gives back what a list without a verb goes on with (SQL Server's ``ADD a int, b int``)."""
    reader = _ACTIONS.get(cursor.peek().word)
    if cursor.script.database == "mssql" and repeated is not None and cursor.at_any(_NAMED_BY_WORDS):
        reader = None  # behind a comma it is a column that is called so
    if cursor.script.mysql and reader is None and cursor.at_any(_TABLE_OPTIONS):
        reader = _table_option
    elif reader is None:
        if repeated is None:
            raise UnreadError
        reader = repeated
    else:
        cursor.next()
    said = cursor.peek().word
    yield from reader(cursor, target)
    if cursor.script.database != "mssql" or reader not in (_add, _drop, _drop_more_columns):
        return None
    if reader is _add:
        return _add
    return _drop_more_columns if said == "COLUMN" else _drop if said == "CONSTRAINT" else reader


# -- ADD ----------------------------------------------------------------------------------------------------------


def _add(cursor: Cursor, target: Target) -> Iterator[fx.Effect]:
    if cursor.script.mysql and _at_mysql_index(cursor):
        yield from _add_index(cursor, target)
        return
    if (cursor.script.mysql and cursor.at_any(("PARTITION", "SYSTEM"))) or _at_oracle_part(cursor):
        yield target.other(f"ADD {cursor.next().word}")
        cursor.rest()
        return
    if cursor.script.database == "mssql" and cursor.at("COLUMN"):
        raise UnreadError
    if cursor.script.database == "mssql" and cursor.take("PERIOD", "FOR", "SYSTEM_TIME"):
        cursor.skip_group()
        yield target.other("ADD PERIOD")
        return
    if cursor.script.database == "mssql" and cursor.take("INDEX"):
        name, unique = cursor.name(), cursor.take("UNIQUE")
        cursor.take_any("CLUSTERED", "NONCLUSTERED")
        yield target.made(fx.CreatesIndex, name=name, columns=cursor.names(), unique=unique)
        return
    if cursor.take("COLUMN"):
        yield from _add_column(cursor, target)
    elif at_constraint(cursor):
        yield from _add_constraint(cursor, target)
    elif cursor.at("("):
        group = cursor.group()
        while not group.done:
            yield from _add(group, target)
            if not group.take(",") and not group.done:
                raise UnreadError
    else:
        yield from _add_column(cursor, target)


def _add_column(cursor: Cursor, target: Target) -> Iterator[fx.Effect]:
    if_not_exists = cursor.take("IF", "NOT", "EXISTS")
    if cursor.at("("):
        group = cursor.group()
        for item in group.items():
            yield from added(column_of(item), target)
            if not item.done:
                raise UnreadError
        return
    yield from added(column_of(cursor), target, if_not_exists)


def _add_constraint(cursor: Cursor, target: Target) -> Iterator[fx.Effect]:
    read = constraint_of(cursor)
    if read.default_for is not None:
        yield target.made(fx.AltersColumn, column=read.default_for, changes_default=True, default=read.default)
        return
    yield adds_constraint(read.constraint, target, not_valid=read.not_valid, using_index=read.using_index)


def _at_oracle_part(cursor: Cursor) -> bool:
    """Whether Oracle adds or drops a partition or what it logs, and no column of that name."""
    return cursor.script.database == "oracle" and (
        cursor.at("SUPPLEMENTAL", "LOG")
        or (cursor.at_any(("PARTITION", "SUBPARTITION")) and cursor.peek(1).kind in ("word", "name"))
    )


def _at_mysql_index(cursor: Cursor) -> bool:
    return cursor.at_any(("INDEX", "KEY", "FULLTEXT", "SPATIAL", "VECTOR"))


def _add_index(cursor: Cursor, target: Target) -> Iterator[fx.Effect]:
    name, columns, method = mysql_index(cursor)
    yield target.made(fx.CreatesIndex, name=name, columns=columns, method=method)


# -- DROP ---------------------------------------------------------------------------------------------------------


def _drop(cursor: Cursor, target: Target) -> Iterator[fx.Effect]:
    if cursor.script.database == "mssql" and cursor.take("PERIOD", "FOR", "SYSTEM_TIME"):
        yield target.other("DROP PERIOD")
        return
    if _at_oracle_part(cursor) or (
        cursor.script.database == "oracle" and cursor.at_any(("PARTITIONS", "SUBPARTITIONS"))
    ):
        action = f"DROP {cursor.next().word}"
        yield target.other(action, cursor.name() if cursor.at_name() else None)
        cursor.rest()
        return
    kind = next((kind for words, kind in _DROPPED.items() if cursor.take(*words)), None)
    if kind is not None:
        yield from _drop_constraint(cursor, target, kind)
    elif cursor.script.mysql and cursor.take_any("INDEX", "KEY"):
        if_exists = cursor.take("IF", "EXISTS")
        yield fx.DropsIndex(
            span=target.span, name=cursor.name(), table=target.table, schema=target.schema, if_exists=if_exists
        )
    elif cursor.script.mysql and cursor.take("PARTITION"):
        cursor.take("IF", "EXISTS")
        while True:
            yield target.other("DROP PARTITION", cursor.name())
            if not cursor.take(","):
                return
    elif cursor.script.database == "mssql" and not cursor.at("COLUMN"):
        yield from _drop_constraint(cursor, target, fx.ConstraintKind.UNKNOWN)
    elif cursor.take("UNUSED", "COLUMNS"):  # Oracle: those that SET UNUSED took away
        yield target.other("DROP UNUSED COLUMNS")
    else:
        yield from _drop_column(cursor, target)


def _drop_more_columns(cursor: Cursor, target: Target) -> Iterator[fx.Effect]:
    """What goes on behind SQL Server's DROP COLUMN a, …: columns, until it says CONSTRAINT."""
    yield from (_drop if cursor.at("CONSTRAINT") else _drop_column)(cursor, target)


def _drop_constraint(cursor: Cursor, target: Target, kind: fx.ConstraintKind) -> Iterator[fx.Effect]:
    if_exists = cursor.take("IF", "EXISTS")
    name = None
    if kind is fx.ConstraintKind.UNIQUE or (kind is fx.ConstraintKind.CHECK and cursor.at("(")):
        cursor.skip_group()
    elif kind is not fx.ConstraintKind.PRIMARY_KEY:
        name = cursor.name()
    cascade = _cascade(cursor)
    if cursor.script.database == "mssql" and cursor.take("WITH"):
        cursor.skip_group()
    yield target.made(fx.DropsConstraint, name=name, kind=kind, if_exists=if_exists, cascade=cascade)


_DROPPED = {
    ("CONSTRAINT",): fx.ConstraintKind.UNKNOWN,
    ("PRIMARY", "KEY"): fx.ConstraintKind.PRIMARY_KEY,
    ("FOREIGN", "KEY"): fx.ConstraintKind.FOREIGN_KEY,
    ("CHECK",): fx.ConstraintKind.CHECK,
    ("UNIQUE",): fx.ConstraintKind.UNIQUE,
}


def _drop_column(cursor: Cursor, target: Target) -> Iterator[fx.Effect]:
    cursor.take("COLUMN") or cursor.take("COLUMNS")
    if_exists = cursor.take("IF", "EXISTS")
    names = cursor.names() if cursor.at("(") else (cursor.name(),)
    cascade = _cascade(cursor)
    for name in names:
        yield target.made(fx.DropsColumn, column=name, if_exists=if_exists, cascade=cascade)


def _cascade(cursor: Cursor) -> bool:
    cascade = cursor.take("CASCADE")
    if cascade:
        cursor.take("CONSTRAINTS")
    else:
        cursor.take("RESTRICT")
    return cascade


# -- everything else ----------------------------------------------------------------------------------------------


def _validate(cursor: Cursor, target: Target) -> Iterator[fx.Effect]:
    cursor.need("CONSTRAINT")
    yield target.made(fx.ValidatesConstraint, name=cursor.name())


def _set(cursor: Cursor, target: Target) -> Iterator[fx.Effect]:
    if cursor.take("SCHEMA"):
        yield target.made(fx.RenamesTable, new_name=target.table, new_schema=cursor.name())
        return
    if cursor.take("UNUSED"):
        yield from _drop_column(cursor, target)
        return
    yield from _words("SET")(cursor, target)


def _check(cursor: Cursor, target: Target) -> Iterator[fx.Effect]:
    """SQL Server: ``WITH CHECK ADD CONSTRAINT``, ``WITH CHECK CHECK CONSTRAINT`` and their kin."""
    checked = cursor.tokens[cursor.place - 1].word == "CHECK" or cursor.take("CHECK")
    if not checked:
        cursor.take("NOCHECK")
    if cursor.take("ADD"):
        for effect in _add(cursor, target):
            if isinstance(effect, fx.AddsConstraint) and not checked:
                effect = target.made(
                    fx.AddsConstraint,
                    kind=effect.kind,
                    name=effect.name,
                    columns=effect.columns,
                    referent=effect.referent,
                    references=effect.references,
                    condition=effect.condition,
                    not_valid=True,
                )
            yield effect
        return
    validates = cursor.take("CHECK")
    cursor.take("NOCHECK")
    cursor.need("CONSTRAINT")
    name = cursor.name()
    if checked and validates:
        yield target.made(fx.ValidatesConstraint, name=name)
    else:
        yield target.other("CHECK CONSTRAINT" if checked else "NOCHECK CONSTRAINT", name)


def _words(first: str) -> Action:
    """An action that is named by its words up to a name or value."""

    def read(cursor: Cursor, target: Target) -> Iterator[fx.Effect]:
        named = [first]
        while cursor.peek().word in _ACTION_WORDS:
            named.append(cursor.next().word)
        if len(named) == 1 and (first in _NOT_ALONE or (first == "SET" and not cursor.at("("))):
            raise UnreadError
        subject = None
        if (
            cursor.at_name()
            and " ".join(named) not in _WITHOUT_SUBJECT
            and not at_verb(cursor)
            and not cursor.at("WITH", "(")
        ):
            subject = cursor.path()[1]
        if cursor.at_any(("CONCURRENTLY", "FINALIZE")):  # DETACH PARTITION
            named.append(cursor.next().word)
        if first == "SWITCH" and named[-1] == "PARTITION":  # SWITCH PARTITION 1 TO other
            cursor.step()
            subject = cursor.path()[1] if cursor.take("TO") else None
        while not cursor.done and not cursor.at(",") and not at_verb(cursor):
            cursor.step()
        yield target.other(" ".join(named), subject)

    return read


_NOT_ALONE = words("ENABLE DISABLE NO NOT OWNER REPLICA ATTACH DETACH CLUSTER")
_WITHOUT_SUBJECT = frozenset({"REPLICA IDENTITY", "SET", "MOVE"})
_ACTION_WORDS = words(
    "REPLICA ALWAYS TRIGGER RULE ROW LEVEL SECURITY FORCE WITHOUT CLUSTER ON OIDS ACCESS METHOD "
    "TABLESPACE LOGGED UNLOGGED INHERIT OF TO IDENTITY PARTITION PARTITIONING CONSTRAINT KEYS CHARACTER "
    "SET PRIMARY KEY ALL NOVALIDATE VALIDATE ONLINE"
)


def _table_option(cursor: Cursor, target: Target) -> Iterator[fx.Effect]:
    """MySQL's options: ``ENGINE = InnoDB``, ``ALGORITHM=INPLACE``, ``LOCK=NONE``, ``CONVERT TO CHARACTER SET``."""
    words = [cursor.next().word]
    while cursor.peek().kind == "word" and cursor.peek().word in _OPTION_WORDS:
        words.append(cursor.next().word)
    cursor.take("=")
    subject: fx.MaybeText = None
    if cursor.at("("):
        cursor.skip_group()
    elif not cursor.done and not cursor.at(","):
        token = cursor.next()
        subject = cursor.script.filled(token.value())
    if words[0] in ("PARTITION", "REORGANIZE", "EXCHANGE", "ORDER"):
        cursor.rest()
    if words[-1] in ("SET", "CHARSET") and cursor.take("COLLATE"):  # of that character set
        cursor.take("=")
        cursor.next()
    yield target.other(" ".join(words), subject)


_TABLE_OPTIONS = words(
    "ENGINE AUTO_INCREMENT AVG_ROW_LENGTH DEFAULT CHARACTER CHARSET CHECKSUM COLLATE COMMENT COMPRESSION CONNECTION DATA "
    "INDEX DELAY_KEY_WRITE ENCRYPTION INSERT_METHOD KEY_BLOCK_SIZE MAX_ROWS MIN_ROWS PACK_KEYS ROW_FORMAT TABLESPACE UNION "
    "STATS_AUTO_RECALC STATS_PERSISTENT STATS_SAMPLE_PAGES PAGE_COMPRESSED PAGE_COMPRESSION_LEVEL ENCRYPTED "
    "ENCRYPTION_KEY_ID TRANSACTIONAL SEQUENCE ALGORITHM LOCK CONVERT ORDER PARTITION REMOVE REORGANIZE EXCHANGE COALESCE "
    "ANALYZE OPTIMIZE REPAIR DISCARD IMPORT WITHOUT ENGINE_ATTRIBUTE AUTOEXTEND_SIZE SECONDARY_ENGINE"
)
_OPTION_WORDS = words("TO CHARACTER SET BY PARTITION PARTITIONING KEYS TABLESPACE VALIDATION DIRECTORY")

_NAMED_BY_WORDS = words(
    "ENABLE DISABLE NO FORCE CLUSTER RESET INHERIT NOT OF OWNER REPLICA ATTACH DETACH SWITCH REBUILD MOVE SHRINK READ TRUNCATE COMPRESS NOCOMPRESS PARALLEL NOPARALLEL CACHE NOCACHE LOGGING NOLOGGING"
)
_ACTIONS: dict[str, Action] = {
    "ADD": _add,
    "DROP": _drop,
    "ALTER": alter,
    "MODIFY": modify,
    "CHANGE": change,
    "RENAME": rename,
    "VALIDATE": _validate,
    "SET": _set,
    "WITH": _check,
    "CHECK": _check,
    "NOCHECK": _check,
    **{word: _words(word) for word in _NAMED_BY_WORDS},
}
