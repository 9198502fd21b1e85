"""A pattern is what ``re.compile`` makes of it, from the first question on; nothing is compiled by importing."""

from __future__ import annotations

import copy
import importlib
import pickle
import pkgutil
import re
import subprocess
import sys

import pytest

import headway
import headway_cli
from headway.pattern import _Pattern, pattern


@pytest.mark.parametrize("text", ["(?P<a>x+)y?", b"(?P<a>x+)y?"])
def test_it_answers_as_the_compiled_one(text: str | bytes) -> None:
    made, compiled = pattern(text, re.I), re.compile(text, re.I)
    given = "aXXyx" if isinstance(text, str) else b"aXXyx"
    for _ in range(2):  # the first question compiles
        assert [m.span() for m in made.finditer(given)] == [m.span() for m in compiled.finditer(given)]
        assert made.sub(given[:1], given) == compiled.sub(given[:1], given)
        assert made.match(given) is None and made.search(given, 2).span() == compiled.search(given, 2).span()
    assert (made.pattern, made.flags, made.groupindex) == (compiled.pattern, compiled.flags, compiled.groupindex)


def test_it_is_copied_and_kept_as_a_value() -> None:
    for made in (copy.deepcopy(pattern("a")), pickle.loads(pickle.dumps(pattern("a")))):
        assert made.fullmatch("a")
    with pytest.raises(AttributeError):
        print(pattern("a").nothing)


def test_what_is_wrong_with_it_is_said_by_the_first_question() -> None:
    made = pattern("(")
    with pytest.raises(re.error):
        made.match("")


def test_every_pattern_of_the_program_can_be_compiled() -> None:
    names = [
        module.name
        for package in (headway, headway_cli)
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        if "__main__" not in module.name and ".alembic" not in module.name and ".templates" not in module.name
    ]
    found = [value for name in names for value in vars(importlib.import_module(name)).values()]
    patterns = [value for value in found if isinstance(value, _Pattern)]
    assert len(patterns) > 80
    for one in patterns:
        re.compile(one.pattern, one._given)


def test_importing_the_judge_compiles_none_of_ours() -> None:
    program = (
        "import re._compiler as c, sys\n"
        "made = c.compile\n"
        "def told(p, flags=0):\n"
        "    frame = sys._getframe(1)\n"
        "    while frame.f_globals['__name__'] == 're':\n"
        "        frame = frame.f_back\n"
        "    if frame.f_globals['__name__'].startswith('headway'):\n"
        "        print(frame.f_globals['__name__'], p)\n"
        "    return made(p, flags)\n"
        "c.compile = told\n"
        "import headway.api.lint, headway_cli.commands.lint\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == ""
