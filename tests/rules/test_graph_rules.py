"""The rules about the graph, on whole histories."""

from __future__ import annotations

import pytest

from headway.config.policy import Policy
from headway.lint.catalogue import RULES
from headway.lint.finding import Finding
from headway.lint.judge import lint
from rules.harness import TODAY, facts_of


def revision(id_: str, parent: str | tuple[str, ...] | None, needs: str | None = None) -> str:
    text = f'revision = "{id_}"\ndown_revision = {parent!r}\n'
    return text + (f"depends_on = {needs!r}\n" if needs else "")


BODY = 'from alembic import op\n\ndef upgrade():\n    op.drop_table("x")\n'
"""Begins on the third line of a revision."""


def findings(*files: str, new: tuple[str, ...] = (), expected: int | tuple[str, ...] = 1) -> list[Finding]:
    paths = {f"versions/{number}.py": text for number, text in enumerate(files)}
    facts = facts_of(paths, new=new, expected_heads=expected)
    return [f for f in lint(facts, RULES, Policy(), TODAY).findings if f.code.startswith("REV")]


def test_two_heads_stand_at_the_new_revision_that_can_move() -> None:
    """::

    a - b (released)
      \\
        c (new)
    """
    found = findings(revision("a", None), revision("b", "a"), revision("c", "a"), new=("c",))
    assert [(f.code, f.revision, f.file, f.line) for f in found] == [("REV001", "c", "versions/2.py", 2)]
    assert "set its down_revision to 'b'" in found[0].help
    assert "merge heads" in found[0].help


def test_two_released_heads_can_only_be_merged() -> None:
    found = findings(revision("a", None), revision("b", "a"), revision("c", "a"), revision("d", None), new=("d",))
    assert {f.revision for f in found} == {"d"}
    found = findings(revision("a", None), revision("b", "a"), revision("c", "a"), new=("a",))
    assert {f.revision for f in found} == {"b", "c"}
    assert all("both are released" in f.help for f in found)


def test_as_many_heads_as_expected() -> None:
    files = (revision("a", None), revision("b", "a"), revision("c", "a"))
    assert findings(*files, expected=2) == []


def test_a_dangling_parent_is_named_with_what_was_meant() -> None:
    found = findings(revision("4c1d0a7be512", None), revision("9f27c3e1a044", "4c1d0a7be521"))
    (dangling,) = [f for f in found if f.code == "REV004"]
    assert (dangling.file, dangling.line) == ("versions/1.py", 2)
    assert "Did you mean '4c1d0a7be512'?" in dangling.help


def test_a_dangling_dependency() -> None:
    found = findings(revision("a", None), revision("b", "a", needs="gone"))
    assert [(f.code, f.line) for f in found] == [("REV004", 3)]
    assert "depends_on of b names 'gone'" in found[0].message


def test_a_copy_is_named_with_the_file_it_copies() -> None:
    found = findings(revision("a", None), revision("b", "a"), revision("b", "a"))
    assert [(f.code, f.file) for f in found] == [("REV003", "versions/2.py")]
    assert "already taken by versions/1.py" in found[0].message


def test_circles_through_parents_and_dependencies() -> None:
    found = findings(revision("a", "c"), revision("b", "a"), revision("c", "b"))
    assert [f.code for f in found if f.code == "REV005"] == ["REV005"]
    found = findings(revision("a", None, needs="b"), revision("b", "a"))
    assert [f.code for f in found] == ["REV005"]
    assert "a -> b -> a" in found[0].message or "b -> a -> b" in found[0].message


def test_a_revision_that_follows_itself() -> None:
    found = findings(revision("a", "a"))
    assert [f.code for f in found if f.code == "REV005"] == ["REV005"]


def test_an_empty_history_is_no_success() -> None:
    assert [f.code for f in findings()] == ["REV015"]


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("Revision ID: b\nRevises: a\n", None),
        ("Revision ID: b\nRevises: a (head)\nCreate Date: 2026-01-01\n", None),
        ("nothing of the kind", None),
        ("Revision ID: b\nRevises: x\n", 4),
        ("Revision ID: c\nRevises: a\n", 3),
        ("Revises:\n", 3),
        ("Revises: a, x\n", 3),
    ],
)
def test_a_docstring_that_tells_another_history(said: str, line: int | None) -> None:
    text = f'"""b\n\n{said}"""\n' + revision("b", "a")
    facts = facts_of({"a.py": revision("a", None), "b.py": text}, new=("b",))
    found = [f for f in lint(facts, RULES, Policy(), TODAY).findings if f.code == "MOD015"]
    assert [f.line for f in found] == ([] if line is None else [line])


