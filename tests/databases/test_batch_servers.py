"""``recreate="always"`` on PostgreSQL and MariaDB gives what Alembic's gives there."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from sql.bank import Case
from sql.servers import Server
from sql.structure import structure
from sql.tools import ALEMBIC, HEADWAY, Tool

BEFORE = """
keys = []
if op.get_bind().dialect.name == "postgresql":
    keys.append(sa.ForeignKeyConstraint(["c"], ["p.id"], name="fk_t_p", ondelete="CASCADE"))
op.create_table("p", sa.Column("id", sa.Integer, primary_key=True))
op.create_table(
    "t",
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("a", sa.String(20), nullable=False, server_default="x"),
    sa.Column("b", sa.Integer, index=True),
    sa.Column("c", sa.Integer),
    *keys,
    sa.UniqueConstraint("a", name="uq_t"),
    sa.CheckConstraint("b > 0", name="ck_t"),
)
op.execute("INSERT INTO p (id) VALUES (3)")
op.execute("INSERT INTO t (id, a, b, c) VALUES (1, '5', 2, 3), (2, '7', NULL, NULL)")
"""

BATCHES = {
    "change a type and a default": """
        batch_op.alter_column("a", type_=sa.String(50), server_default="y", existing_type=sa.String(20))
    """,
    "cast": """
        batch_op.alter_column("b", type_=sa.String(9), existing_type=sa.Integer())
        batch_op.drop_constraint("ck_t", type_="check")
    """,
    "drop a column": """
        batch_op.drop_constraint("ck_t", type_="check")
        batch_op.drop_index("ix_t_b")
        batch_op.drop_column("b")
    """,
    "add columns in their places": """
        batch_op.add_column(sa.Column("n", sa.Integer, server_default="5"), insert_after="id")
        batch_op.add_column(sa.Column("m", sa.String(5)), insert_before="c")
    """,
    "rename": """
        batch_op.alter_column("a", new_column_name="name", existing_type=sa.String(20))
    """,
    "drop and add constraints": """
        batch_op.drop_constraint("ck_t", type_="check")
        batch_op.create_unique_constraint("uq_c", ["c"])
        batch_op.create_foreign_key("fk_new", "p", ["c"], ["id"], ondelete="SET NULL")
        batch_op.create_index("ix_t_a", ["a"])
    """,
    "nothing": "pass",
}


@pytest.mark.parametrize("name", BATCHES)
@pytest.mark.parametrize("server", ["postgresql", "mariadb"])
def test_a_table_is_recreated_as_alembic_does(server: str, name: str, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue(f"{server}_url").replace("mysql+", "mariadb+")
    body = "\n".join(f"    {line.strip()}" for line in BATCHES[name].strip().splitlines())
    code = f'with op.batch_alter_table("t", recreate="always") as batch_op:\n{body}'
    states: dict[str, Any] = {tool.name: _run(tool, Server(server, url), code) for tool in (ALEMBIC, HEADWAY)}
    assert states["headway"] == states["alembic"]
    assert any("t: row (1" in line for line in states["headway"])


def _run(tool: Tool, server: Server, code: str) -> list[str]:
    case = Case("servers", "case", code)
    with server.empty() as connection:
        assert ALEMBIC.online(case, connection, BEFORE).error is None
        outcome = tool.online(case, connection, code)
        assert outcome.error is None, f"{tool.name}: {outcome.error!r}"
        assert sa.inspect(connection).has_table("t")
        return structure(connection)


WITH_KEY = BEFORE.replace('== "postgresql"', '!= "sqlite"')


def test_named_foreign_keys_stay_on_mariadb(mariadb_url: str) -> None:
    """batch-mysql-names: Alembic cannot create the copy beside a table that has the name already."""
    server = Server("mariadb", mariadb_url.replace("mysql+", "mariadb+"))
    case = Case("servers", "case", 'with op.batch_alter_table("t", recreate="always"): pass')
    with server.empty() as connection:
        ALEMBIC.online(case, connection, WITH_KEY)
        assert "Duplicate key" in str(ALEMBIC.online(case, connection, case.upgrade).error)
    with server.empty() as connection:
        ALEMBIC.online(case, connection, WITH_KEY)
        before = structure(connection)
        connection.rollback()
        assert HEADWAY.online(case, connection, case.upgrade).error is None
        assert structure(connection) == before


@pytest.mark.parametrize("server", ["postgresql", "mariadb"])
def test_a_failing_copy_leaves_the_table_as_it_was(server: str, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue(f"{server}_url").replace("mysql+", "mariadb+")
    code = """
with op.batch_alter_table("t", recreate="always") as batch_op:
    batch_op.alter_column("b", nullable=False, existing_type=sa.Integer())
"""
    case = Case("servers", "case", code)
    with Server(server, url).empty() as connection:
        assert ALEMBIC.online(case, connection, WITH_KEY).error is None
        before = structure(connection)
        connection.rollback()
        error = HEADWAY.online(case, connection, code).error
        assert isinstance(error, sa.exc.IntegrityError), error
        assert structure(connection) == before
