"""Each case of the bank is executed on real databases, by Alembic and by headway; the same must be there afterwards."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from fixtures.databases import database_of
from sql.bank import Case, bank
from sql.servers import Server, describe
from sql.tools import ALEMBIC, HEADWAY, Outcome, Tool

pytestmark = pytest.mark.part(8)

MYSQL_FAMILIES = ("alter_column", "constraints", "drop_column", "tables")
"""Where MySQL and MariaDB have DDL of their own; these run on MariaDB through the dialect ``mysql`` as well."""

RUNS = [pytest.param(case, server, id=f"{case.id}-{server}") for case in bank() for server in case.runs_on()]
RUNS += [
    pytest.param(case, "mysql", id=f"{case.id}-mysql")
    for case in bank()
    if case.family in MYSQL_FAMILIES and "mariadb" in case.runs_on()
]


@dataclass(frozen=True)
class Run:
    """What one tool made of a case: how each direction ended, and what the database held after it."""

    outcomes: tuple[Outcome, ...]
    states: tuple[list[str], ...]


@pytest.fixture(scope="session")
def mariadb_bank(mariadb_server: str) -> str:
    return database_of(mariadb_server.replace("mysql+", "mariadb+"), "bank")


@pytest.fixture(scope="session")
def mysql_bank(mariadb_bank: str) -> str:
    return mariadb_bank.replace("mariadb+", "mysql+")


@pytest.fixture(scope="session")
def postgresql_bank(postgresql_server: str) -> str:
    return database_of(postgresql_server, "bank")


@pytest.mark.parametrize(("case", "name"), RUNS)
def test_the_database_is_as_alembic_leaves_it(case: Case, name: str, request: pytest.FixtureRequest) -> None:
    url = "sqlite://" if name == "sqlite" else request.getfixturevalue(f"{name}_bank")
    server = Server(name, url)
    theirs, ours = _run(ALEMBIC, case, server), _run(HEADWAY, case, server)
    if name == "mysql":
        name = "mariadb"  # what is known of the server holds whatever the dialect is called
    if name in case.apart:
        assert ours.states != theirs.states, "the difference is gone: remove 'apart'"
        assert ours.outcomes[0].error is None
        return
    for run in (theirs, ours):
        expected = [case.fails.get(name), case.sticks.get(name)][: len(run.outcomes)]
        for outcome, words in zip(run.outcomes, expected, strict=True):
            assert words is not None or outcome.error is None, f"{outcome.error!r}"
            assert words is None or words in str(outcome.error)
    assert ours.states == theirs.states
    assert [outcome.warnings for outcome in ours.outcomes] == [outcome.warnings for outcome in theirs.outcomes]


def _run(tool: Tool, case: Case, server: Server) -> Run:
    """Alembic prepares the database for both, so that they start from the same state."""
    outcomes, states = [], []
    with server.empty() as connection:
        if case.before:
            prepared = ALEMBIC.online(case, connection, case.before)
            assert prepared.error is None, f"the case cannot be prepared: {prepared.error!r}"
        for code in filter(None, (case.upgrade, case.downgrade)):
            outcomes.append(tool.online(case, connection, code))
            states.append(describe(connection))
            connection.rollback()
            if outcomes[-1].error is not None:
                break
    return Run(tuple(outcomes), tuple(states))