def test_a_docstring_of_a_merge_names_all_parents_in_any_order() -> None:
    text = '"""c\n\nRevises: b, a\n"""\n' + revision("c", ("a", "b"))
    facts = facts_of({"a.py": revision("a", None), "b.py": revision("b", None), "c.py": text}, new=("c",))
    assert not [f for f in lint(facts, RULES, Policy(), TODAY).findings if f.code == "MOD015"]


@pytest.mark.parametrize(
    ("id_", "found"), [("0.93.1", 0), ("v1.2", 0), ("1.0rc1", 0), ("b", 1), ("12", 1), ("ae.1", 1)]
)
def test_an_empty_revision_whose_id_is_a_version_marks_a_release(id_: str, found: int) -> None:
    files = {"a.py": revision("a", None), "b.py": revision(id_, "a") + "\ndef upgrade():\n    pass\n"}
    said = lint(facts_of(files, new=(id_,)), RULES, Policy(), TODAY).findings
    assert len([f for f in said if f.code == "MOD008"]) == found


def test_a_head_on_none_of_the_named_branches() -> None:
    labelled = revision("a", None) + 'branch_labels = ("shop",)\n'
    found = findings(labelled, revision("b", None), expected=("shop",))
    assert [(f.code, f.revision) for f in found if f.code != "REV018"] == [("REV002", "b")]
    assert findings(labelled, revision("b", "a"), expected=("shop",)) == []


LABEL = 'branch_labels = ("x",)\n'


@pytest.mark.parametrize(
    ("code", "files", "lines"),
    [
        ("REV018", (revision("a", None), revision("c", "a"), revision("b", None)), {"b": 2}),
        ("REV018", (revision("a", None), revision("b", None) + LABEL), {}),
        ("REV018", (revision("a", None), revision("b", None, needs="a")), {}),
        ("REV018", (revision("a", None), revision("b", "a")), {}),
        ("REV009", (revision("a", None), revision("b", None), revision("c", ("a", "b")) + BODY), {"c": 6}),
        ("REV009", (revision("a", None), revision("b", None), revision("c", ("a", "b"))), {}),
        ("REV009", (revision("a", None), revision("c", "a") + BODY), {}),
        ("REV010", (revision("a", None), revision("b", "a"), revision("c", ("a", "b"))), {"c": 2}),
        ("REV010", (revision("a", None), revision("b", "a"), revision("c", "a"), revision("d", ("b", "c"))), {}),
        ("REV010", (revision("a", ("gone", "b")), revision("b", None, "gone")), {}),
        ("REV008", (revision("a-1", None),), {"a-1": 1}),
        ("REV008", (revision("a_1", None),), {}),
        ("REV019", (revision("a", None) + LABEL, revision("b", "a") + LABEL), {"b": 3}),
        ("REV019", (revision("a", None) + LABEL, revision("b", "a")), {}),
        ("REV020", (revision("a", None), revision("s", "a") + "replaces = ('a',)\n"), {"s": 3}),
        ("REV020", (revision("s", None) + "replaces = tuple(open('x'))\n",), {"s": 3}),
        ("REV020", (revision("s", None) + "replaces = ('a', 'b')\n",), {}),
        ("REV016", (revision("a", None) + "branch_labels = 'None'\n",), {"a": 3}),
        ("REV016", (revision("a", None) + "branch_labels = None\n", revision("b", "a") + LABEL), {}),
    ],
)
def test_what_is_wrong_with_a_history(code: str, files: tuple[str, ...], lines: dict[str, int]) -> None:
    names = {f"versions/f{number}.py": text for number, text in enumerate(files)}
    found = lint(facts_of(names, new=None), RULES, Policy(), TODAY).findings
    assert {f.revision: f.line for f in found if f.code == code} == lines


@pytest.mark.parametrize(
    ("name", "found"),
    [("a1_orders.py", ["REV007"]), ("a1.py", ["REV007"]), ("b2_orders.py", []), ("0002_a1.py", []), ("a1_b2.py", [])],
)
def test_a_file_that_is_named_after_another_revision(name: str, found: list[str]) -> None:
    files = {"versions/0001.py": revision("a1", None), f"versions/{name}": revision("b2", "a1")}
    said = lint(facts_of(files, new=None), RULES, Policy(), TODAY).findings
    assert [f.code for f in said if f.code == "REV007"] == found


def test_a_second_file_of_one_id_is_not_measured_by_the_first() -> None:
    copy = '"""b\n\nRevision ID: b\nRevises: x\n"""\n' + revision("b", "x")
    files = {"a.py": revision("a", None), "b.py": revision("b", "a"), "copy.py": copy}
    said = lint(facts_of(files, new=None), RULES, Policy(), TODAY).findings
    assert not [f for f in said if f.code == "MOD015"]
