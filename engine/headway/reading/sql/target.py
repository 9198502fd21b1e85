"""The table that an ALTER TABLE alters, and the effects on it that several of its actions share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from headway.effects import model as fx
from headway.reading.sql.columns import Defined
from headway.valueclass import valueclass

T = TypeVar("T", bound=fx.TableEffect)


@valueclass(frozen=True)
class Target:
    """The table that is altered, and where."""

    span: fx.Span
    table: fx.Text
    schema: fx.MaybeText

    def made(self, effect: type[T], **values: object) -> T:
        return effect(span=self.span, table=self.table, schema=self.schema, **values)  # type: ignore[arg-type]

    def other(self, action: str, subject: fx.MaybeText = None) -> fx.AltersTable:
        return self.made(fx.AltersTable, action=action, subject=subject)


def added(defined: Defined, target: Target, if_not_exists: bool = False) -> Iterator[fx.Effect]:
    """The effects of a new column: the column, and each constraint in its definition."""
    yield target.made(fx.AddsColumn, column=defined.column, if_not_exists=if_not_exists)
    for constraint in defined.constraints:
        yield adds_constraint(constraint, target)


def adds_constraint(
    constraint: fx.Constraint, target: Target, *, not_valid: bool = False, using_index: fx.MaybeText = None
) -> fx.AddsConstraint:
    """The effect of one constraint."""
    key = constraint.references
    return target.made(
        fx.AddsConstraint,
        kind=constraint.kind,
        name=constraint.name,
        columns=constraint.columns,
        referent=key.table if key is not None else None,
        references=key,
        condition=constraint.condition,
        not_valid=not_valid,
        using_index=using_index,
    )
