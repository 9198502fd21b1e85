"""Every change of one type into another, on real servers: is the table written anew, is it cast at all, as it is said?

The types are written as revisions write them, by place and by name, and read as lint reads them.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.pool import NullPool

from headway.effects import model as fx
from headway.effects.lock import Held
from headway.effects.locks import lock_of
from headway.effects.narrowing import needs_using
from headway.reading.migration import read_migration

SHARED = [
    "sa.String()",
    "sa.String(50)",
    "sa.String(length=20)",
    "sa.VARCHAR(length=50)",
    "sa.Unicode(length=100)",
    "sa.Text()",
    "sa.UnicodeText()",
    "sa.CHAR(4)",
    "sa.CHAR(length=8)",
    "sa.Numeric()",
    "sa.Numeric(10)",
    "sa.Numeric(10, 2)",
    "sa.Numeric(precision=12, scale=2)",
    "sa.DECIMAL(precision=12, scale=4)",
    "sa.SmallInteger()",
    "sa.Integer",
    "sa.INTEGER()",
    "sa.BigInteger()",
    "sa.Float()",
    "sa.Float(precision=24)",
    "sa.FLOAT(53)",
    "sa.REAL()",
    "sa.Double()",
    "sa.Boolean()",
    "sa.Date()",
    "sa.DateTime()",
    "sa.TIMESTAMP()",
    "sa.Time()",
    "sa.JSON()",
    "sa.Enum('a', 'b', name='mood')",
    "sa.Uuid()",
]
POSTGRESQL = [
    "sa.DateTime(timezone=True)",
    "sa.TIMESTAMP(True)",
    "postgresql.TIMESTAMP(precision=3)",
    "postgresql.TIMESTAMP(timezone=True, precision=3)",
    "sa.Time(timezone=True)",
    "postgresql.TIME(precision=3)",
    "postgresql.JSONB(astext_type=sa.Text())",
    "postgresql.JSON(astext_type=sa.Text())",
    "sa.Interval()",
    "postgresql.INTERVAL(precision=3)",
    "sa.LargeBinary()",
    "postgresql.BYTEA()",
    "postgresql.UUID(as_uuid=False)",
    "postgresql.UUID()",
    "postgresql.INET()",
    "postgresql.CIDR()",
    "postgresql.BIT(8)",
    "postgresql.BIT(8, varying=True)",
    "postgresql.ARRAY(sa.Integer())",
    "postgresql.ARRAY(sa.Text())",
]
MARIADB = [
    "mysql.VARCHAR(length=60)",
    "mysql.VARCHAR(200)",
    "mysql.VARCHAR(collation='utf8mb4_bin', length=50)",
    "mysql.TINYINT()",
    "mysql.TINYINT(display_width=1)",
    "mysql.INTEGER(unsigned=True)",
    "mysql.INTEGER(display_width=11)",
    "mysql.DATETIME(fsp=6)",
    "mysql.MEDIUMTEXT()",
    "mysql.LONGTEXT()",
    "mysql.ENUM('a', 'b', 'c')",
    "mysql.ENUM('a', 'c', 'b')",
    "mysql.SET('a', 'b')",
    "mysql.SET('a', 'b', 'c')",
    "mysql.SET('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i')",
]
_NAMES = {"sa": sa, "postgresql": postgresql, "mysql": mysql}


def type_of(text: str, kind: str) -> str:
    found = sa.types.to_instance(eval(text, _NAMES))  # a text of the lists above
    dialect = postgresql.dialect() if kind == "postgresql" else mysql.dialect()  # type: ignore[no-untyped-call]
    return found.compile(dialect)


def change(old: str, new: str, kind: str) -> fx.AltersColumn:
    source = (
        "import sqlalchemy as sa\nfrom sqlalchemy.dialects import mysql, postgresql\nfrom alembic import op\n\n"
        f"revision = 'r'\ndown_revision = None\n\n\ndef upgrade():\n"
        f"    op.alter_column('t', 'a', existing_type={old}, type_={new})\n\n\ndef downgrade():\n    pass\n"
    )
    (effect,) = read_migration("r.py", source, databases=frozenset({kind})).upgrade.effects
    assert isinstance(effect, fx.AltersColumn)
    return effect


def some(types: list[str], old: str, share: int) -> list[str]:
    """One in ``share`` of the types, others for every old one; all of them at full size."""
    return types if os.environ.get("HEADWAY_FULL") else random.Random(old).sample(types, len(types) // share)


@pytest.fixture
def connection(emptied_databases: Callable[[str], str]) -> Iterator[sa.Connection]:
    engine = sa.create_engine(emptied_databases("postgresql"), poolclass=NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TYPE mood AS ENUM ('a', 'b')")
        connection.exec_driver_sql("SET TIME ZONE 'Europe/Berlin'")  # in UTC a zone is added without writing anything
        connection.commit()
        yield connection
    engine.dispose()


@pytest.mark.parametrize("old", [*SHARED, *POSTGRESQL])
def test_postgresql_writes_anew_what_is_said(connection: sa.Connection, old: str) -> None:
    wrong = []
    version = tuple(connection.dialect.server_version_info or ())
    node = "SELECT pg_relation_filenode('t')"
    connection.exec_driver_sql(f"CREATE TABLE t (a {type_of(old, 'postgresql')})")
    for new in some([*SHARED, *POSTGRESQL], old, 3):
        effect = change(old, new, "postgresql")
        lock = lock_of(effect, "postgresql", version)
        assert lock is not None and effect.existing_type is not None and effect.new_type is not None
        point = connection.begin_nested()
        before = connection.exec_driver_sql(node).scalar()
        try:
            connection.exec_driver_sql(f"ALTER TABLE t ALTER COLUMN a TYPE {type_of(new, 'postgresql')}")
            found = "rewrite" if connection.exec_driver_sql(node).scalar() != before else "kept"
        except sa.exc.ProgrammingError as error:
            assert "cannot be cast automatically" in str(error), error
            found = "refused"
        point.rollback()
        said = "rewrite" if lock.held is Held.REWRITE else "kept"
        said = "refused" if needs_using(effect.existing_type, effect.new_type) else said
        if said != found and not is_worse(old, new):
            wrong.append(f"{new}: said {said}, found {found}")
    connection.rollback()
    assert not wrong, "\n".join(wrong)


WORSE_SAID = (
    ("ARRAY(sa.Text())", "ARRAY(sa.Integer())"),  # what an array holds is not read
    ("collation='utf8mb4_bin', length=50)", "(length=50)"),  # the collation of the table is not known
    ("collation='utf8mb4_bin', length=50)", "(length=60)"),
    ("collation='utf8mb4_bin', length=50)", "(50)"),
    ("(50)", "collation='utf8mb4_bin', length=50)"),
    ("(length=50)", "collation='utf8mb4_bin', length=50)"),
    ("(length=20)", "collation='utf8mb4_bin', length=50)"),
)
"""The ends of two types where what is said is worse than what is."""


def is_worse(old: str, new: str) -> bool:
    return any(old.endswith(one) and new.endswith(other) for one, other in WORSE_SAID)


BEST_FIRST = ("ALGORITHM=INSTANT, LOCK=NONE", "ALGORITHM=INPLACE, LOCK=NONE", "ALGORITHM=COPY, LOCK=NONE")


@pytest.mark.parametrize("old", [*SHARED, *MARIADB])
def test_mariadb_copies_what_is_said(emptied_databases: Callable[[str], str], old: str) -> None:
    engine = sa.create_engine(emptied_databases("mariadb"), poolclass=NullPool)
    wrong = []
    with engine.connect() as connection:
        version = tuple(
            int(one) for one in connection.exec_driver_sql("SELECT VERSION()").scalar_one().split("-")[0].split(".")
        )
        for new in some([*SHARED, *MARIADB], old, 8):
            try:
                before, after = type_of(old, "mariadb"), type_of(new, "mariadb")
            except sa.exc.CompileError:
                continue  # a VARCHAR without a length
            lock = lock_of(change(old, new, "mariadb"), "mariadb", version)
            assert lock is not None
            connection.exec_driver_sql("DROP TABLE IF EXISTS t")
            connection.exec_driver_sql(f"CREATE TABLE t (a {before}) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4")
            taken = "ALGORITHM=COPY, LOCK=SHARED"
            for pair in BEST_FIRST:
                try:
                    connection.exec_driver_sql(f"ALTER TABLE t MODIFY COLUMN a {after}, {pair}")
                except sa.exc.DBAPIError as error:
                    assert "is not supported" in str(error), error
                else:
                    taken = pair
                    break
            if taken != lock.level and not is_worse(old, new):
                wrong.append(f"{new}: said {lock.level}, found {taken}")
    engine.dispose()
    assert not wrong, "\n".join(wrong)
