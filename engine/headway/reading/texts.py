"""Puts texts together as Python would, keeping a hole where a part is not known."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Mapping, Sequence

from headway.effects.values import UNKNOWN, Computed, Text
from headway.pattern import pattern
from headway.reading.budget import Budget
from headway.reading.values import Choice, Holed, Imported, Opaque, Written, text_of

_PERCENT = pattern(r"%(?:\((?P<name>[^)]*)\))?(?P<how>[-#0 +]*(?:\d+|\*)?(?:\.\d+)?)(?P<kind>[diouxXeEfFgGcrsa%])")


def joined(budget: Budget, parts: Sequence[object], node: ast.expr | None) -> object:
    """The text made of these parts: a str, a Holed, or a Choice where one of the parts is one."""
    choice = next((number for number, part in enumerate(parts) if isinstance(part, Choice)), None)
    if choice is not None:
        options = parts[choice].options  # type: ignore[attr-defined]  # the part that is a Choice
        budget.spend(len(options))
        found = [joined(budget, [*parts[:choice], option, *parts[choice + 1 :]], node) for option in options]
        return Choice(tuple(found)) if len(found) <= _MOST else Holed((UNKNOWN,), node)
    made: list[Text] = []
    length = 0
    for part in parts:
        for piece in _pieces(part):
            length += len(piece) if isinstance(piece, str) else 1
            made.append(piece)
    budget.text(length)
    whole: list[Text] = []
    run: list[str] = []
    for piece in made:
        if isinstance(piece, str):
            run.append(piece)
            continue
        if run:
            whole.append("".join(run))
            run = []
        whole.append(piece)
    if not whole:
        text = "".join(run)
        return Written(text, node) if node is not None and "\n" in text else text
    if run:
        whole.append("".join(run))
    return Holed(tuple(whole), node)


_MOST = 12


def _pieces(part: object) -> Sequence[Text]:
    match part:
        case str():
            return (str(part),)
        case bool() | int() | float() | None:
            return (str(part),)
        case Holed(parts=parts):
            return parts
        case Opaque(expression=str() as expression):
            return (Computed(expression),)
        case Imported():
            return (text_of(part),)
    return (UNKNOWN,)


def percent(
    budget: Budget, template: str, value: object, pairs: Mapping[object, object] | None, node: ast.expr
) -> object:
    """``template % value``; ``pairs`` are the items of a dict."""
    parts: list[object] = []
    values = list(value) if isinstance(value, tuple) else [value]
    place = 0
    for match in _PERCENT.finditer(template):
        parts.append(template[place : match.start()])
        place = match.end()
        if match["kind"] == "%":
            parts.append("%")
        elif match["name"] is not None:
            parts.append(_in_percent(match, (pairs or {}).get(match["name"], Opaque())))
        else:
            parts.append(_in_percent(match, values.pop(0) if values else Opaque()))
    parts.append(template[place:])
    return joined(budget, parts, node)


def _in_percent(match: re.Match[str], value: object) -> object:
    """A value as a place of a template shows it; of one with a width or a precision only what is known in full."""
    kind, how = match["kind"], match["how"]
    if kind == "s" and not how:
        return value
    fits = isinstance(value, int) if kind == "d" else kind == "s" and isinstance(value, str)
    if "*" in how or not fits or any(int(number) > _WIDEST for number in re.findall(r"\d+", how)):
        return Opaque()
    return f"%{how}{kind}" % (str(value) if kind == "s" else value)


_WIDEST = 1_000


def formatted(
    budget: Budget, template: str, args: Sequence[object], keywords: Mapping[str, object], node: ast.expr
) -> object:
    """``template.format(*args, **keywords)``."""
    parts: list[object] = []
    counter = 0
    try:
        pieces = list(string.Formatter().parse(template))
    except ValueError:
        return Holed((UNKNOWN,), node)
    for literal, name, spec, conversion in pieces:
        parts.append(literal)
        if name is None:
            continue
        if name == "":
            name, counter = str(counter), counter + 1
        if name.isdecimal() and len(name) < 6:
            value = args[int(name)] if int(name) < len(args) else Opaque()
        else:
            value = keywords.get(name, Opaque())
        parts.append(value if not spec and conversion in (None, "s") else Opaque())
    return joined(budget, parts, node)


def place_of_text(text: object) -> ast.expr | None:
    """The literal that a text comes from, if it is written in one piece."""
    return text.node if isinstance(text, Written | Holed) else None
