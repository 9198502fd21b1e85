"""One finding for what one line does to several tables, as a loop does. Pure."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from headway.lint.finding import Finding

_UNKNOWN = "(a name not known"
NAMED = 4
"""How many of the things that differ are named."""


def folded(findings: Sequence[Finding]) -> Iterator[Finding]:
    """The findings, in their order; those of one rule at one place as one, which names what differs in the rest, and CHECKs of
    one table that stand together as one."""
    found = list(_at_one_place(findings))
    of_sql = [one for one in found if one.code == _MANY_ALIKE and "NOT VALID" in one.help]
    more: Counter[int] = Counter()
    gone: set[int] = set()
    first = last = None
    for one in of_sql:
        if first is not None and last is not None and _stands_with(one, last):
            more[id(first)] += 1
            gone.add(id(one))
        else:
            first = one
        last = one
    for one in found:
        if id(one) in gone:
            continue
        count = more[id(one)]
        yield replace(one, message=f"{one.message}, and {count} more of the table behind it") if count else one


_MANY_ALIKE = "LCK108"
"""Of others what differs is named."""


def _stands_with(one: Finding, last: Finding) -> bool:
    """Whether it says the same of the next statement of the same text."""
    if replace(one, line=0, column=0, end_line=0, end_column=0) != replace(
        last, line=0, column=0, end_line=0, end_column=0
    ):
        return False
    return (one.line or 0) - (last.end_line or last.line or 0) <= 1


def _at_one_place(findings: Sequence[Finding]) -> Iterator[Finding]:
    for _, group in itertools.groupby(findings, lambda one: replace(one, message="", help="")):
        for together in _as_certain(group):
            if len(together) == 1:
                yield together[0]
            else:
                yield replace(together[0], message=_together([one.message for one in together]))


def _as_certain(findings: Iterable[Finding]) -> Iterable[list[Finding]]:
    """The findings, those apart that hold only ``unless`` something else does: among the things it would be no thing."""
    found: dict[bool, list[Finding]] = {}
    for one in findings:
        found.setdefault("unless" in one.message.split(" "), []).append(one)
    return found.values()


def _together(messages: Sequence[str]) -> str:
    """``drops table a: …`` and ``drops table b: …`` as ``drops table a, b: …``."""
    different = list(dict.fromkeys(messages))
    if len(different) == 1:
        return different[0]
    if any(_UNKNOWN in one for one in different):
        return f"{different[0]}; and {len(different) - 1} more of the kind"  # there is nothing to name them by
    words = [message.split(" ") for message in different]
    shortest = min(map(len, words))
    if all(len(each) == shortest for each in words) and _differ_in_one_thing(words):
        return " ".join(_each_place_by_itself(words))
    if all(len(each) == shortest for each in words):
        runs = _runs(words)
        if len(runs) > 1:  # pairs that are said twice: one of them in full, and of the others the first place
            rest = [" ".join(each[runs[0][0] : runs[0][1]]).rstrip(":,;") for each in words[1:]]
            return f"{different[0]}; the same of {listed(rest)}"
    start = _alike(words, range(shortest))
    end = _alike(words, range(-1, start - shortest - 1, -1))
    if start + end == shortest:  # one of them would have nothing to name
        start, end = (start, end - 1) if end else (start - 1, end)
    middles = [" ".join(each[start : len(each) - end]) for each in words]
    return " ".join([*words[0][:start], _listed(middles), *(words[0][-end:] if end else ())])


def _runs(words: Sequence[Sequence[str]]) -> list[tuple[int, int]]:
    """Where the messages, which are of one length, differ: the first and the last place, exclusive, of each run. What one word
    stands between is one run."""
    found: list[tuple[int, int]] = []
    for place in range(len(words[0])):
        if len({each[place] for each in words}) > 1:
            if found and place - found[-1][1] <= 1:
                found[-1] = found[-1][0], place + 1
            else:
                found.append((place, place + 1))
    return found


def _differ_in_one_thing(words: Sequence[Sequence[str]]) -> bool:
    """Whether the messages, which are of one length, say the same again wherever they differ."""
    told = {tuple(word.rstrip(":,;") for word in place) for place in zip(*words, strict=True)}
    return sum(len(set(place)) > 1 for place in told) == 1


def _each_place_by_itself(words: Sequence[Sequence[str]]) -> Iterator[str]:
    """A text of which the messages differ in several places: ``from a, b to c: … writes to a, b and to c``."""
    for alike, places in itertools.groupby(
        range(len(words[0])), lambda place: len({each[place] for each in words}) == 1
    ):
        run = list(places)
        said = [" ".join(each[run[0] : run[-1] + 1]) for each in words]
        yield said[0] if alike else _listed(list(dict.fromkeys(said)))


def _listed(middles: Sequence[str]) -> str:
    # A word may end in what stands behind it: the colon goes behind the last one.
    behind = next((mark for mark in ":,;" if all(one.endswith(mark) for one in middles)), "")
    middles = [one.removesuffix(behind) for one in middles]
    return listed(middles) + behind


def listed(names: Sequence[str]) -> str:
    """The names in one line, of many only the first."""
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")


def _alike(words: Sequence[Sequence[str]], places: range) -> int:
    """How many of these places hold the same word in every message, before the first that does not."""
    return sum(1 for _ in itertools.takewhile(lambda place: len({each[place] for each in words}) == 1, places))
