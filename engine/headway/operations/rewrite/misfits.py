"""Values of the old table that another type would make nonsense of: counted, and refused before the table is replaced."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Table, func, literal_column, select

from headway.errors import InvalidValue
from headway.operations.rewrite.columns import ColumnState

_SHOWN = 3  # rows that a message names


def refuse_misfits(impl: Any, table: Table, states: Iterable[ColumnState]) -> None:
    """Raises InvalidValue with the rows of the values that do not fit; the values may be secret, and are not told.

    In a script, where nobody can look, a comment says that they would be copied as they are.
    """
    for state in states:
        found = state.conversion
        if found is None or state.source is None:
            continue
        column = f"{table.name}.{state.origin.name}"
        if impl.as_sql:
            impl.static_output(f"-- {column}: values that are not {found.kind} are copied as they are")
            continue
        name = impl.dialect.identifier_preparer.quote(state.origin.name)
        misfit: Any = literal_column(f"{name} IS NOT NULL AND {found.misfit}")
        if count := impl._exec(select(func.count()).select_from(table).where(misfit)).scalar():
            raise InvalidValue(
                f"{count} {'row' if count == 1 else 'rows'} of {column} cannot become {found.kind}"
                f" ({_rows(impl, table, misfit, count)})",
                hint="Mend or empty these values in the migration, before the batch; the table is as it was.",
            )


def _rows(impl: Any, table: Table, misfit: Any, count: int) -> str:
    """The first rows that a condition holds of, by their primary key."""
    key: list[Any] = list(table.primary_key.columns) or [literal_column("rowid")]
    rows = impl._exec(select(*key).select_from(table).where(misfit).limit(_SHOWN)).all()
    shown = ", ".join(str(row[0]) if len(row) == 1 else str(tuple(row)) for row in rows)
    return f"{', '.join(part.name for part in key)} {shown}{' …' if count > len(rows) else ''}"
