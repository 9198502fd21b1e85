"""The squash as a person runs it, and what every verb says of a database that stood before, in or behind what it replaces."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from fixtures.programs import Program
from git.repository import Repository
from headway.api.project import open_project
from headway.api.squash import Squashed, Wanted, squash
from headway.catalog.difference import difference
from headway.dialects.inspection import inspect_schema
from headway.errors import SquashDiffers
from headway.scratch.rows import differing, held

UP = {
    "a1": 'op.create_table("t_a1", sa.Column("id", sa.Integer(), primary_key=True))',
    "b2": 'op.create_table("t_b2", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("n", sa.Text()))',
    "c3": "op.execute(\"INSERT INTO t_b2 VALUES (1, 'one')\")",
    "d4": 'op.create_table("t_d4", sa.Column("id", sa.Integer(), primary_key=True))',
}
HINT = "Upgrade it to c3 with a release that still has those files"


class Shop:
    """A project where s9 replaces b2 and c3, and what its database was at each revision of before."""

    def __init__(self, place: Path, headway: Program) -> None:
        self.place, self.live, self.headway = place, place / "live.db", headway
        repository = Repository(place)
        parent = None
        for id_, up in UP.items():
            down_body = 'op.execute("DELETE FROM t_b2")' if id_ == "c3" else None
            repository.revision(id_, parent, up, down_body=down_body)
            parent = id_
        (place / ".gitignore").write_text("*.db\n__pycache__\n")
        repository.commit(released=True)
        self.was: dict[str, bytes] = {"base": b""}
        for id_ in UP:
            self.says("upgrade", id_)
            self.was[id_] = self.live.read_bytes()
        self.squashed = self.says("squash", "b2..c3", "--headway-only", "--keep-operations", "--rev-id", "s9")

    def says(self, *arguments: str, at: str | None = None, code: int = 0) -> str:
        """Runs headway on the database, as it was ``at`` a revision; returns what it prints, or its one FAILED line."""
        if at is not None:
            self.live.write_bytes(self.was[at])
        done = self.headway(*arguments, cwd=self.place)
        assert done.code == code, done.err + done.out
        return done.err if code else done.out

    def holds(self) -> tuple[list[str], list[tuple[int, str]]]:
        """The version rows, and the rows of the table that b2 made."""
        with sqlite3.connect(self.live) as connection:
            rows = [row[0] for row in connection.execute("SELECT version_num FROM alembic_version")]
            return rows, connection.execute("SELECT * FROM t_b2").fetchall()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, headway: Program) -> Shop:
    return Shop(tmp_path_factory.mktemp("squashed") / "p", headway)


def test_every_verb_agrees_on_where_a_database_stands(shop: Shop) -> None:
    assert shop.squashed == (
        "m/versions/s9_squash_of_b2_to_c3.py: s9 replaces b2, c3\n"
        "d4 follows s9 now\n"
        "proved on sqlite: same schema, same rows, up and down\n"
    )
    for before in ("base", "a1", "c3", "d4"):
        shop.says("upgrade", "head", at=before)
        assert shop.holds() == (["d4"], [(1, "one")]), before
    assert shop.says("current", at="c3") == "s9\n"
    assert json.loads(shop.says("current", "--format", "json", at="c3"))["current"] == ["s9"]
    assert "not on all head" in shop.says("current", "--check-heads", at="c3", code=1)
    assert "behind the database" in shop.says("plan", "--to", "a1", at="c3", code=2)
    for target in ("c3", "s9"):
        shop.says("stamp", target, at="c3")
        assert shop.holds()[0] == ["s9"]
    shop.says("upgrade", "c3", at="c3")
    assert shop.holds() == (["s9"], [(1, "one")])
    shop.says("downgrade", "a1", at="c3")
    with sqlite3.connect(shop.live) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("a1",)]
        assert not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 't_b2'").fetchall()
    script = shop.says("upgrade", "c3:head", "--sql")
    moved = "UPDATE alembic_version SET version_num='s9' WHERE alembic_version.version_num = 'c3';"
    assert script.index(moved) < script.index("CREATE TABLE t_d4")


def test_the_middle_is_refused_by_every_verb(shop: Shop) -> None:
    for arguments in (
        ("upgrade", "head"),
        ("downgrade", "a1"),
        ("stamp", "head"),
        ("current",),
        ("current", "--check-heads"),
        ("plan",),
        ("check",),
    ):
        said = shop.says(*arguments, at="b2", code=2)
        assert "the database is on b2, in the middle of what the squash s9 replaces (b2 to c3)" in said, arguments
        assert HINT in said
        assert shop.live.read_bytes() == shop.was["b2"]
    assert "'b2' is no revision any more: the squash s9 replaces it" in shop.says("upgrade", "b2", at="a1", code=2)


def test_a_plan_shows_the_row_that_moves_and_is_applied(shop: Shop) -> None:
    shop.live.write_bytes(shop.was["c3"])
    shop.says("plan", "-o", "plan.json")
    plan = json.loads((shop.place / "plan.json").read_text())
    steps = [(step["revision"], [one["sql"] for one in step["statements"]]) for step in plan["steps"]]
    assert [name for name, _ in steps] == ["s9", "d4"]
    assert [sql.split()[0] for sql in steps[0][1]] == ["UPDATE"]
    shop.says("apply", "plan.json", "--approve", plan["digest"])
    assert shop.holds() == (["d4"], [(1, "one")])


def test_alembic_cannot_read_it_and_the_squash_says_so_first(
    shop: Shop, alembic: Program, tmp_path: Path, headway: Program
) -> None:
    shop.live.write_bytes(shop.was["c3"])
    done = alembic("upgrade", "head", cwd=shop.place)
    assert done.code != 0
    assert "Can't locate revision identified by 'c3'" in done.err + done.out
    refused = headway("squash", "a1..s9", cwd=shop.place)
    refused.assert_one_clear_line("Alembic does not know 'replaces'", "--headway-only")
    for range_ in ("a1", "a1..", "a1...d4"):
        assert headway("squash", range_, "--headway-only", cwd=shop.place).code == 2
    untrusted = headway("squash", "a1..s9", "--headway-only", "--untrusted", cwd=shop.place)
    untrusted.assert_one_clear_line("executes the project's code")


# -- PostgreSQL -------------------------------------------------------------------------------------------------

KINDS = """op.execute("CREATE TYPE kind AS ENUM ('small', 'large')")
    op.create_table(
        "parts",
        sa.Column("id", sa.Integer(), sa.Identity(), primary_key=True),
        sa.Column("kind", postgresql.ENUM("small", "large", name="kind", create_type=False), server_default="small"),
        sa.Column("price", sa.Numeric(10, 2)),
        sa.Column("since", sa.DateTime(timezone=True)),
        sa.Column("tags", postgresql.JSONB()),
    )
    op.create_index("ix_parts_kind", "parts", ["kind"])"""
FILL = """op.execute(
        \"\"\"INSERT INTO parts (kind, price, since, tags) VALUES ('large', 9.50, '2026-01-01T00:00Z', '["a", {"b": null}]'),
        ('small', NULL, NULL, NULL)\"\"\"
    )"""
VIEW = """op.execute("CREATE VIEW large AS SELECT id FROM parts WHERE kind = 'large'")
    op.execute("CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'")"""
UNDO_VIEW = """op.execute("DROP FUNCTION one()")
    op.execute("DROP VIEW large")"""
UNDO_KINDS = """op.drop_table("parts")
    op.execute("DROP TYPE kind")"""


def test_on_postgresql(tmp_path: Path, postgresql_url: str) -> None:
    repository = Repository(tmp_path / "p")
    dialect = "from sqlalchemy.dialects import postgresql"
    repository.revision("a1", None, KINDS, down_body=UNDO_KINDS, more=dialect)
    repository.revision("b2", "a1", FILL, down_body='op.execute("DELETE FROM parts")')
    repository.revision("c3", "b2", VIEW, down_body=UNDO_VIEW)
    ini = repository.place / "alembic.ini"
    ini.write_text(ini.read_text().replace("sqlite:///live.db", postgresql_url.replace("%", "%%")))
    repository.commit(released=True)
    repository.branch("mine")

    def squashed(end: str, *, keep: bool, kinds: tuple[str, ...] = (postgresql_url,)) -> Squashed:
        project = open_project([str(ini)])
        wanted = Wanted(None, end, headway_only=True, keep_operations=keep, revision="s9", scratch=kinds)
        return squash(project, wanted, lambda line: None)

    # What no comparison of models sees is found by the proof.
    with pytest.raises(SquashDiffers) as raised:
        squashed("c3", keep=False)
    assert [line.split(" AS")[0][:15] for line in raised.value.differences] == ["- view large SE", "- function one("]
    # The enum type, the rows and the counter of the key are there again.
    done = squashed("b2", keep=False)
    text = (repository.place / done.file).read_text()
    assert "decimal.Decimal('9.50')" in text
    assert "SELECT setval(" in text
    report = repository.judge(kinds=(postgresql_url,))
    assert (report.exit_code, [f.code for f in report.open_findings]) == (0, []), report.stages
    # One row that is written otherwise is seen.
    (repository.place / done.file).write_text(text.replace("9.50", "9.51"))
    report = repository.judge(kinds=(postgresql_url,))
    assert [f.code for f in report.open_findings] == ["HIS006"], report.stages
    repository.git("checkout", "-q", "-f", "mine")
    repository.git("clean", "-fdq")
    squashed("c3", keep=True)
    report = repository.judge(kinds=(postgresql_url,))
    assert (report.exit_code, [f.code for f in report.open_findings]) == (0, []), report.stages
    with sa.create_engine(postgresql_url, poolclass=NullPool).connect() as connection:
        assert not sa.inspect(connection).get_table_names()  # the scratch database is empty again


def test_the_other_databases_of_a_server_are_no_business_of_a_squash(tmp_path: Path, mariadb_url: str) -> None:
    repository = Repository(tmp_path / "p")
    kinds = 'sa.Column("kind", sa.Enum("a", "b")), sa.Column("since", sa.DateTime(), server_default=sa.func.now())'
    up = f'op.create_table("parts", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("n", sa.String(9), index=True), {kinds})'
    repository.revision("a1", None, up, down_body='op.drop_table("parts")')
    rows = "INSERT INTO parts VALUES (1, 'x', 'a', '2026-01-01 00:00:00'), (5, NULL, NULL, NULL)"
    repository.revision("b2", "a1", f'op.execute("{rows}")', down_body='op.execute("DELETE FROM parts")')
    ini = repository.place / "alembic.ini"
    ini.write_text(ini.read_text().replace("sqlite:///live.db", mariadb_url))
    repository.commit(released=True)
    repository.branch("mine")
    engine = sa.create_engine(mariadb_url, poolclass=NullPool)
    other = f"{engine.url.database}_other"
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {other}")
        try:
            connection.exec_driver_sql(f"CREATE TABLE {other}.kept (id INTEGER)")
            wanted = Wanted(None, "b2", headway_only=True, revision="s9", scratch=(mariadb_url,))
            done = squash(open_project([str(ini)]), wanted, lambda line: None)
            text = (repository.place / done.file).read_text()
            assert "'kind': 'a', 'since': datetime.datetime(2026, 1, 1, 0, 0)}" in text
            assert text.count("op.drop_table(") == 1
            assert connection.exec_driver_sql(f"SELECT * FROM {other}.kept").fetchall() == []
            assert connection.exec_driver_sql("SELECT count(*) FROM mysql.event").scalar() == 0
        finally:
            connection.exec_driver_sql(f"DROP DATABASE {other}")


BENEATH = """CREATE EXTENSION IF NOT EXISTS vector
CREATE DOMAIN positive AS int CHECK (VALUE > 0)
COMMENT ON TABLE base IS 'words'
GRANT SELECT ON base TO PUBLIC
CREATE MATERIALIZED VIEW seen AS SELECT 1 AS a
CREATE SEQUENCE counter INCREMENT 5
SELECT setval('used', 7)
CREATE POLICY mine ON base USING (true)
ALTER TABLE base ENABLE ROW LEVEL SECURITY
CREATE RULE never AS ON DELETE TO base DO INSTEAD NOTHING
CREATE TYPE pair AS (a int)
CREATE STATISTICS both_ ON id, n FROM base
ALTER TABLE base ALTER COLUMN n SET STATISTICS 500
ALTER TABLE base ALTER COLUMN n SET COMPRESSION pglz
ALTER TABLE base SET (fillfactor = 50)
ALTER TABLE base CLUSTER ON base_pkey
ALTER TABLE base REPLICA IDENTITY FULL
CREATE AGGREGATE total(int) (sfunc = int4pl, stype = int)
CREATE PUBLICATION changes
ALTER TABLE base ADD CONSTRAINT large CHECK (id > 9) NOT VALID
ALTER TABLE base DISABLE TRIGGER watch
DROP TRIGGER watch ON base
ALTER FUNCTION watched() OWNER TO squash_owner
ALTER TABLE base OWNER TO squash_owner
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC
INSERT INTO base VALUES (2, 'two')
UPDATE base SET n = NULL
SELECT lo_create(0)"""


def test_what_the_proof_sees_on_postgresql(postgresql_url: str) -> None:
    """Whatever one statement leaves in a database is a difference to one without it."""
    with sa.create_engine(postgresql_url, poolclass=NullPool).connect() as connection:
        for statement in (
            "CREATE ROLE squash_owner",
            "CREATE TABLE base (id int PRIMARY KEY, n text)",
            "INSERT INTO base VALUES (1, 'one')",
            "CREATE SEQUENCE used",
            "CREATE FUNCTION watched() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
            "CREATE TRIGGER watch BEFORE INSERT ON base FOR EACH ROW EXECUTE FUNCTION watched()",
        ):
            connection.exec_driver_sql(statement)
        before = inspect_schema(connection)
        had = held(connection, before)
        missed = []
        for statement in BENEATH.split("\n"):
            with connection.begin_nested() as point:
                connection.exec_driver_sql(statement)
                after = inspect_schema(connection)
                if not difference(before, after) and not list(differing(had, held(connection, after), {})):
                    missed.append(statement)
                point.rollback()
        assert missed == []
        assert not difference(before, inspect_schema(connection))
        connection.rollback()
