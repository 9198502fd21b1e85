"""What the rules about locks claim, on real servers: Bad of each does what is said of it, and Good does not.

PostgreSQL of the wheel and of Debian, MariaDB and SQLite. What only another database or release would show is from its
manual, which the rule links to.
"""

from __future__ import annotations

import contextlib
import inspect
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.pool import NullPool

from fixtures.databases import _database
from fixtures.programs import Program
from headway.compat.hook import serving_alembic
from headway.lint.catalogue import rule as rule_of
from headway.operations import every
from headway.operations.base import Operations
from headway.runtime.context import MigrationContext
from rules.test_rule_documentation import blocks

assert every  # importing it fills Operations

PATIENCE = "80ms"
SETUP = """
CREATE TABLE users (id int PRIMARY KEY, email text);
CREATE TABLE orders (id int PRIMARY KEY, placed_at date, note text, user_id int, total int, status text);
CREATE TABLE links (id int NOT NULL);
CREATE TABLE stays (room int, during tsrange);
CREATE TABLE lines (id int PRIMARY KEY, price int);
CREATE INDEX ix_orders_note ON orders (note);
INSERT INTO users VALUES (1, 'a'), (2, 'b');
INSERT INTO orders VALUES (1, '2019-01-01', 'n', 1, 5, 's'), (2, '2026-01-01', 'n', 1, 5, 's');
INSERT INTO links VALUES (1), (2);
INSERT INTO stays VALUES (1, '[2020-01-01,2020-01-02]');
INSERT INTO lines VALUES (1, NULL), (2, 5)
"""
BEFORE = {
    "LCK119 Bad": "ALTER TABLE orders DROP COLUMN note",
    "LCK119 Good": "ALTER TABLE orders DROP COLUMN note",
    "LCK109 Good": "ALTER TABLE orders ADD CONSTRAINT ck_total CHECK (total >= 0) NOT VALID",
    "LCK110 Good": "ALTER TABLE users ADD CONSTRAINT ck_email CHECK (email IS NOT NULL) NOT VALID",
}
"""What earlier revisions have done."""


@dataclass
class Seen:
    """What one statement does to the table that is looked at, while its transaction is open or, outside of one, while it works."""

    sql: str
    reads_wait: bool
    writes_wait: bool
    scanned: bool = False
    written_anew: bool = False


@dataclass
class Watch:
    """Looks at a table from other sessions behind every statement of one."""

    engine: sa.Engine
    table: str
    seen: list[Seen] = field(default_factory=list)
    _threads: list[threading.Thread] = field(default_factory=list)

    def on(self, connection: sa.Connection) -> None:
        self.pid = connection.connection.info["pid"]
        sa.event.listen(connection, "before_cursor_execute", self._before)
        sa.event.listen(connection, "after_cursor_execute", self._after)

    def _before(self, connection, cursor, statement, *_):  # type: ignore[no-untyped-def]
        self._node, self._scans = self._facts(cursor)
        if "CONCURRENTLY" in statement:
            self._hold(statement)

    def _after(self, connection, cursor, statement, *_):  # type: ignore[no-untyped-def]
        while self._threads:
            self._threads.pop().join(30)
        if "CONCURRENTLY" in statement:
            return
        node, scans = self._facts(cursor)
        self.seen.append(
            Seen(statement, self._waits("SELECT"), self._waits("UPDATE"), scans > self._scans, node != self._node)
        )

    def _facts(self, cursor) -> tuple[object, int]:  # type: ignore[no-untyped-def]
        other = cursor.connection.cursor()
        place = f"to_regclass('{self.table}')"
        other.execute(f"SELECT pg_relation_filenode({place}), pg_stat_get_xact_numscans({place})")
        node, scans = other.fetchone()
        other.close()
        return node, int(scans or 0)

    def _waits(self, verb: str) -> bool:
        column = {"stays": "room"}.get(self.table, "id")
        sql = (
            f"SELECT * FROM {self.table}"
            if verb == "SELECT"
            else f"UPDATE {self.table} SET {column} = {column} WHERE {column} = -1"
        )
        with self.engine.connect() as other:
            other.exec_driver_sql(f"SET lock_timeout = '{PATIENCE}'")
            try:
                other.exec_driver_sql(sql)
            except sa.exc.OperationalError as error:
                assert "lock timeout" in str(error)
                return True
            finally:
                other.rollback()
        return False

    def _hold(self, statement: str) -> None:
        """Lets a statement that needs no transaction wait for one that is open, and looks at the table meanwhile."""
        busy = self.engine.connect()
        busy.exec_driver_sql(f"UPDATE {self.table} SET id = id WHERE id = 2")

        def look() -> None:
            with self.engine.connect() as watcher:
                waiting = sa.text("SELECT count(*) FROM pg_locks WHERE pid = :pid AND NOT granted")
                for _ in range(250):
                    if watcher.execute(waiting, {"pid": self.pid}).scalar_one():
                        self.seen.append(Seen(statement, self._waits("SELECT"), self._waits("UPDATE")))
                        break
                    watcher.rollback()
                    time.sleep(0.02)
            busy.rollback()
            busy.close()

        self._threads.append(threading.Thread(target=look))
        self._threads[-1].start()


