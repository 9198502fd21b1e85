"""Every read-only command with every option, over the whole gallery and every layout of files, in both programs.

Standard output is the same byte for byte and both end well or both do not. An error is Alembic's ``FAILED:`` line on
standard output and headway's on standard error.
"""

from __future__ import annotations

import random
import re
import sqlite3
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compat.gallery import DRAWINGS, LEFT_TO_CHANCE
from compat.histories import History, draw, ours, random_history
from compat.ordering import entries_in_order, in_fixed_order
from compat.peers import ALEMBIC, HEADWAY, Said
from compat.projects import LAYOUTS, lay_out
from headway.revision.history import between
from headway.revision.route import upgrade_route

pytestmark = pytest.mark.part(4)

Arguments = tuple[str, ...]

STATIC: tuple[Arguments, ...] = (
    ("heads",),
    ("heads", "-v"),
    ("heads", "--resolve-dependencies"),
    ("heads", "--resolve-dependencies", "--verbose"),
    ("branches",),
    ("branches", "-v"),
    ("history",),
    ("history", "--verbose"),
    ("show", "heads"),
    ("show", "base"),
)

ON_A_DATABASE: tuple[Arguments, ...] = (
    ("current",),
    ("current", "-v"),
    ("current", "--check-heads"),
    ("current", "-c", "--verbose"),
    ("history", "-i"),
    ("history", "--indicate-current", "-v"),
    ("history", "-r", "current:"),
    ("history", "-r:current"),
    ("history", "-r", "current:heads", "-i"),
    ("history", "-r-1:current"),
    ("history", "-rcurrent:+1"),
    ("history", "-rcurrent:current", "-v"),
    ("show", "current"),
    ("check",),
)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", DRAWINGS)
def test_listings(name: str, layout: str, tmp_path: Path) -> None:
    history = draw(DRAWINGS[name])
    lay_out(tmp_path, history, layout)
    some_id = [row.id for row in history[-1:]]
    for arguments in (
        *STATIC,
        *(("show", id_) for id_ in some_id),
        *(("history", f"-r{id_}:", "-v") for id_ in some_id),
    ):
        assert_same(arguments, tmp_path)


