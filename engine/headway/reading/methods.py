"""What the methods of Python's texts, lists and dicts do with values that are partly known."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

from headway.reading import texts
from headway.reading.containers import get, is_whole, iterate, put, taken_out, update
from headway.reading.reader import Call, Reader, choice_of
from headway.reading.values import (
    ALL_DATABASES,
    NOTHING_KNOWN,
    UNCERTAIN,
    Choice,
    Holed,
    Items,
    Names,
    Opaque,
    Pairs,
    Written,
    has_power,
)


def call_text_method(reader: Reader, text: str | Holed, name: str, call: Call) -> object:
    """``text.name(…)``."""
    if name == "join":
        return _join(reader, text, call)
    if name == "format" and isinstance(text, str):
        if any(isinstance(value, Choice) for value in (*call.args, *call.keywords.values())):
            return _format_choice(reader, text, call)
        return texts.formatted(reader.budget, text, call.args, call.keywords, call.node)
    if name == "format_map" and isinstance(text, str) and isinstance(pairs := call.argument(0, "mapping"), Pairs):
        keywords = {str(key): value for key, value in pairs.items.items()}
        return texts.formatted(reader.budget, text, (), keywords, call.node)
    plain = not call.keywords and not call.hidden and all(isinstance(a, str | int | tuple) for a in call.args)
    if isinstance(text, str) and name in _TEXT_METHODS and plain:
        return _run_method(reader, text, name, call)
    if name in ("startswith", "endswith", "isdigit", "isalnum"):
        return UNCERTAIN
    if isinstance(text, Holed) and name in ("strip", "lstrip", "rstrip"):
        return text
    return NOTHING_KNOWN


def _run_method(reader: Reader, text: str, name: str, call: Call) -> object:
    arguments: Sequence[Any] = call.args
    if name in ("replace", "ljust", "rjust", "center", "zfill", "expandtabs"):
        grown = len(text) * (1 + max((len(a) if isinstance(a, str) else a for a in arguments), default=0))
        reader.budget.text(grown if name != "replace" or len(text) < 100_000 else len(text))
    try:
        made = getattr(str(text), name)(*arguments)
    except (TypeError, ValueError):
        return NOTHING_KNOWN
    if isinstance(made, list):
        return Items(list(made))
    keeps_lines = name in ("strip", "lstrip", "rstrip", "lower", "upper")
    if isinstance(made, str) and isinstance(text, Written) and keeps_lines and name != "lstrip" and made in text:
        start = text.find(made)
        return Written(made, text.node) if start == 0 else made
    return made


def _join(reader: Reader, separator: str | Holed, call: Call) -> object:
    value = call.argument(0, "iterable", ())
    found = list(iterate(reader.budget, value))
    if not is_whole(value) or any(not sure for _, sure in found) or isinstance(separator, Holed):
        return texts.joined(reader.budget, [Opaque()], call.node)
    parts: list[object] = []
    for number, (item, _) in enumerate(found):
        parts += [separator, item] if number else [item]
    return texts.joined(reader.budget, parts, call.node)


def _format_choice(reader: Reader, text: str, call: Call) -> object:
    places: list[tuple[int | str, object]] = [*enumerate(call.args), *call.keywords.items()]
    for name, value in places:
        if isinstance(value, Choice):
            found = []
            for option in value.options:
                args, keywords = list(call.args), dict(call.keywords)
                if isinstance(name, int):
                    args[name] = option
                else:
                    keywords[name] = option
                found.append(call_text_method(reader, text, "format", Call(call.node, tuple(args), keywords)))
                reader.budget.spend()
            return choice_of(found)
    return NOTHING_KNOWN


_TEXT_METHODS_WORDS = (
    "strip lstrip rstrip lower upper title capitalize replace split rsplit splitlines startswith endswith "
    "removeprefix removesuffix partition rpartition ljust rjust center zfill expandtabs isdigit isidentifier "
    "isalnum isalpha isupper islower find index count swapcase casefold"
)
_TEXT_METHODS = frozenset(_TEXT_METHODS_WORDS.split())


def call_items_method(reader: Reader, items: Items, name: str, call: Call, scope: Names) -> object:
    """``list.name(…)``."""
    first = call.argument(0, "object")
    made_on = ALL_DATABASES if items.made_on is None else items.made_on
    unsure = reader.here.conditional or not made_on <= reader.here.databases
    match name:
        case "append" | "add":
            added: list[tuple[object, bool]] = [(first, True)]
        case "extend" | "update" | "union":
            added = list(iterate(reader.budget, first))
            items.more = items.more or not is_whole(first)
        case "insert":
            added = [(call.argument(1, "object"), True)]
        case "copy":
            return Items(list(items.items), items.more, items.certain)
        case "clear" if not unsure:
            items.items, items.more, items.certain = [], False, None
            return None
        case "sort" | "reverse":
            return None
        case "pop":
            items.more = True  # fewer, that is: which of them are left is not told
            return choice_of(list(items.items)) if items.items else NOTHING_KNOWN
        case "index" | "count":
            return NOTHING_KNOWN
        case _:
            items.more = True
            return Opaque(power=has_power(items))
    if unsure and items.certain is None:
        items.certain = len(items.items)
    items.items += [item for item, _ in added]
    reader.budget.items(len(items.items))
    return Items(list(items.items), items.more, items.certain) if name == "union" else None


def call_pairs_method(reader: Reader, pairs: Pairs, name: str, call: Call) -> object:
    """``dict.name(…)``."""
    match name:
        case "items":
            return _listed(pairs, [*pairs.items.items(), *pairs.others])
        case "keys":
            return _listed(pairs, [*pairs.items, *(key for key, _ in pairs.others)])
        case "values":
            return _listed(pairs, [*pairs.items.values(), *(value for _, value in pairs.others)])
        case "get":
            return get(reader.budget, pairs, call.argument(0, "key"), call.argument(1, "default"))
        case "pop":
            found = get(reader.budget, pairs, call.argument(0, "key"), call.argument(1, "default"))
            taken_out(pairs, call.argument(0, "key"))
            return found
        case "setdefault":
            key = call.argument(0, "key")
            found = get(reader.budget, pairs, key, call.argument(1, "default"))
            pairs.more = pairs.more or reader.here.conditional
            put(reader.budget, pairs, key, found, sure=reader.is_sure)
            return found
        case "update":
            if call.args:
                update(reader.budget, pairs, call.args[0], sure=reader.is_sure)
            for key, value in call.keywords.items():
                put(reader.budget, pairs, key, value, sure=reader.is_sure)
            pairs.more = pairs.more or call.hidden or reader.here.conditional
            return None
        case "copy":
            return Pairs(dict(pairs.items), list(pairs.others), pairs.more, pairs.doubtful)
        case "clear" if reader.is_sure:
            pairs.items, pairs.others, pairs.more, pairs.doubtful = {}, [], False, frozenset()
            return None
    pairs.more, pairs.doubtful = True, frozenset(pairs.items)
    return Opaque(power=has_power(pairs))


def _listed(pairs: Pairs, found: list[object]) -> Items:
    certain = next((number for number, key in enumerate(pairs.items) if key in pairs.doubtful), None)
    return Items(found, pairs.more, certain)


def dedented(text: object) -> object:
    """``textwrap.dedent(text)``, and ``inspect.cleandoc(text)`` near enough."""
    if not isinstance(text, str):
        return text
    made = textwrap.dedent(text)
    return Written(made, text.node) if isinstance(text, Written) else made


def is_plain(value: object) -> bool:
    """Whether a value is one of Python's own, whose methods stand here."""
    return isinstance(value, str | Holed | Items | Pairs | tuple | int | float | bytes) or value is None
