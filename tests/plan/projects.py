"""Small projects with revisions of a test's own, and what a database holds. No tests of their own."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from fixtures.programs import Done, Program

ENV = """
from sqlalchemy import create_engine, pool, text
from alembic import context
{imports}

def run():
    engine = create_engine(context.config.get_main_option("sqlalchemy.url"), poolclass=pool.NullPool)
    with engine.connect() as connection:
        {before}
        context.configure(connection=connection, transaction_per_migration={per_migration})
        with context.begin_transaction():
            context.run_migrations()
        {after}

run()
"""

REVISION = """
import sqlalchemy as sa
from sqlalchemy import text
from sqlalchemy.orm import Session, declarative_base
from alembic import context, op
{imports}

revision = "{name}"
down_revision = {down!r}

customers = sa.Table("customers", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String(40)))


def upgrade():
{body}


def downgrade():
    pass
"""


class Project:
    """A project in a directory, and the database that it is about."""

    def __init__(self, place: Path, url: str, headway: Program) -> None:
        self.place, self.url, self.headway = place, url, headway
        self._last: str | None = None
        (place / "migrations" / "versions").mkdir(parents=True)
        ini = "[alembic]\nscript_location = %(here)s/migrations\nprepend_sys_path = .\n"
        (place / "alembic.ini").write_text(ini)
        self.env()

    def env(self, before: str = "pass", after: str = "pass", imports: str = "", per_migration: bool = False) -> None:
        """Writes env.py."""
        text = ENV.format(before=before, after=after, imports=imports, per_migration=per_migration)
        (self.place / "migrations" / "env.py").write_text(text)

    def revision(self, body: str, imports: str = "") -> str:
        """Adds a revision whose upgrade() is ``body``; returns its id."""
        name = f"r{len(list(self.versions.glob('*.py'))) + 1}"
        lines = "\n".join(f"    {line}" for line in body.splitlines())
        self.file(name).write_text(REVISION.format(name=name, down=self._last, body=lines, imports=imports))
        self._last = name
        return name

    def revision_again(self, name: str, body: str) -> None:
        """Writes the newest revision anew."""
        self._last = f"r{int(name[1:]) - 1}"
        assert self.revision(body) == name

    def apply_now(self) -> Done:
        """Applies what is there, without a plan."""
        return self.run("apply", "--format", "json")

    @property
    def versions(self) -> Path:
        return self.place / "migrations" / "versions"

    def file(self, name: str) -> Path:
        return self.versions / f"{name}.py"

    def fill(self) -> None:
        """Three customers, and the version table, as an upgrade leaves them."""
        self.revision(
            'op.create_table("customers", sa.Column("id", sa.Integer, primary_key=True), '
            'sa.Column("name", sa.String(40)))\n'
            'op.create_table("shops", sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String(40)))\n'
            "op.execute(\"INSERT INTO customers (id, name) VALUES (1, 'ann'), (2, 'bob'), (3, 'cid')\")\n"
            "op.execute(\"INSERT INTO shops (id, name) VALUES (1, 'here')\")"
        )
        done = self.run("apply", "--format", "json")
        assert done.code == 0, done.err

    def run(self, *arguments: str, env: dict[str, str] | None = None) -> Done:
        """A verb on the database."""
        verb, *rest = arguments
        return self.headway(verb, *rest, "--url", self.url, cwd=self.place, env=env)

    def plan(self, *more: str, env: dict[str, str] | None = None) -> dict[str, Any]:
        """The plan, which is also in plan.json."""
        done = self.run("plan", "-o", "plan.json", "--format", "json", *more, env=env)
        assert done.code == 0, done.err
        return json.loads(done.out)["plan"]  # type: ignore[no-any-return]

    def apply(self, *more: str, env: dict[str, str] | None = None) -> Done:
        """Applies plan.json."""
        return self.run("apply", "plan.json", "--format", "json", *more, env=env)

    def state(self) -> Any:
        """Everything that the database holds: bytes and neighbours of a SQLite file, schema and rows elsewhere."""
        url = sa.make_url(self.url)
        if url.get_backend_name() == "sqlite":
            path = Path(str(url.database))
            return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in path.parent.glob("*.db*")}
        with sa.create_engine(url, poolclass=NullPool).connect() as connection:
            inspector = sa.inspect(connection)
            tables = inspector.get_table_names()
            return {
                "views": inspector.get_view_names(),
                "schemas": sorted(inspector.get_schema_names()),
                **{
                    name: (
                        [(c["name"], str(c["type"]), c["nullable"]) for c in inspector.get_columns(name)],
                        sorted(str(index["name"]) for index in inspector.get_indexes(name)),
                        sorted(map(repr, connection.execute(sa.text(f"SELECT * FROM {name}")))),
                    )
                    for name in tables
                },
            }

    def rows(self, sql: str) -> list[Any]:
        """What a query finds."""
        with sa.create_engine(self.url, poolclass=NullPool).connect() as connection:
            return list(connection.execute(sa.text(sql)))
