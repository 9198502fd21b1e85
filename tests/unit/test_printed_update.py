"""The version UPDATE of an SQL script is compiled once and reads as if SQLAlchemy had compiled each of them."""

from __future__ import annotations

import io

import pytest
from sqlalchemy import literal_column
from sqlalchemy.engine import make_url

from headway.dialects.base import DefaultImpl
from headway.revision.route import Step
from headway.runtime.versions import VersionTable

DIALECTS = ["sqlite", "postgresql+psycopg", "postgresql+psycopg2", "mysql+pymysql", "mssql+pymssql", "oracle"]
IDS = [("1a2b", "3c4d"), ("it's", "o''ne"), ("50%", "%s"), (":x", "?"), ("\\0", "old")]


@pytest.mark.parametrize("name", DIALECTS)
@pytest.mark.parametrize("schema", [None, "Some Schema"])
def test_it_reads_as_sqlalchemy_compiles_it(name: str, schema: str | None) -> None:
    dialect = make_url(f"{name}://").get_dialect()()
    output = io.StringIO()
    impl = DefaultImpl(dialect, None, True, None, output, {})
    versions = VersionTable(impl, "alembic_version", schema, True, True)
    for old, new in IDS:
        output.truncate(output.seek(0))
        versions.apply(Step(new, True, update=(old, new)))
        ours, theirs = (literal_column("'" + text.replace("'", "''") + "'") for text in (new, old))
        statement = versions.table.update().values(version_num=ours).where(versions.table.c.version_num == theirs)
        assert output.getvalue().startswith(f"{statement.compile(dialect=dialect)}")
