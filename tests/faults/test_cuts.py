"""Runs that are cut off anywhere: the account is what a second connection finds, and the next run goes on.

At every message to the server, before it and after it, the process is killed, ended by TERM or INT, or loses its
connection; on SQLite the disk is full, the file busy or the lock file gone instead of the last. A few cuts chosen by a
fixed seed, each kind among them, run always; ``./dev full faults`` runs all.
"""

from __future__ import annotations

import hashlib
import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from databases.histories import make_project
from faults.servers import proxied
from faults.shop import REVISIONS, Facts, Said, empty, facts_of, steps
from fixtures.launcher import Launcher
from fixtures.programs import environment_of_runs, set_url
from fixtures.proxy import Cut

FULL = os.environ.get("HEADWAY_FULL") == "1"
SAMPLE, SEED = 14, 20
MARIADB_LOCK = "headway:" + hashlib.sha256(b"cuts.alembic_version").hexdigest()[:40]
SIGNALS = {"KILL": signal.SIGKILL, "TERM": signal.SIGTERM, "INT": signal.SIGINT}


@dataclass(frozen=True)
class Ended:
    """How a run ended."""

    code: int
    err: str


def run(launcher: Launcher, project: Path, *arguments: str, env: dict[str, str] | None = None) -> Ended:
    """``upgrade head`` and the like, to its end; ``launcher.pid`` is the run's while it lasts."""
    code, _, err = launcher.run("headway_cli", *arguments, cwd=project, env={**environment_of_runs(), **(env or {})})
    return Ended(code, err.decode())


# -- servers ----------------------------------------------------------------------------------------------------

CUTS = [
    *(("lost", cut) for cut in (Cut.BEFORE, Cut.AFTER)),
    *((name, cut) for name in SIGNALS for cut in (Cut.STOPPED, Cut.HELD)),
]
LONGEST_RUN = {"postgresql": 160, "mariadb": 160}
"""More messages than a run sends; cuts beyond its end are left out."""


class Server:
    """One database behind a proxy, with the project on it; the cuts of a kind run one after another."""

    def __init__(self, kind: str, url: str, place: Path, launcher: Launcher) -> None:
        self.kind, self.url, self.launcher = kind, url, launcher
        self.proxy, through = proxied(url)
        self.projects = {}
        for name, options in (("one", ""), ("each", "transaction_per_migration=True")):
            self.projects[name] = make_project(place / name, url, steps(kind), options=options)
            set_url(self.projects[name], through)
        lengths = []
        for project in self.projects.values():
            self.final = self._clean(project)
            lengths.append(len(self.proxy.seen))
        self.shortest = min(lengths)
        assert self.shortest > 30 and max(lengths) < LONGEST_RUN[kind], lengths

    def _clean(self, project: Path) -> Facts:
        self._begin(Cut.BEFORE, 0, None)
        ended = run(self.launcher, project, "upgrade", "head")
        assert ended.code == 0, ended.err
        return facts_of(self.url)

    def _begin(self, cut: Cut, at: int, number: signal.Signals | None) -> None:
        empty(self.url)
        self.proxy.seen.clear()
        self.proxy.at, self.proxy.cut = at, cut

        meant = self.launcher.runs + 1

        def strike() -> None:
            # The last messages may be seen when the run that sent them has ended, and even when the next one is at work.
            if number is not None and self.launcher.pid and self.launcher.runs == meant:
                with suppress(ProcessLookupError):
                    os.kill(self.launcher.pid, number)
                time.sleep(0.15)  # so that it has been heard before the message goes on

        self.proxy.hook = strike

    def is_free(self) -> bool:
        """Whether nobody holds the run lock."""
        sql = {
            "postgresql": "SELECT count(*) = 0 FROM pg_locks WHERE locktype = 'advisory'",
            "mariadb": f"SELECT IS_FREE_LOCK('{MARIADB_LOCK}')",
        }[self.kind]
        with sa.create_engine(self.url, poolclass=NullPool).connect() as connection:
            return bool(connection.exec_driver_sql(sql).scalar())

    def cut(self, what: str, cut: Cut, at: int) -> None:
        """Cuts the run at one message, and looks at what is said and what is there.

        A number beyond the end of a run begins again at its third message.
        """
        project = self.projects["one" if at % 2 else "each"]
        at = at if FULL or at <= self.shortest else 3 + at % (self.shortest - 3)
        number = SIGNALS.get(what)
        self._begin(cut, at, number)
        ended = run(self.launcher, project, "upgrade", "head")
        if FULL and len(self.proxy.seen) < at:
            pytest.skip("the run is shorter than that")  # the messages of one mode of transactions are fewer
        assert len(self.proxy.seen) >= at
        assert "Traceback" not in ended.err and "bug in headway" not in ended.err, ended.err
        if self.kind == "postgresql" or what != "KILL":
            wait_until(self.is_free, "the lock is held although nobody works")
        if what != "KILL":
            check_account(ended, facts_of(self.url), 0 if number is None else 128 + number)
        self.proxy.at = 0
        self._second_run(project, what)

    def _second_run(self, project: Path, what: str) -> None:
        wait_until(self.is_free, "the lock is held although nobody works")
        before = facts_of(self.url)  # only now: the statement of a run that was killed goes on for as long as its lock
        again = run(self.launcher, project, "upgrade", "head")
        after = facts_of(self.url)
        if self.kind == "postgresql":
            assert again.code == 0, again.err
            assert after == self.final
        elif again.code != 0:
            assert stands_halfway(before), again.err
            assert "Nothing was applied." not in again.err, again.err
            if what == "KILL":
                assert "an earlier run may have stopped inside" in again.err.lower(), again.err
        else:
            assert after.versions == self.final.versions
        if again.code == 0:
            assert not [table for table in after.tables if table.startswith("_alembic_tmp_")]


