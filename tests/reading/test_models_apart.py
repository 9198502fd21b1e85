"""What a module says beside its models, and which modules a file reaches: what may not be left out stays in."""

from __future__ import annotations

from pathlib import Path

import pytest

from headway.reading.models_apart import reached_modules, without_models
from headway.reading.modules import ProjectModules

BEFORE = """import sqlalchemy as sa
from shop.base import Base

metadata = sa.MetaData()


class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
"""

SAME = {
    "a base of a model": BEFORE.replace("Item(Base)", "Item(Mixin, Base)"),
    "a column": BEFORE + "    name: Mapped[str]\n",
    "a default": BEFORE + "    made = sa.Column(sa.DateTime, default=lambda: now())\n",
    "a method": BEFORE + "\n    def __repr__(self):\n        return 'x'\n",
    "a comment": BEFORE.replace("metadata =", "# the tables\nmetadata ="),
    "a docstring": BEFORE.replace("    __tablename__", "    '''An item.'''\n    __tablename__"),
    "a model": BEFORE + "\n\nclass More(Base):\n    __tablename__ = 'more'\n    id = sa.Column(sa.Integer)\n",
    "a table": BEFORE + "\n\nmore = sa.Table('more', metadata, sa.Column('id', sa.Integer))\n",
    "an import of a type": BEFORE.replace(
        "import sqlalchemy as sa", "import sqlalchemy as sa\nfrom sqlalchemy import JSON"
    ),
    "arguments of a table": BEFORE + "    __table_args__ = (sa.Index('ix', 'id'),)\n",
}

OTHER = {
    "names for constraints": BEFORE.replace("MetaData()", "MetaData(naming_convention={'pk': 'pk_%(table_name)s'})"),
    "an import": BEFORE.replace("import sqlalchemy as sa", "import sqlalchemy as sa\nimport geoalchemy2"),
    "a listener": BEFORE + "\n\nsa.event.listen(Item.__table__, 'after_create', audit)\n",
    "a listener in the class": BEFORE + "    sa.event.listen(metadata, 'after_create', audit)\n",
    "a decorated method": BEFORE + "\n    @listens_for(Engine, 'connect')\n    def f(self):\n        pass\n",
    "a hook of classes": BEFORE + "\n    def __init_subclass__(cls):\n        register(cls)\n",
    "a loop in the class": BEFORE + "    for name in names:\n        audit(name)\n",
    "a comprehension": BEFORE + "    more = [audit(name) for name in names]\n",
    "a decorator of the class": BEFORE.replace("class Item", "@audited\nclass Item"),
    "an argument of the class": BEFORE.replace("Item(Base)", "Item(Base, audited=True)"),
    "a class that is no model": BEFORE + "\n\nclass Mixin:\n    made = sa.Column(sa.DateTime)\n",
    "a call": BEFORE + "\n\naudit()\n",
    "a constant": BEFORE + "\n\nLENGTH = 40\n",
    "a compiler": BEFORE + "\n\n@compiles(sa.JSON)\ndef f(element, compiler):\n    return 'JSON'\n",
}


@pytest.mark.parametrize("what", SAME)
def test_what_models_are_is_left_out(what: str) -> None:
    assert SAME[what] != BEFORE
    assert without_models(SAME[what]) == without_models(BEFORE) is not None


@pytest.mark.parametrize("what", OTHER)
def test_what_may_reach_beyond_them_stays(what: str) -> None:
    assert OTHER[what] != BEFORE
    assert without_models(OTHER[what]) not in (None, without_models(BEFORE))


def test_what_cannot_be_read_is_not_told() -> None:
    assert without_models("__tablename__ = class :") is None
    assert without_models("LENGTH = 40") is None


REACHED = {
    "import shop.deep.inner": ["shop/__init__.py", "shop/deep/__init__.py", "shop/deep/inner.py", "shop/models.py"],
    "from shop.deep import inner": [
        "shop/__init__.py",
        "shop/deep/__init__.py",
        "shop/deep/inner.py",
        "shop/models.py",
    ],
    "def f():\n    from shop import models": ["shop/__init__.py", "shop/models.py"],
    "import sqlalchemy, json": [],
    "from . import sibling": None,
    "import importlib": None,
    "from importlib import import_module": None,
    "f = __import__": None,
    "exec(text)": None,
    "sys.modules['shop']": None,
    "context.opts['target_metadata']": None,
    "getattr(context, 'target_metadata')": None,
    "class :": None,
}


@pytest.mark.parametrize("text", REACHED)
def test_what_a_file_reaches(tmp_path: Path, text: str) -> None:
    deep = tmp_path / "shop" / "deep"
    deep.mkdir(parents=True)
    (tmp_path / "shop" / "__init__.py").write_text("")
    (tmp_path / "shop" / "models.py").write_text("")
    (deep / "__init__.py").write_text("")
    (deep / "inner.py").write_text("from ..models import x")
    found = reached_modules([text], ProjectModules([str(tmp_path)], [str(tmp_path)], str(tmp_path)))
    assert (None if found is None else sorted(found)) == REACHED[text]
