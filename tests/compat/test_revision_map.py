"""``RevisionMap``, ``Revision`` and ``ScriptDirectory`` as programs use them answer what Alembic's do."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from itertools import product
from pathlib import Path
from types import ModuleType
from typing import Any

import alembic.script.revision as peer
import pytest

from compat.gallery import DRAWINGS
from compat.histories import History, draw
from headway.compat.alembic.script import revision as served
from headway.compat.hook import serving_alembic
from headway.config.load import load_config
from headway.errors import GraphError, HeadwayError
from headway.runtime.environment import EnvironmentContext
from headway.runtime.script_directory import Script, ScriptDirectory

FLAGS = ("is_head", "is_base", "is_branch_point", "is_merge_point")
PRIVATE = ("_is_real_head", "_is_real_base", "_is_real_branch_point")


def map_of(module: ModuleType, history: History) -> Any:
    return module.RevisionMap(
        lambda: [
            module.Revision(row.id, row.spell(row.down), row.spell(row.needs), row.spell(row.labels)) for row in history
        ]
    )


def ids(found: Any) -> Any:
    """What was found, with revisions as their ids."""
    if found is None or isinstance(found, str):
        return found
    if hasattr(found, "revision"):
        return found.revision
    return [ids(item) for item in found]


def answer(ask: Callable[[], Any]) -> Any:
    """The answer, or that there was none; why is said in other words."""
    try:
        return ids(ask())
    except (HeadwayError, peer.RevisionError, AssertionError) as error:  # Alembic's sort asserts where nothing can be
        return ("refused", type(error).__name__ if isinstance(error, served.MultipleHeads | peer.MultipleHeads) else "")


@pytest.mark.parametrize("name", DRAWINGS)
def test_the_map_has_the_same_shape(name: str) -> None:
    ours, theirs = (map_of(module, draw(DRAWINGS[name])) for module in (served, peer))
    for attribute in ("heads", "bases", "_real_heads", "_real_bases"):
        assert set(getattr(ours, attribute)) == set(getattr(theirs, attribute)), attribute
    assert answer(ours.get_current_head) == answer(theirs.get_current_head)
    ours_by_name, theirs_by_name = ours._revision_map, theirs._revision_map
    assert {key: ids(value) for key, value in ours_by_name.items()} == {
        key: ids(value) for key, value in theirs_by_name.items()
    }
    for key, node in ours_by_name.items():
        if node is None:
            continue
        other = theirs_by_name[key]
        for attribute in (*FLAGS, *PRIVATE):
            assert getattr(node, attribute) == getattr(other, attribute), (key, attribute)
        for attribute in ("nextrev", "_all_nextrev", "branch_labels"):
            assert set(getattr(node, attribute)) == set(getattr(other, attribute)), (key, attribute)
        for attribute in ("_all_down_revisions", "_normalized_down_revisions", "_versioned_down_revisions"):
            assert set(getattr(node, attribute)) == set(getattr(other, attribute)), (key, attribute)
        assert node.down_revision == other.down_revision
        assert node.dependencies == other.dependencies


@pytest.mark.parametrize("name", DRAWINGS)
def test_the_map_gives_the_same_answers(name: str) -> None:
    history = draw(DRAWINGS[name])
    ours, theirs = (map_of(module, history) for module in (served, peer))
    labels = [label for row in history for label in row.labels]
    symbols = ["head", "heads", "base", None, *(row.id for row in history), *labels, *(f"{x}@head" for x in labels)]
    for symbol in symbols:
        for question in ("get_revision", "get_revisions"):
            found = [answer(lambda m=m, q=question, s=symbol: getattr(m, q)(s)) for m in (ours, theirs)]
            assert found[0] == found[1], (question, symbol)
    everything = [row.id for row in history]
    for symbol, deep in product(filter(None, symbols), (False, True)):
        if symbol in ("head", "heads", "base"):
            continue
        kept = [
            answer(lambda m=m, s=symbol, d=deep: m.filter_for_lineage(everything, s, include_dependencies=d))
            for m in (ours, theirs)
        ]
        assert kept[0] == kept[1], symbol


@pytest.mark.parametrize("name", DRAWINGS)
def test_the_map_walks_the_same_way(name: str) -> None:
    history = draw(DRAWINGS[name])
    ours, theirs = (map_of(module, history) for module in (served, peer))
    ends = ["heads", "base", *(row.id for row in history)]
    options = [
        {"inclusive": inclusive, "implicit_base": implicit, "select_for_downgrade": down}
        for inclusive, implicit, down in product((False, True), (False, True), (False, True))
        if not (down and (inclusive or implicit))
    ]
    for upper, lower in product(ends, ends):
        for chosen in options:
            walked = [
                answer(lambda m=m, u=upper, lo=lower, o=chosen: list(m.iterate_revisions(u, lo, **o)))
                for m in (ours, theirs)
            ]
            if walked[1] and walked[1][0] != "refused":  # where Alembic refuses, headway may have an answer
                assert walked[0] == walked[1], (upper, lower, chosen)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("aaaa", "aaaa"), "LoopDetected"),
        (("aaaa", None, "aaaa"), "DependencyLoopDetected"),
        (("aa-aa", None), "RevisionError"),
        (("aa@aa", None), "RevisionError"),
    ],
)
def test_a_revision_that_cannot_be(arguments: tuple[Any, ...], error: str) -> None:
    for module in (served, peer):
        with pytest.raises(getattr(module, error)):
            module.Revision(*arguments)
    assert issubclass(getattr(served, error), served.RevisionError)


@pytest.mark.parametrize(
    ("drawing", "error"),
    [
        ("aaaa: cccc\nbbbb: aaaa\ncccc: bbbb", "CycleDetected"),
        ("aaaa:\nbbbb: aaaa, needs cccc\ncccc: bbbb", "DependencyCycleDetected"),
    ],
)
def test_circles_have_alembics_names(drawing: str, error: str) -> None:
    for module in (served, peer):
        with pytest.raises(getattr(module, error)) as caught:
            map_of(module, draw(drawing)).heads  # noqa: B018
        assert type(caught.value).__name__ == error
        assert caught.value.kind == getattr(peer, error).kind
        assert set(caught.value.revisions) <= {"aaaa", "bbbb", "cccc"}


def test_revisions_can_be_added_and_replaced() -> None:
    for module in (served, peer):
        history = map_of(module, draw("aaaa:\nbbbb: aaaa"))
        history.add_revision(module.Revision("cccc", "bbbb"))
        assert history.heads == ("cccc",)
        assert history.get_revision("bbbb").nextrev == {"cccc"}
        history.add_revision(module.Revision("cccc", "aaaa"), _replace=True)
        assert history.get_revision("cccc").down_revision == "aaaa"
        # Alembic's map keeps what the replaced revision had made of its neighbours.
        assert set(history.heads) == ({"bbbb", "cccc"} if module is served else {"cccc"})
    with pytest.raises(GraphError, match="already taken"):
        history = map_of(served, draw("aaaa:"))
        history.add_revision(served.Revision("aaaa", None))


def test_revisions_print_themselves_alike() -> None:
    cases = [("a", ("b",), ("c", "d"), "z"), ("a", ["b", "c"]), ("a", None), ("a", "b", "c")]
    for arguments in cases:
        assert repr(served.Revision(*arguments)) == repr(peer.Revision(*arguments))
    for value in ((), ["a"], None, ["a", "b"], ("a",)):
        assert served.tuple_rev_as_scalar(value) == peer.tuple_rev_as_scalar(value)


# -- the script directory ---------------------------------------------------------------------------------------


@pytest.fixture
def project(storefront: Path, monkeypatch: pytest.MonkeyPatch) -> ScriptDirectory:
    monkeypatch.chdir(storefront)
    return ScriptDirectory.from_config(load_config(("alembic.ini",)))


def test_a_script_is_a_revision_with_a_module(project: ScriptDirectory) -> None:
    script = project.get_revision("head")
    assert isinstance(script, Script) and isinstance(script, served.Revision)
    assert script.module.revision == script.revision
    assert inspect.isfunction(script.module.upgrade)
    assert script.module is script.module
    assert project.revision_map.get_revision("head") is script


def test_a_program_can_run_env_py_with_steps_of_its_own(project: ScriptDirectory) -> None:
    seen: list[Any] = []

    def steps(heads: Any, context: Any) -> Any:
        seen.append(heads)
        return project._upgrade_revs("head", heads)

    assert project._config is not None
    for _ in range(2):
        environment = EnvironmentContext(project._config, project, fn=steps, destination_rev="head")
        with serving_alembic(), environment:
            project.run_env()
    assert seen == [(), tuple(project.get_heads())]


def test_a_program_can_write_a_revision(project: ScriptDirectory) -> None:
    made = project.generate_revision("feed01", "by a program", branch_labels="fresh", imports="import decimal")
    assert made is not None
    assert made.is_head
    assert "import decimal" in Path(made.path).read_text()
    assert "fresh" in made.branch_labels
    assert project.get_heads() == ["feed01"]
    below = project.generate_revision("feed02", None, head=made.down_revision, splice=True)
    assert below is not None
    assert set(project.revision_map.heads) == {"feed01", "feed02"}
    assert [script.revision for script in project._load_revisions()].count("feed02") == 1


@pytest.mark.parametrize("name", DRAWINGS)
def test_every_walk_ends_in_revisions_or_an_error_of_ours(name: str) -> None:
    history = draw(DRAWINGS[name])
    graph = map_of(served, history)
    ends = ["heads", "base", *(row.id for row in history)]
    for upper, lower, down in product(ends, ends, (False, True)):
        try:
            found = list(graph.iterate_revisions(upper, lower, select_for_downgrade=down))
        except served.RevisionError:
            continue
        assert {node.revision for node in found} <= {row.id for row in history}
