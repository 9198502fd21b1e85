"""What a comparison says nothing about is named, and what both sides have alike is not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from autogenerate.bank import OPTIONS, metadata_of, quiet
from headway.autogenerate.api import compare
from headway.autogenerate.context import AutogenContext
from headway.autogenerate.not_compared import not_compared
from headway.drift.verdict import NotCompared, counted
from headway.operations.containers import UpgradeOps
from headway.runtime.context import MigrationContext

ALL, PG = ("sqlite", "postgresql", "mariadb"), ("postgresql",)
INT = "sa.Integer"


def table(*inside: str) -> str:
    return f'sa.Table("t", m, sa.Column("a", sa.Integer, primary_key=True, autoincrement=False), {", ".join(inside)})\n'


def column(kind: str, *options: str) -> str:
    return f'sa.Column("b", {", ".join([kind, *options])})'


CHECK = 'sa.CheckConstraint("b IN (1, 2) AND a > 0", name="ck")'
PARTIAL = 'sa.Index("ix", "b", postgresql_where=sa.text("{0}"), sqlite_where=sa.text("{0}"))'
ENUM = 'sa.Enum({}, name="kind")'

OPTIONS_OF_AN_INDEX = (
    'sa.Index("ix", "b", postgresql_using="BTREE", postgresql_include=["a"], postgresql_with={"fillfactor": 50},'
    ' postgresql_concurrently=False, mysql_length=None, sqlite_where=sa.text("b > 1"))'
)
SAME = (
    'mysql_engine="innodb"',
    'mysql_charset="utf8"',
    'mysql_default_collate="utf8mb3_bin"',
    "sqlite_strict=True",
    "sqlite_with_rowid=False",
    *(('postgresql_with={"fillfactor": 70}',) if sa.__version__ >= "2.1" else ()),
)
OTHER = ('mysql_engine="MyISAM"', "sqlite_autoincrement=True", 'postgresql_partition_by="RANGE (a)"')

UNIQUE, KEY = 'sa.UniqueConstraint("b", name="uq")', 'sa.ForeignKeyConstraint(["b"], ["t.a"], name="fk")'
DEFERRED, MATCHED = f"{UNIQUE[:-1]}, deferrable=True)", f'{KEY[:-1]}, match="FULL")'

PAIRS: tuple[tuple[str, str, str, Mapping[str, tuple[str, ...]]], ...] = (
    ("nothing else", table(column(INT)), table(column(INT)), {}),
    (
        "two columns of a primary key",
        table(column(INT, "nullable=False")),
        table(column(INT, "primary_key=True", "autoincrement=False")),
        {"primary key": ALL},
    ),
    ("the same CHECK", table(column(INT), CHECK), table(column(INT), CHECK), {}),
    ("the same CHECK in a column", table(column(INT), CHECK), table(column(INT, CHECK)), {}),
    ("a CHECK in the models", table(column(INT)), table(column(INT), CHECK), {"CHECK": ALL}),
    ("a CHECK in a column of the models", table(column(INT)), table(column(INT, CHECK)), {"CHECK": ALL}),
    ("a CHECK in the migrations", table(column(INT), CHECK), table(column(INT)), {"CHECK": ALL}),
    ("another text in a CHECK", table(column(INT), CHECK), table(column(INT), CHECK.replace("2", "3")), {"CHECK": ALL}),
    (
        "a CHECK without a name",
        table(column(INT), 'sa.CheckConstraint("b > 1")'),
        table(column(INT), 'sa.CheckConstraint("b > 1")'),
        {},
    ),
    (
        "the CHECK of a Boolean",
        table(column('sa.Boolean(create_constraint=True, name="bo")')),
        table(column('sa.Boolean(create_constraint=True, name="bo")')),
        {},
    ),
    (
        "the same labels",
        table(column(ENUM.format('"x", "y"'))),
        table(column(ENUM.format('"x", "y"'))),
        {"enum labels": ("sqlite",)},
    ),
    (
        "other labels",
        table(column(ENUM.format('"x", "y"'))),
        table(column(ENUM.format('"x", "y", "z"'))),
        {"enum labels": ("sqlite", "postgresql")},
    ),
    (
        "other labels in an array",
        table(column("sa.ARRAY(" + ENUM.format('"x", "y"') + ")")),
        table(column("sa.ARRAY(" + ENUM.format('"x", "y", "z"') + ")")),
        {"enum labels": PG},
    ),
    (
        "labels that nobody keeps",
        table(column('sa.Enum("x", "y", native_enum=False)')),
        table(column('sa.Enum("x", "z", native_enum=False)')),
        {},
    ),
    (
        "the same expression",
        table(column(INT, 'sa.Computed("a + (1 + 1)")')),
        table(column(INT, 'sa.Computed("a + (1 + 1)")')),
        {},
    ),
    (
        "another expression",
        table(column(INT, 'sa.Computed("a + 1")')),
        table(column(INT, 'sa.Computed("a + 2")')),
        {"computed column": ALL},
    ),
    (
        "no expression any more",
        table(column(INT, 'sa.Computed("a + 1")')),
        table(column(INT)),
        {"computed column": ALL},
    ),
    (
        "a default that the models leave to the database",
        table(column(INT, 'server_default="5"')),
        table(column(INT, "server_default=sa.FetchedValue()")),
        {"server default": ALL},
    ),
    (
        "an expression that the models leave to the database",
        table(column(INT, 'sa.Computed("a + 1")')),
        table(column(INT, "server_default=sa.FetchedValue()")),
        {"server default": ALL},
    ),
    (
        "the same condition",
        table(column(INT), PARTIAL.format("b > 1 AND b IN (2, 3)")),
        table(column(INT), PARTIAL.format("b > 1 AND b IN (2, 3)")),
        {},
    ),
    (
        "another condition",
        table(column(INT), PARTIAL.format("b > 1")),
        table(column(INT), PARTIAL.format("b > 2")),
        {"condition of an index": ("sqlite", "postgresql")},
    ),
    (
        "a tablespace of an index",
        table(column(INT), 'sa.Index("ix", "b")'),
        table(column(INT), 'sa.Index("ix", "b", postgresql_tablespace="pg_default", mysql_using="hash")'),
        {"option of an index": ("postgresql", "mariadb")},
    ),
    (
        "the same options of an index",
        table(column(INT), OPTIONS_OF_AN_INDEX),
        table(column(INT), OPTIONS_OF_AN_INDEX),
        {},
    ),
    ("the same options of a table", table(column(INT), *SAME), table(column(INT), *SAME), {}),
    (
        "other options of a table",
        table(column(INT)),
        table(column(INT), *OTHER),
        {"option of a table": ALL},
    ),
    (
        "timing of a unique constraint",
        table(column(INT), UNIQUE),
        table(column(INT), DEFERRED),
        {"option of a constraint": ALL},
    ),
    ("MATCH of a foreign key", table(column(INT), KEY), table(column(INT), MATCHED), {"option of a constraint": ALL}),
    ("options of constraints that are new", table(column(INT)), table(column(INT), DEFERRED, MATCHED), {}),
    ("a column of a unique constraint", table(column(INT), UNIQUE), table(column(INT), UNIQUE), {}),
    ("a missing sequence", "", 'sa.Sequence("sq", metadata=m)', {"sequence": ("postgresql", "mariadb")}),
    ("the same sequence", 'sa.Sequence("sq", metadata=m)', 'sa.Sequence("sq", metadata=m)', {}),
    (
        "a sequence that counts",
        'sa.Sequence("sq", start=5, metadata=m)',
        'sa.Sequence("sq", start=6, metadata=m)',
        {"sequence": ("postgresql", "mariadb")},
    ),
    ("no type", table(column(INT)), table('sa.Column("b")'), {"type": ALL}),
    (
        "an exclude constraint",
        table(column("pg.INT4RANGE")),
        table(column("pg.INT4RANGE"), 'pg.ExcludeConstraint(("b", "&&"), name="ex")'),
        {"exclude constraint": PG},
    ),
)
"""A name, what the migrations have, what the models have, and the kinds that are named, each with its databases."""

ROWS = [
    pytest.param(database, *pair, id=f"{database}: {pair[0]}")
    for pair in PAIRS
    for database in (PG if "pg." in pair[1] or "ARRAY" in pair[1] else ALL)
]


@pytest.mark.parametrize(("database", "name", "migrated", "modelled", "named"), ROWS)
def test_what_is_not_compared_is_named(
    database: str,
    name: str,
    migrated: str,
    modelled: str,
    named: Mapping[str, tuple[str, ...]],
    emptied_databases: Callable[[str], str],
) -> None:
    found = compared(emptied_databases(database), migrated, modelled)
    assert [item.kind for item in found] == [kind for kind, on in named.items() if database in on]


OFF = (
    ("default", {"compare_server_default": False}, 'server_default="4"', 'server_default="5"', ["server default"]),
    ("same default", {"compare_server_default": False}, 'server_default="5"', 'server_default=sa.text("5")', []),
)


@pytest.mark.parametrize(("name", "options", "migrated", "modelled", "kinds"), OFF, ids=[row[0] for row in OFF])
@pytest.mark.parametrize("database", ALL)
def test_what_env_py_leaves_uncompared_is_named(
    database: str,
    name: str,
    options: dict[str, Any],
    migrated: str,
    modelled: str,
    kinds: list[str],
    emptied_databases: Callable[[str], str],
) -> None:
    pair = table(column(INT, migrated)), table(column(INT, modelled))
    found = compared(emptied_databases(database), *pair, **options)
    assert [item.kind for item in found] == kinds


def test_types_that_env_py_leaves_uncompared_are_named() -> None:
    pair = table(column(INT)), table(column("sa.Text"))
    found = compared("sqlite://", *pair, compare_type=False)
    assert found == [NotCompared("type", "column t.b", "compare_type is off")]
    assert compared("sqlite://", pair[0], pair[0], compare_type=False) == []


def test_what_filters_leave_out_is_named_once() -> None:
    migrated = table(column(INT)) + 'sa.Table("u", m, sa.Column("a", sa.Integer))\n'
    modelled = table(column("sa.Text"), 'sa.Index("ix", "b")') + 'sa.Table("v", m, sa.Column("a", sa.Integer))\n'

    def include_name(name: str, kind: str, parents: object) -> bool:
        return name != "u"

    def include_object(item: object, name: str, kind: str, reflected: bool, other: object) -> bool:
        return name not in ("v", "b", "ix")

    found = compared("sqlite://", migrated, modelled, include_name=include_name, include_object=include_object)
    assert [(item.kind, item.object) for item in found] == [
        ("table left out by include_name", "table u"),
        ("table left out by include_object", "table v"),
        ("column left out by include_object", "column t.b"),
        ("index left out by include_object", "index t.ix"),
    ]


def test_an_index_that_cannot_be_told_is_named(postgresql_url: str) -> None:
    text = 't = sa.Table("t", m, sa.Column("a", sa.Integer))\nsa.Index("ix", {})\n'
    with sa.create_engine(postgresql_url, poolclass=NullPool).connect() as connection:
        metadata_of(text.format("t.c.a + 1")).create_all(connection)
        connection.exec_driver_sql("CREATE ROLE cannot_read")
        connection.exec_driver_sql("GRANT USAGE ON SCHEMA public TO cannot_read")
        connection.exec_driver_sql("SET ROLE cannot_read")
        (found,) = _compared(connection, text.format("1 + t.c.a"))
        connection.rollback()
    assert (found.kind, found.object) == ("index", "index ix of table t")


def test_they_are_counted_by_kind() -> None:
    items = [NotCompared("CHECK", name, "") for name in "ab"] + [NotCompared("primary key", "c", "")]
    assert counted(items) == "2 CHECK, 1 primary key"


def compared(url: str, migrated: str, modelled: str, **options: Any) -> list[NotCompared]:
    """What is named when the database has one text's tables and the models the other's."""
    with sa.create_engine(url, poolclass=NullPool).connect() as connection:
        metadata_of(migrated).create_all(connection)
        connection.commit()
        return _compared(connection, modelled, **options)


def _compared(connection: sa.Connection, modelled: str, **options: Any) -> list[NotCompared]:
    metadata = metadata_of(modelled)
    with quiet():
        context = MigrationContext.configure(connection, opts={**OPTIONS, **options, "target_metadata": metadata})
        autogen = AutogenContext(context, metadata=metadata)
        compare(autogen, UpgradeOps([]))
        return [NotCompared(*item) for item in not_compared(autogen)]
