"""HTML as values that cannot be broken out of: whatever is not markup of ours is text. Knows no report."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence, Sized
from html import escape
from typing import TypeVar

from headway.pattern import pattern
from headway.printable import lines, one_line

_VOID = frozenset({"input", "link", "meta"})
T = TypeVar("T")

_PLAIN_ID = pattern(r"[\w.:-]{1,64}", re.ASCII)


class Html(str):
    """Markup, made by :func:`element`; every other text is escaped when it is put into one."""

    __slots__ = ()


def element(tag: str, *children: str, **attributes: str | int | bool | None) -> Html:
    """``<tag attributes>children</tag>``. ``class_`` is written ``class`` and ``data_x`` ``data-x``; an attribute that is
    None or False is left out."""
    written = "".join(
        f' {name.strip("_").replace("_", "-")}="{_attribute(value)}"'
        for name, value in attributes.items()
        if value is not None and value is not False
    )
    if tag in _VOID:
        return Html(f"<{tag}{written}>")
    return Html(f"<{tag}{written}>{joined(children)}</{tag}>")


def raw(tag: str, text: str) -> Html:
    """A script or style element of our own text, which HTML does not unescape."""
    assert "</" not in text
    return Html(f"<{tag}>{text}</{tag}>")


def joined(children: Iterable[str]) -> Html:
    """The children one after another, texts among them escaped."""
    return Html("".join(child if isinstance(child, Html) else escape(lines(child)) for child in children))


def id_of(kind: str, name: str) -> str:
    """What links to the item of this name say after the ``#``: the same in every report."""
    plain = name if _PLAIN_ID.fullmatch(name) else hashlib.sha256(name.encode(errors="replace")).hexdigest()[:16]
    return f"{kind}-{plain}"


def within(items: Sequence[T], build: Callable[[T], Html], room: int) -> tuple[list[Html], Sequence[T]]:
    """As many of the first ``items``, built, as fit into ``room`` bytes, and those that are left."""
    kept: list[Html] = []
    used = 0
    for item in items:
        part = build(item)
        used += len(part.encode()) + 1
        if used > room:
            break
        kept.append(part)
    return kept, items[len(kept) :]


def left_out(left: Sized, what: str) -> Html:
    """A line that says how many are not on the page; nothing for none."""
    if not len(left):
        return Html()
    return element(
        "p",
        f"{len(left)} more {what} left out: the page would be too large. --report json=FILE has all.",
        class_="left",
    )


def section(id: str, title: str, *children: str, count: int | None = None) -> Html:
    """A part of the page with a heading."""
    number = Html() if count is None else element("span", f" {count}", class_="count")
    return element("section", element("h2", title, number), *children, id=id, aria_label=title)


def _attribute(value: str | int | bool) -> str:
    return "" if value is True else escape(one_line(str(value)))
