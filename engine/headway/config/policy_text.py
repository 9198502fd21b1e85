"""The policy as text: entries as YAML takes them, and a policy with more of them. What goes in is decided elsewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence

from headway.config.policy import Ignore


def item(values: Mapping[str, str], indent: str) -> Iterator[str]:
    """The lines of one entry of a list."""
    for index, (name, value) in enumerate(values.items()):
        yield f"{indent}{'- ' if index == 0 else '  '}{name}: {quoted(value)}"


def quoted(value: str) -> str:
    """A text as YAML takes it whatever is in it: its double-quoted form is JSON's."""
    return json.dumps(value, ensure_ascii=False)


def ignore_lines(ignores: Sequence[Ignore], indent: str) -> Iterator[str]:
    """The entries below ``ignore:``."""
    for ignore in ignores:
        yield from item({"code": ignore.code, "where": ignore.where, "reason": ignore.reason}, indent)


def with_ignores(text: str, ignores: Sequence[Ignore]) -> str | None:
    """The policy with these entries before its own ones, and nothing else changed.

    None where its list is written in brackets or in another way that takes no further line.
    """
    lines = text.splitlines(keepends=True)
    end = "\r\n" if text.endswith("\r\n") else "\n"
    place = next((number for number, line in enumerate(lines) if re.match(r"""(["']?)ignore\1\s*:""", line)), None)
    if place is None:
        before = text if not text or text.endswith("\n") else f"{text}{end}"
        return before + "".join(f"{line}{end}" for line in ("ignore:", *ignore_lines(ignores, "  ")))
    if not re.fullmatch(r"[^:]*:\s*(#.*)?", lines[place].rstrip()):
        return None
    items = (re.match(r"( *)- ", line) for line in lines[place + 1 :] if not re.fullmatch(r"\s*(#.*)?", line.rstrip()))
    first = next(items, None)
    indent = "  " if first is None else first[1]
    added = [f"{line}{end}" for line in ignore_lines(ignores, indent)]
    return "".join([*lines[: place + 1], *added, *lines[place + 1 :]])
