"""A migration that reads cannot become a script: one line that names the statement or the call, and exit code 2."""

from __future__ import annotations

from pathlib import Path

import pytest

from compat.calls import ENV
from fixtures.programs import Program

READING = {
    "rows": ("op.get_bind().execute(sa.text('select 1 as a')).fetchall()", "select 1 as a"),
    "rows, one by one": ("list(op.get_bind().execute(sa.text('select 1 as a')))", "select 1 as a"),
    "a scalar": ("op.get_bind().scalar(sa.text('select 2'))", "select 2"),
    "scalars": ("op.get_bind().scalars(sa.text('select 3')).all()", "select 3"),
    "driver's SQL": ("op.get_bind().exec_driver_sql('select 4').first()", "select 4"),
    "close": ("op.get_bind().close()", "close()"),
    "a session": ("Session(bind=op.get_bind()).execute(sa.text('select 5')).all()", "()"),
    "an inspector": ("sa.inspect(op.get_bind()).get_table_names()", "inspect()"),
    "the dialect": ("op.get_bind().dialect.has_table(op.get_bind(), 'x')", "has_table()"),
}


@pytest.mark.parametrize("way", READING)
def test_a_migration_that_reads(way: str, tmp_path: Path, headway: Program) -> None:
    call, named = READING[way]
    versions = tmp_path / "m" / "versions"
    versions.mkdir(parents=True)
    (tmp_path / "alembic.ini").write_text("[alembic]\nscript_location = %(here)s/m\n")
    (tmp_path / "m" / "env.py").write_text(ENV.replace('"sqlite://"', '"postgresql://"'))
    (versions / "a.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\nfrom sqlalchemy.orm import Session\n\n"
        f"revision = 'a'\ndown_revision = None\n\n\ndef upgrade():\n    {call}\n"
    )
    done = headway("upgrade", "head", "--sql", cwd=tmp_path)
    assert done.code == 2
    done.assert_one_clear_line(
        f"m/versions/a.py:10: this migration reads from the database, which an SQL script cannot do: {named}"
        if way != "a session"
        else "m/versions/a.py:10: this migration reads from the database, which an SQL script cannot do: "
    )
