"""Where an effect stands: its line in the revision, and in the module that is followed for it."""

from __future__ import annotations

import pytest

from headway.effects import model as fx
from reading.harness import HEADER, read

ABOVE = HEADER.count("\n") + 3
"""Lines above the body of ``upgrade()``: the header, an empty line, another one and the ``def``."""


def effects(upgrade: str, modules: dict[str, str] | None = None) -> tuple[fx.Effect, ...]:
    body = read(upgrade, "", modules).upgrade
    assert body is not None
    return body.effects


def test_what_a_helper_of_another_module_does_stands_where_it_is_called() -> None:
    modules = {
        "shop.helpers": "from shop.deeper import drop\n\n\ndef run():\n    drop('a')\n",
        "shop.deeper": "from alembic import op\n\n\n\ndef drop(name):\n    op.drop_table(name)\n",
    }
    first, second = effects("from shop.helpers import run\nrun()\nop.drop_table('b')", modules)
    assert (first.span.path, first.span.line) == ("b2.py", ABOVE + 2)
    assert first.written_at is not None
    assert (first.written_at.path, first.written_at.line) == ("shop/deeper.py", 6)
    assert (second.span.line, second.written_at) == (ABOVE + 3, None)


def test_each_function_of_another_module_stands_at_its_own_call() -> None:
    modules = {
        "shop.helpers": "from alembic import op\n\n\ndef drop(name):\n    op.drop_table(name)\n    return name\n"
    }
    found = effects("from shop.helpers import drop\ndrop(\n    drop('a')\n)\nfor n in 'bc':\n    drop(n)", modules)
    assert [effect.span.line for effect in found] == [ABOVE + 3, ABOVE + 2, ABOVE + 6, ABOVE + 6]
    assert {effect.written_at.line for effect in found if effect.written_at} == {5}


LINES = {
    "a text of one line with a hole": ('(\n    f"DELETE FROM {NAME}; DROP TABLE t"\n)', 0),
    "a text": ('"""\nSELECT 1;\nDROP TABLE t\n"""', 2),
    "a text that is stripped": ('"""\nSELECT 1;\nDROP TABLE t\n""".strip()', 0),
    "a text that is stripped at its end": ('"""SELECT 1;\nDROP TABLE t\n""".rstrip()', 0),
    "a text that loses blanks": ('"""SELECT 1;\nDROP TABLE t  """.rstrip()', 1),
    "a text that loses its beginning": ('""" \nSELECT 1;\nDROP TABLE t""".strip()', 0),
    "a text in capitals": ('"""SELECT 1;\nDROP TABLE T\n""".upper()', 1),
    "a text without its margin": ('dedent("""\n    SELECT 1;\n    DROP TABLE t\n""")', 2),
    "a text that goes on behind a backslash": ('"""\\\nSELECT 1;\nDROP TABLE t"""', 0),
    "a text with a hole": ('f"""SELECT {NAME};\nDROP TABLE t"""', 1),
    "two texts": ('"SELECT 1;\\n" "DROP TABLE t"', 0),
}


@pytest.mark.parametrize("shape", LINES)
def test_a_statement_stands_on_its_own_line_of_a_text(shape: str) -> None:
    text, line = LINES[shape]
    found = read(f"op.execute({text})", "from textwrap import dedent\nfrom shop import NAME\n").upgrade
    assert found is not None
    (drop,) = [effect for effect in found.effects if isinstance(effect, fx.DropsTable)]
    assert drop.span.line == ABOVE + 3 + line
    assert drop.span.column == (1 if line else 5), "a line of the text, or else the call"
