"""REV011: a revision in a folder that nobody looks into is named; what is none, or is looked into, is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.programs import Program

REVISION = "import os\n\nrevision: str = '{0}'\ndown_revision = {1!r}\n\n\ndef upgrade():\n    pass\n\n\ndef downgrade():\n    pass\n"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "alembic.ini").write_text("[alembic]\nscript_location = m\nsqlalchemy.url = sqlite://\n")
    (tmp_path / "m" / "versions" / "2026").mkdir(parents=True)
    (tmp_path / "m" / "versions" / "a1_base.py").write_text(REVISION.format("a1", None))
    (tmp_path / "m" / "versions" / "2026" / "b2_more.py").write_text(REVISION.format("b2", "a1"))
    return tmp_path


def test_a_file_below_a_location_is_never_run(shop: Path, headway: Program) -> None:
    done = headway("lint", "--select", "REV", cwd=shop)
    assert done.code == 0
    assert "warning[REV011]" in done.out and "m/versions/2026/b2_more.py:3" in done.out


@pytest.mark.parametrize(
    "settings", ["recursive_version_locations = true\n", "version_locations = m/versions m/versions/2026\n"]
)
def test_what_is_looked_into_is_none(shop: Path, headway: Program, settings: str) -> None:
    (shop / "alembic.ini").write_text((shop / "alembic.ini").read_text() + settings)
    done = headway("lint", "--select", "REV", cwd=shop)
    assert done.code == 0, done.err
    assert "REV011" not in done.out and "2 revision(s)" in headway("ci", "--stages", "graph", cwd=shop).out


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("2026/helpers.py", "revision = 'b2'\n"),
        ("2026/notes.txt", REVISION.format("b2", "a1")),
        ("__pycache__/b2.py", REVISION.format("b2", "a1")),
        (".old/b2.py", REVISION.format("b2", "a1")),
        ("2026/example.py", '    revision = "b2"\n    down_revision = None\n'),
    ],
)
def test_what_is_no_revision_is_none(shop: Path, headway: Program, path: str, text: str) -> None:
    (shop / "m" / "versions" / "2026" / "b2_more.py").unlink()
    (shop / "m" / "versions" / path).parent.mkdir(exist_ok=True)
    (shop / "m" / "versions" / path).write_text(text)
    assert "REV011" not in headway("lint", "--select", "REV", cwd=shop).out


def test_doctor_names_both_files_of_one_id(shop: Path, headway: Program) -> None:
    (shop / "m" / "versions" / "a1_again.py").write_text(REVISION.format("a1", None))
    done = headway("doctor", cwd=shop)
    assert done.code == 1
    assert (
        "FAIL  history: m/versions/a1_base.py:3: revision id a1 is already taken by m/versions/a1_again.py" in done.out
    )
