"""Two recordings of the same run as the steps of one plan: what is the same in both is planned, values that differ are
made when it runs, and whatever else differs cannot be told."""

from __future__ import annotations

from collections.abc import Sequence

from headway.effects.sql_kind import Kind
from headway.effects.sql_text import split_literals
from headway.plan.model import PlanStatement
from headway.plan.recorded import Recorded, Section, condensed, fingerprint, shown_sql
from headway.valueclass import valueclass


@valueclass(frozen=True, slots=True)
class Agreed:
    """What two recordings say of one section."""

    name: str
    direction: str
    statements: tuple[PlanStatement, ...] | None
    why: str | None


def agree(first: Sequence[Section], second: Sequence[Section]) -> list[Agreed]:
    """What both recordings say. They must be of the same steps."""
    return [_section(one, other) for one, other in zip(first, second, strict=True)]


def _section(one: Section, other: Section) -> Agreed:
    why = one.why or other.why
    if why is None and len(one.statements) != len(other.statements):
        counts = f"{len(one.statements)} and {len(other.statements)}"
        why = f"recorded twice, it sent {counts} statements"
    statements: list[PlanStatement] = []
    if why is None:
        for left, right in zip(one.statements, other.statements, strict=True):
            statement, why = _statement(left, right)
            if statement is None:
                break
            statements.append(statement)
    return Agreed(one.name, one.direction, None if why else tuple(statements), why)


def _statement(one: Recorded, other: Recorded) -> tuple[PlanStatement | None, str | None]:
    """The statement, or why it cannot be told."""
    where = f"{one.file}:{one.line}: " if one.file else ""
    places = _differing_literals(one.sql, other.sql) if one.sql != other.sql else ()
    values = dict(other.values)
    if places is None or [place for place, _ in one.values] != list(values):
        return None, f"{where}recorded twice, it sent another statement: {shown_sql(one.sql)[:80]!r}"
    run_time = (*places, *(place for place, value in one.values if values[place] != value))
    if run_time and one.kind != Kind.DATA:
        return None, f"{where}recorded twice, it sent other values in what is no INSERT, UPDATE or DELETE"
    return (
        PlanStatement(
            sql=shown_sql(one.sql),
            kind=one.kind,
            file=one.file,
            line=one.line,
            values=one.values if run_time else condensed(one.values),
            run_time=run_time,
            fingerprint=fingerprint(one.sql, run_time),
        ),
        None,
    )


def _differing_literals(one: str, other: str) -> tuple[str, ...] | None:
    """The literals in which two texts differ; None when they differ in more."""
    (shape, left), (other_shape, right) = split_literals(one), split_literals(other)
    if shape != other_shape:
        return None
    return tuple(f"literal {number}" for number, pair in enumerate(zip(left, right, strict=True)) if pair[0] != pair[1])
