"""Values compare, hash, copy and show as frozen dataclasses do; and nothing changes one."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from dataclasses import field, fields, replace
from pathlib import Path
from typing import Any

import pytest

from headway.valueclass import valueclass


@valueclass(frozen=True, slots=True)
class Point:
    x: int
    y: tuple[int, ...] = ()
    note: str = field(default="", compare=False, repr=False)


@valueclass(frozen=True, kw_only=True)
class Place:
    name: str
    tags: list[str] = field(default_factory=list)


@valueclass(frozen=True, kw_only=True)
class Town(Place):
    size: int = 1


@valueclass(frozen=True)
class Nothing:
    """Without fields."""


@valueclass(frozen=True, slots=True, eq=False)
class Single:
    x: int


@valueclass(frozen=True)
class Own:
    x: int

    def __repr__(self) -> str:
        return "mine"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Own)

    __hash__ = None  # type: ignore[assignment]


def test_it_compares_and_hashes_by_its_fields() -> None:
    assert Point(1, (2,), "a") == Point(1, (2,), "b") != Point(2, (2,))
    assert hash(Point(1, (2,), "a")) == hash(Point(1, (2,), "b"))
    assert len({Point(1), Point(1), Point(2)}) == 2
    assert Nothing() == Nothing() and hash(Nothing()) == hash(Nothing())
    assert Place(name="a") != Town(name="a") and Town(name="a") == Town(name="a")
    assert Single(1) != Single(1)
    assert Point(1) != (1, (), "")
    assert Own(1) == Own(2) and repr(Own(1)) == "mine"


def test_it_is_made_shown_and_copied_as_a_dataclass() -> None:
    assert repr(Point(1, (2,), "a")) == "Point(x=1, y=(2,))"
    assert repr(Town(name="a", size=3)) == "Town(name='a', tags=[], size=3)"
    assert replace(Point(1), x=5) == Point(5)
    assert [one.name for one in fields(Town)] == ["name", "tags", "size"]
    for value in (Point(1, (2,), "a"), Town(name="a", tags=["b"]), Nothing()):
        assert pickle.loads(pickle.dumps(value)) == copy.deepcopy(value) == copy.copy(value) == value
    with pytest.raises(TypeError):
        Point()  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        Place("a")  # type: ignore[call-arg,misc]
    assert Place(name="a").tags is not Place(name="a").tags


def test_what_can_be_changed_is_a_dataclass() -> None:
    made: Any = valueclass
    with pytest.raises(AssertionError):
        made(frozen=False)(type("T", (), {"__annotations__": {"x": int}}))
    with pytest.raises(TypeError):
        made(type("T", (), {"__annotations__": {"x": int}}))


FROZEN = (
    "import dataclasses, sys, headway.valueclass as v\n"
    "v.valueclass = dataclasses.dataclass\n"
    "from headway_cli.main import main\n"
    "sys.exit(main(sys.argv[1:]))\n"
)


@pytest.mark.parametrize(
    "arguments",
    [
        ["lint", "--all", "--format", "json"],
        ["ci", "--scratch", "sqlite", "--format", "markdown"],
        ["graph", "--format", "html"],
        ["plan", "--url", "sqlite:///plan.db", "-o", "plan.json"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_nothing_changes_a_value(arguments: list[str], storefront: Path) -> None:
    """The type checker says so; here every value is one that refuses."""
    frozen = subprocess.run(
        [sys.executable, "-c", FROZEN, *arguments], cwd=storefront, capture_output=True, text=True, check=False
    )
    assert "FrozenInstanceError" not in frozen.stderr
    assert frozen.returncode in (0, 1), frozen.stderr


def test_the_frozen_run_would_notice() -> None:
    code = (
        "import dataclasses, headway.valueclass as v\nv.valueclass = dataclasses.dataclass\n"
        "from headway.effects import model\nmodel.Span('a', 1).line = 2"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "FrozenInstanceError" in done.stderr
