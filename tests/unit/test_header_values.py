"""What the header of an unusual file is taken for: constants followed as text, also into modules of the project."""

from __future__ import annotations

from pathlib import Path

import pytest

from headway.reading.header import Dynamic
from headway.reading.header_parser import parse_header
from headway.reading.modules import modules_of

KNOWN = {
    "a name": ("BASE = 'b'\ndown_revision = BASE", "b"),
    "an f-string": ("BASE = 'b'\ndown_revision = f'{BASE}1'", "b1"),
    "a list": ("A = 'a'\ndown_revision = [A, 'b']", ("a", "b")),
    "a set": ("down_revision = {'a'}", ("a",)),
    "a sum": ("down_revision = ('a',) + ('b',)", ("a", "b")),
    "a template with a width": ("down_revision = '%04d' % 7", "0007"),
    "a template with a named width": ("down_revision = '%(n)03d' % {'n': 7}", "007"),
    "a template that cuts": ("down_revision = '%.2s' % 'abc'", "ab"),
    "a list that grows": ("X = ['a']\nX.append('b')\ndown_revision = X", ("a", "b")),
    "a function of the file": ("def parent():\n    return 'b'\ndown_revision = parent()", "b"),
    "a class of the file": ("class C:\n    P = 'b'\ndown_revision = C.P", "b"),
    "a function that sets it": ("def f():\n    global down_revision\n    down_revision = 'b'\nf()", "b"),
    "an attribute of a module": ("from shop.db import labels\ndown_revision = labels.BASE", "b1"),
    "a name of a module": ("from shop.db.labels import BASE as B\ndown_revision = B", "b1"),
    "a dotted module": ("import shop.db.labels\ndown_revision = (shop.db.labels.BASE,)", ("b1",)),
    "a module of a module": ("from shop.again import BASE\ndown_revision = BASE", "b1"),
    "a star": ("from shop.db.labels import *\ndown_revision = BASE", "b1"),
    "everything of a module": ("from shop.header import *", "b1"),
    "a name imported as it": ("from shop.db.labels import BASE as down_revision", "b1"),
}

UNKNOWN = {
    "the environment": ("import os\ndown_revision = os.environ['PARENT']", 2),
    "a condition": ("import os\nif os.name:\n    down_revision = 'a'\nelse:\n    down_revision = 'b'", 3),
    "a loop": ("for down_revision in ('a', 'b'):\n    pass", 1),
    "a module that is not the project's": ("from elsewhere import BASE\ndown_revision = BASE", 2),
    "a number": ("down_revision = 12", 1),
    "one of two": ("try:\n    from elsewhere import B\nexcept ImportError:\n    B = 'b'\ndown_revision = B", 5),
    "a call that nobody knows": ("from elsewhere import parent\ndown_revision = parent()", 2),
    "too much work": ("x = 'a'\n" + "x = x + x\n" * 40 + "down_revision = x", 42),
    "one that is set behind too much work": (
        "down_revision = 'a'\nx = 'a'\n" + "x = x + x\n" * 40 + "down_revision = 'b'",
        43,
    ),
    "a width that fills the memory": ("down_revision = '%999999999d' % 7", 1),
    "a function": ("def down_revision():\n    pass", 1),
}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A project with modules, none of which could be imported."""
    files = {
        "shop/__init__.py": "import nowhere\n",
        "shop/db/__init__.py": "",
        "shop/db/labels.py": "import nowhere\n\nnowhere.connect()\nNUMBER = 1\nBASE = f'b{NUMBER}'\n",
        "shop/again.py": "from .db.labels import BASE\n",
        "shop/header.py": "from shop.db.labels import BASE\n\ndown_revision = BASE\n",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


@pytest.mark.parametrize("name", KNOWN)
def test_constants_are_followed(name: str, shop: Path) -> None:
    text, expected = KNOWN[name]
    found = parse_header(
        f"revision = 'r'\n{text}\n", "x.py", lambda: modules_of(str(shop / "scripts"), [str(shop)], str(shop))
    )
    assert found.values == {"revision": "r", "down_revision": expected}


@pytest.mark.parametrize("name", UNKNOWN)
def test_the_rest_is_unknown(name: str, shop: Path) -> None:
    text, line = UNKNOWN[name]
    found = parse_header(text + "\n", "x.py", lambda: modules_of(str(shop / "scripts"), [str(shop)], str(shop)))
    assert found.values == {"down_revision": Dynamic(line)}


def test_modules_are_looked_for_only_where_something_is_imported() -> None:
    def modules() -> tuple[object, str]:
        raise AssertionError("looked for")

    assert parse_header("revision = f'a'\n", "x.py", modules).values == {"revision": "a"}  # type: ignore[arg-type]  # is not called