Claim = Callable[[list[Seen]], bool]

CLAIMS: dict[str, tuple[str, Claim]] = {
    "LCK101": ("orders", lambda seen: any(one.writes_wait for one in seen)),
    "LCK102": ("orders", lambda seen: any(one.reads_wait for one in seen)),
    "LCK104": ("users", lambda seen: any(one.scanned and one.reads_wait for one in seen)),
    "LCK105": ("links", lambda seen: any(one.scanned and one.reads_wait for one in seen)),
    "LCK106": ("stays", lambda seen: any(one.scanned and one.reads_wait for one in seen)),
    "LCK107": ("orders", lambda seen: any(one.scanned and one.writes_wait for one in seen)),
    "LCK108": ("orders", lambda seen: any(one.scanned and one.reads_wait for one in seen)),
    "LCK109": ("orders", lambda seen: any(one.scanned and one.reads_wait for one in seen)),
    "LCK110": ("users", lambda seen: any(one.scanned and one.reads_wait and "NOT NULL" in one.sql for one in seen)),
    "LCK111": ("orders", lambda seen: any(one.written_anew and one.reads_wait for one in seen)),
    "LCK112": ("orders", lambda seen: any(one.written_anew and one.reads_wait for one in seen)),
    "LCK113": ("orders", lambda seen: any(one.written_anew and one.reads_wait for one in seen)),
    "LCK115": ("orders", lambda seen: any(one.writes_wait for one in seen)),
    "LCK116": ("orders", lambda seen: any(one.writes_wait for one in seen)),
    "LCK119": ("orders", lambda seen: any(one.reads_wait for one in seen if one.sql.startswith("UPDATE lines"))),
}
"""The table that is looked at, and what the rule says of Bad and not of Good."""


@pytest.fixture(params=["of the wheel", "of Debian"])
def engine(request: pytest.FixtureRequest) -> Iterator[sa.Engine]:
    """An empty database of the newest PostgreSQL at hand, and one of an older."""
    server = str(request.getfixturevalue("postgresql_server" if request.param == "of the wheel" else "postgis_url"))
    database = _database(server, 'DROP DATABASE "{}" WITH (FORCE)')
    engine = sa.create_engine(next(database), poolclass=NullPool)
    yield engine
    engine.dispose()
    next(database, None)


def run(engine: sa.Engine, code: str, before: str | None = None, watch: Watch | None = None) -> None:
    """Runs a piece of ``upgrade()`` in a transaction of its own."""
    with engine.connect() as connection, serving_alembic():
        if before is not None:
            connection.exec_driver_sql(before)
        connection.commit()
        if watch is not None:
            connection.connection.info["pid"] = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
            connection.rollback()
            watch.on(connection)
        context = MigrationContext.configure(connection)
        with context.begin_transaction(), Operations.context(context) as op:
            exec(code, {"op": op, "sa": sa, "postgresql": postgresql})


