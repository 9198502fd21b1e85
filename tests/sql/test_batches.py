"""Each batch case is executed on SQLite by Alembic and by headway: the same structure and rows come out of it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from sqlalchemy.engine import Connection

from sql.bank import Case, bank
from sql.servers import Server
from sql.structure import structure
from sql.tools import ALEMBIC, HEADWAY, Outcome, Tool


@dataclass(frozen=True)
class Run:
    """What one tool made of a case: the state before, and for each direction how it ended and the state after it."""

    before: list[str]
    outcomes: tuple[Outcome, ...]
    states: tuple[list[str], ...]

    @property
    def ended_well(self) -> list[bool]:
        return [outcome.error is None for outcome in self.outcomes]


@pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in bank("batches")])
def test_the_table_is_as_alembic_leaves_it(case: Case) -> None:
    theirs, ours = run(ALEMBIC, case), run(HEADWAY, case)
    for outcome, words in zip(ours.outcomes, (case.fails.get("sqlite"), case.sticks.get("sqlite")), strict=False):
        assert words is not None or outcome.error is None, f"{outcome.error!r}"
        assert words is None or words in str(outcome.error)
    if "sqlite" in case.fails:
        assert ours.states[0] == ours.before, "a failure leaves the table as it was"
        assert theirs.outcomes[0].error is not None or "sqlite" in case.apart
    assert [line for line in case.kept if line not in ours.states[0]] == []
    if "sqlite" in case.apart:
        assert (ours.states, ours.ended_well) != (theirs.states, theirs.ended_well), "the difference is gone"
    if case.kept or case.apart:
        return
    assert ours.ended_well == theirs.ended_well
    assert ours.states == theirs.states
    assert [outcome.warnings for outcome in ours.outcomes] == [_wanted_warnings(outcome) for outcome in theirs.outcomes]


DECLARED = (
    'u UUID, g GEOMETRY(2), c CLOB COLLATE NOCASE, q "odd; type", n INT, b BIGINT UNSIGNED, v VARCHAR(9), untyped'
)
"""Columns of types that SQLite takes at their word; SQLAlchemy knows few of them, and Alembic's copy makes NUMERIC."""


def test_columns_keep_the_types_that_they_were_declared_with() -> None:
    with Server("sqlite", "sqlite://").empty() as connection:
        connection.exec_driver_sql(f"CREATE TABLE t (id INTEGER PRIMARY KEY, {DECLARED})")
        connection.exec_driver_sql("INSERT INTO t VALUES (1, 'a', 'b', 'c', 'd', 5, 6, '7', '8')")
        before = _declared(connection)
        connection.commit()
        for nullable in (False, True):
            code = f"with op.batch_alter_table('t') as b: b.alter_column('n', nullable={nullable})"
            assert HEADWAY.online(Case("", "", code), connection, code).error is None
        assert _declared(connection) == before
        assert connection.exec_driver_sql("SELECT * FROM t").fetchall() == [(1, "a", "b", "c", "d", 5, 6, "7", "8")]
        assert 'COLLATE "NOCASE"' in str(connection.exec_driver_sql("SELECT sql FROM sqlite_master").scalar())


def _declared(connection: Connection) -> list[tuple[str, str]]:
    return [(row[1], row[2]) for row in connection.exec_driver_sql("PRAGMA table_info(t)")]


def _wanted_warnings(outcome: Outcome) -> tuple[str, ...]:
    """Alembic's, without the one about the CHECKs that headway keeps (batch-unnamed-check)."""
    return tuple(text for text in outcome.warnings if not text.startswith("Unnamed CHECK constraint"))


def run(tool: Tool, case: Case) -> Run:
    """Executes a case on an empty SQLite database; Alembic prepares it for both."""
    outcomes, states = [], []
    with Server("sqlite", "sqlite://").empty() as connection:
        if case.before:
            prepared = ALEMBIC.online(case, connection, case.before)
            assert prepared.error is None, f"the case cannot be prepared: {prepared.error!r}"
        before = structure(connection)
        connection.rollback()
        for code in filter(None, (case.upgrade, case.downgrade)):
            outcomes.append(tool.online(case, connection, code))
            states.append(structure(connection))
            connection.rollback()
            if outcomes[-1].error is not None:
                break
    return Run(before, tuple(outcomes), tuple(states))
