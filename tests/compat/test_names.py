"""The name table: every public name of the installed Alembic resolves, and what is not whole is listed with a reason."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from typing import Any

import alembic
import pytest
from sqlalchemy.util import TypingOnly

from headway.compat.hook import serving_alembic
from headway.compat.names import ABSENT, PARTIAL, PRIVATE_ABSENT, PRIVATE_SERVED

ANNOTATION_ONLY = {"annotations", "TYPE_CHECKING", "log"}
"""What modules have for themselves: a future import, a constant of typing, and their logger."""

NOT_AN_INTERFACE = {"alembic.testing", "alembic.templates", "alembic.__main__"}
"""Alembic's own test suite, its template files, and what ``python -m alembic`` runs."""


def modules(package: Any = alembic) -> Iterator[str]:
    yield package.__name__
    for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        if found.name in NOT_AN_INTERFACE:
            continue
        if found.ispkg:
            yield from modules(importlib.import_module(found.name))
        else:
            yield found.name


def public_names(module: Any) -> dict[str, Any]:
    """The names that a module offers: its own, and those it takes from other modules of Alembic."""
    return {
        name: value
        for name, value in vars(module).items()
        if not name.startswith("_") and name not in ANNOTATION_ONLY and is_alembics(module, value)
    }


def is_alembics(module: Any, value: Any) -> bool:
    if inspect.ismodule(value):
        return value.__name__.startswith("alembic.")
    home = getattr(value, "__module__", None)
    if inspect.isclass(value) or callable(value):
        return str(home).startswith("alembic")
    return home is None or not str(home).startswith(("typing", "sqlalchemy"))


VARIABLE = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)

PEERS = {name: public_names(importlib.import_module(name)) for name in sorted(modules())}
PLACES = [f"{module}.{name}" for module, names in PEERS.items() for name in names]


def of_peer(place: str) -> Any:
    module, _, name = place.rpartition(".")
    return PEERS[module][name]


def served(place: str) -> Any:
    """What headway serves under a dotted name. Raises ImportError or AttributeError where it serves nothing."""
    module, _, name = place.rpartition(".")
    with serving_alembic():
        found = importlib.import_module(module)
        try:
            return getattr(found, name)
        except AttributeError:
            return importlib.import_module(place)


def lacking(theirs: Any, ours: Any) -> list[str]:
    """What users could miss in ``ours``: parameters of a function, members of a class and their parameters."""
    if inspect.isclass(theirs):
        if not inspect.isclass(ours):
            return ["is no class"]
        found = []
        for name, member in members(theirs):
            if not has_member(ours, name):
                found.append(f".{name}")
            elif inspect.isfunction(member):
                found += [f".{name}({text})" for text in parameters_lacking(member, getattr(ours, name, None))]
        return found
    if inspect.isfunction(theirs):
        return [f"({text})" for text in parameters_lacking(theirs, ours)]
    return []


def members(cls: type) -> Iterator[tuple[str, Any]]:
    """The public members with the constructor, of the class and of Alembic's classes above it."""
    found: dict[str, Any] = {}
    for base in cls.__mro__:
        if not base.__module__.startswith("alembic") or TypingOnly in base.__bases__:
            continue
        for name, member in vars(base).items():
            if name == "__init__" or not name.startswith("_"):
                plain = member.__func__ if isinstance(member, (classmethod, staticmethod)) else member
                found.setdefault(name, plain)
        for name in vars(base).get("__annotations__", {}):
            if not name.startswith("_"):
                found.setdefault(name, None)
    yield from found.items()


def has_member(cls: type, name: str) -> bool:
    """Whether the class, its annotations, or what its methods set on ``self`` has the name."""
    if hasattr(cls, name) or any(name in vars(base).get("__annotations__", {}) for base in cls.__mro__):
        return True
    codes = [code for base in cls.__mro__ for m in vars(base).values() if (code := getattr(m, "__code__", None))]
    return any(name in code.co_names for code in codes)


def parameters_lacking(theirs: Any, ours: Any) -> list[str]:
    try:
        wanted, given = inspect.signature(theirs).parameters, inspect.signature(ours).parameters
    except (TypeError, ValueError):
        return ["is not callable"]
    if all(parameter.kind in VARIABLE for name, parameter in wanted.items() if name not in ("self", "cls")):
        return []  # a proxy's signature says nothing; the method behind it is compared as its class's member
    by_place = [name for name in given if name not in ("self", "cls")]
    kinds = {parameter.kind for parameter in given.values()}
    positional = inspect.Parameter.VAR_POSITIONAL in kinds
    named = inspect.Parameter.VAR_KEYWORD in kinds
    missing = []
    for place, (name, parameter) in enumerate((n, p) for n, p in wanted.items() if n not in ("self", "cls")):
        # What must be given, and is given by its place, may have another name.
        needed = parameter.default is parameter.empty and parameter.kind is parameter.POSITIONAL_OR_KEYWORD
        if name in given or (needed and place < len(by_place) and by_place[place] not in wanted):
            continue
        if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
            fits = positional
        elif parameter.kind is inspect.Parameter.VAR_KEYWORD:
            fits = named
        else:
            fits = named or (positional and parameter.kind is inspect.Parameter.POSITIONAL_ONLY)
        if not fits:
            missing.append(name)
    return missing


@pytest.mark.parametrize("place", PLACES)
def test_every_name_is_placed(place: str) -> None:
    if place in ABSENT:
        with pytest.raises((ImportError, AttributeError)):
            served(place)
        return
    found = served(place)
    gaps = lacking(of_peer(place), found)
    if place in PARTIAL:
        assert gaps, "this name is whole: take it off the list"
    else:
        assert not gaps


def test_the_lists_name_nothing_else() -> None:
    assert {*PARTIAL, *ABSENT} <= set(PLACES)
    assert all(reason for reason in (*PARTIAL.values(), *ABSENT.values()))


def test_nearly_all_are_whole() -> None:
    assert len(PLACES) > 500
    assert len(PARTIAL) + len(ABSENT) <= len(PLACES) * 0.05


def reached(place: str) -> Any:
    """What a dotted path leads to: modules, then attributes. Raises AttributeError or ImportError."""
    words = place.split(".")
    for end in range(len(words), 0, -1):
        try:
            found = importlib.import_module(".".join(words[:end]))
        except ModuleNotFoundError:
            continue
        for word in words[end:]:
            found = getattr(found, word)
        return found
    raise ImportError(place)


@pytest.mark.parametrize("place", PRIVATE_SERVED)
def test_a_private_name_that_add_ons_use_is_served(place: str) -> None:
    reached(place)  # Alembic has it
    with serving_alembic():
        reached(place)


@pytest.mark.parametrize("place", PRIVATE_ABSENT)
def test_a_private_name_that_is_not_served_is_listed_with_a_reason(place: str) -> None:
    assert PRIVATE_ABSENT[place]
    with serving_alembic(), pytest.raises((AttributeError, ImportError)):
        reached(place)