def pieces(code: str) -> dict[str, str]:
    """Bad and Good of a rule's documentation."""
    rule = rule_of(code)
    shown = {heading: "\n".join(blocks(rule, heading)) for heading in ("Bad", "Good")}
    # The extension that compares numbers by GiST comes with few servers.
    return {heading: text.replace('("room", "="), ', "") for heading, text in shown.items()}


@pytest.mark.parametrize("code", CLAIMS)
def test_postgresql_does_what_is_said(code: str, engine: sa.Engine) -> None:
    table, claim = CLAIMS[code]
    for heading, expected in (("Bad", True), ("Good", False)):
        set_up(engine)
        watch = Watch(engine, table)
        run(engine, pieces(code)[heading], BEFORE.get(f"{code} {heading}"), watch)
        assert watch.seen
        assert claim(watch.seen) is expected, watch.seen


def set_up(engine: sa.Engine) -> None:
    """The tables as they are at first."""
    with engine.begin() as connection:
        for statement in ("DROP SCHEMA public CASCADE", "CREATE SCHEMA public", *SETUP.strip().split(";\n")):
            connection.exec_driver_sql(statement)


def test_concurrently_is_refused_in_a_transaction(engine: sa.Engine) -> None:
    set_up(engine)
    shown = pieces("LCK103")
    with pytest.raises(sa.exc.DBAPIError, match="cannot run inside a transaction block"):
        run(engine, shown["Bad"])
    run(engine, shown["Good"])


def test_a_key_with_a_column_that_is_null_everywhere_reads_no_rows(engine: sa.Engine) -> None:
    """LCK107 is silent about it."""
    read = "SELECT seq_tup_read FROM pg_stat_user_tables WHERE relname = 'pages'"
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("CREATE TABLE shelves (id int PRIMARY KEY)")
        connection.exec_driver_sql("CREATE TABLE pages AS SELECT 1 AS id FROM generate_series(1, 999)")
        rows = []
        for statement in (
            "SELECT",
            "ALTER TABLE pages ADD COLUMN shelf int REFERENCES shelves",
            "ALTER TABLE pages ADD FOREIGN KEY (shelf) REFERENCES shelves",
        ):
            connection.exec_driver_sql(statement)
            connection.exec_driver_sql("SELECT pg_stat_force_next_flush()")
            rows.append(connection.exec_driver_sql(read).scalar())
    assert rows[0] == rows[1] and rows[2] - rows[1] == 999, rows


def test_a_lock_timeout_counts_from_where_it_is_set(engine: sa.Engine) -> None:
    set_up(engine)
    shown = {name: text.replace("2s", "200ms") for name, text in pieces("LCK121").items()}
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE orders DROP COLUMN note")
    with engine.connect() as busy:
        busy.exec_driver_sql("SELECT * FROM orders")
        with pytest.raises(sa.exc.OperationalError, match="lock timeout"):
            run(engine, shown["Good"])
        thread = threading.Thread(target=run, args=(engine, shown["Bad"]))
        thread.start()
        thread.join(1.5)
        assert thread.is_alive()  # it waits, and everybody behind it
        busy.rollback()
    thread.join(20)
    with engine.connect() as connection:  # in the end it went through
        connection.exec_driver_sql("SELECT note FROM orders")


# -- MariaDB ----------------------------------------------------------------------------------------------------------

MARIADB = """
CREATE TABLE customers (id int PRIMARY KEY);
CREATE TABLE orders (id int PRIMARY KEY, total int NOT NULL, note text, status enum('new','paid'), customer_id int) CHARSET=latin1;
CREATE TABLE prices (id int PRIMARY KEY, product_id int NOT NULL, region int NOT NULL);
INSERT INTO orders VALUES (1, 5, 'n', 'new', NULL)
"""
IN_PLACE = "ALGORITHM=INPLACE, LOCK=NONE"
REFUSED = {
    "LCK201": IN_PLACE,
    "LCK202": IN_PLACE,
    "LCK203": IN_PLACE,
    "LCK204": IN_PLACE,
    "LCK205": "ALGORITHM=NOCOPY, LOCK=NONE",
    "LCK207": IN_PLACE,
    "LCK211": IN_PLACE,
}
"""What the server refuses for Bad and takes for Good."""


