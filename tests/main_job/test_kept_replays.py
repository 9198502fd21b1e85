"""A replay that was kept is used as long as it is what a replay would make now; everything else is replayed."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from fixtures.programs import environment_of_runs
from headway.api.ci import ci
from headway.api.lint import LintOptions
from headway.api.project import open_project
from headway.report.model import Report
from headway.scratch.kept import MOST, Keep
from headway.scratch.packed import pack, unpack
from main_job.projects import FIRST, HEAD, make_project

TODAY = date(2026, 11, 28)

ENV = """
import sqlalchemy as sa
engine = sa.create_engine(config.get_main_option("sqlalchemy.url"))
with engine.connect() as connection:
    migrate(connection)
"""

READS = """
import json, os, pathlib
from app import helpers
from app.helpers import LENGTH
"""

RELEASED = FIRST.replace("def upgrade", READS + "\n\ndef upgrade").replace(
    'op.create_table("things"',
    """length = json.loads(pathlib.Path("data.json").read_text())["length"]
    os.environ.get("SHOP_MODE"), sorted(os.listdir("seeds")), os.path.exists("seeds")
    try:
        open("perhaps.txt")
    except FileNotFoundError:
        pass
    op.create_table("things\"""",
)
"""A released revision that depends on what is around it."""


class Shop:
    """A project of two revisions, the first of them released, and its runs."""

    def __init__(self, root: Path, released: str = FIRST, env: str = ENV) -> None:
        self.place = make_project(root, env, url="sqlite:///live.db")
        self.old = self.place / "migrations" / "versions" / "aa01_things.py"
        self.new = self.place / "migrations" / "versions" / "aa02_name.py"
        self.cache = self.place / ".headway" / "cache"
        self.old.write_text(released)
        self.lines: list[str] = []

    def run(self, kind: str = "sqlite", *, untrusted: bool = False, x: tuple[str, ...] = ()) -> Report:
        """The main job, as the program runs it."""
        project = open_project(untrusted=untrusted, x=x)
        self.lines = []
        return ci(
            project,
            [kind],
            LintOptions(),
            TODAY,
            self.lines.append,
            stages=("replay",),
            log=True,
            cache=str(self.cache),
        )

    def replays(self, kind: str = "sqlite", x: tuple[str, ...] = ()) -> str:
        """What the replay of a green run began with."""
        report = self.run(kind, x=x)
        assert report.exit_code == 0, [stage.why or stage.summary for stage in report.stages]
        return begun_with(report)

    def why(self) -> str:
        """Why the last run has kept nothing; empty when it has."""
        return "; ".join(line for line in self.lines if "kept" in line and "upgraded" not in line)

    def entries(self) -> list[Path]:
        return sorted(path.parent for path in self.cache.glob("*/entry.json"))


