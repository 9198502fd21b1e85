"""What each ``op`` directive does, as effects: one small function a directive, found by its name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from headway.effects import model as fx
from headway.effects.signatures import SIGNATURES, TABLE_PARAMETERS
from headway.reading.arguments import MISSING, Arguments, flag_of
from headway.reading.constructs import (
    checks_of,
    column_of,
    default_text,
    enums_in,
    parts_of_table,
    table_of,
    type_of,
)
from headway.reading.executed import statement_effects
from headway.reading.reader import Call, Reader, options_of
from headway.reading.values import Batch, Choice, Construct, Items, Names, Pairs

_KIND = fx.ConstraintKind


def run_directive(reader: Reader, name: str, call: Call, scope: Names, batch: Batch | None = None) -> object:
    """Takes up what ``op.name(…)`` does; ``batch`` is that of ``batch_op.name(…)``. Returns the value of the call."""
    if name == "execute":
        statement = call.argument(0, "sqltext")
        reader.add(statement_effects(reader, statement, call.node, scope))
        return None
    for variant in _variants(reader, call):
        arguments = _bound(reader, name, variant, scope, batch)
        if arguments is None:
            reader.not_analysed(call.node, scope, f"{name}() has more arguments than it takes")
            return None
        with reader.under(conditional=variant is not call):
            reader.add(_EFFECTS[name](arguments))
    if name == "create_table":
        # What it returns is the table, for bulk_insert().
        return Construct("sqlalchemy.Table", call.args, call.keywords, call.node)
    return None


def _variants(reader: Reader, call: Call) -> Iterator[Call]:
    """The call once for each combination of its arguments, where one may be one of several values."""
    positions: list[int | str] = [number for number, value in enumerate(call.args) if isinstance(value, Choice)]
    positions += [name for name, value in call.keywords.items() if isinstance(value, Choice)]
    if not positions:
        yield call
        return
    first = positions[0]
    value = call.args[first] if isinstance(first, int) else call.keywords[first]
    for option in options_of(value):
        reader.budget.spend()
        args, keywords = list(call.args), dict(call.keywords)
        if isinstance(first, int):
            args[first] = option
        else:
            keywords[first] = option
        for variant in _variants(reader, Call(call.node, tuple(args), keywords, call.hidden)):
            yield replace(variant)


def _bound(reader: Reader, name: str, call: Call, scope: Names, batch: Batch | None) -> Arguments | None:
    signature = SIGNATURES[name]
    positional = signature.parameters
    if batch is not None:
        positional = signature.in_batch or tuple(p for p in signature.parameters if p not in TABLE_PARAMETERS)
    if len(call.args) > len(positional) and not signature.rest:
        return None
    values: dict[str, object] = dict(zip(positional, call.args, strict=False)) | call.keywords
    if batch is not None:
        source = "source_table" if "source_table" in signature.parameters else "table_name"
        values[source] = batch.table
        values["source_schema" if source == "source_table" else "schema"] = batch.schema
    span = reader.span(call.node, scope)
    return Arguments(values, call.args[len(positional) :], span, call.hidden, reader.budget)


# -- one function a directive, in the order of the table below ------------------------------------------------------


def _create_table(call: Arguments) -> Iterator[fx.Effect]:
    columns, constraints, indexes, whole = parts_of_table(call.rest)
    for value in (option for given in call.rest for option in options_of(given)):
        if isinstance(value, Construct):
            type_ = next((a for a in (*value.args, value.keywords.get("type_")) if isinstance(a, Construct)), None)
            for name, schema, labels in enums_in(type_):
                yield fx.CreatesEnum(
                    span=call.span, name=name, schema=schema, labels=labels, databases=frozenset({"postgresql"})
                )
    yield fx.CreatesTable(
        columns=columns,
        constraints=constraints,
        indexes=indexes,
        whole=whole and not call.hidden,
        if_not_exists=call.flag("if_not_exists", False),
        charset=next((call.text(one) for one in _CHARSETS if call.given(one)), None),
        **call.table,
    )
    for column in columns:
        yield from _index_of_column(column, call)


_CHARSETS = ("mysql_charset", "mysql_default_charset", "mysql_character_set", "mysql_default_character_set")


def _index_of_column(column: fx.Column, call: Arguments) -> Iterator[fx.Effect]:
    """The index that ``index=True`` makes."""
    if column.index is not False:
        maybe = column.index is not True
        yield fx.CreatesIndex(name=None, columns=(column.name,), unique=column.unique, conditional=maybe, **call.table)


def _drop_table(call: Arguments) -> Iterator[fx.Effect]:
    yield fx.DropsTable(if_exists=call.flag("if_exists", False), **call.table)


def _rename_table(call: Arguments) -> Iterator[fx.Effect]:
    yield fx.RenamesTable(
        span=call.span,
        table=call.text("old_table_name"),
        schema=call.maybe_text("schema"),
        new_name=call.text("new_table_name"),
    )


def _comment(call: Arguments) -> Iterator[fx.Effect]:
    yield fx.AltersTable(action="COMMENT", **call.table)


def _add_column(call: Arguments) -> Iterator[fx.Effect]:
    value = call.values.get("column")
    column = column_of(value)
    if column is None:
        unknown = fx.Column(name=fx.UNKNOWN, nullable=fx.UNKNOWN, has_default=fx.UNKNOWN)
        yield fx.AddsColumn(column=unknown, if_not_exists=call.flag("if_not_exists", False), **call.table)
        return
    yield fx.AddsColumn(column=column, if_not_exists=call.flag("if_not_exists", False), **call.table)
    for key in column.references:
        yield fx.AddsConstraint(
            kind=_KIND.FOREIGN_KEY,
            name=key.name,
            columns=(column.name,),
            referent=key.table,
            references=replace(key, local_columns=(column.name,)),
            **call.table,
        )
    if column.index is not False:
        yield from _index_of_column(column, call)
    elif column.unique is True:
        yield fx.AddsConstraint(kind=_KIND.UNIQUE, name=None, columns=(column.name,), **call.table)


def _drop_column(call: Arguments) -> Iterator[fx.Effect]:
    yield fx.DropsColumn(column=call.text("column_name"), if_exists=call.flag("if_exists", False), **call.table)


def _alter_column(call: Arguments) -> Iterator[fx.Effect]:
    default = call.value("server_default")
    comment = call.value("comment")
    new_type, existing = call.values.get("type_"), call.values.get("existing_type")
    nullable, existing_nullable = call.values.get("nullable"), call.values.get("existing_nullable")
    existing_default = call.value("existing_server_default")
    yield fx.AltersColumn(
        column=call.text("column_name"),
        nullable=None if nullable is None else flag_of(nullable, True),
        new_type=type_of(new_type),
        new_name=call.maybe_text("new_column_name") if call.given("new_column_name") else None,
        changes_default=default is not MISSING and default is not None and default is not False,
        drops_default=default is None,
        default=default_text(default) if default is not MISSING and default not in (None, False) else None,
        using=call.sql("postgresql_using"),
        comment=None if comment is MISSING or comment is False else call.sql("comment") or "",
        existing_type=type_of(existing),
        existing_nullable=None if existing_nullable is None else flag_of(existing_nullable, True),
        existing_default=None
        if existing_default is MISSING or existing_default in (None, False)
        else default_text(existing_default),
        **call.table,
    )
    # Alembic takes the CHECK of the old type away, and makes that of the new one.
    for name, databases in checks_of(existing) if new_type is not None else ():
        yield fx.DropsConstraint(kind=fx.ConstraintKind.CHECK, name=name, databases=databases, **call.table)
    for name, databases in checks_of(new_type):
        yield fx.AddsConstraint(
            kind=fx.ConstraintKind.CHECK,
            name=name,
            columns=(call.text("column_name"),),
            databases=databases,
            **call.table,
        )


def _create_index(call: Arguments) -> Iterator[fx.Effect]:
    where = next(
        (call.sql(f"{d}_where") for d in ("postgresql", "sqlite", "mssql") if f"{d}_where" in call.values), None
    )
    yield fx.CreatesIndex(
        name=call.maybe_text("index_name"),
        columns=call.texts("columns"),
        unique=call.flag("unique", False),
        concurrently=call.flag("postgresql_concurrently", False),
        if_not_exists=call.flag("if_not_exists", False),
        where=where,
        method=call.maybe_text("postgresql_using") if call.given("postgresql_using") else None,
        **call.table,
    )


def _drop_index(call: Arguments) -> Iterator[fx.Effect]:
    yield fx.DropsIndex(
        span=call.span,
        name=call.text("index_name"),
        table=call.maybe_text("table_name"),
        schema=call.maybe_text("schema"),
        concurrently=call.flag("postgresql_concurrently", False),
        if_exists=call.flag("if_exists", False),
    )


def _adds(kind: fx.ConstraintKind) -> Callable[[Arguments], Iterator[fx.Effect]]:
    def effects(call: Arguments) -> Iterator[fx.Effect]:
        local = "local_cols" if kind is _KIND.FOREIGN_KEY else "columns"
        columns = call.texts(local) if local in call.values else ()
        yield fx.AddsConstraint(
            kind=kind,
            name=call.maybe_text("constraint_name"),
            columns=columns,
            referent=call.maybe_text("referent_table") if "referent_table" in call.values else None,
            references=_references(call, columns) if kind is _KIND.FOREIGN_KEY else None,
            condition=call.sql("condition") if kind is _KIND.CHECK else None,
            not_valid=call.flag("postgresql_not_valid", False),
            **call.table,
        )

    return effects


def _references(call: Arguments, columns: tuple[fx.Text, ...]) -> fx.ForeignKey:
    return fx.ForeignKey(
        table=call.maybe_text("referent_table"),
        schema=call.maybe_text("referent_schema") if call.given("referent_schema") else None,
        columns=call.texts("remote_cols"),
        name=call.maybe_text("constraint_name"),
        local_columns=columns,
        on_delete=call.maybe_text("ondelete") if call.given("ondelete") else None,
        on_update=call.maybe_text("onupdate") if call.given("onupdate") else None,
        deferrable=call.flag("deferrable", False),
    )


def _drop_constraint(call: Arguments) -> Iterator[fx.Effect]:
    kind = _CONSTRAINT_TYPES.get(str(call.values.get("type_")), _KIND.UNKNOWN)
    yield fx.DropsConstraint(
        name=call.maybe_text("constraint_name"), kind=kind, if_exists=call.flag("if_exists", False), **call.table
    )


def _bulk_insert(call: Arguments) -> Iterator[fx.Effect]:
    table, schema = table_of(call.values.get("table")) or (fx.UNKNOWN, None)
    rows = call.values.get("rows")
    sets = {str(key): None for row in (rows.items if isinstance(rows, Items) else ()) for key in _keys_of(row)}
    yield fx.ChangesData(span=call.span, verb="INSERT", table=table, schema=schema, sets=tuple(sets))


def _keys_of(row: object) -> Iterable[object]:
    return row.items if isinstance(row, Pairs) else ()


def _create_view(call: Arguments) -> Iterator[fx.Effect]:
    kind = fx.ObjectKind.MATERIALIZED_VIEW if call.given("materialized") else fx.ObjectKind.VIEW
    yield fx.CreatesObject(
        span=call.span,
        kind=kind,
        name=call.text("view_name"),
        schema=call.maybe_text("schema"),
        replaces=call.given("replace"),
    )


def _drop_view(call: Arguments) -> Iterator[fx.Effect]:
    kind = fx.ObjectKind.MATERIALIZED_VIEW if call.given("materialized") else fx.ObjectKind.VIEW
    yield fx.DropsObject(span=call.span, kind=kind, name=call.text("view_name"), schema=call.maybe_text("schema"))


_EFFECTS: Mapping[str, Callable[[Arguments], Iterator[fx.Effect]]] = {
    "create_table": _create_table,
    "drop_table": _drop_table,
    "rename_table": _rename_table,
    "create_table_comment": _comment,
    "drop_table_comment": _comment,
    "add_column": _add_column,
    "drop_column": _drop_column,
    "alter_column": _alter_column,
    "create_index": _create_index,
    "drop_index": _drop_index,
    "create_primary_key": _adds(_KIND.PRIMARY_KEY),
    "create_unique_constraint": _adds(_KIND.UNIQUE),
    "create_check_constraint": _adds(_KIND.CHECK),
    "create_foreign_key": _adds(_KIND.FOREIGN_KEY),
    "create_exclude_constraint": _adds(_KIND.EXCLUDE),
    "drop_constraint": _drop_constraint,
    "bulk_insert": _bulk_insert,
    "create_view": _create_view,
    "drop_view": _drop_view,
}

_CONSTRAINT_TYPES = {
    "foreignkey": _KIND.FOREIGN_KEY,
    "primary": _KIND.PRIMARY_KEY,
    "unique": _KIND.UNIQUE,
    "check": _KIND.CHECK,
}
