"""What a migration asks for and cannot have raises what scripts written for Alembic catch."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
import sqlalchemy as sa

from headway.errors import HeadwayError
from sql.tools import ALEMBIC, HEADWAY, Tool

SCRIPTS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "a constraint on SQLite": ("sqlite", lambda op: op.create_unique_constraint("u", "t", ["a"])),
    "no constraint on SQLite": ("sqlite", lambda op: op.drop_constraint("u", "t", type_="unique")),
    "a constraint of no kind on MySQL": ("mysql", lambda op: op.drop_constraint("u", "t")),
    "a constraint of a kind that is none": ("postgresql", lambda op: op.drop_constraint("u", "t", type_="kind")),
    "a constraint without a name": ("postgresql", lambda op: op.drop_constraint(None, "t")),
    "rows that are no list": ("postgresql", lambda op: op.bulk_insert(sa.table("t", sa.column("a")), {"a": 1})),
    "rows that are no dictionaries": ("postgresql", lambda op: op.bulk_insert(sa.table("t", sa.column("a")), [1])),
    "a column made a generated one": (
        "postgresql",
        lambda op: op.alter_column("t", "a", server_default=sa.Computed("1")),
    ),
    "an identity on MySQL": (
        "mysql",
        lambda op: op.alter_column("t", "a", server_default=sa.Identity(), existing_type=sa.Integer()),
    ),
    "a generated column on Oracle": ("oracle", lambda op: op.alter_column("t", "a", server_default=sa.Computed("1"))),
    "a directive that is none": ("postgresql", lambda op: op.make_coffee),
    "an option that is none": ("postgresql", lambda op: op.create_index("i", "t", ["a"], foo=1)),
}

BATCHES: dict[str, Callable[[Any], Any]] = {
    "a constraint that is not there": lambda batch: batch.drop_constraint("u"),
    "a constraint without a name": lambda batch: batch.drop_constraint(None),
    "an index that is not there": lambda batch: (batch.drop_column("b"), batch.drop_index("i")),
    "a column that is not there": lambda batch: batch.alter_column("z", nullable=False),
    "a dropped column that is not there": lambda batch: batch.drop_column("z"),
    "a directive that is none": lambda batch: batch.create_table("x"),
}


def raised(call: Callable[[], Any]) -> Exception:
    with pytest.raises(Exception) as caught:  # which one is what is asked
        call()
    return caught.value


def assert_caught_alike(theirs: Exception, ours: Exception) -> None:
    """Whatever built-in or SQLAlchemy class catches Alembic's error catches ours."""
    known = [c for c in type(theirs).__mro__ if c.__module__ in ("builtins", "sqlalchemy.exc") and c is not object]
    assert isinstance(ours, known[0]), (theirs, ours)
    if isinstance(ours, HeadwayError):
        assert str(ours) == ours.message


@pytest.mark.parametrize("name", SCRIPTS)
def test_in_a_script(name: str) -> None:
    dialect, call = SCRIPTS[name]

    def error(tool: Tool) -> Exception:
        context = tool.configure(dialect_name=dialect, opts={"as_sql": True, "output_buffer": io.StringIO()})
        return raised(lambda: call(tool.operations(context)))

    assert_caught_alike(error(ALEMBIC), error(HEADWAY))


@pytest.mark.parametrize("name", BATCHES)
def test_in_a_batch(name: str) -> None:
    def error(tool: Tool) -> Exception:
        engine = sa.create_engine("sqlite://")
        with engine.connect() as connection:
            connection.exec_driver_sql("CREATE TABLE t (a INTEGER, b INTEGER)")
            operations = tool.operations(tool.configure(connection=connection))

            def run() -> None:
                scope: AbstractContextManager[Any] = operations.batch_alter_table("t")
                with scope as batch:
                    BATCHES[name](batch)

            return raised(run)

    assert_caught_alike(error(ALEMBIC), error(HEADWAY))
