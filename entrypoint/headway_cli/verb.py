"""Verbs whose options cost nothing that they do not need."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from typing import Any

from typer.core import TyperCommand, TyperGroup


class Verb(TyperCommand):
    """A typer command that takes texts as they are."""

    def get_params(self, ctx: Any) -> list[Any]:
        return [_as_given(one) for one in super().get_params(ctx)]


class VerbGroup(TyperGroup):
    """A group of such commands."""

    def get_params(self, ctx: Any) -> list[Any]:
        return [_as_given(one) for one in super().get_params(ctx)]


def _as_given(parameter: Any) -> Any:
    """The same parameter, which no longer converts what needs no conversion.

    typer 0.29 converts every option with pydantic, whose import takes longer than all that most verbs do before they
    read the first file. Older versions have no such descriptor: there click converts, which costs nothing.
    """
    descriptor = getattr(parameter, "type_descriptor", None)
    if descriptor is not None and "process_value" not in vars(parameter):
        parameter.process_value = partial(_processed, parameter, parameter.process_value, descriptor.annotation)
    return parameter


def _processed(parameter: Any, converted: Any, annotation: Any, ctx: Any, value: Any) -> Any:
    """The value of an option: as it is where that is what ``converted``, typer's own way, would return."""
    if parameter.required and not value:
        return converted(ctx, value)
    if value is None:
        value = () if parameter.multiple or parameter.nargs == -1 else None
    elif annotation is str and isinstance(value, str):
        pass
    elif annotation == list[str] and isinstance(value, list | tuple) and all(isinstance(one, str) for one in value):
        value = list(value)
    elif isinstance(annotation, type) and issubclass(annotation, StrEnum) and value in set(annotation):
        value = annotation(value)
    else:
        return converted(ctx, value)
    return parameter.callback(ctx, parameter, value) if parameter.callback is not None else value
