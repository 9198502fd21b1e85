"""Every writing command with every option: files, standard output, version rows and what env.py is told, in both.

Each program gets the project at the same place, one after the other, so that nothing but the create date may differ.
"""

from __future__ import annotations

import re
import shlex
import shutil
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from compat.gallery import DRAWINGS
from compat.histories import draw
from compat.peers import ALEMBIC, HEADWAY, Program, Said
from compat.projects import SCRIPT, lay_out
from compat.test_read_only import set_rows

HISTORY = draw(DRAWINGS["fork with labels"])

SPY = """
with open("seen.txt", "a") as file:
    for name in ("get_x_argument", "get_tag_argument", "is_offline_mode", "get_head_revisions", "requires_connection",
                 "get_revision_argument", "get_starting_revision_argument"):
        try:
            print(name, getattr(context, name)(), file=file)
        except Exception as error:
            print(name, "raises", file=file)
    print(context.get_x_argument(as_dictionary=True), context.config.get_main_option("extra"), file=file)
    print(context.config.config_ini_section, file=file)
"""

REVISION = """
revision --rev-id n1
revision --rev-id n1 --head left@head
revision -m 'a message' --rev-id n1
revision -m 'a message' --rev-id n1 --head left@head
revision --message 'no id but a \\"quote\\" and 100 %' --rev-id n1 --head dddd04
revision -m 'é ü ß 数据库' --rev-id n1 --head dddd04
revision -m 'a very long message that goes on and on until the slug has to be cut somewhere' --rev-id n1 --head dddd04
revision -m '' --rev-id n1 --head dddd04
revision -m 'a
second line' --rev-id n1 --head dddd04
revision -m x --rev-id n1 --head aaaa01
revision -m x --rev-id n1 --head aaaa01 --splice
revision -m x --rev-id n1 --head base
revision -m x --rev-id n1 --head base --branch-label fresh
revision -m x --rev-id n1 --head base --branch-label left
revision -m x --rev-id n1 --head dddd04 --branch-label more
revision -m x --rev-id n1 --head dddd --depends-on cccc03
revision -m x --rev-id n1 --head dddd04 --depends-on right
revision -m x --rev-id n1 --head dddd04 --depends-on cccc03 --depends-on aaaa01
revision -m x --rev-id n1 --head dddd04 --depends-on cccc
revision -m x --rev-id n1 --head dddd04 --depends-on nothere
revision -m x --rev-id n1 --head heads
revision -m x --rev-id n1 --head nothere
revision -m x --rev-id a-b --head dddd04
revision -m x --rev-id a:b --head dddd04
revision -m x --rev-id n1 --head dddd04 --version-path scripts/versions
revision -m x --rev-id n1 --head dddd04 --version-path elsewhere
revision -m x --rev-id n1 --head dddd04 --autogenerate
revision -m x --rev-id n1 --head dddd04 --sql
revision -m x --rev-id n1 --head dddd04 --sql --autogenerate
merge heads --rev-id n1
merge heads -m joined --rev-id n1 --branch-label both
merge --message m --rev-id n1 dddd04 cccc03
merge -m m --rev-id n1 bbbb02 cccc03
merge -m m --rev-id n1 bbbb02 cccc03 --splice
merge -m m --rev-id n1 left right
merge -m m --rev-id n1 left@head right@head
merge -m m --rev-id n1 dddd04 dddd04
merge -m m --rev-id n1 nothere dddd04
edit left@head
edit heads
edit base
edit dddd
edit current
edit nothere
"""

RUN = """
upgrade head
upgrade heads
upgrade left@head
upgrade +1
upgrade aaaa01
upgrade aaaa01 --tag T
upgrade left@+2
upgrade aaaa01+1
upgrade aaaa01:dddd04
downgrade base
downgrade -1
downgrade aaaa01
downgrade left@-1
downgrade left@base
downgrade right@base --tag T
downgrade dddd04:base
stamp aaaa01
stamp head
stamp heads
stamp base
stamp dddd04 cccc03
stamp dddd04 cccc03 --tag T
stamp left@head
stamp aaaa01:bbbb02
stamp nothere
stamp --purge aaaa01
stamp --purge base
stamp --purge heads
ensure_version
check
"""

