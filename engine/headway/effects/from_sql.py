"""Raw SQL text to effects, by parsing it. The only module that imports sqlglot, and only when there is SQL to read."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from headway.effects import model as fx

_DIALECTS = {"postgresql": "postgres", "mysql": "mysql", "mariadb": "mysql", "sqlite": "sqlite", "mssql": "tsql"}


def effects_of_sql(sql: str, span: fx.Span, *, dialect: str = "postgresql") -> tuple[fx.Effect, ...]:
    """What the statements in ``sql`` do, in their order.

    What the parser does not understand comes back as ``RunsSql(understood=False)``; this never raises.
    """
    import sqlglot
    from sqlglot.errors import SqlglotError

    logging.getLogger("sqlglot").setLevel(logging.ERROR)  # it warns of every statement it falls back on
    try:
        statements = sqlglot.parse(sql, read=_DIALECTS.get(dialect))
    except (SqlglotError, RecursionError):
        return (fx.RunsSql(span=span, raw=True, text=sql),)
    effects: list[fx.Effect] = []
    for statement in statements:
        if statement is not None:
            effects += [replace(effect, raw=True) for effect in _read(statement, span)]
    return tuple(effects)


def _read(statement: Any, span: fx.Span) -> Iterator[fx.Effect]:
    reader = _READERS.get(statement.key)
    if reader is None:
        understood = statement.key in _HARMLESS
        yield fx.RunsSql(span=span, text=statement.sql(), understood=understood)
        return
    yield from reader(statement, span)


def _table(node: Any) -> tuple[fx.Text, fx.MaybeText]:
    """Name and schema of the first table that ``node`` mentions."""
    from sqlglot import exp

    table = node.find(exp.Table) if isinstance(node, exp.Expression) else None
    if table is None:
        return fx.UNKNOWN, None
    return table.name, table.db or None


def _create(statement: Any, span: fx.Span) -> Iterator[fx.Effect]:
    from sqlglot import exp

    table, schema = _table(statement.this)
    if statement.kind == "TABLE":
        columns = tuple(_column(column) for column in statement.this.find_all(exp.ColumnDef))
        yield fx.CreatesTable(span=span, table=table, schema=schema, columns=columns)
        return
    if statement.kind != "INDEX":
        yield fx.RunsSql(span=span, text=statement.sql(), understood=True)
        return
    index = statement.this
    table, schema = _table(index.args.get("table"))
    params = index.args.get("params")
    columns_node = params.args.get("columns") if params is not None else None
    yield fx.CreatesIndex(
        span=span,
        table=table,
        schema=schema,
        name=index.name or None,
        columns=tuple(column.name or fx.UNKNOWN for column in columns_node or ()),
        unique=bool(statement.args.get("unique")),
        concurrently=bool(statement.args.get("concurrently")),
    )


def _drop(statement: Any, span: fx.Span) -> Iterator[fx.Effect]:
    for dropped in _dropped(statement):
        name, schema = _table(dropped)
        if statement.kind == "TABLE":
            yield fx.DropsTable(span=span, table=name, schema=schema)
        elif statement.kind == "INDEX":
            concurrently = bool(statement.args.get("concurrently"))
            yield fx.DropsIndex(span=span, name=name, schema=schema, concurrently=concurrently)
        else:
            yield fx.RunsSql(span=span, text=statement.sql(), understood=statement.kind != "SCHEMA")


def _dropped(drop: Any) -> list[Any]:
    """The nodes a DROP names; parsers before sqlglot 30 knew only one."""
    return list(drop.args.get("tables") or ()) or [drop.this]


def _alter(statement: Any, span: fx.Span) -> Iterator[fx.Effect]:
    table, schema = _table(statement.this)
    for action in statement.args.get("actions") or ():
        reader = _ALTER_ACTIONS.get(action.key)
        if reader is None:
            yield fx.RunsSql(span=span, text=statement.sql())
            continue
        for effect in reader(action, span, table, schema):
            # NOT VALID stands at the end of the statement, so the parser keeps it there.
            if isinstance(effect, fx.AddsConstraint) and statement.args.get("not_valid"):
                effect = replace(effect, not_valid=True)
            yield effect


def _add_column(action: Any, span: fx.Span, table: fx.Text, schema: fx.MaybeText) -> Iterator[fx.Effect]:
    yield fx.AddsColumn(span=span, table=table, schema=schema, column=_column(action))


def _drop_in_alter(action: Any, span: fx.Span, table: fx.Text, schema: fx.MaybeText) -> Iterator[fx.Effect]:
    for dropped in _dropped(action):
        if action.args.get("kind") == "COLUMN":
            yield fx.DropsColumn(span=span, table=table, schema=schema, column=dropped.name or fx.UNKNOWN)
        else:
            yield fx.DropsConstraint(span=span, table=table, schema=schema, name=dropped.name or None)


def _alter_column(action: Any, span: fx.Span, table: fx.Text, schema: fx.MaybeText) -> Iterator[fx.Effect]:
    allow_null = action.args.get("allow_null")
    new_type = action.args.get("dtype")
    yield fx.AltersColumn(
        span=span,
        table=table,
        schema=schema,
        column=action.name,
        nullable=None if allow_null is None else bool(allow_null),
        new_type=None if new_type is None else fx.Type(new_type.sql(), written=new_type.sql()),
        changes_default=action.args.get("default") is not None,
        drops_default=bool(action.args.get("drop")) and allow_null is None,
    )


def _rename_table(action: Any, span: fx.Span, table: fx.Text, schema: fx.MaybeText) -> Iterator[fx.Effect]:
    yield fx.RenamesTable(span=span, table=table, schema=schema, new_name=_table(action.this)[0])


def _rename_column(action: Any, span: fx.Span, table: fx.Text, schema: fx.MaybeText) -> Iterator[fx.Effect]:
    new_name = action.args.get("to")
    name = new_name.name if new_name is not None else fx.UNKNOWN
    yield fx.AltersColumn(span=span, table=table, schema=schema, column=action.this.name, new_name=name)


def _add_constraint(action: Any, span: fx.Span, table: fx.Text, schema: fx.MaybeText) -> Iterator[fx.Effect]:
    from sqlglot import exp

    for constraint in action.expressions:
        kind, name = fx.ConstraintKind.UNKNOWN, None
        for node in (constraint, *constraint.expressions):
            if isinstance(node, exp.Constraint):
                name = node.name
            kind = _CONSTRAINT_KEYS.get(node.key, kind)
        yield fx.AddsConstraint(span=span, table=table, schema=schema, kind=kind, name=name)


def _column(node: Any) -> fx.Column:
    from sqlglot import exp

    kinds = {constraint.kind.key: constraint.kind for constraint in node.args.get("constraints") or ()}
    not_null = kinds.get("notnullcolumnconstraint")
    key = "primarykeycolumnconstraint" in kinds
    written = node.args.get("kind")
    filled = {"defaultcolumnconstraint", "generatedasidentitycolumnconstraint", "computedcolumnconstraint"}
    serial = isinstance(written, exp.DataType) and "SERIAL" in written.sql().upper()
    return fx.Column(
        name=node.name,
        type=fx.Type(written.sql(), written=written.sql()) if written is not None else None,
        nullable=not key and (not_null is None or bool(not_null.args.get("allow_null"))),
        primary_key=key,
        has_default=bool(filled & kinds.keys()) or serial,
    )


def _update(statement: Any, span: fx.Span) -> Iterator[fx.Effect]:
    table, _ = _table(statement.this)
    yield fx.ChangesData(span=span, verb="UPDATE", table=table, filtered=statement.args.get("where") is not None)


def _delete(statement: Any, span: fx.Span) -> Iterator[fx.Effect]:
    table, _ = _table(statement.this)
    yield fx.ChangesData(span=span, verb="DELETE", table=table, filtered=statement.args.get("where") is not None)


def _insert(statement: Any, span: fx.Span) -> Iterator[fx.Effect]:
    table, _ = _table(statement.this)
    yield fx.ChangesData(span=span, verb="INSERT", table=table)


def _truncate(statement: Any, span: fx.Span) -> Iterator[fx.Effect]:
    for node in statement.expressions:
        yield fx.ChangesData(span=span, verb="TRUNCATE", table=_table(node)[0], filtered=False)


_READERS: dict[str, Callable[[Any, fx.Span], Iterator[fx.Effect]]] = {
    "create": _create,
    "drop": _drop,
    "alter": _alter,
    "update": _update,
    "delete": _delete,
    "insert": _insert,
    "truncatetable": _truncate,
}

_ALTER_ACTIONS: dict[str, Callable[[Any, fx.Span, fx.Text, fx.MaybeText], Iterator[fx.Effect]]] = {
    "columndef": _add_column,
    "drop": _drop_in_alter,
    "altercolumn": _alter_column,
    "alterrename": _rename_table,
    "renamecolumn": _rename_column,
    "addconstraint": _add_constraint,
}

_CONSTRAINT_KEYS = {
    "foreignkey": fx.ConstraintKind.FOREIGN_KEY,
    "primarykey": fx.ConstraintKind.PRIMARY_KEY,
    "uniquecolumnconstraint": fx.ConstraintKind.UNIQUE,
    "checkcolumnconstraint": fx.ConstraintKind.CHECK,
    "check": fx.ConstraintKind.CHECK,
    "excludecolumnconstraint": fx.ConstraintKind.EXCLUDE,
}

_HARMLESS = frozenset({"select", "set", "comment", "transaction", "commit", "pragma", "union", "analyze"})
