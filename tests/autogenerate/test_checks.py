"""The opt-in plugin for named CHECK constraints, beside Alembic's."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from autogenerate.bank import metadata_of, ours, run, statements, theirs

PLUGINS = ["alembic.autogenerate.*", "alembic.ext.checkconstraint_byname"]

BEFORE = """
sa.Table("t", m, sa.Column("n", sa.Integer),
         sa.CheckConstraint("n > 0", name="ck_same"), sa.CheckConstraint("n > 1", name="ck_gone"),
         sa.CheckConstraint("n > 2", name="ck_text"))
"""
AFTER = """
sa.Table("t", m, sa.Column("n", sa.Integer),
         sa.CheckConstraint("n > 0", name="ck_same"), sa.CheckConstraint("n < 9", name="ck_new"),
         sa.CheckConstraint("n > 3", name="ck_text"), sa.CheckConstraint("n <> 5"))
sa.Table("u", m, sa.Column("n", sa.Integer), sa.CheckConstraint("n > 0", name="ck_of_a_new_table"))
"""


@pytest.mark.parametrize("kind", ["sqlite", "postgresql", "mariadb"])
def test_named_checks_are_added_and_dropped(kind: str, emptied_databases: Callable[[str], str]) -> None:
    engine = sa.create_engine(emptied_databases(kind), poolclass=NullPool)
    with engine.connect() as connection:
        metadata_of(BEFORE).create_all(connection)
        # On SQLite a CHECK is dropped in a batch, which headway can render too.
        options = {"autogenerate_plugins": PLUGINS, "render_as_batch": kind == "sqlite"}
        up, down = ours(connection, metadata_of(AFTER), **options)
        assert (statements(up), statements(down)) == tuple(
            map(statements, theirs(connection, metadata_of(AFTER), **options))
        )
        assert "ck_new" in up
        assert "ck_new" not in ours(connection, metadata_of(AFTER))[0]
        run(connection, up)
        assert "pass" in ours(connection, metadata_of(AFTER), **options)[0]
        run(connection, down)
        assert "pass" in ours(connection, metadata_of(BEFORE), **options)[0]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_check_of_a_type_is_compared_where_the_database_needs_it(
    kind: str, emptied_databases: Callable[[str], str]
) -> None:
    text = 'sa.Table("t", m, sa.Column("b", sa.Boolean({})))'
    wanted = metadata_of(text.format('create_constraint=True, name="is_bool"'))
    with sa.create_engine(emptied_databases(kind), poolclass=NullPool).connect() as connection:
        metadata_of(text.format("")).create_all(connection)
        needed = kind == "sqlite"
        options = {"autogenerate_plugins": PLUGINS, "render_as_batch": True}
        up = ours(connection, wanted, **options)[0]
        assert ("is_bool" in up) == needed
        run(connection, up)
        assert "is_bool" not in ours(connection, wanted, **options)[0]


IN_COLUMNS = """
sa.Table("t", m, sa.Column("n", sa.Integer, sa.CheckConstraint("n > 0", name="ck_n")),
         sa.Column("k", sa.Integer, sa.CheckConstraint("k > 0", name="ck_k"), key="K"), sa.CheckConstraint("n < 9", name="ck_t"))
"""
WITHOUT = 'sa.Table("t", m, sa.Column("n", sa.Integer), sa.Column("k", sa.Integer))'
BESIDE = """
sa.Table("t", m, sa.Column("n", sa.Integer), sa.Column("k", sa.Integer), sa.CheckConstraint("n < 9", name="ck_t"),
         sa.CheckConstraint("n > 0", name="ck_n"), sa.CheckConstraint("k > 0", name="ck_k"))
"""


@pytest.mark.parametrize("kind", ["sqlite", "postgresql", "mariadb"])
def test_a_check_in_a_column_is_one_like_any_other(kind: str, emptied_databases: Callable[[str], str]) -> None:
    options = {"autogenerate_plugins": PLUGINS, "render_as_batch": kind == "sqlite"}
    wanted = metadata_of(IN_COLUMNS)
    with sa.create_engine(emptied_databases(kind), poolclass=NullPool).connect() as connection:
        metadata_of(WITHOUT).create_all(connection)
        up, down = ours(connection, wanted, **options)
        assert [name in up for name in ("ck_n", "ck_k", "ck_t")] == [True] * 3
        assert (statements(up), statements(down)) == tuple(map(statements, theirs(connection, wanted, **options)))
        run(connection, up)
        assert statements(ours(connection, wanted, **options)[0]) == {}
        assert statements(ours(connection, metadata_of(BESIDE), **options)[0]) == {}
        run(connection, down)
        assert statements(ours(connection, metadata_of(WITHOUT), **options)[0]) == {}


def test_a_check_in_a_new_column_comes_with_it() -> None:
    """And not a second time."""
    with sa.create_engine("sqlite://").connect() as connection:
        metadata_of('sa.Table("t", m, sa.Column("n", sa.Integer))').create_all(connection)
        up = ours(connection, metadata_of(IN_COLUMNS), autogenerate_plugins=PLUGINS)[0]
    assert "create_check_constraint('ck_n'" in up
    assert "create_check_constraint('ck_k'" not in up


def test_names_that_a_convention_makes_too_long_are_the_databases(emptied_databases: Callable[[str], str]) -> None:
    wanted = metadata_of(
        'm.naming_convention = {"ck": "ck_%(table_name)s_%(constraint_name)s_" + "x" * 70}\n'
        'sa.Table("t", m, sa.Column("n", sa.Integer), sa.CheckConstraint("n > 0", name="a"))'
    )
    with sa.create_engine(emptied_databases("postgresql"), poolclass=NullPool).connect() as connection:
        wanted.create_all(connection)
        assert statements(ours(connection, wanted, autogenerate_plugins=PLUGINS)[0]) == {}


def test_filters_are_asked(emptied_databases: Callable[[str], str]) -> None:
    asked: list[tuple[str, str]] = []

    def include_name(name: str, kind: str, parents: object) -> bool:
        asked.append((kind, name))
        return name != "ck_gone"

    def include_object(item: object, name: str, kind: str, reflected: bool, other: object) -> bool:
        asked.append((f"{kind} {reflected}", name))
        return name != "ck_new"

    with sa.create_engine(emptied_databases("postgresql"), poolclass=NullPool).connect() as connection:
        metadata_of(BEFORE).create_all(connection)
        wanted = metadata_of(AFTER.split('\nsa.Table("u"')[0])
        options = {"autogenerate_plugins": PLUGINS, "include_name": include_name, "include_object": include_object}
        results = []
        for compare in (ours, theirs):
            asked.clear()
            body = compare(connection, wanted, **options)[0]
            results.append((statements(body), {question for question in asked if "check" in question[0]}))
    assert results[0] == results[1]
    assert ("check_constraint False", "ck_new") in results[0][1]
