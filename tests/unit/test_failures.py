"""What a driver says is taken for what it is."""

from __future__ import annotations

import pytest
from sqlalchemy import exc

from headway.runtime.failures import explain

WRITES = [
    "attempt to write a readonly database",
    "cannot execute CREATE TABLE in a read-only transaction",
    "(1792, 'Cannot execute statement in a READ ONLY transaction.')",
    "(1290, 'The MariaDB server is running with the --read-only option so it cannot execute this statement')",
    'Failed to update database "shop" because the database is read-only.',
    "ORA-16000: database or pluggable database open for read-only access",
]
OTHERS = ["no such column: readonly", "NOT NULL constraint failed: t.read-only", "syntax error at or near readonly"]


@pytest.mark.parametrize("said", WRITES)
def test_a_database_that_cannot_be_written(said: str) -> None:
    explained = explain(exc.OperationalError("INSERT", {}, Exception(said)))
    assert explained is not None
    assert explained.message.startswith("the database cannot be written")


@pytest.mark.parametrize("said", OTHERS)
def test_a_column_of_that_name_is_no_read_only_database(said: str) -> None:
    explained = explain(exc.OperationalError("INSERT", {}, Exception(said)))
    assert explained is not None
    assert "cannot be written" not in explained.message