@pytest.mark.parametrize("code", REFUSED)
@pytest.mark.parametrize("heading", ["Bad", "Good"])
def test_mariadb_does_what_is_said(code: str, heading: str, mariadb_url: str) -> None:
    engine = sa.create_engine(mariadb_url, poolclass=NullPool)
    with engine.connect() as connection:
        for statement in MARIADB.strip().split(";\n"):
            connection.exec_driver_sql(statement)
        connection.commit()

    @sa.event.listens_for(engine, "before_cursor_execute", retval=True)
    def ask(connection, cursor, statement, parameters, context, many):  # type: ignore[no-untyped-def]
        if statement.startswith("ALTER TABLE"):
            statement = f"{statement}, {REFUSED[code]}"
        elif statement.startswith("CREATE"):
            statement = f"{statement} {REFUSED[code].replace(',', '')}"
        return statement, parameters

    piece = pieces(code)[heading]
    if heading == "Bad":
        with pytest.raises(sa.exc.DBAPIError, match="is not supported"):
            run(engine, piece)
    else:
        run(engine, piece)
    engine.dispose()


@pytest.mark.parametrize("heading", ["Bad", "Good"])
def test_a_row_with_an_id_of_its_own_moves_no_sequence(heading: str, postgresql_url: str) -> None:
    engine = sa.create_engine(postgresql_url, poolclass=NullPool)
    run(engine, pieces("DML006")[heading])
    with engine.begin() as connection:
        taken = pytest.raises(sa.exc.IntegrityError, match="duplicate key value violates unique constraint")
        with taken if heading == "Bad" else contextlib.nullcontext():
            connection.exec_driver_sql("INSERT INTO kinds (name) VALUES ('the first of the application')")
    engine.dispose()


