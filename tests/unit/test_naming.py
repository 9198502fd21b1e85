"""A naming convention is found where env.py leads to it, by any kind of import, and nowhere else."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from headway.lint.naming import named_kinds
from headway.reading.modules import ProjectModules

CONVENTION = 'metadata = MetaData(naming_convention={"fk": "fk_%(table_name)s", \'uq\': "uq_%(column_0_name)s"})\n'


def kinds(top: Path, environment: str, files: dict[str, str]) -> frozenset[str]:
    for name, text in files.items():
        place = top / "src" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    return named_kinds(environment, ProjectModules([str(top)], [str(top / "src")], str(top)))


@pytest.mark.parametrize(
    ("environment", "files"),
    [
        (CONVENTION, {}),
        ("import shop.models\n", {"shop/__init__.py": "", "shop/models.py": CONVENTION}),
        ("from shop import (\n    models,\n)\n", {"shop/__init__.py": "", "shop/models.py": CONVENTION}),
        ("import os, shop.models as m\n", {"shop/models.py": CONVENTION, "shop/__init__.py": ""}),
        (
            "    from shop.models import Base  # the models\n",
            {"shop/__init__.py": "", "shop/models.py": "from .base import x\n", "shop/base.py": CONVENTION},
        ),
        (
            "import shop\n",
            {
                "shop/__init__.py": "from . import db\n",
                "shop/db/__init__.py": "from ..base import *\n",
                "shop/base.py": CONVENTION,
            },
        ),
    ],
)
def test_it_is_found(environment: str, files: dict[str, str], tmp_path: Path) -> None:
    assert kinds(tmp_path, environment, files) == {"fk", "uq"}


@pytest.mark.parametrize(
    "text",
    [
        '# metadata = MetaData(naming_convention={"fk": "x", "uq": "y"})\n',
        '"""We have no naming_convention."""\nKINDS = {"fk": 1, "uq": 2}\n',
        "from " + "." * 50_000 + "\n",
        "naming_convention = (\n",
    ],
    ids=["comment", "elsewhere", "dots", "no Python"],
)
def test_text_alone_tells_nothing(text: str, tmp_path: Path) -> None:
    assert kinds(tmp_path, text, {}) == set()


def test_a_convention_by_its_name(tmp_path: Path) -> None:
    text = 'convention = {"fk": "x"}\nmetadata = MetaData(naming_convention=convention)\n'
    assert kinds(tmp_path, text, {}) == {"fk"}


def test_nothing_else_tells(tmp_path: Path) -> None:
    assert kinds(tmp_path, "from shop import models\n", {"shop/__init__.py": "", "shop/models.py": "x = 1\n"}) == set()
    assert kinds(tmp_path, "import models\n", {"elsewhere.py": CONVENTION}) == set()
    (tmp_path / "outside.py").write_text(CONVENTION)
    inside = ProjectModules([str(tmp_path / "src")], [str(tmp_path)], str(tmp_path))
    assert named_kinds("import outside\n", inside) == set()


def test_modules_that_import_each_other_end(tmp_path: Path) -> None:
    assert kinds(tmp_path, "import a\n", {"a.py": "import b\n", "b.py": "import a, c\n", "c.py": CONVENTION}) == {
        "fk",
        "uq",
    }
    assert kinds(tmp_path, "import a\n", {"c.py": "import a\n"}) == set()


def test_lint_asks_it(tmp_path: Path) -> None:
    versions = tmp_path / "m" / "versions"
    versions.mkdir(parents=True)
    (tmp_path / "alembic.ini").write_text("[alembic]\nscript_location = m\nsqlalchemy.url = postgresql://h/d\n")
    (tmp_path / "m" / "env.py").write_text("from models import metadata\n")
    (tmp_path / "models.py").write_text("from sqlalchemy import MetaData\n" + CONVENTION)
    (versions / "a1_key.py").write_text(
        'from alembic import op\n\nrevision = "a1"\ndown_revision = None\n\n\ndef upgrade():\n'
        '    op.create_foreign_key(None, "t", "u", ["a"], ["id"])\n'
    )
    command = [sys.executable, "-m", "headway_cli", "lint", "--all", "--select", "MOD014", "--format", "json"]

    def found() -> int:
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        return len(json.loads(done.stdout)["findings"])

    assert found() == 0
    (tmp_path / "models.py").write_text("metadata = None\n")
    assert found() == 1
