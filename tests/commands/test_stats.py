"""How large tables are: measured without a change, written for the policy, and heeded by lint."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import yaml
from sqlalchemy.pool import NullPool

from fixtures.programs import Program
from headway.config.policy import load_policy
from headway.errors import ConfigError

ENV = """
from alembic import context
from sqlalchemy import create_engine
with create_engine(context.config.get_main_option("sqlalchemy.url")).connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""
INDEX = """
from alembic import op
revision = "a1"
down_revision = None
def upgrade():
    op.create_index("ix", "orders", ["id"])
    op.create_index("ix2", "settings", ["id"])
    op.create_index("ix3", "people", ["id"])
def downgrade():
    op.drop_index("ix3", "people")
    op.drop_index("ix2", "settings")
    op.drop_index("ix", "orders")
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "m" / "versions").mkdir(parents=True)
    (tmp_path / "m" / "env.py").write_text(ENV)
    (tmp_path / "m" / "versions" / "a1.py").write_text(INDEX)
    (tmp_path / "alembic.ini").write_text("[alembic]\nscript_location = %(here)s/m\n")
    return tmp_path


def test_a_database_is_measured_and_stays_as_it_is(database_url: str, project: Path, headway: Program) -> None:
    engine = sa.create_engine(database_url, poolclass=NullPool)
    metadata = sa.MetaData()
    orders, _ = (sa.Table(name, metadata, sa.Column("id", sa.Integer)) for name in ("Orders", "settings"))
    with engine.begin() as connection:
        metadata.create_all(connection)
        connection.execute(orders.insert(), [{"id": number} for number in range(500)])
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
    if engine.dialect.name != "sqlite":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            word = "ANALYZE" if engine.dialect.name == "postgresql" else "ANALYZE TABLE"
            name = connection.dialect.identifier_preparer.quote("Orders")
            connection.exec_driver_sql(f"{word} {name}").close()
    done = headway("stats", "--url", "env:LIVE", "-o", "sizes.yml", cwd=project, env={"LIVE": database_url})
    assert (done.code, done.out) == (0, ""), done.err
    sizes = yaml.safe_load((project / "sizes.yml").read_text())
    assert {name.lower() for name in sizes} == {"orders", "settings"}, "the version table is headway's"
    (measured,) = (size for name, size in sizes.items() if name.lower() == "orders")
    assert 400 <= measured["rows"] <= 600
    if engine.dialect.name != "sqlite":
        assert measured["bytes"] > 0
    with engine.connect() as connection:
        assert set(sa.inspect(connection).get_table_names()) >= {"alembic_version"}
        assert connection.exec_driver_sql("SELECT count(*) FROM alembic_version").scalar() == 0


@pytest.mark.parametrize("verb", ["stats", "baseline"])
def test_a_file_that_is_not_there_is_said_and_not_made(verb: str, project: Path, headway: Program) -> None:
    done = headway(verb, "--url", "sqlite:///nothere.db", cwd=project)
    assert (done.code, done.out) == (2, "")
    assert done.err == "FAILED: nothere.db: there is no such SQLite file. Give --url the file as it is.\n"
    assert not (project / "nothere.db").exists()


def test_lint_weighs_by_the_file(project: Path, headway: Program) -> None:
    (project / ".headway.yml").write_text("dialects: [postgresql]\ntables: sizes.yml\n")
    (project / "sizes.yml").write_text("Orders: {rows: 120000000, bytes: 214748364800}\nsettings: {rows: 12}\n")
    done = headway("lint", "--all", "--select", "LCK101", "--format", "json", cwd=project)
    found = yaml.safe_load(done.out)["findings"]
    assert [(one["severity"], one["message"].partition("; the table has ")[2]) for one in found] == [
        ("error", "120,000,000 rows, 200 GB"),
        ("info", "12 rows"),
        ("error", ""),
    ]


@pytest.mark.parametrize(
    ("tables", "kind", "shown"),
    [
        ("small", "small", "is small, says the policy"),
        ("large", "large", "is large, says the policy"),
        (10_000, "small", "has 10,000 rows"),
        (10_001, "", "has 10,001 rows"),
        (1, "small", "has 1 row"),
        (10_000_000, "large", "has 10,000,000 rows"),
        ({"rows": 5, "bytes": 20 * 1024**3}, "large", "has 5 rows, 20 GB"),
        ({"bytes": 100}, "", "has 100 bytes"),
        ({"rows": 7, "writes": 9}, "small", "has 7 rows"),
    ],
)
def test_sizes_by_hand(tables: Any, kind: str, shown: str, tmp_path: Path) -> None:
    (tmp_path / ".headway.yml").write_text(yaml.safe_dump({"tables": {"Shop.Orders": tables}}))
    (size,) = load_policy(str(tmp_path)).tables.items()
    assert (size[0], size[1].kind, size[1].shown) == ("shop.orders", kind, shown)


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        (
            "tables: nothere.yml",
            "line 1: 'tables' names nothere.yml, and there is no such file; headway stats writes one",
        ),
        ("tables: [a]", "line 1: 'tables' must map a table's name to small, large, a number of rows"),
        ("tables:\n  a: huge", "line 2: the size of 'a' is none"),
        ("tables:\n  a: -1", "line 2: the size of 'a' is none"),
        ("tables:\n  a: {rows: many}", "line 2: the size of 'a' is none"),
        ("tables:\n  a: {}", "line 2: the size of 'a' is none"),
        ("tables:\n  a: true", "line 2: the size of 'a' is none"),
        ("tables: bad.yml", "line 1: bad.yml:2: the size of 'b' is none"),
    ],
)
def test_sizes_that_are_none(policy: str, said: str, tmp_path: Path) -> None:
    (tmp_path / ".headway.yml").write_text(policy)
    (tmp_path / "bad.yml").write_text("a: 1\nb: x\n")
    with pytest.raises(ConfigError) as error:
        load_policy(str(tmp_path))
    assert said in str(error.value)
