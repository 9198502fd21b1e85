"""What MOD019 says of a type: SQLAlchemy has no words for it, or the server does not take them. PostgreSQL, MariaDB, SQLite.

Of SQL Server and Oracle only what SQLAlchemy refuses is said, and of MySQL what MariaDB does as well and three names.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mssql, mysql, oracle, postgresql, sqlite
from sqlalchemy.pool import NullPool
from sqlalchemy.types import TypeEngine

from headway.compat.hook import serving_alembic
from headway.effects import model as fx
from headway.effects.refused_types import _LENGTHS, _UNKNOWN_TO, refusal
from headway.operations import every
from headway.operations.base import Operations
from headway.runtime.context import MigrationContext

assert every  # importing it fills Operations

MODULES = {
    "sqlalchemy": sa.types,
    **{f"sqlalchemy.dialects.{one.__name__.rpartition('.')[2]}": one for one in (mssql, mysql, oracle, postgresql)},
    "sqlalchemy.dialects.sqlite": sqlite,
}
COMPILERS = {
    "postgresql": postgresql.dialect(),
    "mysql": mysql.dialect(),
    "mariadb": mysql.dialect(),
    "sqlite": sqlite.dialect(),
    "mssql": mssql.dialect(),
    "oracle": oracle.dialect(),
}
NOT_SAID = {
    *("mssql.BIT postgresql", "mssql.BIT mysql", "mssql.BIT mariadb", "mysql.BIT postgresql", "mssql.TIMESTAMP oracle"),
    *("mssql.TIMESTAMP postgresql", "oracle.INTERVAL postgresql", "postgresql.INTERVAL oracle"),
    *("sqlalchemy.Enum postgresql", "postgresql.ENUM postgresql", "mysql.ENUM postgresql"),  # the test gives no labels
    *("oracle.INTERVAL mysql", "oracle.INTERVAL mariadb", "oracle.INTERVAL sqlite", "oracle.INTERVAL mssql"),
    *("sqlite.JSONB mysql", "sqlite.JSONB mariadb", "sqlite.JSONB mssql", "sqlite.JSONB oracle"),
    *("oracle.NVARCHAR2 mysql", "oracle.NVARCHAR2 mariadb", "oracle.NVARCHAR2 postgresql", "oracle.BFILE oracle"),
    "postgresql.JSONB sqlite",  # 2.1 has words for it, and for the next two
    *(f"mysql.{one} {name}" for one in ("INET4", "INET6") for name in ("mysql", "mariadb")),
    *(f"{one}.JSON oracle" for one in ("sqlalchemy", "mssql", "mysql", "postgresql", "sqlite")),
    *(f"oracle.VECTOR {one}" for one in ("postgresql", "mysql", "mariadb", "sqlite", "mssql")),
}
"""What SQLAlchemy refuses too, by an accident or where nobody would write it."""


def types() -> Iterator[tuple[str, str, TypeEngine[object]]]:
    """Every type of SQLAlchemy that has SQL: its module, its name, and one with the fewest arguments."""
    for module, names in MODULES.items():
        for name in names.__all__ if hasattr(names, "__all__") else dir(names):
            class_ = getattr(names, name, None)
            if not inspect.isclass(class_) or not issubclass(class_, TypeEngine) or name in _NO_TYPES or name[0] == "_":
                continue
            for arguments in ((), (sa.Integer(),), ("a", sa.Integer())):
                try:
                    made = class_(*arguments)
                except (TypeError, ValueError):
                    continue
                yield module, name, made
                break


_NO_TYPES = {
    *("TypeEngine", "TypeDecorator", "UserDefinedType", "TupleType", "NamedType", "Variant", "ExternalType"),
    *("AbstractRange", "AbstractMultiRange", "AbstractSingleRange", "Concatenable", "Indexable", "SchemaType"),
}


def said(module: str, name: str, database: str) -> bool:
    return refusal(fx.Type(name, written=name, module=module), database, raw=False) is not None


@pytest.mark.parametrize("database", COMPILERS)
def test_what_sqlalchemy_has_no_words_for_is_said(database: str) -> None:
    wrong = []
    for module, name, type_ in types():
        try:
            type_.compile(dialect=COMPILERS[database])
        except (sa.exc.CompileError, TypeError, AttributeError):
            key = f"{module.rpartition('.')[2]}.{name} {database}"
            if not said(module, name, database) and key not in NOT_SAID:
                wrong.append(key)
    assert not wrong


@pytest.mark.parametrize("database", ["postgresql", "mariadb", "sqlite"])
def test_what_is_said_is_refused(database: str, request: pytest.FixtureRequest) -> None:
    """Of all types, and what is not said of one is no refusal of a server either."""
    url = "sqlite://" if database == "sqlite" else str(request.getfixturevalue(f"{database}_url"))
    engine = sa.create_engine(url, poolclass=NullPool)
    wrong = []
    for module, name, type_ in types():
        column = "v " + _compiled(type_, database)
        refused = column.endswith("!") or not _is_made(engine, column)
        key = f"{module.rpartition('.')[2]}.{name} {database}"
        if said(module, name, database):
            assert refused, key
        elif refused and key not in NOT_SAID | _NOT_MADE:
            wrong.append(key)
    assert not wrong


_NOT_MADE = {
    *("sqlalchemy.CLOB mariadb", "oracle.CLOB mariadb", "oracle.NCLOB mariadb"),  # it has them in a mode
    *("sqlalchemy.Enum mariadb", "mysql.ENUM mariadb", "mysql.SET mariadb", "postgresql.ENUM mariadb"),  # no labels
    *("postgresql.HSTORE postgresql", "postgresql.CITEXT postgresql", "postgresql.DOMAIN postgresql"),  # no extension
}
"""Refused by these servers, and not by all of their kind."""


def _compiled(type_: TypeEngine[object], database: str) -> str:
    try:
        return str(type_.compile(dialect=COMPILERS[database]))
    except (sa.exc.CompileError, TypeError, AttributeError):
        return "!"


def _is_made(engine: sa.Engine, column: str) -> bool:
    with engine.connect() as connection:
        try:
            connection.exec_driver_sql(f"CREATE TABLE made (id int, {column})")
        except sa.exc.DBAPIError:
            return False
        connection.exec_driver_sql("DROP TABLE made")
        connection.commit()
    return True


@pytest.mark.parametrize("database", ["postgresql", "mariadb"])
def test_a_server_knows_none_of_the_names(database: str, request: pytest.FixtureRequest) -> None:
    engine = sa.create_engine(str(request.getfixturevalue(f"{database}_url")), poolclass=NullPool)
    assert not [name for name in _UNKNOWN_TO[database] if _is_made(engine, f"v {name}")]
    needing = [name for name in _LENGTHS if name.islower()]
    if database == "mariadb":
        assert not [name for name in needing if _is_made(engine, f"v {name}")]
        assert all(_is_made(engine, f"v {name}(10)") for name in needing)


def test_mariadb_makes_no_primary_key_of_text(mariadb_url: str) -> None:
    engine = sa.create_engine(mariadb_url, poolclass=NullPool)
    for text in ["TEXT", "TINYTEXT", "MEDIUMTEXT", "LONGTEXT", "BLOB", "TINYBLOB", "MEDIUMBLOB", "LONGBLOB"]:
        assert not _is_made(engine, f"v {text}, PRIMARY KEY (v)")
    assert _is_made(engine, "v TEXT, PRIMARY KEY (v(20))")


def test_the_existing_type_is_written_with_the_rest(mariadb_url: str) -> None:
    engine = sa.create_engine(mariadb_url, poolclass=NullPool)
    with serving_alembic(), engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE orders (note varchar(20), total int)")
        op = Operations(MigrationContext.configure(connection))
        for change in ({"nullable": False}, {"new_column_name": "remark"}, {"comment": "c"}):
            with pytest.raises(sa.exc.CompileError, match="requires a length"):
                op.alter_column("orders", "note", existing_type=sa.String(), **change)
        op.alter_column("orders", "note", existing_type=sa.String(), server_default="n")


def test_an_enum_without_a_name_is_refused(postgresql_url: str) -> None:
    engine = sa.create_engine(postgresql_url, poolclass=NullPool)
    with serving_alembic(), engine.connect() as connection:
        op = Operations(MigrationContext.configure(connection))
        with pytest.raises(sa.exc.CompileError, match="requires a name"):
            op.create_table("orders", sa.Column("state", sa.Enum("a", "b")))
        op.create_table("orders", sa.Column("state", sa.Enum("a", "b", native_enum=False)))
