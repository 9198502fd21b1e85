"""One finding for what one line does to several tables, as a loop does. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace

from headway.lint.finding import Finding

NAMED = 4
"""How many of the things that differ are named."""


def folded(findings: Sequence[Finding]) -> Iterator[Finding]:
    """The findings, in their order; those of one rule at one place as one, which names what differs in the rest."""
    for _, group in itertools.groupby(findings, lambda one: replace(one, message="", help="")):
        together = list(group)
        if len(together) == 1:
            yield together[0]
        else:
            yield replace(together[0], message=_together([one.message for one in together]))


def _together(messages: Sequence[str]) -> str:
    """``drops table a: …`` and ``drops table b: …`` as ``drops table a, b: …``."""
    different = list(dict.fromkeys(messages))
    if len(different) == 1:
        return different[0]
    words = [message.split(" ") for message in different]
    shortest = min(map(len, words))
    start = _alike(words, range(shortest))
    end = _alike(words, range(-1, start - shortest - 1, -1))
    if start + end == shortest:  # one of them would have nothing to name
        start, end = (start, end - 1) if end else (start - 1, end)
    middles = [" ".join(each[start : len(each) - end]) for each in words]
    # A word may end in what stands behind it: the colon goes behind the last one.
    behind = next((mark for mark in ":,;" if all(one.endswith(mark) for one in middles)), "")
    middles = [one.removesuffix(behind) for one in middles]
    listed = ", ".join(middles[:NAMED])
    more = len(middles) - NAMED
    listed += f" and {more} more" if more > 0 else ""
    return " ".join([*words[0][:start], listed + behind, *(words[0][-end:] if end else ())])


def _alike(words: Sequence[Sequence[str]], places: range) -> int:
    """How many of these places hold the same word in every message, before the first that does not."""
    return sum(1 for _ in itertools.takewhile(lambda place: len({each[place] for each in words}) == 1, places))
