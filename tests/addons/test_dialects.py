"""Dialects of third parties, which subclass an implementation of alembic.ddl: DuckDB, executed, and Redshift, printed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from addons.projects import assert_there_and_back, both, make, require
from fixtures.programs import ROOT, Program

DUCKDB = """
from alembic.ddl.impl import DefaultImpl

class AlembicDuckDBImpl(DefaultImpl):
    __dialect__ = "duckdb"
"""

# duckdb-engine 0.17 reflects as PostgreSQL does, by catalogues that DuckDB lacks since SQLAlchemy 2.1 asks for them.
REFLECTION = """
import sqlalchemy as sa
from duckdb_engine import Dialect

KINDS = {"INTEGER": sa.Integer(), "BIGINT": sa.BigInteger(), "VARCHAR": sa.String(), "DATE": sa.Date()}

def rows(connection, table, wanted):
    return connection.exec_driver_sql(f"SELECT {wanted} FROM duckdb_{table}() WHERE schema_name = 'main'").mappings()

def grouped(connection, found, filter_names):
    names = [row["table_name"] for row in rows(connection, "tables", "table_name")]
    tables = {(None, name): [] for name in names if filter_names is None or name in filter_names}
    for table, item in found:
        if (None, table) in tables:
            tables[None, table].append(item)
    return tables

def get_multi_columns(self, connection, schema=None, filter_names=None, **kw):
    found = [
        (row["table_name"], {
            "name": row["column_name"],
            "type": KINDS.get(row["data_type"]) or sa.Numeric(row["numeric_precision"], row["numeric_scale"]),
            "nullable": row["is_nullable"],
            "default": row["column_default"],
            "autoincrement": False,
        })
        for row in rows(connection, "columns", "*")
    ]
    return grouped(connection, found, filter_names).items()

def constraints(connection, kind, filter_names):
    found = [
        (row["table_name"], {"constrained_columns": list(row["constraint_column_names"]), "name": row["constraint_name"],
                             "column_names": list(row["constraint_column_names"])})
        for row in rows(connection, "constraints", "*") if row["constraint_type"] == kind
    ]
    return grouped(connection, found, filter_names)

def get_multi_pk_constraint(self, connection, schema=None, filter_names=None, **kw):
    found = constraints(connection, "PRIMARY KEY", filter_names)
    return {table: keys[0] if keys else {"constrained_columns": []} for table, keys in found.items()}.items()

def get_multi_unique_constraints(self, connection, schema=None, filter_names=None, **kw):
    return constraints(connection, "UNIQUE", filter_names).items()

def nothing(self, connection, schema=None, filter_names=None, **kw):
    return grouped(connection, [], filter_names).items()

def no_text(self, connection, schema=None, filter_names=None, **kw):
    return {table: {"text": None} for table in grouped(connection, [], filter_names)}.items()

Dialect.get_multi_columns = get_multi_columns
Dialect.get_multi_pk_constraint = get_multi_pk_constraint
Dialect.get_multi_unique_constraints = get_multi_unique_constraints
for kind in ("foreign_keys", "indexes", "check_constraints"):
    setattr(Dialect, f"get_multi_{kind}", nothing)
Dialect.get_multi_table_comment = no_text
Dialect.get_multi_table_options = lambda self, *args, **kw: {table: {} for table, _ in nothing(self, *args, **kw)}.items()
"""

# DuckDB has no SERIAL, and keeps no length of VARCHAR.
TABLES_1 = """
import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "track", metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("title", sa.String, nullable=False),
    sa.Column("length", sa.Integer),
    sa.Column("gone", sa.Integer),
)
sa.Table("old", metadata, sa.Column("id", sa.Integer, primary_key=True, autoincrement=False))
"""

TABLES_2 = """
import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "track", metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("title", sa.String, nullable=True),
    sa.Column("length", sa.BigInteger),
    sa.Column("rating", sa.Numeric(4, 2), server_default="1"),
)
sa.Table(
    "listener", metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("mail", sa.String, nullable=False, unique=True),
    sa.Column("since", sa.Date),
)
"""


def test_duckdb(tmp_path: Path) -> None:
    require("duckdb", "duckdb_engine")
    project = make(tmp_path, TABLES_1, TABLES_2, setup=REFLECTION + DUCKDB)

    def empty() -> str:
        (project / "music.duckdb").unlink(missing_ok=True)
        return "duckdb:///music.duckdb"

    ours, theirs = both(project, empty)
    for revision in ("models_1", "models_2"):
        assert ours.bodies(revision) == theirs.bodies(revision)
    assert ours.structures == theirs.structures
    assert ours.offline == theirs.offline
    assert_there_and_back(ours)


# -- Redshift ---------------------------------------------------------------------------------------------------

REDSHIFT = """
import sqlalchemy as sa
from alembic import op
from sqlalchemy_redshift.dialect import GEOMETRY, SUPER, TIMESTAMPTZ

