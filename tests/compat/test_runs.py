"""Runs on a real SQLite file: the steps in order, the version rows after each, and what is said about them, in both."""

from __future__ import annotations

import random
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compat.gallery import DRAWINGS
from compat.histories import History, draw, random_history
from compat.peers import ALEMBIC, HEADWAY, Program, Said
from compat.projects import lay_out
from compat.test_read_only import set_rows, states_of
from compat.test_routes import forgets_a_row, overlapping, symbols_of, target_ids
from compat.test_writing import rows_of

pytestmark = pytest.mark.part(4)

NOTE = """
import sqlite3


def note(ctx, step, heads, run_args, **kw):
    found = ctx.connection.exec_driver_sql("SELECT version_num FROM alembic_version")
    print(step.up_revision_ids, step.down_revision_ids, sorted(heads), sorted(row[0] for row in found))
"""


@pytest.mark.parametrize("name", [name for name in DRAWINGS if name != "empty"])
def test_pairs_of_targets(name: str, tmp_path: Path) -> None:
    """From nothing to one symbol and on to another; every pair of states and symbols is in test_routes.py."""
    history = draw(DRAWINGS[name])
    _with_notes(tmp_path, history)
    chance = random.Random(name)
    for rows in states_of(history):
        for kind in ("upgrade", "downgrade", "stamp"):
            for target in chance.sample(symbols_of(history), 2):
                assert_same_run(tmp_path, history, kind, rows, target)


@settings(max_examples=10, deadline=None)
@given(st.integers(min_value=0), st.integers(min_value=1, max_value=10))
def test_generated_histories(seed: int, size: int) -> None:
    chance = random.Random(seed)
    history = random_history(chance, size)
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        _with_notes(place, history)
        for _ in range(4):
            rows = chance.choice(states_of(history))
            kind, target = chance.choice(("upgrade", "downgrade", "stamp")), chance.choice(symbols_of(history))
            assert_same_run(place, history, kind, rows, target)


def assert_same_run(place: Path, history: History, kind: str, rows: Sequence[str], target: str) -> None:
    (theirs, left), (mine, mine_left) = (_run(program, place, kind, rows, target) for program in (ALEMBIC, HEADWAY))
    why = (kind, rows, target, mine, theirs)
    if theirs.failed:
        return  # headway may know more symbols; what it makes of them is in test_routes.py
    if kind == "stamp" and (len(target_ids(history, target)) > 1 or mine.failed):
        return  # several goals at once: see docs/differences.md
    if overlapping(history, left) or (kind == "stamp" and _loses_rows(history, rows, left, target)):
        return  # Alembic wrote a row that is below another, or forgot one: see docs/differences.md
    assert not mine.failed, why
    assert mine_left == left, why
    assert mine.out == theirs.out, why


def _run(program: Program, place: Path, kind: str, rows: Sequence[str], target: str) -> tuple[Said, list[str]]:
    set_rows(place / "app.db", rows)
    said = program(kind, "--", target, cwd=place)
    return said, rows_of(place / "app.db") or []


def _loses_rows(history: History, rows: Sequence[str], left: Sequence[str], target: str) -> bool:
    text = f" -> {', '.join(target_ids(history, target))}"
    return forgets_a_row(history, (text, (), (), frozenset(rows), frozenset(left)))


def _with_notes(place: Path, history: History) -> None:
    lay_out(place, history)
    env = place / "scripts" / "env.py"
    env.write_text(env.read_text().replace("metadata = sa.MetaData()\n", f"metadata = sa.MetaData()\n{NOTE}"))
    env.write_text(
        env.read_text().replace("run(connection=connection)", "run(connection=connection, on_version_apply=note)")
    )


# -- log lines --------------------------------------------------------------------------------------------------

LOGGING = """
[loggers]
keys = root,sqlalchemy,alembic

[handlers]
keys = console

[formatters]
keys = generic

[logger_root]
level = WARNING
handlers = console
qualname =

[logger_sqlalchemy]
level = WARNING
handlers =
qualname = sqlalchemy.engine

[logger_alembic]
level = INFO
handlers =
qualname = alembic

[handler_console]
class = StreamHandler
args = (sys.stderr,)
level = NOTSET
formatter = generic

[formatter_generic]
format = %(levelname)-5.5s [%(name)s] %(message)s
"""

MODELS = """
metadata = sa.MetaData()
sa.Table("kept", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("more", sa.String(20), nullable=False),
         sa.Column("wider", sa.String(50)), sa.Index("ix_new", "more"), sa.UniqueConstraint("wider", name="uq_wider"))
sa.Table("fresh", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("to", sa.ForeignKey("kept.id")))
"""