SQL = """
upgrade heads --sql
upgrade heads --sql --tag T
upgrade base:aaaa01 --sql
upgrade aaaa01:dddd04 --sql
upgrade aaaa01:+1 --sql
upgrade aaaa01:heads --sql
upgrade aaaa01:left@head --sql
upgrade aaaa01: --sql
upgrade : --sql
upgrade dddd04:aaaa01 --sql
downgrade dddd04:aaaa01 --sql --tag T
downgrade dddd04:-1 --sql
downgrade dddd04:-2 --sql
downgrade left@head:base --sql
downgrade dddd04: --sql
downgrade base --sql
stamp --sql aaaa01
stamp --sql aaaa01:dddd04
stamp --sql aaaa01:dddd04 aaaa01:cccc03
stamp --sql aaaa01:dddd04 bbbb02:cccc03
stamp --sql heads
stamp --sql base
stamp --sql --tag T dddd04:base
stamp --sql --purge aaaa01
ensure_version --sql
"""

GLOBAL = """
-x a=1 -x b upgrade heads
-x a=1 -x a=2 upgrade heads --sql
-x a=b=c upgrade aaaa01
-q upgrade heads
--quiet revision -m x --rev-id n1 --head dddd04
-q current
-q heads
-q history -v
-q merge heads --rev-id n1
-n other upgrade aaaa01
--name other heads
-n missing upgrade aaaa01
-c alembic.ini upgrade aaaa01
-c second.ini upgrade aaaa01
-c alembic.ini -c second.ini heads
-c alembic.ini -c pyproject.toml heads
-c pyproject.toml heads
-c pyproject.toml -c pyproject.toml heads
--raiseerr upgrade heads
--nothing heads
heads --nothing
nothing
"""


@dataclass(frozen=True)
class After:
    """What a command leaves behind."""

    said: Said
    files: Mapping[str, str]
    rows: Sequence[str] | None
    seen: str

    @property
    def out(self) -> str:
        """Standard output without Alembic's line about its failure, which headway writes to standard error."""
        return re.sub(r"^FAILED: .*\n", "", self.said.out, flags=re.M) if self.said.failed else self.said.out


Prepare = Callable[[Path], None]


def nothing(place: Path) -> None:
    """Leaves the project as it is."""


def lines(table: str) -> list[str]:
    """The commands of a table; a line that does not begin with one belongs to the line before."""
    return re.sub(r"\n(?=second line)", "\0", table.strip()).replace("\n", "\1").replace("\0", "\n").split("\1")


@pytest.mark.parametrize("command", lines(REVISION))
def test_files_that_are_written(command: str, tmp_path: Path) -> None:
    assert_alike(*both(tmp_path, *shlex.split(command), rows=["dddd04"], prepare=with_editor, env=EDITOR))


@pytest.mark.parametrize("rows", [(), ("aaaa01",), ("dddd04", "cccc03")], ids=" ".join)
@pytest.mark.parametrize("command", lines(RUN))
def test_runs(command: str, rows: tuple[str, ...], tmp_path: Path) -> None:
    assert_alike(*both(tmp_path, *shlex.split(command), rows=rows))


@pytest.mark.parametrize("command", lines(SQL))
def test_scripts(command: str, tmp_path: Path) -> None:
    assert_alike(*both(tmp_path, *shlex.split(command)))


@pytest.mark.parametrize("command", lines(GLOBAL))
def test_global_options(command: str, tmp_path: Path) -> None:
    assert_alike(*both(tmp_path, *shlex.split(command), rows=["aaaa01"], prepare=with_more_files))


