"""Types that PostgreSQL keeps under a name, enums and domains: who makes them, who finds them there, who drops them.

SQLAlchemy makes such a type with the first table that uses it, whether it is there or not, and with no added column;
nobody drops it. Decides by what the database has when the migration is written; executes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import ARRAY, Column, Enum
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import CreateDomainType, CreateEnumType, DropDomainType, DropEnumType
from sqlalchemy.types import TypeDecorator

from headway.autogenerate.context import AutogenContext, TypeName
from headway.dialects.index_text import single_percents
from headway.operations.alter_column import AlterColumnOp
from headway.operations.columns import AddColumnOp, DropColumnOp
from headway.operations.tables import CreateTableOp, DropTableOp


class TypeStatement(NamedTuple):
    """SQL that makes or drops a type; ``guarded`` where the models' own type is one of every database, and the
    migration should still run on those that keep no types."""

    sql: str
    guarded: bool


@dataclass
class TypePlan:
    """What one body must do about named types."""

    before: dict[int, list[TypeStatement]] = field(default_factory=dict)
    """What to execute before an operation of the body, by the operation's id."""
    reused: dict[int, set[TypeName]] = field(default_factory=dict)
    """The types that a new table finds there, by the id of the operation that makes it."""
    after: list[TypeStatement] = field(default_factory=list)
    """What to execute at the end."""


def plan_types(context: AutogenContext, ops: Iterable[Any]) -> TypePlan:
    """The plan for a body of these operations; an empty one where nobody can tell which types are there."""
    plan, existing = TypePlan(), context.existing_types
    if existing is None:
        return plan
    default = str(context.dialect.default_schema_name)
    ops = list(ops)
    others = _looked_after(ops)
    there, with_table = set(existing), set[TypeName]()
    dropped: dict[TypeName, tuple[Any, bool]] = {}
    for op in ops:
        for inner in _flat(op):
            for type_, generic in _named(_introduced(inner), context):
                name = (type_.schema or default, str(type_.name))
                if name[1] in others:
                    continue
                if isinstance(inner, CreateTableOp):
                    (plan.reused.setdefault(id(inner), set()) if name in there else with_table).add(name)
                elif name not in there | with_table:
                    made = _ddl(CreateEnumType, CreateDomainType, type_, context)
                    plan.before.setdefault(id(op), []).append(TypeStatement(made, generic))
                    there.add(name)
            for type_, generic in _named(_removed(inner), context):
                dropped[type_.schema or default, str(type_.name)] = type_, generic
    plan.after = [
        TypeStatement(_ddl(DropEnumType, DropDomainType, type_, context), generic)
        for name, (type_, generic) in sorted(dropped.items(), key=lambda item: item[0])
        if name not in existing and name[1] not in others
    ]
    return plan


def _looked_after(ops: Iterable[Any]) -> set[str]:
    """The names that operations of add-ons are about: one that makes and drops enums leaves nothing to do."""
    found = (getattr(op, "name", None) for op in ops if not type(op).__module__.startswith("headway."))
    return {name for name in found if isinstance(name, str)}


def reusing(type_: Any, names: set[TypeName], context: AutogenContext) -> Any:
    """The type as one that makes none of ``names``."""
    if not any(
        (item.schema or str(context.dialect.default_schema_name), item.name) in names
        for item, _ in _inside(type_, context)
    ):
        return type_
    own = getattr(type_, "_variant_mapping", {}).get(context.dialect.name)
    if own is None and isinstance(type_, TypeDecorator):
        own = type_.load_dialect_impl(context.dialect)
    found = _found_there(type_ if own is None else own, context)
    return found if own is None and not _is_generic(type_) else _with_variant(type_, found, context.dialect.name)


def _found_there(type_: Any, context: AutogenContext) -> Any:
    copy = _native(type_, context).copy()
    if isinstance(copy, ARRAY):
        copy.item_type = _found_there(copy.item_type, context)
    else:
        copy.create_type = False
    return copy


def _with_variant(type_: Any, variant: Any, dialect: str) -> Any:
    copy = type_.copy()
    others = {name: other for name, other in type_._variant_mapping.items() if name != dialect}
    copy._variant_mapping = type_._variant_mapping.__class__(others)
    return copy.with_variant(variant, dialect)


def _flat(op: Any) -> Iterator[Any]:
    if isinstance(nested := getattr(op, "ops", None), list):
        for inner in nested:
            yield from _flat(inner)
    else:
        yield op


def _introduced(op: Any) -> Iterable[Any]:
    """The types of the columns that an operation brings."""
    if isinstance(op, CreateTableOp):
        return [item.type for item in op.columns if isinstance(item, Column)]
    if isinstance(op, AddColumnOp):
        return [op.column.type]
    return [op.modify_type] if isinstance(op, AlterColumnOp) and op.modify_type is not None else []


def _removed(op: Any) -> Iterable[Any]:
    """The types of the columns that an operation takes away, as far as it remembers them."""
    if isinstance(op, DropTableOp | DropColumnOp):
        return [] if op._reverse is None else _introduced(op._reverse)
    return [op.existing_type] if isinstance(op, AlterColumnOp) and op.modify_type is not None else []


def _named(types: Iterable[Any], context: AutogenContext) -> Iterator[tuple[Any, bool]]:
    """The enums and domains among types, and whether other databases know them as something else; whoever says
    ``create_type=False`` looks after his own."""
    for type_ in types:
        yield from (item for item in _inside(type_, context) if item[0].create_type)


def _inside(type_: Any, context: AutogenContext) -> Iterator[tuple[Any, bool]]:
    variant = getattr(type_, "_variant_mapping", {}).get(context.dialect.name, type_)
    if isinstance(variant, TypeDecorator):
        yield from _inside(variant.load_dialect_impl(context.dialect), context)
    elif isinstance(variant, ARRAY):
        yield from _inside(variant.item_type, context)
    elif isinstance(native := _native(variant, context), postgresql.ENUM | postgresql.DOMAIN) and native.name:
        yield native, variant is not type_ or _is_generic(variant)


def _is_generic(type_: Any) -> bool:
    return isinstance(type_, Enum) and not isinstance(type_, postgresql.ENUM)


def _native(type_: Any, context: AutogenContext) -> Any:
    """What an Enum is on this database."""
    return type_.dialect_impl(context.dialect) if isinstance(type_, Enum) else type_


def _ddl(for_enum: Any, for_domain: Any, type_: Any, context: AutogenContext) -> str:
    element = for_enum if isinstance(type_, postgresql.ENUM) else for_domain
    return single_percents(str(element(type_).compile(dialect=context.dialect)).strip(), context.dialect)
