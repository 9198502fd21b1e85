"""The comparison itself: it sees what differs, takes only what has a reason, and holds on the histories at hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from census.projects import Place, Project, fetch, read_projects
from histories.comparing import compare
from histories.purposes import FURTHER, PURPOSES, UNDONE, explain

QUICK = [project for project in read_projects() if project.ci]


def _table(*clauses: str) -> str:
    """A table as SQLite keeps it."""
    return "CREATE TABLE t (\n\t" + ", \n\t".join(clauses) + "\n)"


def _indexes(*what: str) -> str:
    """A piece of a script that creates indexes."""
    return "".join(f"CREATE INDEX {one} (x);\n\n" for one in what)


HEADER = "import sqlalchemy as sa\nfrom alembic import op\n\nrevision = 'r1'\ndown_revision = None\n\n\n"


@pytest.mark.parametrize("project", QUICK, ids=[project.name for project in QUICK])
def test_the_histories_at_hand_are_the_same_on_both(project: Project, tmp_path: Path) -> None:
    for found in compare(project, fetch(project, tmp_path), "sqlite", _files(tmp_path)):
        assert not found.differences, found


def test_what_one_side_alone_does_is_seen(tmp_path: Path) -> None:
    """A history that asks which program runs it makes another table, column, row, text and end on headway."""
    (tmp_path / "versions").mkdir()
    body = (
        "ours = any(name.startswith('headway_cli') for name in sys.modules)\n\n\ndef upgrade():\n"
        "    op.create_table('t', sa.Column('a' if ours else 'b', sa.Integer()))\n"
        "    if not ours:\n        op.execute('INSERT INTO t VALUES (1)')\n\n\n"
        "def downgrade():\n    if ours:\n        raise ValueError('stopped')\n    op.drop_table('t')\n"
    )
    (tmp_path / "versions" / "r1.py").write_text(f"import sys\n{HEADER}{body}")
    project = Project("made", ("versions",), ("sqlite",), "", own=("versions",))
    groups = {found.group: found for found in compare(project, Place(str(tmp_path), ()), "sqlite", _files(tmp_path))}
    told = {name: [text.split(":")[0] for text in found.differences] for name, found in groups.items()}
    assert told["listings"] == []
    assert told["script"] == ["upgrade heads --sql"]
    assert told["upgrade"] == ["schema after upgrade", "rows after upgrade"]
    assert told["downgrade"][0] == "downgrade base"
    assert "versions after downgrade" in told["downgrade"]


@pytest.mark.parametrize(
    ("what", "database", "ours", "theirs"),
    [
        ("schema", "sqlite", _table("a INTEGER", "b TEXT"), _table("b TEXT", "a INTEGER")),
        ("schema", "sqlite", _table("UNIQUE (a)"), _table("UNIQUE (b)")),
        ("schema", "sqlite", "\ta INTEGER DEFAULT 1", "\ta INTEGER DEFAULT (2)"),
        ("schema", "sqlite", "\ta INTEGER DEFAULT (1)", "\ta INTEGER DEFAULT 1"),
        ("schema", "sqlite", _table("UNIQUE (a)"), _table("UNIQUE (a)", "CHECK (a > 0)")),
        ("schema", "sqlite", _table("CHECK (a > 1)"), _table("CHECK (a > 0)")),
        ("schema", "sqlite", _table("a TEXT", "a_b TEXT"), _table("a TEXT")),
        ("schema", "postgresql", "\tUNIQUE (a), \n\tCHECK (a > 0)", "\tUNIQUE (a)"),
        ("versions", "sqlite", "r1", "r2"),
        ("rows", "sqlite", "main.t 1", "main.t 2"),
        ("script", "sqlite", "SELECT '%'", "SELECT '%%'"),
        ("script", "postgresql", "SELECT '%%'", "SELECT '%'"),
        ("script", "sqlite", _indexes("a ON t", "b ON u"), _indexes("b ON u", "a ON t")),
        ("script", "sqlite", _indexes("a ON t", "b ON t"), _indexes("a ON t")),
        ("script", "sqlite", f"{_indexes('a ON t')}SELECT 1;\n\n", f"SELECT 1;\n\n{_indexes('a ON t')}"),
    ],
)
def test_what_has_no_reason_is_a_difference(what: str, database: str, ours: str, theirs: str) -> None:
    found = explain(what, database, ours, theirs)
    assert found.ours != found.theirs


@pytest.mark.parametrize(
    ("what", "database", "ours", "theirs", "reason"),
    [
        ("schema", "sqlite", _table("UNIQUE (a)", "UNIQUE (b)"), _table("UNIQUE (b)", "UNIQUE (a)"), "fixed order"),
        ("schema", "sqlite", "\ta INTEGER DEFAULT 1", "\ta INTEGER DEFAULT (1)", "default as it was"),
        ("schema", "sqlite", _table("UNIQUE (a)", "CHECK (a > 0)"), _table("UNIQUE (a)"), "batch-unnamed-check"),
        ("script", "postgresql", "SELECT '%'", "SELECT '%%'", "percent-signs"),
        ("script", "sqlite", _indexes("a ON t", "b ON t"), _indexes("b ON t", "a ON t"), "the order of a set"),
    ],
)
def test_what_has_a_reason_names_it(what: str, database: str, ours: str, theirs: str, reason: str) -> None:
    found = explain(what, database, ours, theirs)
    assert found.ours == found.theirs
    assert reason in found.reasons[-1]


def test_reasons_with_a_name_stand_in_the_documentation() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "differences.md").read_text(encoding="utf-8")
    for reason in (UNDONE, *(reason for _, reason in FURTHER), *(purpose.reason for purpose in PURPOSES)):
        name, colon, _ = reason.partition(": ")
        assert not colon or f"**{name}**" in text, reason


def _files(folder: Path) -> Callable[[str], str]:
    numbers = iter(range(100))
    return lambda database: f"sqlite:///{folder}/{next(numbers)}.db"