TABLES = (
    "CREATE TABLE kept (id INTEGER NOT NULL PRIMARY KEY, gone INTEGER, wider VARCHAR(20), CONSTRAINT uq_gone UNIQUE (gone))",
    "CREATE TABLE dropped (id INTEGER NOT NULL PRIMARY KEY)",
    "CREATE INDEX ix_old ON kept (wider)",
)

LOGGED = """
upgrade heads
upgrade +1
downgrade base
downgrade -1
stamp heads
stamp --purge aaaa01
stamp base
current
history -i
ensure_version
upgrade heads --sql
downgrade dddd04:base --sql
check
revision --autogenerate -m m --rev-id n1 --head dddd04
"""


@pytest.mark.parametrize("rows", [(), ("aaaa01",), ("cccc03", "dddd04")], ids=" ".join)
@pytest.mark.parametrize("command", LOGGED.strip().splitlines())
def test_the_log_on_standard_error(command: str, rows: tuple[str, ...], tmp_path: Path) -> None:
    """With the logging of a new alembic.ini and ``fileConfig()`` in env.py."""
    history = draw(DRAWINGS["fork with labels"])
    said = []
    for program in (HEADWAY, ALEMBIC):
        place = tmp_path / "project"
        place.mkdir()
        lay_out(place, history)
        _with_log(place)
        set_rows(place / "app.db", rows)
        _execute(place / "app.db", TABLES)
        said.append(program(*command.split(), cwd=place))
        place.rename(tmp_path / program.name)
    mine, theirs = said
    assert mine.failed == theirs.failed
    # Alembic compares tables in the order of a set.
    order = sorted if command.startswith(("check", "revision")) else list
    expected = order(_log_of(theirs))
    assert order(_log_of(mine)) == expected
    assert theirs.failed or any("Context impl SQLiteImpl." in line for line in expected)


def test_alembics_log_tells_of_errors_and_of_its_plugins(tmp_path: Path) -> None:
    history = draw(DRAWINGS["fork with labels"])
    lay_out(tmp_path, history)
    _with_log(tmp_path)
    set_rows(tmp_path / "app.db", ["cccc03", "dddd04"])
    theirs, mine = (program("check", cwd=tmp_path).err for program in (ALEMBIC, HEADWAY))
    assert theirs.count("[alembic.runtime.plugins] setting up autogenerate plugin") == 6
    assert "ERROR [alembic.util.messaging] New upgrade operations detected" in theirs
    assert "messaging" not in mine
    assert "plugins" not in mine
    assert "FAILED: New upgrade operations detected" in mine


def test_the_log_of_a_new_project_is_configured_as_alembics(tmp_path: Path) -> None:
    """``init`` of either program writes loggers, handlers and formats with the same effect."""
    from configparser import RawConfigParser

    found = []
    for program in (HEADWAY, ALEMBIC):
        place = tmp_path / program.name
        place.mkdir()
        assert not program("init", "migrations", cwd=place).failed
        parser = RawConfigParser()
        parser.read(place / "alembic.ini")
        logging = {
            name: dict(parser[name]) for name in parser.sections() if name not in ("alembic", "post_write_hooks")
        }
        found.append((dict(parser["alembic"]), logging))
    assert found[0] == found[1]


def _log_of(said: Said) -> list[str]:
    """The lines of loggers; not the error that ends a run, nor Alembic's plugins: see docs/differences.md."""
    lines = [line for line in said.err.splitlines() if re.match(r"[A-Z]{4,5} +\[", line)]
    return [line for line in lines if not re.search(r"\[alembic\.(util\.messaging|runtime\.plugins)\]", line)]


def _with_log(place: Path) -> None:
    ini, env = place / "alembic.ini", place / "scripts" / "env.py"
    ini.write_text(ini.read_text() + LOGGING)
    (place / "scripts" / "script.py.mako").write_text(
        "revision = ${repr(up_revision)}\ndown_revision = ${repr(down_revision)}\n"
    )
    source = env.read_text().replace("metadata = sa.MetaData()\n", MODELS)
    env.write_text(
        f"from logging.config import fileConfig\n{source}".replace(
            "\nurl =", "\nfileConfig(context.config.config_file_name)\nurl ="
        )
    )


def _execute(database: Path, statements: Sequence[str]) -> None:
    import sqlite3

    with sqlite3.connect(database) as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()
