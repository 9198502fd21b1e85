"""YAML, read with the line of each value. The only module that knows it; what may stand in a policy is told elsewhere.

A branch may bring the file along, so that one which would cost seconds or gigabytes is refused before it is made.
"""

from __future__ import annotations

import re
from typing import Any

from headway.errors import ConfigError
from headway.search_path import import_own

MOST_BYTES = 128 * 1024
MOST_NODES = 20_000
MOST_DEPTH = 20
MOST_BRACKETS = 200

Path = tuple[str | int, ...]
"""The keys and places that lead from the document to one of its values."""


def read_yaml(path: str, data: bytes) -> tuple[Any, dict[Path, int]]:
    """The document in ``data`` and the line of each of its keys and items.

    Raises ConfigError, which names the file ``path``, the line where there is one, and what to do.
    """
    yaml = import_own("yaml")  # late: most commands find no policy
    if len(data) > MOST_BYTES:
        hint = (
            "Take accepted findings that no longer exist out of it; the sizes of tables can have a file of their own."
        )
        raise ConfigError(f"a policy of {len(data)} bytes is not read; {MOST_BYTES} are enough", path=path, hint=hint)
    if _open_brackets(data) > MOST_BRACKETS:  # the library takes the square of it in seconds
        raise _no_yaml(path, None, _TOO_DEEP)
    try:
        loader = yaml.SafeLoader(_decoded(data, path))
        node = loader.get_single_node()
        lines = _lines_of(node, path)  # before the values are made: an alias in it may stand for millions
        return (loader.construct_document(node) if node is not None else None), lines
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise _no_yaml(path, line, error.problem or error.context) from error
    except RecursionError as error:
        raise _no_yaml(path, None, _TOO_DEEP) from error
    except (yaml.YAMLError, ValueError, TypeError) as error:
        # A day that the calendar lacks, a number of 10,000 digits: the library says so in its way.
        raise _no_yaml(path, None, " ".join(str(error).split())) from error


_TOO_DEEP = "it is nested too deeply"


def _decoded(data: bytes, path: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError("this is not UTF-8", path=path, line=line, hint="Save the file as UTF-8.") from error


_HINTS = (
    (r"'\\t'", "Indent with spaces; YAML takes no tabs there."),
    (r"another document", "Keep one document: take the line '---' and what follows it away."),
    (r"alias", "An alias (*name) needs an anchor (&name) above it; a text that begins with * wants quotes."),
    (r"nested", "A policy is a few levels deep; see docs/configuration.md."),
    (r"special characters", "Take the control character away; an editor may show it as a box or not at all."),
)
_GENERAL_HINT = (
    "Look there, and at the line above, for an open bracket or quote, a missing ':' or other indentation; a text with "
    "': ', ' #' or one of []{}&*!|>%@` at its beginning wants quotes."
)


def _no_yaml(path: str, line: int | None, problem: str | None) -> ConfigError:
    said = problem or "nothing says why"
    hint = next((hint for pattern, hint in _HINTS if re.search(pattern, said)), _GENERAL_HINT)
    return ConfigError(f"this is not YAML: {said}", path=path, line=line, hint=hint)


def _open_brackets(data: bytes) -> int:
    """The most brackets that are open at once, those in texts included."""
    depth = most = 0
    for byte in data:
        if byte in b"[{":
            depth += 1
            most = max(most, depth)
        elif byte in b"]}":
            depth -= 1
    return most


def _lines_of(node: Any, path: str) -> dict[Path, int]:
    """The line of each key and item. Raises ConfigError for more of them than any policy has, aliases counted in full."""
    lines: dict[Path, int] = {}
    waiting: list[tuple[Any, Path]] = [(node, ())]
    for _ in range(MOST_NODES):
        if not waiting:
            return lines
        node, at = waiting.pop()
        if len(at) > MOST_DEPTH:
            break
        inner = enumerate(getattr(node, "value", ())) if getattr(node, "id", "") == "sequence" else ()
        pairs: list[tuple[str | int, Any, Any]] = [(index, value, value) for index, value in inner]
        if getattr(node, "id", "") == "mapping":
            pairs = [(str(key.value) if key.id == "scalar" else "", key, value) for key, value in node.value]
        for name, marked, value in pairs:
            lines[(*at, name)] = marked.start_mark.line + 1
            waiting.append((value, (*at, name)))
    raise ConfigError(
        f"this policy has more than {MOST_NODES} values, or more than {MOST_DEPTH} within each other, "
        "each use of an alias counted",
        path=path,
        hint="Write out what the aliases stand for; one that holds itself has no end.",
    )
