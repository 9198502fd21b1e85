"""What a comparison asks a database: nothing is changed or run, and a question that it rejects does no harm."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.pool import NullPool

from autogenerate.bank import metadata_of, ours, statements
from headway.dialects.postgresql.same import are_same
from headway.errors import ConfigError
from headway.runtime.context import MigrationContext

EXPRESSIONS = """
t = sa.Table("t", m, sa.Column("id", sa.Integer, primary_key=True), sa.Column("n", sa.Integer),
             sa.Column("at", sa.DateTime, server_default=sa.text("now() + interval '1 day'")))
sa.Index("ix", sa.func.coalesce(t.c.n, sa.cast("1", sa.Integer)).desc())
"""
UNKNOWN = (
    EXPRESSIONS.replace("now()", "nowhere()")
    .replace("sa.cast(", "sa.func.nowhere(")
    .replace(", sa.Integer)).desc", ")).desc")
)


@pytest.mark.parametrize("isolation", ["READ ONLY", "AUTOCOMMIT"])
def test_it_asks_where_nothing_may_be_written(isolation: str, postgresql_url: str) -> None:
    metadata = metadata_of(EXPRESSIONS)
    engine = sa.create_engine(postgresql_url, poolclass=NullPool)
    metadata.create_all(engine)
    if isolation == "AUTOCOMMIT":
        engine = engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        if isolation == "READ ONLY":
            connection.exec_driver_sql("SET TRANSACTION READ ONLY")
        assert statements(ours(connection, metadata)[0]) == {}
        assert len(statements(ours(connection, metadata_of(UNKNOWN))[0])) == 3
        assert connection.scalar(sa.text("SELECT 1")) == 1


def test_no_default_is_run(postgresql_url: str) -> None:
    text = 'sa.Table("t", m, sa.Column("n", sa.Integer, server_default=sa.text("nextval(\'sq\') + {}")))'
    with sa.create_engine(postgresql_url, poolclass=NullPool).connect() as connection:
        connection.exec_driver_sql("CREATE SEQUENCE sq")
        metadata_of(text.format(1)).create_all(connection)
        assert statements(ours(connection, metadata_of(text.format(1)))[0]) == {}
        assert len(statements(ours(connection, metadata_of(text.format(2)))[0])) == 1
        assert connection.scalar(sa.text("SELECT nextval('sq')")) == 1


class Silent(SQLiteDialect_pysqlite):
    """A dialect, as some of third parties are, that has no way to ask for unique constraints."""

    supports_statement_cache = True

    def get_unique_constraints(self, *arguments: Any, **options: Any) -> Any:
        raise NotImplementedError


def test_unique_constraints_that_a_dialect_cannot_see_are_not_added_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    metadata = metadata_of(
        'sa.Table("t", m, sa.Column("n", sa.Integer, unique=True), sa.Column("k", sa.Integer, index=True))'
    )
    with sa.create_engine("sqlite://").connect() as connection:
        metadata.create_all(connection)
        monkeypatch.setattr(connection.dialect, "__class__", Silent)
        assert statements(ours(connection, metadata)[0]) == {}


def test_one_table_in_two_metadata_is_refused() -> None:
    table = 'sa.Table("t", m, sa.Column("n", sa.Integer))'
    with sa.create_engine("sqlite://").connect() as connection:
        for kind in (ConfigError, ValueError):
            with pytest.raises(kind, match='Duplicate table keys across multiple MetaData objects: "t"'):
                ours(connection, [metadata_of(table), metadata_of(table)])  # type: ignore[arg-type]


def test_a_database_that_cannot_be_asked_leaves_it_open() -> None:
    """As servers that speak PostgreSQL's language and plan in another."""
    with sa.create_engine("sqlite://").connect() as connection:
        assert are_same(connection, [("1 + 1", "2")]) is None


@pytest.mark.parametrize("kind", ["mssql", "oracle"])
def test_expressions_that_no_text_tells_are_no_change(kind: str) -> None:
    impl = MigrationContext.configure(dialect_name=kind, opts={"as_sql": True}).impl
    plain, ordered, other = (
        sa.Index("ix", element(sa.Table("t", sa.MetaData(), sa.Column("a", sa.Integer), sa.Column("b", sa.Integer))))
        for element in (lambda t: t.c.a, lambda t: t.c.a.desc(), lambda t: t.c.b)
    )
    assert impl.compare_indexes(ordered, plain).is_skip
    assert impl.compare_indexes(plain, plain).is_equal
    assert impl.compare_indexes(other, plain).is_different