def begun_with(report: Report) -> str:
    (replay,) = [stage for stage in report.stages if stage.name.startswith("replay")]
    assert replay.summary is not None
    return replay.summary.partition(" upgraded from ")[2]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    for name in ("CI", "GITHUB_REF", "GITHUB_ACTIONS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "path", list(sys.path))  # to which a run adds, as Alembic's do
    sys.path_importer_cache.pop(".", None)  # which remembers where "." was
    made = Shop(tmp_path)
    monkeypatch.chdir(made.place)
    return made


@pytest.fixture
def reading_shop(shop: Shop) -> Shop:
    """Its released revision reads files, folders, variables and a module."""
    (shop.place / "app" / "helpers.py").write_text("LENGTH = 40\n")
    (shop.place / "data.json").write_text('{"length": 40}')
    (shop.place / "seeds").mkdir()
    shop.old.write_text(RELEASED)
    return shop


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


# -- what is kept, and used --------------------------------------------------------------------------------------


def test_the_second_run_replays_what_is_new(reading_shop: Shop) -> None:
    assert reading_shop.replays() == "empty"
    assert reading_shop.why() == ""
    assert reading_shop.replays() == "a kept replay of 1"
    assert len(reading_shop.entries()) == 1
    assert (reading_shop.cache / ".gitignore").read_text().endswith("*\n")


EMPTY = """revision = "aa03"
down_revision = "aa02"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
"""

NOTHING = EMPTY.replace('"aa02"', "None").replace("aa03", "aa01")

SAME: dict[str, Callable[[Shop, pytest.MonkeyPatch], object]] = {
    "what is new": lambda shop, patch: edit(shop.new, "sa.String(40)", "sa.String(length=40)"),
    "a column of a model": lambda shop, patch: edit(shop.place / "app" / "models.py", "String(40)", "String(41)"),
    "one more new revision": lambda shop, patch: (shop.new.parent / "aa03.py").write_text(EMPTY),
    "a file that nobody reads": lambda shop, patch: (shop.place / "README").write_text("x"),
    "a number of the run": lambda shop, patch: patch.setenv("GITHUB_RUN_ID", "7"),
    "a variable that nobody reads": lambda shop, patch: patch.setenv("SOMETHING", "else"),
}


OTHER: dict[str, Callable[[Shop, pytest.MonkeyPatch], object]] = {
    "a released revision": lambda shop, patch: edit(shop.old, "primary_key=True", "primary_key=bool(1)"),
    "env.py": lambda shop, patch: edit(shop.place / "migrations" / "env.py", "import os", "import os  # other"),
    "a module that env.py imports": lambda shop, patch: edit(
        shop.place / "app" / "models.py", "metadata = sa.MetaData()", "metadata = sa.MetaData(info={})"
    ),
    "a module that a revision imports": lambda shop, patch: edit(shop.place / "app" / "helpers.py", "40", "41"),
    "a package before a module": lambda shop, patch: _package_before(shop.place / "app" / "helpers.py"),
    "a file that it reads": lambda shop, patch: edit(shop.place / "data.json", "40", "41"),
    "a file that was not there": lambda shop, patch: (shop.place / "perhaps.txt").write_text(""),
    "a folder that it lists": lambda shop, patch: (shop.place / "seeds" / "one.sql").write_text(""),
    "a variable that it reads": lambda shop, patch: patch.setenv("SHOP_MODE", "other"),
    "a variable that the server reads": lambda shop, patch: patch.setenv("PGTZ", "Europe/Berlin"),
    "a driver": lambda shop, patch: patch.setenv("DATABASE_URL", "sqlite+aiosqlite:///live.db"),
    "another driver": lambda shop, patch: patch.setenv("DATABASE_URL", "sqlite:///live.db"),
    "the settings": lambda shop, patch: edit(
        shop.place / "alembic.ini", "[alembic]", "[alembic]\npath_separator = os\nmore = 1"
    ),
    "a package": lambda shop, patch: patch.syspath_prepend(_with_package(shop.place / "packages")),
    "the version of headway": lambda shop, patch: patch.setattr("headway.api.kept_replay.VERSION", "0.0.0"),
}


def _package_before(module: Path) -> None:
    module.with_suffix("").mkdir()
    (module.with_suffix("") / "__init__.py").write_text("LENGTH = 42")


def _with_package(folder: Path) -> str:
    (folder / "shoplib-2.0.dist-info").mkdir(parents=True)
    return str(folder)


def test_what_it_has_not_read_changes_nothing(reading_shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    reading_shop.replays()
    for what, change in SAME.items():
        change(reading_shop, monkeypatch)
        assert (what, reading_shop.replays()) == (what, "a kept replay of 1")


def test_what_it_has_read_is_replayed_when_it_changes(reading_shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    reading_shop.replays()
    for what, change in OTHER.items():
        change(reading_shop, monkeypatch)
        assert (what, reading_shop.replays()) == (what, "empty")
    assert reading_shop.replays() == "a kept replay of 1"


def test_arguments_for_env_py_are_read_as_well(shop: Shop) -> None:
    assert [shop.replays(x=x) for x in ((), ("tenant=a",), ("tenant=a",), ("tenant=b",))] == [
        "empty",
        "empty",
        "a kept replay of 1",
        "empty",
    ]


def test_what_is_released_meanwhile_is_replayed_after_what_was_kept(shop: Shop) -> None:
    """The base has got on: what was kept is its beginning, and what comes of it is kept as well."""
    assert shop.replays() == "empty"
    (shop.new.parent / "aa03.py").write_text(EMPTY)
    (shop.place / ".headway.yml").write_text("baseline: aa02\n")
    assert shop.replays() == "a kept replay of 1"
    assert shop.replays() == "a kept replay of 2"


def test_what_the_database_begins_on_is_part_of_it(shop: Shop) -> None:
    (shop.place / ".headway.yml").write_text("baseline: aa01\nscratch: {start: start.sql}\n")
    start = shop.place / "start.sql"
    start.write_text("CREATE TABLE older (id INTEGER);\n")
    edit(
        shop.place / "app" / "models.py",
        "things =",
        'sa.Table("older", metadata, sa.Column("id", sa.Integer))\nthings =',
    )
    assert shop.replays() == "start.sql"
    assert shop.replays() == "a kept replay of 1"
    start.write_text("CREATE TABLE older (id INTEGER, more INTEGER);\n")
    assert begun_with(shop.run()) == "start.sql"


USES_MODELS = {
    "a revision imports them": (
        ENV,
        FIRST.replace("def upgrade", "from app import models\n\n\ndef upgrade", 1),
    ),
    "a revision imports something by a name": (
        ENV,
        FIRST.replace("def upgrade", 'import importlib\nimportlib.import_module("json")\n\n\ndef upgrade', 1),
    ),
    "env.py makes their tables": (
        ENV.replace("    migrate", "    metadata.create_all(connection)\n    migrate"),
        NOTHING,
    ),
}


@pytest.mark.parametrize("how", USES_MODELS)
def test_a_replay_that_uses_models_is_made_anew_when_they_change(shop: Shop, how: str) -> None:
    env, released = USES_MODELS[how]
    (shop.place / "migrations" / "env.py").write_text(HEAD + env)
    shop.old.write_text(released)
    shop.new.write_text(EMPTY.replace("aa02", "aa01").replace("aa03", "aa02"))
    assert shop.replays() == "empty"
    assert shop.replays() == "a kept replay of 1"
    edit(shop.place / "app" / "models.py", "String(40)", "String(41)")
    assert shop.replays() == "empty"


# -- what is not kept -------------------------------------------------------------------------------------------

UNKNOWN = {
    'pathlib.Path("left").write_text("x")': "writes ",
    'subprocess.run(["true"])': "starts another program",
    'os.system("true")': "starts another program",
    'socket.getaddrinfo("localhost", 80)': "reaches for the network",
    'os.utime("app/models.py")': "was changed while the replay ran",
    'sa.create_engine("sqlite:///other.db").connect().close()': "several databases",
    "db.held.append(op.get_bind().engine.connect())": "holds a connection",
    "\"COPY things FROM '/srv/things.csv'\"": "SQL that reads files",
}


@pytest.mark.parametrize("code", UNKNOWN)
def test_a_replay_that_nobody_can_repeat_is_not_kept(shop: Shop, code: str) -> None:
    (shop.place / "app" / "db.py").write_text("held = []\n")
    head = "import os, pathlib, socket, subprocess\nfrom app import db\n\n\ndef upgrade"
    shop.old.write_text(FIRST.replace("def upgrade", head, 1).replace("    op.create", f"    {code}\n    op.create"))
    assert shop.replays() == "empty"
    assert UNKNOWN[code] in shop.why()
    assert shop.entries() == []


# -- tripwires: what was kept is not what it was ------------------------------------------------------------------


def rewritten(entry: Path, change: Callable[[Path], object]) -> None:
    """Changes the state, and lets the entry say that this is what was written."""
    change(entry / "state")
    document = json.loads((entry / "entry.json").read_text())
    document["state"] = hashlib.sha256((entry / "state").read_bytes()).hexdigest()
    (entry / "entry.json").write_text(json.dumps(document))


def run_sql(path: Path, sql: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(sql)


TAMPERED: dict[str, Callable[[Path], object]] = {
    "other bytes": lambda entry: (entry / "state").write_bytes((entry / "state").read_bytes()[:-1] + b"x"),
    "half of it": lambda entry: os.truncate(entry / "state", 4096),
    "no state": lambda entry: (entry / "state").unlink(),
    "no words": lambda entry: (entry / "entry.json").write_text("{"),
    "other words": lambda entry: (entry / "entry.json").write_text('{"format": "headway/kept/2", "made_of": {}}'),
    "other rows": lambda entry: rewritten(
        entry, lambda path: run_sql(path, "UPDATE alembic_version SET version_num = 'aa02'")
    ),
    "no rows": lambda entry: rewritten(entry, lambda path: run_sql(path, "DELETE FROM alembic_version")),
    "one column more": lambda entry: rewritten(
        entry, lambda path: run_sql(path, "ALTER TABLE things ADD name VARCHAR(40)")
    ),
    "one table more": lambda entry: rewritten(entry, lambda path: run_sql(path, "CREATE TABLE planted (id INTEGER)")),
    "no database": lambda entry: rewritten(entry, lambda path: path.write_bytes(b"x" * 8192)),
}


def test_what_is_not_what_was_kept_is_made_anew(shop: Shop) -> None:
    shop.replays()
    for how, tamper in TAMPERED.items():
        (entry,) = shop.entries()
        tamper(entry)
        assert (how, shop.replays()) == (how, "empty")
    assert shop.replays() == "a kept replay of 1"


def test_a_planted_state_lets_no_bad_revision_through(shop: Shop) -> None:
    shop.replays()
    (entry,) = shop.entries()
    rewritten(entry, lambda path: run_sql(path, "CREATE TABLE planted (id INTEGER)"))
    edit(shop.new, "def upgrade() -> None:", 'def upgrade() -> None:\n    op.execute("SELECT 1 FROM planted")')
    report = shop.run()
    assert report.exit_code == 1
    assert "no such table: planted" in str([stage.why for stage in report.stages])


# -- who reads what whom ------------------------------------------------------------------------------------------


def as_ci(monkeypatch: pytest.MonkeyPatch, ref: str, sha: str, base: str = "") -> None:
    for name, value in {"CI": "true", "GITHUB_REF": ref, "GITHUB_SHA": sha, "GITHUB_BASE_REF": base}.items():
        monkeypatch.setenv(name, value)


def committed(shop: Shop, *more: str) -> str:
    def git(*arguments: str) -> str:
        who = ("-c", "user.name=x", "-c", "user.email=x@example.org")
        done = subprocess.run(["git", *who, *arguments], cwd=shop.place, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    git("init", "-q", "-b", "main")
    git("add", "-A", *more)
    git("commit", "-qm", "x")
    return git("rev-parse", "HEAD")


def test_a_pull_request_reads_what_its_base_has_kept_and_never_the_other_way(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    sha = committed(shop)
    change, other, main = "refs/pull/7/merge", "refs/pull/8/merge", "refs/heads/main"
    kept: list[tuple[str, str]] = []
    for ref in (change, main, change, other, main):
        as_ci(monkeypatch, ref, sha, "" if ref == main else "main")
        kept.append((ref, shop.replays()))
    once = "a kept replay of 1"
    assert kept == [(change, "empty"), (main, "empty"), (change, once), (other, once), (main, once)]
    assert len(shop.entries()) == 2
    for name in ("CI", "GITHUB_REF", "GITHUB_SHA", "GITHUB_BASE_REF"):
        monkeypatch.delenv(name)
    assert shop.replays() == "empty"


def test_a_checkout_that_is_not_what_the_event_names_keeps_nothing(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """``pull_request_target`` runs under the name of the base, whatever was checked out."""
    committed(shop)
    as_ci(monkeypatch, "refs/heads/main", "1" * 40, "main")
    assert shop.replays() == "empty"
    assert "is not refs/heads/main" in shop.why()
    assert shop.entries() == []


def test_a_ci_that_says_nothing_keeps_nothing(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    assert shop.replays() == "empty"
    assert "does not say" in shop.why()


def test_what_a_pull_request_has_committed_is_not_used(shop: Shop) -> None:
    shop.replays()
    (shop.cache / ".gitignore").unlink()
    committed(shop)
    assert shop.replays() == "empty"
    assert "is in the repository" in shop.why()


def test_an_untrusted_run_neither_keeps_nor_uses(shop: Shop) -> None:
    report = shop.run(untrusted=True)
    assert report.exit_code == 0
    assert not shop.cache.exists()
    shop.replays()
    before = [(path, path.stat()) for path in sorted(shop.cache.rglob("*"))]
    report = shop.run(untrusted=True)
    assert {stage.status.value for stage in report.stages if "replay" in stage.name} == {"skipped"}
    assert [(path, path.stat()) for path in sorted(shop.cache.rglob("*"))] == before


def test_where_nothing_can_be_written_the_run_is_the_same(shop: Shop) -> None:
    shop.cache.parent.mkdir()
    shop.cache.write_text("in the way")
    assert [shop.replays(), shop.replays()] == ["empty", "empty"]
    assert "is not kept" in shop.why()


# -- PostgreSQL ---------------------------------------------------------------------------------------------------

POOLED = """
from app.db import engine
with engine.connect() as connection:
    migrate(connection)
"""


@pytest.mark.postgresql
def test_a_server_is_kept_with_all_that_is_in_it(shop: Shop) -> None:
    """Roles too, and what lies in a pool of the project's survives that the server is stopped for it."""
    (shop.place / "app" / "db.py").write_text(
        "import os\nimport sqlalchemy as sa\n\nengine = sa.create_engine(os.environ['DATABASE_URL'])\n"
    )
    (shop.place / "migrations" / "env.py").write_text(HEAD + POOLED)
    edit(shop.place / "alembic.ini", "sqlite:///live.db", "postgresql://localhost/shop")
    edit(shop.old, "    op.create", '    op.execute("CREATE ROLE clerk")\n    op.create')
    edit(shop.new, "    op.add", '    op.execute("GRANT SELECT ON things TO clerk")\n    op.add')
    assert shop.replays("postgresql") == "empty"
    assert shop.why() == ""
    assert shop.replays("postgresql") == "a kept replay of 1"
    (entry,) = shop.entries()
    rewritten(entry, lambda path: path.write_bytes(path.read_bytes()[:5000]))
    assert shop.replays("postgresql") == "empty"
    (entry,) = shop.entries()
    rewritten(entry, without_version)
    assert shop.replays("postgresql") == "empty"


def without_version(state: Path) -> None:
    """Takes out of a packed cluster what every cluster must have."""
    with TemporaryDirectory() as folder:
        unpack(state, Path(folder))
        Path(folder, "PG_VERSION").unlink()
        pack(Path(folder), state)


# -- the folder -----------------------------------------------------------------------------------------------


def test_who_is_killed_while_writing_leaves_nothing_that_is_used(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from headway.scratch.kept import Keep\n"
        "def write(path): path.write_bytes(b'half'); os.kill(os.getpid(), 9)\n"
        "Keep(Path(sys.argv[1])).add({}, write)"
    )
    folder = tmp_path / "cache"
    done = subprocess.run([sys.executable, "-c", code, str(folder)], env=environment_of_runs(), check=False)
    assert done.returncode == -9
    assert [path.name for path in folder.iterdir() if path.name.startswith(".new-")]
    keep = Keep(folder)
    assert keep.entries() == []
    for left in folder.glob(".new-*"):
        os.utime(left, (0, 0))
    assert keep.add({}, lambda path: bool(path.write_bytes(b"whole")))
    assert sorted(path.name for path in folder.iterdir()) == [".gitignore", keep.entries()[0].folder.name]


def test_what_raises_while_writing_leaves_nothing(tmp_path: Path) -> None:
    def write(path: Path) -> bool:
        path.write_bytes(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Keep(tmp_path / "cache").add({}, write)
    assert [path.name for path in (tmp_path / "cache").iterdir()] == [".gitignore"]


def test_the_entries_that_were_used_last_stay(tmp_path: Path) -> None:
    keep = Keep(tmp_path / "cache")
    for number in range(MOST):
        keep.add({"number": number}, lambda path, number=number: bool(path.write_bytes(bytes([number]))))  # type: ignore[misc]
    for entry in keep.entries():
        os.utime(entry.folder, (entry.made_of["number"] + 1,) * 2)
    used = next(entry for entry in keep.entries() if entry.made_of["number"] == 0)
    assert keep.take(used, tmp_path / "copy")
    keep.add({"number": MOST}, lambda path: bool(path.write_bytes(b"new")))
    assert sorted(entry.made_of["number"] for entry in keep.entries()) == [0, *range(2, MOST + 1)]


def test_many_at_once_keep_the_same_thing(tmp_path: Path) -> None:
    keep = Keep(tmp_path / "cache")
    start, failed = threading.Barrier(8), []

    def add() -> None:
        start.wait()
        try:
            keep.add({"same": True}, lambda path: bool(path.write_bytes(b"state")))
            assert keep.take(keep.entries()[0], tmp_path / f"copy-{threading.get_ident()}")
        except BaseException as error:  # whatever it is, the test tells it
            failed.append(error)

    threads = [threading.Thread(target=add) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(keep.entries()) == 1
    assert not list((tmp_path / "cache").glob(".new-*"))
