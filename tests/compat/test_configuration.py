"""Every setting of alembic.ini and of pyproject.toml has the effect in headway that it has in Alembic."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from compat.histories import draw
from compat.peers import ALEMBIC, HEADWAY, Program
from compat.projects import ENV, SCRIPT, revision_source

HISTORY = draw("aaaa01: , labels left\nbbbb02: aaaa01\ncccc03:\ndddd04: cccc03")


class Case(NamedTuple):
    """Settings, and the commands that show what they do."""

    name: str
    ini: str | None
    toml: str | None
    commands: str = "history -v"


REVISION = "revision -m 'Ein Größenwahn: with many words in it' --rev-id n1 --head bbbb02"
HERE = "script_location = %(here)s/scripts"
TOML = 'script_location = "%(here)s/scripts"'

CASES = [
    Case("location", HERE, None),
    Case("location in toml", None, TOML),
    Case("location relative", "script_location = scripts", None),
    Case("location relative in toml", None, 'script_location = "scripts"'),
    Case("location of a package", "script_location = shop:migrations", None, "current\nhistory -v"),
    Case("location of a package in toml", None, 'script_location = "shop:migrations"'),
    Case("location of no package", "script_location = noshop:migrations", None, "heads"),
    Case("location in both", HERE, 'script_location = "%(here)s/elsewhere"'),
    Case("location in neither", "", "", "heads"),
    Case("location that is not there", "script_location = nothere", None, "heads"),
    Case("locations by space", f"{HERE}\nversion_locations = one two\npath_separator = space", None),
    Case("locations by newline", f"{HERE}\nversion_locations =\n  one\n  two\npath_separator = newline", None),
    Case("locations by os", f"{HERE}\nversion_locations = one:two\npath_separator = os", None),
    Case("locations by colon", f"{HERE}\nversion_locations = one:two\npath_separator = :", None),
    Case("locations by semicolon", f"{HERE}\nversion_locations = one; two ;\npath_separator = ;", None),
    Case("locations here", f"{HERE}\nversion_locations = %(here)s/one:%(here)s/two\npath_separator = os", None),
    Case("locations by nonsense", f"{HERE}\nversion_locations = one two\npath_separator = comma", None, "heads"),
    Case("locations by the old separator", f"{HERE}\nversion_locations = one;two\nversion_path_separator = ;", None),
    Case(
        "locations by both separators",
        f"{HERE}\nversion_locations = one two\nversion_path_separator = ;\npath_separator = space",
        None,
    ),
    Case("locations by legacy spaces", f"{HERE}\nversion_locations = one two", None),
    Case("locations by legacy commas", f"{HERE}\nversion_locations = one, two", None),
    Case("locations in toml", None, f'{TOML}\nversion_locations = ["%(here)s/one", "two"]'),
    Case("locations in both", f"{HERE}\nversion_locations = one", 'version_locations = ["%(here)s/two"]'),
    Case("locations in toml only", HERE, 'version_locations = ["%(here)s/two"]'),
    Case(
        "locations of a package",
        f"{HERE}\nversion_locations = shop:migrations/versions one\npath_separator = space",
        None,
    ),
    Case(
        "where a file goes",
        f"{HERE}\nversion_locations = one two\npath_separator = space",
        None,
        "revision --rev-id n1 -m x --head dddd04",
    ),
    Case("prepend", f"{HERE}\nprepend_sys_path = .", None, "current"),
    Case("prepend two", f"{HERE}\nprepend_sys_path = lib:one\npath_separator = os", None, "current"),
    Case("prepend here", f"{HERE}\nprepend_sys_path = %(here)s/lib", None, "current"),
    Case("prepend by legacy colon", f"{HERE}\nprepend_sys_path = lib:one", None, "current"),
    Case("prepend by legacy comma", f"{HERE}\nprepend_sys_path = lib, one", None, "current"),
    Case("prepend in toml", HERE, 'prepend_sys_path = ["%(here)s/lib", "."]', "current"),
    Case("prepend in both", f"{HERE}\nprepend_sys_path = lib", 'prepend_sys_path = ["%(here)s/one"]', "current"),
    Case("file template", f"{HERE}\nfile_template = x_%%(rev)s-%%(slug)s", None, REVISION),
    Case(
        "file template of dates",
        f"{HERE}\nfile_template = %%(year)d_%%(month).2d_%%(day).2d_%%(hour).2d%%(minute).2d%%(second).2d-%%(epoch)d",
        None,
        REVISION,
    ),
    Case("file template in toml", HERE, 'file_template = "t_%%(rev)s"', REVISION),
    Case("file template in both", f"{HERE}\nfile_template = i_%%(rev)s", 'file_template = "t_%%(rev)s"', REVISION),
    Case(
        "file template with folders",
        f"{HERE}\nrecursive_version_locations = true\nfile_template = %%(year)d/%%(rev)s",
        None,
        f"{REVISION}\nheads",
    ),
    Case("file template of nonsense", f"{HERE}\nfile_template = %%(nothing)s", None, REVISION),
    Case("time zone", f"{HERE}\ntimezone = UTC", None, REVISION),
    Case("time zone in small letters", f"{HERE}\ntimezone = utc", None, REVISION),
    Case("time zone of a city", f"{HERE}\ntimezone = Asia/Kolkata", None, REVISION),
    Case("time zone in toml", HERE, 'timezone = "Asia/Kolkata"', REVISION),
    Case("time zone of nowhere", f"{HERE}\ntimezone = Mars/Base", None, REVISION),
    Case("slug length", f"{HERE}\ntruncate_slug_length = 12", None, REVISION),
    Case("slug length 1", f"{HERE}\ntruncate_slug_length = 1", None, REVISION),
    Case("slug length in toml", HERE, "truncate_slug_length = 12", REVISION),
    Case("slug length as text in toml", HERE, 'truncate_slug_length = "12"', REVISION),
    Case("slug length in both", f"{HERE}\ntruncate_slug_length = 20", "truncate_slug_length = 12", REVISION),
    Case("slug length of nonsense", f"{HERE}\ntruncate_slug_length = many", None, REVISION),
    Case("recursive", f"{HERE}\nrecursive_version_locations = true", None),
    Case("recursive in toml", HERE, "recursive_version_locations = true"),
    Case("recursive in both", f"{HERE}\nrecursive_version_locations = false", "recursive_version_locations = true"),
    Case("recursive as nonsense in toml", HERE, 'recursive_version_locations = "perhaps"', "heads"),
    Case("environment", f"{HERE}\nrevision_environment = true", None, REVISION),
    Case(
        "environment of a merge",
        f"{HERE}\nrevision_environment = true\nrecursive_version_locations = true",
        None,
        "merge heads -m m --rev-id n2",
    ),
    Case("environment as yes", f"{HERE}\nrevision_environment = yes", None, REVISION),
    Case("environment in toml", HERE, "revision_environment = true", REVISION),
    Case("environment in both", f"{HERE}\nrevision_environment = false", "revision_environment = true", REVISION),
    Case("environment with sql", f"{HERE}\nrevision_environment = true", None, f"{REVISION} --sql"),
    Case("encoding", f"{HERE}\noutput_encoding = latin-1", None, REVISION),
    Case("encoding in toml", HERE, 'output_encoding = "utf-16"', REVISION),
    Case("encoding of nonsense", f"{HERE}\noutput_encoding = klingon", None, REVISION),
    Case("other settings", f"{HERE}\nextra = 100 %% of %(here)s", 'extra = "from toml"', "current"),
    Case("other settings in toml", HERE, 'extra = "100 %% of %(here)s"', "current"),
    Case("a list in toml", HERE, 'extra = ["%(here)s/a", "b"]', "current"),
    Case("a table in toml", HERE, 'extra = {a = "%(here)s/a"}', "current"),
    Case("a number in toml", HERE, "extra = 3", "current"),
    Case("a fraction in toml", HERE, "extra = 1.5", "current"),
    Case("a percent sign by itself", f"{HERE}\nextra = 100 %", None, "current"),
    Case("a percent sign by itself in toml", HERE, 'extra = "100 %"', "current"),
    Case("defaults", f"{HERE}\nextra = %(common)s/x\n[DEFAULT]\ncommon = there", None, "current"),
]

SPY = """
import os
import sys

