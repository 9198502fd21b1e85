"""What the models or the migrated schema have and a comparison has not told to be the same. Looks, changes nothing.

Autogenerate has no operation for these, or was told to leave them alone. Where the database can tell that both sides are
the same, they are compared and not named here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import ARRAY, CheckConstraint, Column, Computed, Enum, Table
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.types import NullType, TypeEngine

from headway.autogenerate.compare.checks import checks_of
from headway.autogenerate.compare.defaults import is_left_to_database, render_default, same_sql
from headway.autogenerate.context import AutogenContext, PassedOver
from headway.dialects.autogen import OPTIONS
from headway.operations.naming import stored_name


def not_compared(context: AutogenContext) -> Iterator[PassedOver]:
    """Everything that the comparison of ``context``, which has been made, says nothing about; each once."""
    found = [*context.passed_over]
    for reflected, wanted in context.both:
        found += _of_table(context, reflected, wanted)
    found += _sequences(context)
    yield from dict.fromkeys(found)


def _of_table(context: AutogenContext, reflected: Table, wanted: Table) -> Iterator[PassedOver]:
    yield from _primary_key(reflected, wanted)
    yield from _checks(context, reflected, wanted)
    for item in wanted.constraints:
        if isinstance(item, ExcludeConstraint):
            name = stored_name(item, context.dialect) or "without a name"
            yield PassedOver("exclude constraint", f"exclude constraint {name} of table {wanted.key}", _NO_OPERATION)
    yield from _constraint_options(context, reflected, wanted)
    yield from _conditions(context, reflected, wanted)
    yield from _index_options(context, reflected, wanted)
    yield from _table_options(context, reflected, wanted)
    for column in wanted.columns:
        existing = next((other for other in reflected.columns if other.name == column.name), None)
        if existing is not None:
            yield from _of_column(context, existing, column)


_NO_OPERATION = "no comparison looks at it"


def _primary_key(reflected: Table, wanted: Table) -> Iterator[PassedOver]:
    ours, theirs = ([column.name for column in table.primary_key.columns] for table in (wanted, reflected))
    if ours != theirs:
        why = f"the models have {_listed(ours)}, the migrations {_listed(theirs)}; no migration is written for it"
        yield PassedOver("primary key", f"primary key of table {wanted.key}", why)


def _checks(context: AutogenContext, reflected: Table, wanted: Table) -> Iterator[PassedOver]:
    left = checks_of(context, reflected)
    for check in sorted(checks_of(context, wanted), key=lambda one: _described(context, one)):
        same = [other for other in left if _is_same_check(context, check, other, reflected)]
        named = [other for other in left if _is_named_alike(context, check, other)]
        left = [other for other in left if other not in (same or named)[:1]]
        if not same:
            why = "its condition is not told to be the same" if named else "the migrations have none like it"
            yield PassedOver("CHECK", f"CHECK {_described(context, check)} of table {wanted.key}", why)
    for check in sorted(left, key=lambda one: _described(context, one)):
        yield PassedOver(
            "CHECK", f"CHECK {_described(context, check)} of table {wanted.key}", "the models have none like it"
        )


def _is_same_check(context: AutogenContext, ours: CheckConstraint, theirs: CheckConstraint, table: Table) -> bool:
    nameless = stored_name(ours, context.dialect) is None
    return (nameless or _is_named_alike(context, ours, theirs)) and same_sql(
        context, ours.sqltext, theirs.sqltext, table
    )


def _is_named_alike(context: AutogenContext, ours: CheckConstraint, theirs: CheckConstraint) -> bool:
    name = stored_name(ours, context.dialect)
    return name is not None and name == stored_name(theirs, context.dialect)


def _described(context: AutogenContext, check: CheckConstraint) -> str:
    impl = context.migration_context.impl
    return stored_name(check, context.dialect) or f"({impl.render_ddl_sql_expr(check.sqltext)})"


def _constraint_options(context: AutogenContext, reflected: Table, wanted: Table) -> Iterator[PassedOver]:
    """Timing, MATCH and dialect options of the models' keys and unique constraints that no comparison looks at."""
    compared = context.migration_context.impl.compared_index_options
    there = {(item.__visit_name__, *_columns(item)) for item in reflected.constraints}
    for item in sorted(wanted.constraints, key=lambda one: one._creation_order):
        kind = item.__visit_name__
        if kind not in _PLAIN_OPTIONS or (kind, *_columns(item)) not in there:
            continue
        given = [option for option in _PLAIN_OPTIONS[kind] if getattr(item, option, None)]
        said = [option for option, value in _said(item, context.dialect.name).items() if value]
        given += [option for option in said if kind != "unique_constraint" or option not in compared]
        name = stored_name(item, context.dialect) or f"({', '.join(_columns(item))})"
        for option in given:
            place = f"{kind.replace('_', ' ').removesuffix(' constraint')} {name} of table {wanted.key}"
            yield PassedOver("option of a constraint", place, f"{option} is not compared")


_PLAIN_OPTIONS = {
    "primary_key_constraint": ("deferrable", "initially"),
    "unique_constraint": ("deferrable", "initially"),
    "foreign_key_constraint": ("match",),
}


def _columns(constraint: Any) -> list[str]:
    return [column.name for column in getattr(constraint, "columns", ())]


