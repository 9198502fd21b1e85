"""Files that have to run before a run: each runs once, fails in one line, and stops no listing without need."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from compat.peers import ALEMBIC, BOTH, HEADWAY
from compat.projects import ENV, SCRIPT
from compat.shapes import INI, revision
from compat.test_shapes_of_projects import forget_modules, rows

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """A project whose second revision takes its parent from a function."""
    (tmp_path / "scripts" / "versions").mkdir(parents=True)
    (tmp_path / "alembic.ini").write_text(INI.format(location="%(here)s/scripts"))
    (tmp_path / "scripts" / "env.py").write_text(ENV)
    (tmp_path / "scripts" / "script.py.mako").write_text(SCRIPT)
    importlib.invalidate_caches()
    put(tmp_path, "a1", "None")
    put(tmp_path, "b1", "os.environ.get('PARENT', 'a1')", imports="import os")
    yield tmp_path
    forget_modules(tmp_path)


def put(place: Path, id_: str, down: str, **rest: str) -> Path:
    path = place / "scripts" / "versions" / f"{id_}.py"
    path.write_text(revision(id_, down, **rest))
    return path


def test_a_file_runs_once_for_header_and_run(place: Path) -> None:
    """As on Alembic: its module may declare a table, which nobody may do twice."""
    tables = "import os\nfrom shop_tables import metadata\nsa.Table('orders', metadata)\nopen('ran', 'a').write('x')"
    (place / "shop_tables.py").write_text("import sqlalchemy\n\nmetadata = sqlalchemy.MetaData()\n")
    put(place, "b1", "os.environ.get('PARENT', 'a1')", imports=tables)
    for program in BOTH:
        (place / "ran").unlink(missing_ok=True)
        (place / "app.db").unlink(missing_ok=True)
        said = program("upgrade", "heads", cwd=place)
        forget_modules(place)
        assert not said.failed, said.err
        assert (place / "ran").read_text() == "x", program.name
        assert rows(place) == (["t_a1", "t_b1"], ["b1"])


@pytest.mark.parametrize(
    ("parent", "said"),
    [
        (
            "os.environ['NOT_SET']",
            "b1.py:7: 'down_revision' is computed, and running the file to learn it failed: KeyError",
        ),
        ("os.getpid()", "b1.py:7: 'down_revision' is "),
        ("(os.sep, os.getpid())", "b1.py:7: 'down_revision' is "),
        (
            "__import__('sys').exit(3) or os",
            "b1.py:7: 'down_revision' is computed, and running the file to learn it failed",
        ),
    ],
)
def test_a_header_that_cannot_be_learnt_is_one_line(parent: str, said: str, place: Path) -> None:
    put(place, "b1", parent, imports="import os")
    for verb in (["heads"], ["history"], ["upgrade", "heads"], ["ci", "--scratch", "sqlite"]):
        done = HEADWAY(*verb, cwd=place)
        assert done.failed
        if verb[0] != "ci":
            assert said in done.err and len(done.err.splitlines()) == 1, (verb, done.err)
    assert rows(place) == ([], [])


def test_a_file_that_is_not_run_is_not_needed_by_a_listing(place: Path) -> None:
    put(place, "c1", "'b1'", imports="import nowhere")
    assert HEADWAY("heads", cwd=place).out == "c1 (head)\n"
    assert ALEMBIC("heads", cwd=place).failed


def test_a_broken_file_stops_a_run_as_on_alembic_before_anything_is_changed(place: Path) -> None:
    put(place, "c1", "'b1'", imports="import nowhere")
    for program in BOTH:
        said = program("upgrade", "a1", cwd=place)
        assert said.failed and "nowhere" in said.err, program.name
        assert rows(place) == ([], []), program.name


def test_a_broken_function_of_another_revision_stops_nothing(place: Path) -> None:
    put(place, "c1", "'b1'", do="import nowhere\n    nowhere.run()")
    for program in BOTH:
        (place / "app.db").unlink(missing_ok=True)
        assert not program("upgrade", "b1", cwd=place).failed
        assert rows(place)[1] == ["b1"]
