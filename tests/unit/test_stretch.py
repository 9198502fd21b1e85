"""Which part of a history one revision can stand for."""

from __future__ import annotations

import pytest

from headway.errors import HeadwayError
from headway.revision.graph import RevisionGraph
from headway.revision.model import Revision
from headway.revision.stretch import stretch

GRAPH = RevisionGraph(
    [
        Revision("a"),
        Revision("b", "a", branch_labels=("shop",)),
        Revision("c1", "b", dependencies="z"),
        Revision("c2", "b", replaces=("q1", "q2")),
        Revision("d", ("c1", "c2")),
        Revision("e", "d"),
        Revision("f", ("e", "y")),
        Revision("x", "a", dependencies="c2"),
        Revision("y", "a", dependencies="e"),
        Revision("z"),
    ]
)
"""::

a -> b -> c1 -> d -> e -> f      c1 needs z, x needs c2, y needs e; f joins e and y
      \\-> c2 -/
"""


def test_a_range_with_a_merge_inside() -> None:
    graph = RevisionGraph([one for one in GRAPH.revisions if one.revision != "x"])
    found = stretch(graph, "b", "e")
    assert (found.first, found.last, found.parents, found.needs, found.labels) == ("b", "e", ("a",), ("z",), ("shop",))
    assert sorted(found.members[1:3]) == ["c1", "c2"]
    assert sorted(found.replaces) == ["b", "c1", "c2", "d", "e", "q1", "q2"]
    assert found.replaces[found.replaces.index("c2") - 2 : found.replaces.index("c2")] == ("q1", "q2")
    assert found.replaces[-1] == "e"
    assert found.followers == ("f", "y")


@pytest.mark.parametrize(
    ("start", "end", "why"),
    [
        ("b", "d", "x, which is outside, depends on c2"),
        ("b", "c1", "c2, which is outside, follows b"),
        ("c1", "d", "d also follows c2, which is outside"),
        ("d", "e", "d joins c1 and c2, and a range begins after a merge"),
        ("e", "f", "y, which is outside, depends on e"),
        ("a", "f", "x, which is outside, follows a"),
        (None, "a", "a to a is one revision, and nothing to squash"),
        ("e", "b", "e"),
        ("z", "e", "z"),
        ("b", "base", "'base' is no revision that a range could end at"),
        ("nowhere", "e", "No such revision or branch 'nowhere'"),
    ],
)
def test_what_cannot_become_one(start: str | None, end: str, why: str) -> None:
    with pytest.raises(HeadwayError) as raised:
        stretch(GRAPH, start, end)
    assert why in raised.value.message


def test_several_beginnings_and_headers_that_nobody_knows() -> None:
    two = RevisionGraph([Revision("a"), Revision("b"), Revision("m", ("a", "b"))])
    with pytest.raises(HeadwayError, match="m has 2 bases below it: a, b"):
        stretch(two, None, "m")
    computed = RevisionGraph([Revision("a"), Revision("b", "a", unknown=("depends_on",))])
    with pytest.raises(HeadwayError, match="the header of b is computed"):
        stretch(computed, None, "b")
