"""Which database the rules judge for: what tells it stands in the summary, and where nothing does, that is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.programs import Program

REVISION = """revision = "b2"
down_revision = None

import sqlalchemy as sa
from alembic import op


def upgrade():
    op.drop_table("orders")
    op.create_index("ix", "customers", ["name"])


def downgrade():
    op.create_table("orders")
"""
ENV = """from alembic import context
from sqlalchemy import create_engine

with create_engine(context.config.get_main_option("sqlalchemy.url")).connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "alembic.ini").write_text("[alembic]\nscript_location = migrations\nsqlalchemy.url = driver://x/y\n")
    (tmp_path / "migrations" / "versions").mkdir(parents=True)
    (tmp_path / "migrations" / "env.py").write_text(ENV)
    (tmp_path / "migrations" / "versions" / "b2_piece.py").write_text(REVISION)
    return tmp_path


def test_where_nothing_tells_only_the_rules_of_every_database_judge(shop: Path, headway: Program) -> None:
    done = headway("lint", "--all", cwd=shop)
    assert done.code == 1
    assert "DST001" in done.out and "LCK101" not in done.out
    assert "warning[CFG007]" in done.out and "dialects: [postgresql 16]" in done.out
    assert "judged (all revisions; no database known)" in done.out


@pytest.mark.parametrize(("dialect", "code"), [("postgresql", "LCK101"), ("postgresql 16", "LCK101"), ("sqlite", "")])
def test_the_command_line_names_one_for_once(shop: Path, headway: Program, dialect: str, code: str) -> None:
    done = headway("lint", "--all", "--dialect", dialect, cwd=shop)
    assert "CFG007" not in done.out and f"; {dialect}, from --dialect)" in done.out
    assert ("LCK101" in done.out) is bool(code)


def test_the_command_line_names_what_is_none(shop: Path, headway: Program) -> None:
    done = headway("lint", "--dialect", "postgres", cwd=shop)
    assert done.code == 2
    assert "--dialect: 'postgres' is no database that is known" in done.err


def test_a_compose_file_tells(shop: Path, headway: Program) -> None:
    (shop / "compose.yml").write_text("services:\n  db:\n    image: postgres:15\n")
    done = headway("lint", "--all", cwd=shop)
    assert "LCK101" in done.out and "; postgresql 15, from compose.yml)" in done.out


def test_a_policy_with_a_version_that_is_none(shop: Path, headway: Program) -> None:
    (shop / ".headway.yml").write_text("dialects:\n  - postgresql sixteen\n  - postgres\n")
    done = headway("lint", cwd=shop)
    assert done.code == 2
    assert "line 2: 'dialects': 'sixteen' is no version of a server; write 'postgresql 16'" in done.err
    assert "line 3: 'dialects': 'postgres' is no database" in done.err


@pytest.mark.parametrize(("version", "warned"), [("3", False), ("2.8", True)])
def test_a_scratch_server_of_another_release_is_a_warning(
    shop: Path, headway: Program, version: str, warned: bool
) -> None:
    text = REVISION.replace('op.drop_table("orders")', 'op.create_table("customers", sa.Column("name", sa.Text()))')
    (shop / "migrations" / "versions" / "b2_piece.py").write_text(
        text.replace('op.create_table("orders")', 'op.drop_table("customers")')
    )
    (shop / ".headway.yml").write_text(f"dialects: [sqlite {version}]\nscratch: sqlite\n")
    done = headway("ci", "--all", cwd=shop)
    assert done.code == 0, done.out + done.err
    assert ("warning[CFG008]" in done.out) is warned
    assert ("and the policy says that the history runs on sqlite 2.8" in done.out) is warned