revision = "a1"
down_revision = None

def upgrade():
    op.create_table(
        "sale",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("shop", sa.Integer(), redshift_encode="lzo", nullable=False),
        sa.Column("at", TIMESTAMPTZ(), redshift_sortkey=True),
        sa.Column("data", SUPER(), comment="as it came"),
        sa.Column("place", GEOMETRY()),
        sa.Column("note", sa.String(20)),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("shop", name="uq_shop"),
        redshift_diststyle="KEY",
        redshift_distkey="shop",
    )
    op.rename_table("sale", "sales", schema="old")
    op.add_column("sale", sa.Column("tax", sa.Numeric(10, 2), server_default="0", redshift_encode="az64"))
    op.alter_column("sale", "note", comment="a note", new_column_name="remark", nullable=False)
    op.create_foreign_key("fk_shop", "sale", "shop", ["shop"], ["id"])
    op.bulk_insert(sa.table("sale", sa.column("id", sa.Integer), sa.column("note", sa.String)), [{"id": 1, "note": "it's"}])
    op.execute("ANALYZE sale")

def downgrade():
    op.drop_constraint("fk_shop", "sale", type_="foreignkey")
    op.alter_column("sale", "tax", server_default=None)
    op.drop_column("sale", "tax")
    op.drop_table("sale")
"""

REDSHIFT_ENV = """
import sqlalchemy_redshift.dialect
from alembic import context
context.configure(dialect_name="redshift", dialect_opts={"paramstyle": "named"}, literal_binds=True)
assert type(context.get_context().impl) is sqlalchemy_redshift.dialect.RedshiftImpl
with context.begin_transaction():
    context.run_migrations()
"""


@pytest.mark.parametrize("arguments", [("upgrade", "head"), ("downgrade", "a1:base")])
def test_redshift_by_its_sql(arguments: tuple[str, str], tmp_path: Path, headway: Program, alembic: Program) -> None:
    require("sqlalchemy_redshift")
    project = make(tmp_path, "", "")
    (project / "migrations" / "env.py").write_text(REDSHIFT_ENV)
    (project / "migrations" / "versions" / "a1.py").write_text(REDSHIFT)
    ours, theirs = (program(*arguments, "--sql", cwd=project) for program in (headway, alembic))
    assert (ours.code, theirs.code) == (0, 0), ours.err + theirs.err
    assert ours.out == theirs.out
    assert "sale" in ours.out


# -- a dialect that brings its implementation along -----------------------------------------------------------------

THIRD = """
from alembic.ddl.sqlite import SQLiteImpl
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

class ThirdDialect(SQLiteDialect_pysqlite):
    name = "thirdlite"
    supports_statement_cache = True

class ThirdImpl(SQLiteImpl):
    __dialect__ = "thirdlite"

    def create_table(self, table, **kw):
        self.static_output(f"-- a table by ThirdImpl") if self.as_sql else None
        super().create_table(table, **kw)
"""


def test_a_dialect_is_loaded_by_whoever_meets_it_first(tmp_path: Path, headway: Program) -> None:
    """Nothing in the project imports the dialect: SQLAlchemy does, when headway itself opens the database."""
    described = tmp_path / "site" / "thirdlite-1.0.dist-info"
    described.mkdir(parents=True)
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: thirdlite\nVersion: 1.0\n")
    (described / "entry_points.txt").write_text("[sqlalchemy.dialects]\nthirdlite = thirdlite:ThirdDialect\n")
    (tmp_path / "site" / "thirdlite.py").write_text(THIRD)
    project = make(tmp_path / "app", TABLES_1, TABLES_1)
    (project / "migrations" / "versions" / "a1.py").write_text(
        'import sqlalchemy as sa\nfrom alembic import op\nrevision = "a1"\ndown_revision = None\n'
        'def upgrade():\n    op.create_table("track", sa.Column("id", sa.Integer, primary_key=True))\n'
        'def downgrade():\n    op.drop_table("track")\n'
    )
    (project / "models_2.py").write_text(
        "import sqlalchemy as sa\nmetadata = sa.MetaData()\n"
        'sa.Table("track", metadata, sa.Column("id", sa.Integer, primary_key=True))\n'
    )
    paths = [str(ROOT / "engine"), str(ROOT / "entrypoint"), str(tmp_path / "site")]
    environment = {"PYTHONPATH": os.pathsep.join(paths)}
    url = f"thirdlite:///{tmp_path / 'scratch.db'}"
    gate = headway("ci", "--scratch", url, "--all", cwd=project, env=environment)
    assert gate.code == 0, gate.out + gate.err
    plan = headway("plan", "--url", f"thirdlite:///{tmp_path / 'app.db'}", cwd=project, env=environment)
    assert plan.code == 0, plan.out + plan.err
    assert "CREATE TABLE track" in plan.out
