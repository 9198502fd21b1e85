"""Which files may be left out because importing them would do nothing that another module could notice."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from headway.reading.bystander import Bystanders, imported_names

USUAL = b'''"""create users

revision = registers()
"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from sqlalchemy import (
    Column,  # comments
    Integer,
)


# revision identifiers, used by Alembic.
revision: str = '1a2b'
down_revision: Union[str, Sequence[str], None] = ('a', 'b')
branch_labels = None
depends_on = ["c"]
TABLE = 'users'  # (its name)


def upgrade() -> None:
    op.create_table("users", sa.Column("id", sa.Integer()))


async def helper(bind, name="x"):
    register(bind)
'''

DO_MORE = {
    "a call": b"import shop\nshop.register('x')\n",
    "a call whose result is kept": b"KINDS = shop.register('x')\n",
    "a call over several lines": b"KINDS = [\n    register(),\n]\n",
    "a decorator": b"@event.listens_for(Engine, 'connect')\ndef note(*args):\n    pass\n",
    "a default": b"def helper(kind=register()):\n    pass\n",
    "a class": b"class Kind(Base):\n    pass\n",
    "an attribute of another module": b"shop.KIND = 1\n",
    "an item of another module's": b"KINDS['x'] = 1\n",
    "a condition": b"if True:\n    register()\n",
    "a second statement on the line": b"x = 1; register()\n",
    "behind a docstring": b'"""What."""\nregister()\n',
    "behind a text of several lines": b"X = '''\nfree text\n'''\n",
    "behind a def": b"def upgrade(): pass\nregister()\n",
    "an import behind another": b"import shop; register()\n",
    "a docstring that calls": b'"""What""".join(register())\n',
    "a continued line": b"X = \\\n  register()\n",
}


def binds_only(source: bytes, is_neutral: Callable[[bytes], bool]) -> bool:
    return Bystanders(is_neutral).binds_only(source)


def test_the_usual_file_binds_its_names() -> None:
    assert binds_only(USUAL, lambda statement: True)
    assert binds_only(USUAL.replace(b"\n", b"\r\n"), lambda statement: True)


@pytest.mark.parametrize("source", DO_MORE.values(), ids=DO_MORE)
def test_doubtful_files_are_imported(source: bytes) -> None:
    assert not binds_only(source, lambda statement: True)


def test_each_import_is_judged() -> None:
    seen: list[tuple[str, ...] | None] = []
    binds_only(USUAL, lambda statement: seen.append(imported_names(statement)) or True)  # type: ignore[func-returns-value]
    assert seen == [
        ("typing", "typing.Sequence", "typing.Union"),
        ("alembic", "alembic.op"),
        ("sqlalchemy",),
        None,  # a comment between the names
    ]
    assert not binds_only(USUAL, lambda statement: b"sqlalchemy" not in statement)


def test_an_import_is_asked_for_again_until_it_is_neutral() -> None:
    answers = [False, True]
    bystanders = Bystanders(lambda statement: answers.pop(0))
    assert [bystanders.binds_only(b"import shop\n") for _ in range(3)] == [False, True, True]


@pytest.mark.parametrize(
    ("statement", "names"),
    [
        (b"import shop.a, shop.b as c", ("shop.a", "shop.b")),
        (b"from shop.a import b as c, d", ("shop.a", "shop.a.b", "shop.a.d")),
        (b"from shop import (a, b)  # both", ("shop", "shop.a", "shop.b")),
        (b"from shop import *", None),
        (b"from . import shop", None),
        (b"import shop; run()", None),
    ],
)
def test_names_of_an_import(statement: bytes, names: tuple[str, ...] | None) -> None:
    assert imported_names(statement) == names
