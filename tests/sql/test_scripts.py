"""Whole SQL scripts: ``--sql`` of either program for one history, on each of the six dialects."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.programs import Program, set_url

pytestmark = pytest.mark.part(4)

URLS = {
    "postgresql": "postgresql://",
    "mysql": "mysql+pymysql://",
    "mariadb": "mariadb+pymysql://",
    "sqlite": "sqlite://",
    "mssql": "mssql+pyodbc://",
    "oracle": "oracle+oracledb://",
}
COMMANDS = (
    ("upgrade", "heads", "--sql"),
    ("upgrade", "aaaa00000001:bbbb00000001", "--sql"),
    ("downgrade", "cccc00000001:base", "--sql"),
    ("stamp", "heads", "--sql"),
)

REVISIONS = {
    "aaaa00000001": (
        None,
        """
    op.create_table(
        "account",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(50), nullable=False),
        sa.Column("created", sa.DateTime, server_default=sa.func.current_timestamp()),
    )
    op.bulk_insert(sa.table("account", sa.column("name", sa.String)), [{"name": "it's 100%"}])
""",
        'op.drop_table("account")',
    ),
    "bbbb00000001": (
        "aaaa00000001",
        'op.add_column("account", sa.Column("a", sa.Integer))',
        'op.drop_column("account", "a")',
    ),
    "cccc00000001": ("bbbb00000001", 'op.create_index("ix", "account", ["name"])', 'op.drop_index("ix", "account")'),
}

REVISION = '''"""words"""
import sqlalchemy as sa
from alembic import op

revision = {revision!r}
down_revision = {down!r}


def upgrade():
    {up}


def downgrade():
    {back}
'''


@pytest.fixture(params=list(URLS))
def project(request: pytest.FixtureRequest, tmp_path: Path, alembic: Program) -> tuple[str, Path]:
    assert alembic("init", "migrations", cwd=tmp_path).code == 0
    set_url(tmp_path, URLS[request.param])
    for revision, (down, up, back) in REVISIONS.items():
        text = REVISION.format(revision=revision, down=down, up=up.strip(), back=back)
        (tmp_path / "migrations" / "versions" / f"{revision}_words.py").write_text(text)
    return request.param, tmp_path


@pytest.mark.parametrize("per_migration", [False, True], ids=["one transaction", "one for each"])
def test_the_scripts_are_those_of_alembic(
    project: tuple[str, Path], alembic: Program, headway: Program, per_migration: bool
) -> None:
    dialect, place = project
    if per_migration:
        env = place / "migrations" / "env.py"
        options = "context.configure(transaction_per_migration=True, "
        env.write_text(env.read_text().replace("context.configure(", options))
    for arguments in COMMANDS:
        theirs, ours = alembic(*arguments, cwd=place), headway(*arguments, cwd=place)
        assert (theirs.code, ours.code) == (0, 0), ours.err
        assert ours.out == _expected(dialect, theirs.out), arguments
        assert "-- Running" in ours.out


def _expected(dialect: str, theirs: str) -> str:
    """Alembic's script, but for version-returning: an INTO that no tool can fill in a script."""
    into = " RETURNING alembic_version.version_num INTO :ret_0"
    if dialect != "oracle":
        assert into not in theirs
        return theirs
    assert into in theirs or "INSERT INTO alembic_version" not in theirs
    return theirs.replace(into, "")