with open("seen.txt", "a", encoding="utf-8") as file:
    config = context.config
    print([p for p in sys.path if p in (".", "lib", "one") or p.endswith(("/lib", "/one"))], file=file)
    for read in (config.get_main_option, config.get_alembic_option):
        try:
            print(repr(read("extra")), repr(read("nothing", "default")), file=file)
        except Exception as error:
            print("raises", file=file)
            raise
    print(config.get_section("nothing"), config.get_section("nothing", {"a": "b"}), file=file)
    section = config.get_section("alembic") or {}
    print({key: value for key, value in section.items() if key != "here"}, section.get("here"), file=file)
    print(config.get_section_option("alembic", "script_location"), file=file)
    for name in ("config_file_name", "toml_file_name"):
        path = getattr(config, name)
        print(name, path.rpartition("/")[2] if path and os.path.exists(path) else None, file=file)
"""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_setting(case: Case, tmp_path: Path) -> None:
    mine, theirs = (_run(program, case, tmp_path / "project") for program in (HEADWAY, ALEMBIC))
    assert mine == theirs


# -- where the two differ on purpose ----------------------------------------------------------------------------


def test_an_empty_location_is_an_error(tmp_path: Path) -> None:
    """Alembic takes the working directory for the scripts."""
    case = Case("", "script_location =", None, "heads")
    mine, theirs = (_run(program, case, tmp_path / "project") for program in (HEADWAY, ALEMBIC))
    assert (mine[1], theirs[1]) == (True, False)


def test_a_text_in_toml_may_say_true(tmp_path: Path) -> None:
    case = Case("", HERE, 'recursive_version_locations = "true"', "heads")
    mine, theirs = (_run(program, case, tmp_path / "project") for program in (HEADWAY, ALEMBIC))
    assert (mine[2], theirs[1]) == ("bbbb02 (left) (head)\ndddd04 (head)\n", True)


@pytest.mark.parametrize("text", ["True", "yes", "1"])
def test_ini_booleans_may_be_written_in_other_ways(text: str, tmp_path: Path) -> None:
    case = Case("", f"{HERE}\nrecursive_version_locations = {text}", None, "heads")
    mine, theirs = (_run(program, case, tmp_path / "project") for program in (HEADWAY, ALEMBIC))
    assert (mine[2], theirs[2]) == ("bbbb02 (left) (head)\ndddd04 (head)\n", "bbbb02 (left) (head)\n")


@pytest.mark.parametrize(
    ("code", "mine", "theirs"),
    [
        ("print(config.config_file_name)", "None", "alembic.ini"),
        ("print(config.get_main_option('extra', 'default'))", "default", "FAILED: No config file 'alembic.ini' found"),
    ],
)
def test_without_an_ini_file_its_name_is_none_and_its_options_have_their_defaults(
    code: str, mine: str, theirs: str, tmp_path: Path
) -> None:
    for program, expected in ((HEADWAY, mine), (ALEMBIC, theirs)):
        place = tmp_path / program.name
        _write(place, Case("", None, TOML))
        (place / "scripts" / "env.py").write_text(f"from alembic import context\nconfig = context.config\n{code}\n")
        assert program("current", cwd=place).out.startswith(expected)


def _run(program: Program, case: Case, place: Path) -> list[object]:
    _write(place, case)
    found: list[object] = []
    for command in case.commands.splitlines():
        said = program(*shlex.split(command), cwd=place)
        out = re.sub(r"^FAILED: .*\n|.*  FAILED\n", "", said.out, flags=re.M) if said.failed else said.out
        found += [command, said.failed, _without_time(out)]
    files = {
        _without_time(str(path.relative_to(place))): _without_date(path.read_bytes())
        for path in sorted(place.rglob("*"))
        if path.is_file() and path.suffix not in (".pyc", ".db")
    }
    seen = files.pop("seen.txt", b"")
    if any(found[1::3]):
        seen = b""
    shutil.rmtree(place)
    return [*found, files, seen]


def _without_time(text: str) -> str:
    """Dates in file names as signs, so that the clock may go on."""
    return re.sub(r"20\d\d[_/]?[\d_-]*", lambda match: re.sub(r"\d+", "9", match[0]), text)


def _without_date(data: bytes) -> bytes:
    return re.sub(rb"Create Date: [\d :.-]{19}\d*(?:\.\d+)?", b"Create Date: ", data.replace(b"\0", b""))


def _write(place: Path, case: Case) -> None:
    """A project whose revisions lie in the default place, in ``one`` and ``two``, below it and in a package."""
    for folder in ("scripts/versions/deep", "one", "two", "lib", "elsewhere/versions", "shop/migrations/versions"):
        (place / folder).mkdir(parents=True)
    (place / "shop" / "__init__.py").write_text("")
    for folder in ("scripts", "elsewhere", "shop/migrations"):
        (place / folder / "env.py").write_text(
            ENV.replace('context.config.get_main_option("sqlalchemy.url")', '"sqlite:///app.db"') + SPY
        )
        (place / folder / "script.py.mako").write_text(SCRIPT)
    first, second, third, fourth = HISTORY
    for folder in ("scripts/versions", "elsewhere/versions", "one", "shop/migrations/versions"):
        (place / folder / "aaaa01.py").write_text(revision_source(first))
    for folder in (
        "scripts/versions/deep",
        "elsewhere/versions",
        "one",
        "shop/migrations/versions",
        "scripts/versions",
    ):
        if folder != "scripts/versions/deep":
            (place / folder / "bbbb02.py").write_text(revision_source(second))
    for folder in ("two", "scripts/versions/deep"):
        (place / folder / "cccc03.py").write_text(revision_source(third))
        (place / folder / "dddd04.py").write_text(revision_source(fourth))
    if case.ini is not None:
        (place / "alembic.ini").write_text(f"[alembic]\n{case.ini}\n")
    if case.toml is not None:
        (place / "pyproject.toml").write_text(f"[tool.alembic]\n{case.toml}\n")