def check_account(ended: Ended, facts: Facts, code: int) -> None:
    """The exit code and every claim."""
    if ended.code == 0:
        assert facts.versions == (REVISIONS[-1],)
        return
    assert ended.code in ((3, 4, 6) if code == 0 else (code,)), ended.err
    said = Said.of(ended.err)
    if said is None:  # it never got as far as the database
        said = Said(set(), set(), [], [], nothing=True)
        assert facts.versions == (), ended.err
    assert list(said.contradictions(facts)) == [], ended.err


def stands_halfway(facts: Facts) -> bool:
    """Whether something is there that belongs to no applied revision."""
    number = int(facts.versions[0][1:]) if facts.versions else 0
    said = Said({f"r{n}" for n in range(1, number + 1)}, set(), [], [], nothing=False)
    return bool(list(said.contradictions(facts)))


def wait_until(condition: object, message: str, seconds: float = 8) -> None:
    """Servers notice lost clients in their own time."""
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, message
        time.sleep(0.05)


@pytest.fixture(scope="module")
def servers(
    request: pytest.FixtureRequest, launcher: Launcher, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Server]]:
    made: dict[str, Server] = {}

    class Lazily(dict[str, Server]):
        def __missing__(self, kind: str) -> Server:
            base = request.getfixturevalue(f"{kind}_server")
            engine = sa.create_engine(base, poolclass=NullPool, isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                connection.exec_driver_sql("DROP DATABASE IF EXISTS cuts")
                connection.exec_driver_sql("CREATE DATABASE cuts")
            url = sa.make_url(base).set(database="cuts").render_as_string(hide_password=False)
            made[kind] = self[kind] = Server(kind, url, tmp_path_factory.mktemp(kind), launcher)
            return made[kind]

    yield Lazily()
    for server in made.values():
        server.proxy.close()


def chosen(kind: str) -> list[tuple[str, Cut, int]]:
    """Three cuts at every message, the kinds in turn; or a few of each kind."""
    if FULL:
        numbers, turns = range(1, LONGEST_RUN[kind] + 1), ((0, 1), (3, 3), (6, 5))
        return [(*CUTS[(at * step + turn) % len(CUTS)], at) for at in numbers for turn, step in turns]
    chance = random.Random(SEED)
    return [(what, cut, chance.randint(2, 120)) for what, cut in CUTS for _ in range(2)]


def _parameters(kind: str) -> list[object]:
    return [pytest.param(*cut, id=f"{cut[0]}-{cut[1].value}-{cut[2]}") for cut in dict.fromkeys(chosen(kind))]


@pytest.mark.xdist_group("cuts-postgresql")
@pytest.mark.parametrize(("what", "cut", "at"), _parameters("postgresql"))
def test_a_run_on_postgresql_is_cut_off(what: str, cut: Cut, at: int, servers: dict[str, Server]) -> None:
    servers["postgresql"].cut(what, cut, at)


@pytest.mark.xdist_group("cuts-mariadb")
@pytest.mark.parametrize(("what", "cut", "at"), _parameters("mariadb"))
def test_a_run_on_mariadb_is_cut_off(what: str, cut: Cut, at: int, servers: dict[str, Server]) -> None:
    servers["mariadb"].cut(what, cut, at)


# -- SQLite -----------------------------------------------------------------------------------------------------

INJECT = """
import os, signal, sqlite3
from sqlalchemy import event
from sqlalchemy.engine import Engine
count = 0
WHAT, WHEN, AT = os.environ.get("CUT", "none:before:0").split(":")

def strike(connection, file):
    if WHAT in ("KILL", "TERM", "INT"):
        number = getattr(signal, "SIG" + WHAT)
        if WHEN == "inside":
            driver = connection.connection.dbapi_connection
            struck = []
            def progress():
                if not struck:
                    struck.append(1)
                    os.kill(os.getpid(), number)
                return 0
            driver.set_progress_handler(progress, 1)
        else:
            os.kill(os.getpid(), number)
    elif WHAT == "full":
        driver = connection.connection.dbapi_connection
        pages = driver.execute("PRAGMA page_count").fetchone()[0]
        driver.execute(f"PRAGMA max_page_count = {pages}")
    elif WHAT == "busy":
        other = sqlite3.connect(file, timeout=0, isolation_level=None)
        try:
            other.execute("BEGIN EXCLUSIVE")
            KEPT.append(other)
        except sqlite3.OperationalError:
            other.close()
    elif WHAT == "lock":
        for name in os.listdir(os.path.dirname(file)):
            if name.endswith("-headway-lock"):
                os.unlink(os.path.join(os.path.dirname(file), name))
KEPT = []

def before(connection, cursor, statement, parameters, ctx, many):
    global count
    count += 1
    if WHEN in ("before", "inside") and count == int(AT):
        strike(connection, FILE)

def after(connection, cursor, statement, parameters, ctx, many):
    if WHEN == "after" and count == int(AT):
        strike(connection, FILE)
"""

SQLITE_CUTS = [
    *((name, when) for name in SIGNALS for when in ("before", "after", "inside")),
    ("full", "before"),
    ("busy", "before"),
    ("busy", "after"),
    ("lock", "before"),
    ("lock", "after"),
]
SQLITE_STATEMENTS = 75


def chosen_on_sqlite() -> list[tuple[str, str, int]]:
    if FULL:
        numbers, kinds = range(1, SQLITE_STATEMENTS + 1), SQLITE_CUTS
        return [
            (*kinds[(at * step + turn) % len(kinds)], at) for at in numbers for turn, step in ((0, 1), (3, 3), (5, 5))
        ]
    chance = random.Random(SEED)
    return [(what, when, chance.randint(2, 60)) for what, when in SQLITE_CUTS for _ in range(2)]


@pytest.mark.parametrize(("what", "when", "at"), list(dict.fromkeys(chosen_on_sqlite())))
def test_a_run_on_sqlite_is_cut_off(what: str, when: str, at: int, launcher: Launcher, tmp_path: Path) -> None:
    file = tmp_path / "app.db"
    url = f"sqlite:///{file}"
    options = "transaction_per_migration=True" if at % 2 else ""
    project = make_project(tmp_path / "project", url, steps("sqlite"), options=options)
    env = project / "migrations" / "env.py"
    listening = f'FILE = {str(file)!r}\nevent.listen(Engine, "before_cursor_execute", before)\n'
    listening += 'event.listen(Engine, "after_cursor_execute", after)\n'
    source = env.read_text().replace("poolclass=NullPool)", 'poolclass=NullPool, connect_args={"timeout": 0.1})')
    env.write_text(INJECT + listening + source)
    ended = run(launcher, project, "upgrade", "head", env={"CUT": f"{what}:{when}:{at}"})
    assert "Traceback" not in ended.err and "bug in headway" not in ended.err, ended.err
    facts = facts_of(url)
    if what != "KILL":
        check_account(ended, facts, 128 + SIGNALS[what] if what in SIGNALS else 0)
        assert [name for name in os.listdir(tmp_path) if name.endswith("-headway-lock")] == []
    again = run(launcher, project, "upgrade", "head", env={"CUT": "none:before:0"})
    after = facts_of(url)
    if again.code != 0:
        assert stands_halfway(facts), again.err
        assert "Nothing was applied." not in again.err, again.err
        return
    assert after.versions == (REVISIONS[-1],)
    assert not [table for table in after.tables if table.startswith("_alembic_tmp_")]
