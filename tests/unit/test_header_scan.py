"""The quick scan of a header says what the parser says, or leaves the file to it."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headway.reading.header_parser import parse_header
from headway.reading.header_reader import _scan

USUAL = '''"""create users

Revision ID: 1a2b
Revises:
"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision: str = '1a2b'
down_revision: Union[str, Sequence[str], None] = None
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    op.create_table("users", sa.Column("id", sa.Integer()))
'''

READ_QUICKLY = {
    "Alembic's template": USUAL,
    "no docstring": 'revision = "a"\ndown_revision = "b"\n',
    "no annotations": 'import sqlalchemy as sa\n\nrevision = "a"\ndown_revision = None\n\n\ndef upgrade():\n    pass\n',
    "a merge": "revision = 'a'\ndown_revision = ('b', 'c')\nbranch_labels = None\ndepends_on = ('d',)\n",
    "a squash": "revision = 's'\ndown_revision = 'a'\nreplaces = ('b', 'c')\n",
    "comments and empty lines between": "revision = 'a'  # mine\n\n# its parent\ndown_revision = 'b'\n",
    "an import over several lines": "from typing import (\n    Sequence,\n)\n\nrevision = 'a'\ndown_revision = 'b'\n",
    "a text above": "NAME = 'x'\nrevision = 'a'\ndown_revision = 'b'\n",
    "a comment above": "# mine\n\nrevision = 'a'\ndown_revision = 'b'\n",
    "a docstring just above": "'''why'''\nrevision = 'a'\ndown_revision = 'b'\n",
    "code below": "revision = 'a'\ndown_revision = 'b'\n\nfrom alembic import op\n\nNAMES = '''x\ny'''\n",
    "no line at the end": "revision = 'a'\ndown_revision = 'b'",
}

LEFT_TO_THE_PARSER = {
    "assigned again": "revision = 'a'\ndown_revision = 'b'\n\nif True:\n    down_revision = 'c'\n",
    "assigned above": "down_revision = 'c'\nx = 1\nrevision = 'a'\ndown_revision = 'b'\n",
    "in a call": "dict(\nrevision = 'a'\n)\nrevision = 'b'\ndown_revision = 'c'\n",
    "in a call that a comment hides": "dict(  # )\nrevision = 'a'\n)\n",
    "in a call that a text hides": "dict(x=')',\nrevision = 'a'\n)\n",
    "in a text": "x = '''\nrevision = 'a'\n'''\nrevision = 'b'\n",
    "in a text that goes on": "x = '\\\nrevision = 1'\nrevision = 'b'\n",
    "an expression": "revision = 'a' + 'b'\ndown_revision = None\n",
    "a name": "PARENT = 'b'\nrevision = 'a'\ndown_revision = PARENT\n",
    "two on a line": "revision = 'a'; down_revision = 'b'\n",
    "a text in three quotes": "revision = '''a'''\ndown_revision = 'b'\n",
    "an escape": "revision = 'a\\x62'\ndown_revision = 'b'\n",
    "a raw docstring": 'r"""why"""\nrevision = "a"\n',
    "a docstring in single quotes": "'why'\nrevision = 'a'\n",
    "a docstring in parentheses": "('why')\nrevision = 'a'\n",
    "a docstring with more behind it": "'''why'''; x = 1\nrevision = 'a'\n",
    **{
        f"{name} in the first line": f"{name} = other\nx = 1\nrevision = 'a'\ndown_revision = 'b'\n"
        for name in ("revision", "branch_labels", "depends_on", "replaces")
    },
    "a squash that says so below": "revision = 's'\ndown_revision = 'a'\n\nimport os\n\nreplaces = ('b',)\n",
    "mentioned below": "revision = 'a'\ndown_revision = 'b'\n\ndef upgrade():\n    print(down_revision)\n",
}


@pytest.mark.parametrize("text", READ_QUICKLY.values(), ids=READ_QUICKLY)
def test_the_usual_file_is_read_quickly(text: str) -> None:
    assert _scan(text) == parse_header(text, "x.py")


@pytest.mark.parametrize("text", LEFT_TO_THE_PARSER.values(), ids=LEFT_TO_THE_PARSER)
def test_doubts_are_left_to_the_parser(text: str) -> None:
    ast.parse(text)
    assert _scan(text) is None


PIECES = st.sampled_from(
    [
        "revision",
        "down_revision",
        "branch_labels",
        "depends_on",
        "replaces",
        ": str",
        " = ",
        "'a'",
        '"b"',
        "None",
        "('a', 'b')",
        "(\n",
        ")\n",
        "[",
        "]",
        "'''",
        '"""',
        "'",
        "#",
        "\\",
        "\n",
        "\n",
        "\n# revision identifiers\n",
        "\nrevision = 'a'\n",
        "\ndown_revision: str = 'b'\n",
        "\nimport sqlalchemy as sa\n",
        "\ndef upgrade():\n    pass\n",
        ", ",
        ";",
        "x",
    ]
)


@given(st.lists(PIECES, max_size=14).map("".join))
def test_the_scan_never_contradicts_the_parser(text: str) -> None:
    found = _scan(text)
    if found is None:
        return
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        return  # the scan need not notice what is wrong further down
    assert found == parse_header(text, "x.py")
