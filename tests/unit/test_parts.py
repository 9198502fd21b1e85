"""The part of many cases that a run takes."""

from __future__ import annotations

import itertools

from fixtures.parts import chosen

CASES = [{"kind": kind, "number": number} for kind, number in itertools.product("abc", "0123456789")]


def test_every_value_is_among_them_and_they_are_always_the_same() -> None:
    kept = chosen(CASES, 3)
    assert 10 <= len(set(kept)) == len(kept) <= 13
    assert {value for place in kept for value in CASES[place].values()} == {*"abc", *"0123456789"}
    assert kept == chosen(CASES, 3)


def test_one_parameter_of_unique_values_keeps_all_of_them() -> None:
    assert len(chosen([{"name": str(number)} for number in range(7)], 3)) == 7


def test_a_share_of_one_is_everything() -> None:
    assert chosen(CASES, 1) == list(range(30))