@pytest.mark.parametrize("heading", ["Bad", "Good"])
def test_an_enum_of_the_same_name_gets_no_label(heading: str, postgresql_url: str) -> None:
    """And PostgreSQL refuses nothing, as DAT006 must not say."""
    engine = sa.create_engine(postgresql_url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TYPE status AS ENUM ('open', 'paid')")
        connection.exec_driver_sql("CREATE TABLE orders (status status)")
    run(engine, pieces("DAT009")[heading])
    with engine.begin() as connection:
        refused = pytest.raises(sa.exc.DBAPIError, match='invalid input value for enum status: "lost"')
        with refused if heading == "Bad" else contextlib.nullcontext():
            connection.exec_driver_sql("INSERT INTO orders VALUES ('lost')")
    engine.dispose()


def body(code: str, name: str, function: str) -> str:
    """What a function of a rule's example does."""
    return dedent(re.split(rf"^def {function}\(\):\n", pieces(code)[name], flags=re.M)[-1].split("\n\n\n")[0])


def test_modify_takes_what_it_does_not_say(mariadb_url: str) -> None:
    engine = sa.create_engine(mariadb_url, poolclass=NullPool)
    nullable = {}
    for heading in ("Bad", "Good"):
        with engine.begin() as connection:
            connection.exec_driver_sql("CREATE OR REPLACE TABLE orders (status VARCHAR(20) NOT NULL)")
        run(engine, body("DST013", heading, "upgrade"))
        nullable[heading] = sa.inspect(engine).get_columns("orders")[0]["nullable"]
    assert nullable == {"Bad": True, "Good": False}
    engine.dispose()


def test_an_index_goes_with_its_column(postgresql_url: str) -> None:
    engine = sa.create_engine(postgresql_url, poolclass=NullPool)
    for heading, fails in (("Bad", True), ("Good", False)):
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE IF EXISTS orders")
            connection.exec_driver_sql("CREATE TABLE orders (id integer)")
        run(engine, body("DWN002", heading, "upgrade"))
        refused = pytest.raises(sa.exc.DBAPIError, match='index "ix_orders_note" does not exist')
        with refused if fails else contextlib.nullcontext():
            run(engine, body("DWN002", heading, "downgrade"))
    engine.dispose()


@pytest.mark.parametrize("database", ["postgresql_url", "mariadb_url", "sqlite"])
def test_a_table_that_a_key_points_to_stays(database: str, request: pytest.FixtureRequest) -> None:
    """DWN002: even an empty one, and not on SQLite as it is set up."""
    url = "sqlite://" if database == "sqlite" else str(request.getfixturevalue(database))
    engine = sa.create_engine(url, poolclass=sa.pool.StaticPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE stores (id int PRIMARY KEY)")
        connection.exec_driver_sql("CREATE TABLE links (store_id int, FOREIGN KEY (store_id) REFERENCES stores (id))")
    refused = pytest.raises(sa.exc.DBAPIError, match=r"depend on it|foreign key constraint fails")
    with contextlib.nullcontext() if database == "sqlite" else refused:
        run(engine, 'op.drop_table("stores")')
    run(engine, 'op.drop_table("links")')
    engine.dispose()


@pytest.mark.parametrize("heading", ["Bad", "Good"])
def test_mariadb_keeps_the_index_of_a_foreign_key(heading: str, mariadb_url: str) -> None:
    """LCK215: also where MariaDB had made one of its own before."""
    engine = sa.create_engine(mariadb_url, poolclass=NullPool)
    run(engine, body("LCK215", heading, "upgrade"))
    refused = pytest.raises(sa.exc.DBAPIError, match="needed in a foreign key constraint")
    with refused if heading == "Bad" else contextlib.nullcontext():
        run(engine, body("LCK215", heading, "downgrade"))
    engine.dispose()


# -- SQLite -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("heading", ["Bad", "Good"])
@pytest.mark.parametrize("database", ["postgresql_url", "sqlite", "mariadb_url"])
def test_rows_refuse_a_column_that_comes_back(database: str, heading: str, request: pytest.FixtureRequest) -> None:
    """MariaDB fills in '', so that nothing is said there."""
    url = "sqlite://" if database == "sqlite" else request.getfixturevalue(database)
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE orders (id int PRIMARY KEY)")
        connection.exec_driver_sql("INSERT INTO orders VALUES (1)")
    refused = heading == "Bad" and database != "mariadb_url"
    with pytest.raises(sa.exc.DBAPIError, match=r"null|NULL") if refused else contextlib.nullcontext():
        run(engine, body("DWN006", heading, "downgrade"))
    engine.dispose()


@pytest.mark.parametrize("fill", ["", """op.execute("UPDATE orders SET note = '' WHERE note IS NULL")"""])
@pytest.mark.parametrize("database", ["postgresql_url", "sqlite", "mariadb_url"])
def test_a_row_with_null_refuses_not_null(database: str, fill: str, request: pytest.FixtureRequest) -> None:
    """DWN006: a downgrade that takes back what upgrade() has allowed."""
    engine = sa.create_engine("sqlite://" if database == "sqlite" else request.getfixturevalue(database))
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE orders (id int PRIMARY KEY, note varchar(9))")
        connection.exec_driver_sql("INSERT INTO orders VALUES (1, NULL)")
    piece = """with op.batch_alter_table("orders") as batch:
    batch.alter_column("note", existing_type=sa.String(9), nullable=False)"""
    refused = pytest.raises(sa.exc.DBAPIError, match=r"null|NULL|truncated")
    with contextlib.nullcontext() if fill else refused:
        run(engine, f"{fill}\n{piece}")
    engine.dispose()


@pytest.mark.parametrize(("heading", "changed"), [("Bad", 0), ("Good", 1)])
def test_is_changes_no_row(heading: str, changed: int, postgresql_url: str) -> None:
    engine = sa.create_engine(postgresql_url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE orders (id int PRIMARY KEY, status varchar(9))")
        connection.exec_driver_sql("INSERT INTO orders VALUES (1, NULL)")
    run(engine, pieces("DML007")[heading])
    with engine.begin() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM orders WHERE status = 'new'").scalar() == changed
    engine.dispose()


@pytest.mark.parametrize(("code", "said"), [("LCK301", "syntax error"), ("LCK305", "non-constant default")])
def test_sqlite_does_what_is_said(code: str, said: str) -> None:
    engine = sa.create_engine("sqlite://", poolclass=sa.pool.StaticPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE orders (id INTEGER PRIMARY KEY, note TEXT)")
        connection.exec_driver_sql("INSERT INTO orders VALUES (1, 'n')")
    with pytest.raises((sa.exc.OperationalError, NotImplementedError), match=rf"{said}|No support for ALTER"):
        run(engine, pieces(code)["Bad"])
    run(engine, pieces(code)["Good"])
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT id, note FROM orders").all() == [(1, "n")]


ENVIRONMENT = """from alembic import context
from sqlalchemy import create_engine, event

config = context.config
{block}
with connectable.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""


@pytest.mark.parametrize(("heading", "left"), [("Bad", {"alembic_version", "t"}), ("Good", {"alembic_version"})])
def test_a_change_of_sqlite_commits_by_itself(heading: str, left: set[str], tmp_path: Path, headway: Program) -> None:
    (tmp_path / "m" / "versions").mkdir(parents=True)
    url = f"sqlite:///{tmp_path}/shop.db"
    (tmp_path / "alembic.ini").write_text(f"[alembic]\nscript_location = m\nsqlalchemy.url = {url}\n")
    (tmp_path / "m" / "env.py").write_text(ENVIRONMENT.format(block=pieces("LCK306")[heading]))
    (tmp_path / "m" / "versions" / "a.py").write_text("revision = 'a'\ndown_revision = None\n\n\ndef upgrade(): pass\n")
    (tmp_path / "m" / "versions" / "b.py").write_text(
        "from alembic import op\nrevision = 'b'\ndown_revision = 'a'\n\n\ndef upgrade():\n"
        "    op.execute('CREATE TABLE t (id int)')\n    op.execute('CREATE TABLE t (id int)')\n"
    )
    judged = headway("lint", "--select", "LCK306", cwd=tmp_path)
    assert ("LCK306" in judged.out) is (heading == "Bad")
    assert headway("upgrade", "head", cwd=tmp_path).code == 4  # the first revision is applied
    with sa.create_engine(url, poolclass=NullPool).connect() as connection:
        assert set(sa.inspect(connection).get_table_names()) == left


def test_every_rule_about_locks_of_these_databases_is_proved() -> None:
    from headway.lint.catalogue import RULES

    proved = {*CLAIMS, *REFUSED, "LCK103", "LCK121", "LCK215", "LCK301", "LCK305", "LCK306"}
    assert {rule.code for rule in RULES if rule.code[:4] in ("LCK1", "LCK2", "LCK3")} == proved


@pytest.mark.parametrize("code", sorted({*CLAIMS, *REFUSED}))
def test_the_documentation_says_where_it_is_proved(code: str, request: pytest.FixtureRequest) -> None:
    """And these are the servers that the tests have."""
    text = inspect.getdoc(rule_of(code)) or ""
    if code in REFUSED:
        server, version = str(request.getfixturevalue("mariadb_server")), "SELECT VERSION()"
    else:
        server, version = str(request.getfixturevalue("postgresql_server")), "SHOW server_version"
    with sa.create_engine(server, poolclass=NullPool).connect() as connection:
        found = str(connection.exec_driver_sql(version).scalar_one())
    said = re.search(r"Proved on (PostgreSQL|MariaDB) ([\d.]+)", text)
    assert said is not None
    assert found.startswith(said[2])