@pytest.mark.parametrize("given", ["", "-c second.ini", "-c sub/pyproject.toml", "-c second.ini -c sub/pyproject.toml"])
@pytest.mark.parametrize("named", ["", "alembic.ini", "second.ini", "pyproject.toml", "sub/pyproject.toml"])
def test_which_files_are_read(named: str, given: str, tmp_path: Path) -> None:
    """The ini file and the pyproject.toml are looked for apart: among the options, in ALEMBIC_CONFIG, and here."""

    def prepare(place: Path) -> None:
        with_more_files(place)
        (place / "sub").mkdir()
        (place / "sub" / "pyproject.toml").write_text('[tool.alembic]\nfile_template = "sub_%%(rev)s"\n')
        with (place / "pyproject.toml").open("a") as file:
            file.write('file_template = "here_%%(rev)s"\n')

    command = shlex.split(f"{given} revision --rev-id n1 -m x --head dddd04")
    assert_alike(*both(tmp_path, *command, prepare=prepare, env={"ALEMBIC_CONFIG": named}))
    assert_alike(*both(tmp_path, *shlex.split(f"{given} current"), prepare=prepare, env={"ALEMBIC_CONFIG": named}))


@pytest.mark.parametrize("layout", ["several", "recursive"])
@pytest.mark.parametrize("more", ["", "--version-path versions1", "--version-path scripts/versions"])
@pytest.mark.parametrize("head", ["dddd04", "cccc03", "base"])
def test_where_a_new_file_goes(head: str, more: str, layout: str, tmp_path: Path) -> None:
    assert_alike(*both(tmp_path, *shlex.split(f"revision -m x --rev-id n1 --head {head} {more}"), layout=layout))


def test_quiet_says_nothing_at_all(tmp_path: Path) -> None:
    for mine in (both(tmp_path, *shlex.split(command))[0] for command in ("-q heads", "-q history")):
        assert (mine.said.code, mine.said.out, mine.said.err) == (0, "", "")


def test_raiseerr_shows_the_traceback(tmp_path: Path) -> None:
    mine, theirs = both(tmp_path, "--raiseerr", "upgrade", "head")
    assert "Traceback (most recent call last)" in mine.said.err
    assert theirs.said.err.startswith("CommandError: Multiple head revisions")
    assert "Traceback" not in both(tmp_path, "upgrade", "head")[0].said.err


# -- where the two differ on purpose ----------------------------------------------------------------------------


@pytest.mark.parametrize("revisions", ["dddd04", "left@head"])
def test_a_merge_of_one_is_refused(revisions: str, tmp_path: Path) -> None:
    mine, theirs = both(tmp_path, "merge", "-m", "m", "--rev-id", "n1", revisions)
    assert not theirs.said.failed
    assert "scripts/versions/n1_m.py" in theirs.files
    assert "a merge needs at least two revisions" in mine.said.err
    assert "scripts/versions/n1_m.py" not in mine.files


def test_an_id_that_is_taken_is_refused_before_a_file_is_written(tmp_path: Path) -> None:
    mine, theirs = both(tmp_path, "revision", "-m", "m", "--rev-id", "cccc03", "--head", "dddd04")
    assert "scripts/versions/cccc03_m.py" in theirs.files
    assert "scripts/versions/cccc03_m.py" not in mine.files
    assert "already taken" in mine.said.err


@pytest.mark.parametrize("arguments", [("-n", "missing", "heads"), ("-c", "nothere.ini", "heads")], ids=" ".join)
def test_a_section_or_file_that_is_not_there_is_an_error(arguments: tuple[str, ...], tmp_path: Path) -> None:
    """Alembic goes on with what pyproject.toml says."""
    mine, theirs = both(tmp_path, *arguments, prepare=with_more_files)
    assert "dddd04" in theirs.out
    assert mine.said.code == 2


