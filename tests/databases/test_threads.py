"""Sixteen databases migrated in one process at the same time, a thread each: no run sees anything of another."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from fixtures.databases import database_of
from fixtures.programs import Program, run_program, run_python

HERE = Path(__file__).parent
EACH = 8

ENV = """
import sqlalchemy as sa
from alembic import context
from logging.config import fileConfig
from sqlalchemy.pool import NullPool
import helper_{name}

config = context.config
fileConfig(config.config_file_name)
attributes = config.attributes
if config.get_main_option("whose") != "{name}" or context.script.dir != r"{place}/migrations":
    attributes["complain"]("env.py of {name} was given the configuration of another")

with sa.create_engine(attributes["url"], poolclass=NullPool).connect() as connection:
    context.configure(connection=connection, target_metadata=helper_{name}.metadata, whose="{name}")
    with context.begin_transaction():
        context.run_migrations()
"""

INI = """[alembic]
script_location = %(here)s/migrations
prepend_sys_path = %(here)s/library
whose = {name}

[loggers]
keys = root
[handlers]
keys = console
[formatters]
keys =
[logger_root]
level = WARNING
handlers = console
[handler_console]
class = StreamHandler
args = (sys.stderr,)
"""

MODELS = """
import sqlalchemy as sa
metadata = sa.MetaData()
for number in range({length}):
    sa.Table(f"{name}_{{number}}", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("n", sa.Integer),
             sa.Index(f"ix_{name}_{{number}}", "n"))
"""

REVISION = """
import sqlalchemy as sa
from alembic import context, op
revision = {revision!r}
down_revision = {down!r}

def mine():
    attributes = context.config.attributes
    if op.get_context().opts["whose"] != "{name}" or context.get_context().opts["whose"] != "{name}":
        attributes["complain"]("a migration of {name} runs in the context of another")
    if op.get_bind().engine.url.render_as_string(hide_password=False) != attributes["url"]:
        attributes["complain"]("a migration of {name} has the connection of another")
    return attributes

def upgrade():
    attributes = mine()
    {meet}
    op.create_table("{name}_{number}", sa.Column("id", sa.Integer, primary_key=True))
    with op.batch_alter_table("{name}_{number}") as batch:
        batch.add_column(sa.Column("n", sa.Integer, nullable={nullable}))
    op.create_index("ix_{name}_{number}", "{name}_{number}", ["n"])
    op.bulk_insert(sa.table("{name}_{number}", sa.column("id", sa.Integer)), [{{"id": {number}}}])
    mine()

def downgrade():
    mine()
    op.drop_table("{name}_{number}")
"""


def make(place: Path, name: str, length: int) -> Path:
    """A project with a history of ``length`` revisions; in the first one all threads wait for each other."""
    (place / "migrations" / "versions").mkdir(parents=True)
    (place / "library").mkdir()
    (place / "alembic.ini").write_text(INI.format(name=name))
    (place / "migrations" / "env.py").write_text(ENV.format(name=name, place=place))
    (place / "library" / f"helper_{name}.py").write_text(MODELS.format(name=name, length=length))
    ids = [f"{name}_{number}" for number in range(length - 1)] + [f"{name}_last"]
    for number, revision in enumerate(ids):
        meet = 'attributes["meet"].wait()' if number == 0 else "pass"
        text = REVISION.format(
            revision=revision,
            down=ids[number - 1] if number else None,
            name=name,
            number=number,
            meet=meet,
            nullable=True,
        )
        (place / "migrations" / "versions" / f"{revision}.py").write_text(text)
    return place


def test_sixteen_databases_in_sixteen_threads(tmp_path: Path, postgresql_server: str) -> None:
    arguments: list[str] = []
    lengths: dict[str, tuple[str, int]] = {}
    for number in range(2 * EACH):
        name = f"p{number}"
        if number % 2:
            url = database_of(postgresql_server, f"threads_{number}")
            with sa.create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT").connect() as connection:
                connection.exec_driver_sql("DROP SCHEMA public CASCADE")
                connection.exec_driver_sql("CREATE SCHEMA public")
        else:
            url = f"sqlite:///{tmp_path / name}.db"
        lengths[name] = url, 2 + number % 4
        arguments += [str(make(tmp_path / name, name, 2 + number % 4)), url]
    done = run_python((HERE / "threaded.py").read_text(), *arguments, cwd=tmp_path)
    assert done.code == 0, done.err[-3000:]
    complaints = {name: found for name, found in json.loads(done.out).items() if found}
    assert complaints == {}
    for name, (url, length) in lengths.items():
        with sa.create_engine(url, poolclass=NullPool).connect() as connection:
            tables = set(sa.inspect(connection).get_table_names())
            assert tables == {f"{name}_{number}" for number in range(length)} | {"alembic_version"}
            assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").all() == [(f"{name}_last",)]
            assert connection.exec_driver_sql(f"SELECT id, n FROM {name}_1").all() == [(1, None)]


THREAD_ENV = """
import threading
import sqlalchemy as sa
from alembic import context

def migrate():
    with sa.create_engine("sqlite:///app.db").connect() as connection:
        context.configure(connection=connection)
        with context.begin_transaction():
            context.run_migrations()

thread = threading.Thread(target=migrate)
thread.start()
thread.join()
"""


@pytest.mark.parametrize("program", ["headway_cli", "alembic"])
def test_env_py_may_migrate_in_a_thread_of_its_own(program: str, tmp_path: Path, headway: Program) -> None:
    make(tmp_path / "p", "p", 1)
    (tmp_path / "p" / "migrations" / "env.py").write_text(THREAD_ENV)
    revision = tmp_path / "p" / "migrations" / "versions" / "p_last.py"
    revision.write_text(
        'revision = "p_last"\ndown_revision = None\nfrom alembic import op\ndef upgrade():\n    op.execute("CREATE TABLE t (id INT)")\n'
    )
    done = run_program(program, "upgrade", "head", cwd=tmp_path / "p")
    assert done.code == 0, done.err
    with sa.create_engine(f"sqlite:///{tmp_path / 'p' / 'app.db'}", poolclass=NullPool).connect() as connection:
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").all() == [("p_last",)]
        assert connection.exec_driver_sql("SELECT * FROM t").all() == []
