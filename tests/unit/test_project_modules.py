"""The modules of a project as text: which are found, which are nobody's business, and which libraries they need."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from headway.reading import modules
from headway.reading.modules import ProjectModules, modules_of, package_roots, top_level_modules
from headway.reading.packages import needed_packages


def written(place: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return place


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return written(
        tmp_path / "project",
        {
            "shop/__init__.py": "TOP = 1\n",
            "shop/db.py": "DB = 1\n",
            "shop/db/__init__.py": "PACKAGE = 1\n",
            "shop/versions/a1.py": "",
            "shop/versions/__init__.py": "",
            "plain/module.py": "PLAIN = 1\n",
            "single.py": "SINGLE = 1\n",
            "data/words.txt": "",
            "spread/model/__init__.py": "",
            "spread/words/words.txt": "",
            "not-a-name.py": "",
            "not-a-name/x.py": "",
            "_private/x.py": "",
            "json.py": "",
            "setup.py": "",
        },
    )


def test_modules_are_found_by_name_where_they_may_be_read(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = ProjectModules([str(shop)], [str(shop)], str(shop))
    assert found.find("shop") == ("shop/__init__.py", "TOP = 1\n", "shop")
    assert found.find("shop.db") == ("shop/db/__init__.py", "PACKAGE = 1\n", "shop.db"), "Python takes the package"
    assert found.find("plain.module") == ("plain/module.py", "PLAIN = 1\n", "plain")
    assert found.find("single") == ("single.py", "SINGLE = 1\n", "")
    assert [found.find(name) for name in ("nothing", "plain", "../single", "shop.NAME['x']", "")] == [None] * 5

    outside = written(shop.parent / "outside", {"secret.py": "SECRET = 1\n"})
    os.symlink(outside / "secret.py", shop / "linked.py")
    os.mkfifo(shop / "pipe.py")
    (shop / "odd.py").write_bytes(b"\xff")
    assert [found.find(name) for name in ("linked", "pipe", "odd")] == [None] * 3
    assert ProjectModules([str(shop)], [str(outside)], str(shop)).find("secret") is None

    monkeypatch.setattr(modules, "LONGEST", 10)
    assert found.find("single") == ("single.py", "SINGLE = 1\n", ""), "it has been read"
    assert ProjectModules([str(shop)], [str(shop)], str(shop)).find("single") is None


def test_the_first_place_counts_as_in_imports(shop: Path) -> None:
    other = written(shop / "other", {"single.py": "OTHER = 1\n"})
    found = ProjectModules([str(shop)], [str(other), str(shop)], str(shop)).find("single")
    assert found == ("other/single.py", "OTHER = 1\n", "")


def test_where_a_directory_of_scripts_belongs(shop: Path) -> None:
    assert package_roots(str(shop / "shop" / "versions")) == (str(shop), "shop.versions")
    assert package_roots(str(shop / "plain")) == (str(shop / "plain"), "")
    found, package = modules_of(str(shop / "shop" / "versions"), [], str(shop / "plain"))
    assert package == "shop.versions"
    assert found.find("shop.db") is not None, "its own package may be read, wherever the repository is"
    assert found.find("single") is None
    found, package = modules_of(str(shop / "plain"), [str(shop)], str(shop))
    assert package == ""
    assert found.find("module") is not None and found.find("single") is not None


def test_top_level_names_of_a_directory(shop: Path) -> None:
    assert top_level_modules([str(shop), str(shop / "nowhere")]) == {"shop", "plain", "single", "spread.model"}


def test_the_libraries_that_are_needed(tmp_path: Path) -> None:
    project = written(
        tmp_path,
        {
            "shop/__init__.py": "import by_the_package\n",
            "shop/models.py": "from . import base\nfrom .base import Base\nimport by_models.orm\n",
            "shop/base.py": "from by_base import *\nfrom ..nowhere import x\n",
            "broken.py": "def (\n",
        },
    )
    found = ProjectModules([str(project)], [str(project)], str(project))
    revision = """
import os
import sqlalchemy as sa, by_itself.deep
from alembic import op
from shop.models import User
import broken
from __future__ import annotations

try:
    import perhaps
except ImportError:
    pass

def upgrade():
    import later
"""
    names = ["by_base", "by_itself", "by_models", "by_the_package", "sqlalchemy"]
    assert needed_packages([revision], found) == names
    assert needed_packages([revision, "import another", "def ("], found) == sorted([*names, "another"])
    assert needed_packages([], found) == []
