"""The rows of the version table: written for each step, missed when they are not there, and printed for a script."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from headway.errors import CheckFailed
from headway.runtime.context import MigrationContext
from headway.runtime.versions import VersionTable


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sa.Connection]:
    """A connection to an empty database."""
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'a.db'}")
    with engine.connect() as made:
        yield made
    engine.dispose()


def table_of(connection: sa.Connection, **options: Any) -> VersionTable:
    return MigrationContext.configure(connection, opts=options).versions


def change(deletes: tuple[str, ...] = (), inserts: tuple[str, ...] = (), update: tuple[str, str] | None = None) -> Any:
    return SimpleNamespace(deletes=deletes, inserts=inserts, update=update)


CHANGES = [
    # what is there, what a step does, and what is there afterwards
    ([], change(inserts=("a",)), ["a"]),
    (["a"], change(update=("a", "b")), ["b"]),
    (["a", "b"], change(deletes=("b",), update=("a", "c")), ["c"]),  # a merge
    (["c"], change(inserts=("b",), update=("c", "a")), ["a", "b"]),  # and back
    (["a"], change(deletes=("a",)), []),
    (["a"], change(inserts=("b",)), ["a", "b"]),
    (["a"], change(), ["a"]),
]


@pytest.mark.parametrize(("before", "step", "after"), CHANGES)
def test_the_rows_follow_a_step(before: list[str], step: Any, after: list[str], connection: sa.Connection) -> None:
    versions = table_of(connection)
    versions.create(connection)
    for row in before:
        versions.apply(change(inserts=(row,)))
    versions.apply(step)
    assert sorted(versions.read(connection)) == after


def test_a_database_without_the_table_is_on_nothing(connection: sa.Connection) -> None:
    versions = table_of(connection)
    assert versions.exists(connection) is False
    assert versions.read(connection) == ()
    for _ in range(2):
        versions.create(connection)
        assert versions.exists(connection) is True
    versions.create(None)
    versions.apply(change(inserts=("a",)))
    versions.create(connection)
    assert versions.read(connection) == ("a",), "it is made once"
    versions.purge()
    assert versions.read(connection) == ()


@pytest.mark.parametrize("step", [change(update=("a", "b")), change(deletes=("a",))])
@pytest.mark.parametrize(("rows", "found"), [([], "does not hold"), (["a", "a"], "holds 2 times")])
def test_a_row_that_must_be_there_once(rows: list[str], found: str, step: Any, connection: sa.Connection) -> None:
    """The revision itself, or somebody else, has changed the table."""
    versions = table_of(connection, version_table="own_version", version_table_pk=False)
    versions.create(connection)
    for row in rows:
        versions.apply(change(inserts=(row,)))
    with pytest.raises(CheckFailed) as error:
        versions.apply(step)
    assert error.value.message == f"the version table 'own_version' {found} the row 'a', which must be there once"
    assert "headway current" in (error.value.hint or "")


def test_a_driver_that_does_not_count_is_believed(connection: sa.Connection) -> None:
    versions = table_of(connection)
    versions.create(connection)
    versions.apply(change(inserts=("b",)))
    missing = change(deletes=("a",))
    with pytest.raises(CheckFailed):
        versions.apply(missing)
    versions.impl.dialect.supports_sane_rowcount = False
    versions.apply(missing)
    assert list(versions.read(connection)) == ["b"]


def test_its_name_in_messages_has_its_schema(connection: sa.Connection) -> None:
    assert table_of(connection).label == "alembic_version"
    assert table_of(connection, version_table="v", version_table_schema="shop").label == "shop.v"


def test_the_primary_key_is_there_unless_it_is_not_wanted(connection: sa.Connection) -> None:
    for name, wanted in (("one", True), ("two", False)):
        versions = table_of(connection, version_table=name, version_table_pk=wanted)
        versions.create(connection)
        assert bool(sa.inspect(connection).get_pk_constraint(name)["constrained_columns"]) is wanted


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql", "oracle"])
def test_a_script_has_the_values_in_it(dialect: str) -> None:
    out = io.StringIO()
    options = {"as_sql": True, "output_buffer": out}
    versions = MigrationContext.configure(dialect_name=dialect, opts=options).versions
    versions.create(None)
    versions.apply(change(deletes=("it's",), inserts=("b",), update=("c", "d")))
    end = "\n\n/\n\n" if dialect == "oracle" else ";\n\n"
    created, *others = [text for text in out.getvalue().split(end) if text]
    assert created.startswith("CREATE TABLE alembic_version (")
    told = [" ".join(text.split()) for text in others]
    assert ("RETURNING" in out.getvalue()) is (dialect != "oracle"), "there it would need a variable to go into"
    assert [text.partition(" RETURNING")[0] for text in told] == [
        "DELETE FROM alembic_version WHERE alembic_version.version_num = 'it''s'",
        "INSERT INTO alembic_version (version_num) VALUES ('b')",
        "UPDATE alembic_version SET version_num='d' WHERE alembic_version.version_num = 'c'",
    ]