def test_a_script_may_begin_at_several_heads_and_at_base(tmp_path: Path) -> None:
    mine, theirs = both(tmp_path, "downgrade", "heads:base", "--sql")
    assert theirs.said.failed
    assert mine.out.count("-- Running downgrade") == 4
    for command in ("upgrade :aaaa01 --sql", "downgrade :base --sql"):
        mine, theirs = both(tmp_path, *shlex.split(command))
        assert (mine.said.code, theirs.said.err) == (0, "AssertionError: \n")


def test_a_run_that_fails_before_its_first_step_makes_no_version_table(tmp_path: Path) -> None:
    for command in ("upgrade head", "check"):
        mine, theirs = both(tmp_path, *shlex.split(command))
        assert (mine.rows, theirs.rows) == (None, [])


# -- projects ---------------------------------------------------------------------------------------------------

EDITOR = {"EDITOR": "./editor.sh"}


def with_editor(place: Path) -> None:
    """An editor that notes what it is asked to open."""
    editor = place / "editor.sh"
    editor.write_text('#!/bin/sh\nprintf "%s\\n" "$@" >> opened.txt\n')
    editor.chmod(0o755)


def with_more_files(place: Path) -> None:
    """A second section, a second ini file and a pyproject.toml."""
    ini = (place / "alembic.ini").read_text()
    (place / "second.ini").write_text(f"{ini}extra = second\n")
    section = ini.partition("\n")[2]
    (place / "alembic.ini").write_text(f"{ini}extra = first\n\n[other]\n{section}extra = other\n")
    (place / "pyproject.toml").write_text('[tool.alembic]\nscript_location = "%(here)s/scripts"\n')


def both(
    tmp_path: Path,
    *arguments: str,
    rows: Sequence[str] = (),
    prepare: Prepare = nothing,
    env: Mapping[str, str] | None = None,
    layout: str = "one",
) -> tuple[After, After]:
    """headway's and Alembic's result of the same command on the same project."""

    def run(program: Program) -> After:
        place = tmp_path / "project"
        place.mkdir()
        lay_out(place, HISTORY, layout)
        (place / "scripts" / "script.py.mako").write_text(SCRIPT)
        with (place / "scripts" / "env.py").open("a") as file:
            file.write(SPY)
        set_rows(place / "app.db", rows)
        prepare(place)
        said = program(*arguments, cwd=place, env=env)
        after = After(said, _files(place), rows_of(place / "app.db"), _seen(place))
        shutil.rmtree(place)
        return after

    return run(HEADWAY), run(ALEMBIC)


def assert_alike(mine: After, theirs: After) -> None:
    why = (mine.said, theirs.said)
    assert mine.said.failed == theirs.said.failed, why
    assert mine.out == theirs.out, why
    assert mine.files == theirs.files
    # A run that fails before its first step leaves Alembic's version table, empty.
    assert mine.rows == theirs.rows or (mine.rows, theirs.rows, theirs.said.failed) == (None, [], True), why
    assert mine.seen == theirs.seen or theirs.said.failed


def rows_of(database: Path) -> list[str] | None:
    """The version rows; None without a version table."""
    if not database.exists():
        return None
    connection = sqlite3.connect(database)
    try:
        return sorted(row[0] for row in connection.execute("SELECT version_num FROM alembic_version"))
    except sqlite3.OperationalError:
        return None
    finally:
        connection.close()


def _files(place: Path) -> dict[str, str]:
    found = {}
    for path in sorted(place.rglob("*")):
        if path.is_file() and path.suffix not in (".pyc", ".db", ".db-journal") and path.name != "seen.txt":
            text = path.read_text()
            found[str(path.relative_to(place))] = re.sub(r"Create Date: .*", "Create Date:", text)
    return found


def _seen(place: Path) -> str:
    path = place / "seen.txt"
    return path.read_text() if path.exists() else ""
