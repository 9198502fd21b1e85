"""Autogenerate on real databases: the same operations as Alembic's, and what is written can be run, up and down."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.pool import NullPool

from autogenerate.bank import metadata_of, ours, run, statements, theirs
from autogenerate.cases import CANNOT_RUN, CASES, DIFFERENCES, PEER_CANNOT, Case
from headway.catalog.difference import difference, without_leftover_indexes
from headway.dialects.inspection import inspect_schema

pytestmark = pytest.mark.part(14)

PAIRS = [pytest.param(database, case, id=f"{database}: {case.name}") for case in CASES for database in case.on]


@pytest.fixture
def connection(request: pytest.FixtureRequest, emptied_databases: Callable[[str], str]) -> Iterator[Connection]:
    """A connection to an empty database of the kind that the test's parameter names."""
    url = emptied_databases(request.node.callspec.params["database"])
    with sa.create_engine(url, poolclass=NullPool).connect() as opened:
        yield opened


@pytest.mark.parametrize(("database", "case"), PAIRS)
def test_the_operations_are_alembics(database: str, case: Case, connection: Connection) -> None:
    metadata_of(case.before).create_all(connection)
    connection.commit()
    wanted = metadata_of(case.after)
    written = [statements(body) for body in ours(connection, wanted)]
    if (database, case.name) in PEER_CANNOT:
        with pytest.raises(sa.exc.ProgrammingError):
            theirs(connection, wanted)
        assert written == [{}, {}]
        return
    expected = [statements(body) for body in theirs(connection, wanted)]
    assert (written == expected) == ((database, case.name) not in DIFFERENCES)


@pytest.mark.parametrize(("database", "case"), PAIRS)
def test_what_is_written_can_be_run_up_and_down(database: str, case: Case, connection: Connection) -> None:
    options: dict[str, Any] = {"render_as_batch": database == "sqlite"}
    metadata_of(case.before).create_all(connection)
    connection.commit()
    before = inspect_schema(connection)
    wanted = metadata_of(case.after)
    upgrade, downgrade = ours(connection, wanted, **options)
    way, where, _ = CANNOT_RUN.get(case.name, ("", (), ""))
    cannot = way if database in where else ""
    with pytest.raises(Exception) if cannot == "up" else nullcontext():
        run(connection, upgrade)
    if cannot == "up":
        return
    connection.commit()
    upgraded = inspect_schema(connection)
    assert statements(ours(connection, wanted)[0]) == {}
    with pytest.raises(Exception) if cannot == "down" else nullcontext():
        run(connection, downgrade)
    if cannot == "down":
        return
    connection.commit()
    left = difference(before, inspect_schema(connection))
    assert (without_leftover_indexes(left, upgraded) if database == "mariadb" else left) == ()
    run(connection, upgrade)
    assert difference(upgraded, inspect_schema(connection)) == ()


def test_the_named_cases_exist() -> None:
    names = {case.name for case in CASES}
    assert {name for _, name in (*DIFFERENCES, *PEER_CANNOT)} | CANNOT_RUN.keys() <= names
    assert len(names) == len(CASES)