@pytest.mark.parametrize("name", DRAWINGS)
def test_listings_that_ask_the_database(name: str, tmp_path: Path) -> None:
    history = draw(DRAWINGS[name])
    lay_out(tmp_path, history)
    states = states_of(history)
    for rows in states:
        set_rows(tmp_path / "app.db", rows)
        for arguments in ON_A_DATABASE if rows == states[len(states) // 2] else ON_A_DATABASE[::2]:
            assert_same(arguments, tmp_path, rows)


@pytest.mark.parametrize("name", DRAWINGS)
def test_ranges(name: str, tmp_path: Path) -> None:
    history = draw(DRAWINGS[name])
    lay_out(tmp_path, history)
    ends = ["", "base", "heads", "head", "-1", "+1", "-2", *(row.id for row in history[:3])]
    ends += [f"{label}@{end}" for row in history for label in row.labels[:1] for end in ("head", "base")][:4]
    for symbol in ends:  # every pair of ends is compared in test_routes.py
        for range_ in (f"{symbol}:", f":{symbol}", f"{symbol}:heads"):
            assert_same(("history", f"-r{range_}"), tmp_path)


@settings(max_examples=10, deadline=None)
@given(st.integers(min_value=0), st.integers(min_value=1, max_value=10))
def test_generated_histories(seed: int, size: int) -> None:
    chance = random.Random(seed)
    history = random_history(chance, size)
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        lay_out(place, history, chance.choice(LAYOUTS))
        for arguments in (*STATIC, *(("show", row.id) for row in history[:2])):
            assert_same(arguments, place)
        rows = chance.choice(states_of(history))
        set_rows(place / "app.db", rows)
        for arguments in chance.sample(ON_A_DATABASE, 6):
            assert_same(arguments, place, rows)


def test_there_are_forty_histories() -> None:
    assert len(DRAWINGS) >= 40


def test_the_list_of_templates(tmp_path: Path) -> None:
    """One template more, and the name of the program."""
    theirs, mine = ALEMBIC("list_templates", cwd=tmp_path), HEADWAY("list_templates", cwd=tmp_path)
    ours_alone = "pylons - Configuration that reads from a Pylons project environment.\n"
    assert ours_alone in mine.out
    assert mine.out.replace(ours_alone, "").replace("headway init", "alembic init") == theirs.out


# -- where the two differ on purpose ----------------------------------------------------------------------------


def test_history_up_to_the_current_revision_of_an_empty_database_is_empty(tmp_path: Path) -> None:
    lay_out(tmp_path, draw(DRAWINGS["linear"]))
    assert len(ALEMBIC("history", "-r:current", cwd=tmp_path).out.splitlines()) == 4
    assert HEADWAY("history", "-r:current", cwd=tmp_path).out == ""


def test_current_may_be_both_ends_of_a_range(tmp_path: Path) -> None:
    lay_out(tmp_path, draw(DRAWINGS["linear"]))
    set_rows(tmp_path / "app.db", ["cccc03"])
    assert ALEMBIC("history", "-rcurrent:current", cwd=tmp_path).failed
    assert HEADWAY("history", "-rcurrent:current", cwd=tmp_path).out == "bbbb02 -> cccc03, change cccc03\n"


def test_a_range_over_a_dependency_is_answered(tmp_path: Path) -> None:
    """Alembic ends with a bare AssertionError."""
    lay_out(tmp_path, draw(DRAWINGS["dependency on a head"]))
    assert ALEMBIC("history", "-raaaa02:bbbb02", cwd=tmp_path).err == "AssertionError: \n"
    assert HEADWAY("history", "-raaaa02:bbbb02", cwd=tmp_path).out == (
        "bbbb01 (aaaa02) -> bbbb02 (beta) (head), change bbbb02\n"
        "aaaa01 -> aaaa02 (alpha) (effective head), change aaaa02\n"
    )


def test_a_range_may_end_before_the_head(tmp_path: Path) -> None:
    lay_out(tmp_path, draw(DRAWINGS["linear"]))
    assert ALEMBIC("history", "-rbbbb02:-1", cwd=tmp_path).failed
    assert HEADWAY("history", "-rbbbb02:-1", cwd=tmp_path).out.startswith("bbbb02 -> cccc03")


@pytest.mark.parametrize("name", LEFT_TO_CHANCE)
def test_dependencies_are_followed_in_the_order_they_are_written(name: str, tmp_path: Path) -> None:
    history = draw(LEFT_TO_CHANCE[name])
    lay_out(tmp_path, history)
    theirs, mine = ALEMBIC("history", cwd=tmp_path), HEADWAY("history", cwd=tmp_path)
    assert sorted(mine.out.splitlines()) == sorted(theirs.out.splitlines())
    for line in mine.out.splitlines():
        assert HEADWAY("history", cwd=tmp_path).out == mine.out, line
    listed = between(ours(history), "heads", "base")
    for row in history:
        first, *others = [listed.index(parent) for parent in row.needs] or [0]
        assert all(first < other for other in others)


# -- comparisons ------------------------------------------------------------------------------------------------


def assert_same(arguments: Arguments, cwd: Path, rows: Sequence[str] = ()) -> None:
    theirs, mine = ALEMBIC(*arguments, cwd=cwd), HEADWAY(*arguments, cwd=cwd)
    why = (arguments, rows, mine.err, theirs.out + theirs.err)
    if theirs.code == 1:  # a bare exception
        assert mine.code != 70, why
        return
    start, end = ends_of(arguments)
    if theirs.failed and not mine.failed and any(re.fullmatch(r"[+-]\d+|current", symbol) for symbol in (start, end)):
        return  # see below, and docs/differences.md
    if end == "current" and not rows:
        return
    assert mine.failed == theirs.failed, why
    order = entries_in_order if "current" in arguments[:1] else str
    assert in_fixed_order(order(mine.out)) == in_fixed_order(order(without_failure(theirs))), why


def ends_of(arguments: Arguments) -> tuple[str, str]:
    """The ends of the range that ``history`` is asked for."""
    given = " ".join(arguments).partition("-r")[2].split()[:1] if arguments[0] == "history" else []
    start, _, end = given[0].partition(":") if given else ("", "", "")
    return start, end


def without_failure(said: Said) -> str:
    return re.sub(r"^FAILED: .*\n", "", said.out, flags=re.M) if said.failed else said.out


def states_of(history: History) -> list[tuple[str, ...]]:
    """No rows, those half-way up, and those of all heads."""
    steps = upgrade_route(ours(history), (), "heads")
    return list(dict.fromkeys([(), *(step.heads_after for step in (*steps[len(steps) // 2 :][:1], *steps[-1:]))]))


def set_rows(database: Path, rows: Sequence[str]) -> None:
    database.unlink(missing_ok=True)
    if not rows:
        return
    connection = sqlite3.connect(database)
    connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
    connection.executemany("INSERT INTO alembic_version VALUES (?)", [(row,) for row in rows])
    connection.commit()
    connection.close()


DOCSTRINGS = {
    "none": "",
    "empty": '""""""',
    "one line": '"""One line."""',
    "later": '"""\n\n  First.\n\n  Second.\n"""',
    "indented": '"""  One\n      two\n\n      three\n  """',
    "two lines before the gap": '"""One\ntwo\n\nthree"""',
    "gap with spaces": '"""One\n  \nthree"""',
    "tabs": '"""One\n\n\tthree\n\t\tfour"""',
    "signs": "'it\\'s 100 % of \"it\" \\u00e9'",
    "raw": 'r"""a\\b\n\nc"""',
    "joined": '"one " "two"',
    "bytes": 'b"no docstring"',
    "not first": 'x = 1\n"""no docstring"""',
}


@pytest.mark.parametrize("name", DOCSTRINGS)
def test_docstrings(name: str, tmp_path: Path) -> None:
    lay_out(tmp_path, draw(DRAWINGS["single"]))
    (path,) = (tmp_path / "scripts" / "versions").glob("*.py")
    header = path.read_text().rpartition('"""')[2]
    path.write_text(f"{DOCSTRINGS[name]}\n{header}")
    for arguments in (("history",), ("history", "-v"), ("show", "head"), ("heads", "-v")):
        assert_same(arguments, tmp_path)
