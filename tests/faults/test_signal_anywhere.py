"""A signal at any line of a run: it ends with one line, whose account is what stands in the database.

A fork runs the program, and its handler is called at the Nth line that Python executes since the run began. Half of the lines
that are tried are behind the last statement: there nothing is at work any more, and what was done is not said yet.
"""

from __future__ import annotations

import os
import random
import re
import signal
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
import sqlalchemy as sa

from databases.endings import HEADER, SYNC_ENV
from headway import signals

SEED = 20261130
FULL = bool(os.environ.get("HEADWAY_FULL"))
CUTS = 1_000 if FULL else 16
ALL = 10**9
"""A line that no run comes to."""
BEHIND = 5_000
"""So many lines, traced, are run at least between the last statement and the end."""

MIGRATIONS = {"a1": None, "b2": "a1", "c3": "b2"}
ACCOUNTS = re.compile(
    r"^\. (Nothing was applied|Applied: (?P<some>[\w, ]+)\. (Stopped in: (?P<in>\w+)\. )?Not run: (?P<not>[\w, ]+)|"
    r"Everything was applied before that: (?P<all>[\w, ]+)\. Nothing is left to do)\."
)
ENDED = re.compile(r"^headway: ended by signal 15(?P<account>.*)$", re.MULTILINE)
STANDING = re.compile(
    r"These statements of (?P<in>\w+) have taken effect and are not undone: 1\) CREATE TABLE t_(?P<table>\w+) \("
)
UNKNOWN = re.compile(r"nobody can say whether they took effect, .*: 1\) CREATE TABLE t_(?P<table>\w+) \(")
"""Python's sqlite3 commits a CREATE TABLE by itself, before the revision's row."""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    versions = tmp_path / "versions"
    versions.mkdir()
    text = "[alembic]\nscript_location = %(here)s\nsqlalchemy.url = sqlite:///%(here)s/a.db\n"
    (tmp_path / "alembic.ini").write_text(text)
    each = "configure(connection=connection, render_as_batch=True, transaction_per_migration=True)"
    assert "configure(connection=connection, render_as_batch=True)" in SYNC_ENV
    (tmp_path / "env.py").write_text(SYNC_ENV.replace("configure(connection=connection, render_as_batch=True)", each))
    for revision, down in MIGRATIONS.items():
        body = f'    op.create_table("t_{revision}", sa.Column("id", sa.Integer))\n'
        (versions / f"{revision}.py").write_text(HEADER.format(revision=revision, down=down) + body)
    return tmp_path


def run_cut(project: Path, cut: int) -> tuple[int, str, int]:
    """Runs ``upgrade head`` on an empty database with a signal at that line: the exit code, the output, the lines run."""
    for left in project.glob("a.db*"):
        left.unlink()
    said = project / "said"
    process = os.fork()
    if process == 0:
        _be_the_program(project, said, cut)
    _, status = os.waitpid(process, 0)
    text = said.read_text()
    lines = re.search(r"^lines (\d+)$", text, re.MULTILINE)
    return os.waitstatus_to_exitcode(status), text, int(lines[1]) if lines else 0


def _be_the_program(project: Path, said: Path, cut: int) -> None:
    """Never returns."""
    code = 99
    try:
        out = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(out, 1)
        os.dup2(out, 2)
        sys.stdout = os.fdopen(1, "w")
        sys.stderr = os.fdopen(2, "w")
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        os.chdir(project)
        tracer = _Tracer(cut)
        from headway_cli.main import main

        sys.settrace(tracer)
        code = main(["upgrade", "head"])
        sys.settrace(None)
        print(f"lines {tracer.lines}", file=sys.stderr, flush=True)
    except BaseException:  # nothing may come back into the test's own process
        sys.settrace(None)
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(code)


class _Tracer:
    """Counts the lines that are run once a run has begun, and sends the signal at one of them."""

    def __init__(self, cut: int) -> None:
        self.cut = cut
        self.lines = 0
        self.began = False

    def __call__(self, frame: FrameType, event: str, argument: Any) -> _Tracer:
        if event == "line":
            state = signals._signals
            self.began = self.began or (state is not None and bool(state.cancellers))
            # Outside of the block signals are what they were before, as in any program.
            if self.began and state is not None:
                self.lines += 1
                if self.lines == self.cut:
                    state.handle(signal.SIGTERM, frame)  # as Python would, had it come here
        return self


def cuts(lines: int) -> Iterator[int]:
    chance = random.Random(SEED)
    for number in range(CUTS):
        yield chance.randrange(1, lines) if number % 2 else chance.randrange(max(1, lines - BEHIND), lines + 1)


def named(revisions: str | None) -> list[str]:
    return [] if revisions in (None, "none") else str(revisions).split(", ")


def what_stands(project: Path) -> tuple[list[str], list[str]]:
    """The revisions that are applied, and those of which only the table is there."""
    if not (project / "a.db").exists():
        return [], []
    engine = sa.create_engine(f"sqlite:///{project / 'a.db'}", connect_args={"timeout": 0.1})
    with engine.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # nobody holds it any more
        tables = set(sa.inspect(connection).get_table_names())
        query = "SELECT version_num FROM alembic_version"
        head = connection.exec_driver_sql(query).scalar() if "alembic_version" in tables else None
    applied = [] if head is None else [*MIGRATIONS][: [*MIGRATIONS].index(head) + 1]
    there = [revision for revision in MIGRATIONS if f"t_{revision}" in tables]
    assert there[: len(applied)] == applied
    return applied, there[len(applied) :]


def test_wherever_a_signal_comes_the_account_is_what_stands(project: Path) -> None:
    code, text, lines = run_cut(project, ALL)
    assert (code, ENDED.search(text)) == (0, None), text
    assert lines > 2 * BEHIND
    seen = set()
    for cut in cuts(lines):
        code, text, _ = run_cut(project, cut)
        what = f"signal at line {cut} of {lines}: {text}"
        applied, half = what_stands(project)
        ended = ENDED.findall(text)
        if not ended:  # all was said
            assert (code, applied) == (0, [*MIGRATIONS]), what
            continue
        assert (code, len(ended)) == (128 + signal.SIGTERM, 1), what
        assert "Traceback" not in text and "Exception ignored" not in text, what
        account = ACCOUNTS.match(ended[0])
        assert account, what
        assert named(account["some"] or account["all"]) == applied, what
        unknown, standing = UNKNOWN.search(ended[0]), STANDING.search(ended[0])
        told = standing["in"] if standing else account["in"]  # behind the revision, before its commit, it is in none
        if account["some"]:
            assert [*applied, *named(told), *named(account["not"])] == [*MIGRATIONS], what
        if unknown:
            assert unknown["table"] == told and set(half) <= {told}, what
            continue
        assert half == ([] if standing is None else [standing["in"]]), what
        assert standing is None or (standing["table"] == told and account["in"] in (None, told)), what
        seen.add((len(applied), len(half)))
    assert {(0, 0), (3, 0)} <= seen
    assert not FULL or {(done, half) for done in range(3) for half in (0, 1)} <= seen