def _conditions(context: AutogenContext, reflected: Table, wanted: Table) -> Iterator[PassedOver]:
    """Conditions of partial indexes, which no comparison looks at."""
    option = f"{context.dialect.name}_where"
    existing = {str(index.name): index for index in reflected.indexes}
    for index in sorted(wanted.indexes, key=lambda one: str(one.name)):
        name = stored_name(index, context.dialect) or ""
        if name not in existing:
            continue
        ours, theirs = (one.dialect_kwargs.get(option) for one in (index, existing[name]))
        both = ours is not None and theirs is not None
        if not (ours is None and theirs is None) and not (both and same_sql(context, ours, theirs, reflected)):
            why = "its condition is not told to be the same"
            yield PassedOver("condition of an index", f"index {name} of table {wanted.key}", why)


def _index_options(context: AutogenContext, reflected: Table, wanted: Table) -> Iterator[PassedOver]:
    """Options of the models' indexes that no comparison looks at."""
    impl = context.migration_context.impl
    existing = {str(index.name) for index in reflected.indexes}
    for index in sorted(wanted.indexes, key=lambda one: str(one.name)):
        name = stored_name(index, context.dialect) or ""
        said = _said(index, context.dialect.name) if name in existing else {}
        for option, value in said.items():
            if option not in ("where", *impl.compared_index_options) and value is not False:
                yield PassedOver(
                    "option of an index", f"index {name} of table {wanted.key}", f"{option} is not compared"
                )


def _table_options(context: AutogenContext, reflected: Table, wanted: Table) -> Iterator[PassedOver]:
    """Options of the models' table that are not told to be the same; no operation changes them."""
    impl = context.migration_context.impl
    ours, theirs = (_said(table, context.dialect.name) for table in (wanted, reflected))
    theirs |= reflected.metadata.info.get(OPTIONS, {}).get(reflected.key, {})
    for option, value in ours.items():
        if not impl.same_table_option(option, value, theirs):
            yield PassedOver(
                "option of a table", f"table {wanted.key}", f"its {option} ({value}) is not told to be the same"
            )


def _said(item: Any, dialect: str) -> dict[str, Any]:
    """The options that an item gives for a dialect, by their names without it."""
    start = f"{dialect}_"
    return {
        name.removeprefix(start): value
        for name, value in item.dialect_kwargs.items()
        if value is not None and name.startswith(start)
    }


def _of_column(context: AutogenContext, reflected: Column[Any], wanted: Column[Any]) -> Iterator[PassedOver]:
    place = f"column {wanted.table.key}.{wanted.name}"
    impl = context.migration_context.impl
    if isinstance(wanted.type, NullType):
        yield PassedOver("type", place, "the models give it no type")
    elif isinstance(reflected.type, NullType):
        yield PassedOver("type", place, "the type in the database is not known to SQLAlchemy")
    elif context.opts.get("compare_type", True) is False and impl.compare_type(reflected, wanted):
        yield PassedOver("type", place, "compare_type is off")
    if not impl.compare_type(reflected, wanted):
        yield from _labels(context, place, reflected.type, wanted.type)
    if is_left_to_database(wanted.server_default):
        yield PassedOver("server default", place, "the models leave it to the database")
        return
    generated = [default for column in (wanted, reflected) if isinstance(default := column.server_default, Computed)]
    if generated:
        if len(generated) < 2 or not same_sql(context, generated[0].sqltext, generated[1].sqltext, reflected.table):
            yield PassedOver("computed column", place, "its expression is not told to be the same")
    elif not context.opts.get("compare_server_default", False):
        ours, theirs = (render_default(context, column.server_default) for column in (wanted, reflected))
        if (ours or theirs) and impl.compare_server_default(reflected, wanted, ours, theirs):
            yield PassedOver("server default", place, "compare_server_default is off")


def _labels(
    context: AutogenContext, place: str, reflected: TypeEngine[Any], wanted: TypeEngine[Any]
) -> Iterator[PassedOver]:
    """Labels of enums: no operation changes those of PostgreSQL, and some databases keep none."""
    ours, theirs = _enum(context, wanted), _enum(context, reflected)
    if ours is None or not ours.native_enum:
        return
    if theirs is None:
        if not context.dialect.supports_native_enum:
            yield PassedOver("enum labels", place, f"{context.dialect.name} keeps no labels")
    elif list(ours.enums) != list(theirs.enums):
        why = f"the models have {_listed(ours.enums)}, the migrations {_listed(theirs.enums)}"
        yield PassedOver("enum labels", place, why)


def _enum(context: AutogenContext, type_: TypeEngine[Any]) -> Enum | None:
    """The enum that a type is, wraps or holds."""
    inner = type_.dialect_impl(context.dialect)
    inner = getattr(inner, "impl", inner)
    if isinstance(inner, ARRAY):
        return _enum(context, inner.item_type)
    return inner if isinstance(inner, Enum) else None


def _sequences(context: AutogenContext) -> Iterator[PassedOver]:
    if not context.dialect.supports_sequences:
        return
    wanted = [sequence for metadata in context.metadata_list for sequence in metadata._sequences.values()]
    names = {schema: set(context.inspector.get_sequence_names(schema)) for schema in {one.schema for one in wanted}}
    for sequence in sorted(wanted, key=lambda one: (one.schema or "", one.name)):
        place = f"sequence {sequence.schema}.{sequence.name}" if sequence.schema else f"sequence {sequence.name}"
        if sequence.name not in names[sequence.schema]:
            yield PassedOver("sequence", place, "the models have it, no migration makes it")
        elif any(getattr(sequence, option, None) is not None for option in _OPTIONS):
            yield PassedOver("sequence", place, "it is there; what it counts by is not compared")


_OPTIONS = ("start", "increment", "minvalue", "maxvalue", "cycle", "cache")


def _listed(names: Iterable[str]) -> str:
    return f"({', '.join(names)})"
