"""The one table of signatures against those who carry directives out and those who read them."""

from __future__ import annotations

import inspect

import pytest

import headway.operations.every  # noqa: F401  # importing it fills the classes
from headway.effects.signatures import SIGNATURES, Signature
from headway.operations.base import BatchOperations, Operations, directive_names
from headway.reading.directives import _EFFECTS

NO_OPERATIONS = {"batch_alter_table", "f", "get_bind", "get_context", "implementation_for", "inline_literal"}
NO_OPERATIONS |= {"invoke", "register_operation", "run_async", "context"}


def signature_of(cls: type, name: str) -> Signature:
    found = list(inspect.signature(getattr(cls, name)).parameters.values())[1:]
    return Signature(
        parameters=tuple(p.name for p in found if p.kind is p.POSITIONAL_OR_KEYWORD),
        keywords=tuple(p.name for p in found if p.kind is p.KEYWORD_ONLY),
        rest=any(p.kind is p.VAR_POSITIONAL for p in found),
        options=any(p.kind is p.VAR_KEYWORD for p in found),
        optional=tuple(p.name for p in found if p.kind is p.POSITIONAL_OR_KEYWORD and p.default is not p.empty),
    )


def test_every_directive_is_in_the_table() -> None:
    assert set(SIGNATURES) == set(directive_names()) - NO_OPERATIONS


def test_every_directive_is_read() -> None:
    assert {*_EFFECTS, "execute"} == set(SIGNATURES)


@pytest.mark.parametrize("name", SIGNATURES)
def test_a_directive_takes_what_the_table_says(name: str) -> None:
    said, real = SIGNATURES[name], signature_of(Operations, name)
    assert (said.parameters, set(said.keywords)) == (real.parameters, set(real.keywords))
    assert (said.rest, said.options, said.optional) == (real.rest, real.options, real.optional)


@pytest.mark.parametrize("name", SIGNATURES)
def test_inside_a_batch_too(name: str) -> None:
    inside = hasattr(BatchOperations, name)
    assert (SIGNATURES[name].in_batch is not None) == inside
    if inside:
        assert SIGNATURES[name].in_batch == signature_of(BatchOperations, name).parameters
