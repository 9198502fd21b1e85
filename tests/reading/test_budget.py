"""Files that would keep a reader busy for ever, or break it: each is answered soon, and what was not read is said."""

from __future__ import annotations

import time

import pytest

from headway.effects import model as fx
from headway.reading.budget import ITEMS, Budget, OutOfBudget
from headway.reading.containers import put
from headway.reading.migration import Migration, read_migration
from headway.reading.values import Pairs
from reading.harness import HEADER, read, said

LONGEST = 10.0  # seconds, on a machine that has other work too

DROP = 'op.drop_table("t")'

ENDLESS = {
    "a helper that calls itself six times": ("go(bind)", "def go(x):\n" + "    if x: go(x)\n" * 6),
    "helpers that double": (
        "f0()",
        "\n".join(f"def f{n}():\n    f{n + 1}(); f{n + 1}()" for n in range(40)) + f"\ndef f40():\n    {DROP}",
    ),
    "four nested loops": (
        "for a in L:\n for b in L:\n  for c in L:\n   for d in L:\n    " + DROP,
        f"L = {tuple(range(100))!r}",
    ),
    "a text that doubles": ("x = 'a'\n" + "x = x + x\n" * 34 + "op.execute(x)", ""),
    "a text that is multiplied": ("op.execute('DROP TABLE t;' * 100_000_000)", ""),
    "a text that is padded": ("op.execute('x'.ljust(10_000_000_000))", ""),
    "a text that is replaced": ("x = 'a' * 1000\nfor i in range(30):\n    x = x.replace('a', 'aa')\nop.execute(x)", ""),
    "a list that doubles": ("x = [1]\n" + "x = x + x\n" * 40 + "for y in x:\n    " + DROP, ""),
    "a list that grows by itself": ("x = [1]\nfor i in range(60):\n    x.extend(x)\nfor y in x:\n    " + DROP, ""),
    "a huge range": ("for i in range(1_000_000_000_000):\n    " + DROP, ""),
    "a number that explodes": ("x = 2\n" + "x = x * x\n" * 60 + "op.drop_table(f't{x}')", ""),
    "loops of a comprehension": ("[op.drop_table('t') for a in L for b in L for c in L]", f"L = {tuple(range(200))!r}"),
    "choices that multiply": (
        "import settings\n"
        + "".join(f"{n} = 'a' if settings.{n} else 'b'\n" for n in "abcdefghijkl")
        + "op.execute(f'DROP TABLE t{a}{b}{c}{d}{e}{f}{g}{h}{i}{j}{k}{l}')",
        "",
    ),
    "a generator without end": ("for x in forever():\n    " + DROP, "def forever():\n    while True:\n        yield 1"),
    "a while without end": ("while True:\n    " + DROP, ""),
    "a lambda that calls itself": ("f(1)", "f = lambda x: f(x)"),
    "a class that makes itself": ("A()", "class A:\n    def __init__(self):\n        A()"),
    "a module that imports itself": ("from shop import x\nx()", ""),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_what_never_ends_is_given_up_and_said(name: str) -> None:
    upgrade, module = ENDLESS[name]
    started = time.perf_counter()
    migration = read(upgrade, module, {"shop": "from shop import y as x\n"})
    assert time.perf_counter() - started < LONGEST
    words = said(migration)
    assert any(word.startswith("unread") for word in words) or any("DropsTable" in word for word in words), words


def big(body: str, before: str = "") -> Migration:
    started = time.perf_counter()
    text = f"{HEADER}{before}\n\ndef upgrade():\n{body}\n\n\ndef downgrade():\n    pass\n"
    migration = read_migration("b2.py", text, databases=frozenset({"postgresql"}))
    assert time.perf_counter() - started < LONGEST
    return migration


LARGE = {
    "a sum of many terms": "    op.drop_table(" + " + ".join(['"t"'] * 900) + ")",
    "many chained calls": "    op.get_bind()" + ".execution_options()" * 900 + '.execute(sa.text("DROP TABLE t"))',
    "a long elif chain": "    if a:\n        pass\n"
    + "".join(f"    elif x == {n}:\n        pass\n" for n in range(900))
    + "    else:\n        op.drop_table('t')",
    "a long name": f"    op.drop_table('{'n' * 120_000}')",
    "many statements": "\n".join(["    x = 1"] * 20_000) + "\n    op.drop_table('t')",
    "a long list": f"    for name in {['t'] * 500!r}:\n        op.drop_table(name)",
    "a large dict": f"    for row in {[{'id': n, 'name': str(n)} for n in range(3_000)]!r}:\n        pass\n    op.drop_table('t')",
}


@pytest.mark.parametrize("name", LARGE)
def test_what_is_only_large_is_read(name: str) -> None:
    migration = big(LARGE[name])
    words = said(migration)
    assert any("DropsTable" in word for word in words), words


@pytest.mark.parametrize(
    "body",
    [
        "    x = " + "-" * 20_000 + "1",
        "    x = " + "(" * 150 + ")" * 150 + "\n    op.drop_table('t')",
        "    op.drop_table(" + " + ".join(['"t"'] * 20_000) + ")",
        "    op.get_bind()" + ".x()" * 20_000,
        "    x = " + "[" * 90 + "]" * 90 + "\n    op.drop_table('t')",
        "".join(f"{' ' * (n + 1) * 1}if x:\n" for n in range(1, 95)) + " " * 100 + "op.drop_table('t')",
    ],
)
def test_what_nests_too_deep_is_an_error_or_unread(body: str) -> None:
    try:
        migration = big(body)
    except (ValueError, SyntaxError):
        return  # reported by whoever reads the file, as one that cannot be read
    assert migration.upgrade is not None
    assert said(migration)


def test_one_place_is_said_once() -> None:
    migration = read("for name in names:\n    for other in names:\n        helper(op)", "import helper, names")
    assert [word for word in said(migration) if word.startswith("unread")] == [
        "unread: helper() is given what reaches the database, and was not read"
    ]


def test_what_was_read_before_the_end_of_the_budget_is_kept() -> None:
    migration = read(f"op.drop_table('first')\nfor i in range(1_000_000_000_000):\n    {DROP}")
    assert said(migration)[0] == "DropsTable first"
    assert isinstance(migration.upgrade.effects[-1], fx.NotAnalysed)  # type: ignore[union-attr]


def test_a_dict_with_keys_that_nobody_knows_grows_no_further_than_a_list() -> None:
    full = Pairs({}, [(object(), 1)] * (ITEMS + 1))
    with pytest.raises(OutOfBudget):
        put(Budget(), full, "k", 1)
    both = Pairs({str(number): 1 for number in range(ITEMS)}, [(object(), 1)] * 5)
    with pytest.raises(OutOfBudget):
        put(Budget(), both, "k", 1)
