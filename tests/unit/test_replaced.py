"""A history with a squash: what a database counts as that stands at one of the replaced revisions."""

from __future__ import annotations

import pytest

from headway.errors import ResolutionError, RevisionError
from headway.revision.graph import RevisionGraph
from headway.revision.model import Revision
from headway.revision.resolve import resolve
from headway.revision.route import Step, downgrade_route, present, stamp_route, upgrade_route

GRAPH = RevisionGraph(
    [
        Revision("a"),
        Revision("s", "a", replaces=("b1", "b2", "b3"), branch_labels=("shop",)),
        Revision("c", "s"),
        Revision("x", "a"),
    ]
)
"""::

a -> s (was b1 -> b2 -> b3) -> c
 \\-> x
"""


def written(steps: tuple[Step, ...]) -> list[str]:
    """What runs, and what becomes of the version rows."""
    return [f"{'stamp' if step.is_stamp else step.name} {step.revision}: {step.update}" for step in steps]


@pytest.mark.parametrize(
    ("rows", "target", "expected"),
    [
        (("b3",), "c", ["stamp s: ('b3', 's')", "upgrade c: ('s', 'c')"]),
        (("b3",), "s", ["stamp s: ('b3', 's')"]),
        (("b3",), "b3", ["stamp s: ('b3', 's')"]),
        (("b3",), "+1", ["stamp s: ('b3', 's')", "upgrade c: ('s', 'c')"]),
        (("x", "b3"), "heads", ["stamp s: ('b3', 's')", "upgrade c: ('s', 'c')"]),
        (("a",), "c", ["upgrade s: ('a', 's')", "upgrade c: ('s', 'c')"]),
        (("c",), "c", []),
    ],
)
def test_the_way_up(rows: tuple[str, ...], target: str, expected: list[str]) -> None:
    steps = upgrade_route(GRAPH, rows, target)
    assert written(steps) == expected
    if steps:
        assert steps[0].heads_before == rows


def test_the_way_down_and_a_stamp_go_over_the_squash() -> None:
    assert written(downgrade_route(GRAPH, ("b3",), "a")) == ["stamp s: ('b3', 's')", "downgrade s: ('s', 'a')"]
    assert written(downgrade_route(GRAPH, ("c",), "b3")) == ["downgrade c: ('c', 's')"]
    assert written(stamp_route(GRAPH, ("b3",), "c")) == ["stamp s: ('b3', 's')", "stamp c: ('s', 'c')"]
    assert written(stamp_route(GRAPH, ("b3",), "b3")) == ["stamp s: ('b3', 's')"]
    assert present(GRAPH, ("b3", "x")) == ("s", "x")


@pytest.mark.parametrize("row", ["b1", "b2"])
def test_the_middle_is_refused_with_the_way_out(row: str) -> None:
    for route in (upgrade_route, downgrade_route, stamp_route):
        with pytest.raises(RevisionError, match=f"the database is on {row}, in the middle of what the squash s") as e:
            route(GRAPH, (row,), "a")
        assert "Upgrade it to b3 with a release that still has those files" in (e.value.hint or "")
    with pytest.raises(ResolutionError, match=f"'{row}' is no revision any more: the squash s replaces it"):
        resolve(GRAPH, row)


def test_a_table_with_both_ids_is_refused() -> None:
    with pytest.raises(RevisionError, match="holds b3 and s, which replaces it"):
        upgrade_route(GRAPH, ("b3", "s"), "c")


@pytest.mark.parametrize(
    ("revisions", "said"),
    [
        ([Revision("a"), Revision("s", replaces=("a", "b"))], "s replaces 'a', which is still there"),
        ([Revision("s", replaces=("s",))], "s replaces 's', which is still there"),
        ([Revision("s", replaces=("b", "b"))], "replaces of s names a revision twice"),
        ([Revision("s", replaces=("b",)), Revision("t", "s", replaces=("b",))], "t replaces 'b', which s replaces"),
        ([Revision("s", unknown=("replaces",))], "replaces of s is no literal"),
        ([Revision("s", replaces=("b", "c")), Revision("d", "c")], "names 'c', which no revision file has"),
    ],
)
def test_what_cannot_be_is_a_problem_of_the_history(revisions: list[Revision], said: str) -> None:
    (problem,) = RevisionGraph(revisions).problems
    assert said in problem.message
    if "names 'c'" in said:
        assert problem.hint == "'c' was replaced by the squash 's': name that."
