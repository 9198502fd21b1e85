"""Several revision files as one: each becomes a function that holds the module as it was. Text in, text out.

Nothing in a module is renamed or moved: what two of them call by the same name stays apart, because each is a scope of
its own. What means something else inside a function is refused.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Sequence

from headway.errors import ScriptError, not_python
from headway.pattern import pattern
from headway.reading.header import NAMES
from headway.valueclass import valueclass

_COMMENT = pattern(r"# revision identifiers.*")
_RUN = ("upgrade", "downgrade")
_ASKS_FOR_ITS_MODULE = frozenset({"globals", "__name__", "__spec__", "__package__", "__loader__"})


@valueclass(frozen=True, slots=True)
class Member:
    """One of the files."""

    revision: str
    path: str
    """As errors show it."""
    source: str


@valueclass(frozen=True, slots=True)
class Concatenated:
    """The parts of the new file."""

    futures: tuple[str, ...]
    """What it imports from ``__future__``."""
    takes_arguments: bool
    """Whether ``upgrade()`` and ``downgrade()`` are given any, as an env.py for several databases does."""
    upgrade: str
    """The lines of ``upgrade()``, not indented."""
    downgrade: str
    functions: str
    """One function for each file, to stand below."""


def concatenated(members: Sequence[Member]) -> Concatenated:
    """The files in the order in which they run. Raises ScriptError for one that cannot stand in a function."""
    names = {member.revision: f"_{number}_{_word(member.revision)}" for number, member in enumerate(members, 1)}
    trees = {member.revision: _tree(member) for member in members}
    takes = any(_takes_arguments(tree) for tree in trees.values())
    passed = ", given" if takes else ""
    functions = [_function(names[member.revision], member, trees[member.revision], takes) for member in members]
    return Concatenated(
        futures=tuple(sorted({name for tree in trees.values() for name in _futures(tree)})),
        takes_arguments=takes,
        upgrade="\n".join(f'{names[member.revision]}("upgrade"{passed})' for member in members),
        downgrade="\n".join(f'{names[member.revision]}("downgrade"{passed})' for member in reversed(members)),
        functions="\n\n\n".join(functions),
    )


def _function(name: str, member: Member, tree: ast.Module, takes_arguments: bool) -> str:
    body = "\n".join(f"    {line}" if indent and line else line for line, indent in _lines(member, tree)).strip("\n")
    more, given = (", _given: Any", "**_given") if takes_arguments else ("", "")
    return (
        f"def {name}(_wanted: str{more}) -> None:\n{_told(member, tree)}{body}\n\n"
        f'    if _wanted == "upgrade":\n        upgrade({given})\n    else:\n        downgrade({given})'
    )


def _told(member: Member, tree: ast.Module) -> str:
    """Which revision it was, and what its docstring began with."""
    paragraph = (ast.get_docstring(tree) or "").strip().partition("\n\n")[0]
    said = f"{member.revision}: {' '.join(paragraph.split())}" if paragraph else member.revision
    return "" if '"' in said or "\\" in said else f'    """{said}"""\n'


def _takes_arguments(tree: ast.Module) -> bool:
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name in _RUN]
    return any(ast.unparse(node.args) for node in functions)


def _tree(member: Member) -> ast.Module:
    try:
        tree = ast.parse(member.source)
    except SyntaxError as error:
        raise not_python(error, member.path) from error
    defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    for name in _RUN:
        if name not in defined:
            raise ScriptError(f"{member.revision} has no {name}() of its own to take over", path=member.path)
    for node in ast.walk(tree):
        if why := _out_of_place(node):
            raise ScriptError(
                f"{why}, which means something else inside of a function",
                path=member.path,
                line=getattr(node, "lineno", None),
                hint="Squash a range without this revision, or leave out --keep-operations.",
            )
    return tree


def _out_of_place(node: ast.AST) -> str | None:
    """Why a node cannot stand in a function as it stood in its module."""
    if isinstance(node, ast.Global):
        return f"'global {', '.join(node.names)}'"
    if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
        return f"'from {node.module} import *'"
    if isinstance(node, ast.Name) and node.id in _ASKS_FOR_ITS_MODULE:
        return f"'{node.id}'"
    return None


def _lines(member: Member, tree: ast.Module) -> Iterator[tuple[str, bool]]:
    """The lines that are kept, and whether each is the program's to indent: those inside a text are part of it."""
    dropped = set(_dropped(tree, member.source))
    inside = _inside_texts(member.source)
    for number, line in enumerate(member.source.split("\n"), 1):
        if number not in dropped:
            yield line, number not in inside


def _dropped(tree: ast.Module, source: str) -> Iterator[int]:
    """The lines of the header, which the new file has in its own words, and of imports that must stand at its top."""
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    for index, node in enumerate(tree.body):
        neighbours = (*tree.body[max(0, index - 1) : index], *tree.body[index + 1 : index + 2])
        if any(other.lineno == node.end_lineno or other.end_lineno == node.lineno for other in neighbours):
            continue  # several statements on one line
        if _is_docstring(node, index) or _is_future(node) or (_bound(node) in NAMES and _bound(node) not in used):
            yield from range(node.lineno, (node.end_lineno or node.lineno) + 1)
    for number, line in enumerate(source.split("\n"), 1):
        if _COMMENT.fullmatch(line):
            yield number


def _bound(node: ast.stmt) -> str | None:
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    (target,) = targets if len(targets) == 1 else (None,)
    return target.id if isinstance(target, ast.Name) else None


def _is_docstring(node: ast.stmt, index: int) -> bool:
    return not index and isinstance(node, ast.Expr) and isinstance(getattr(node.value, "value", None), str)


def _is_future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__" and not node.level


def _futures(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and _is_future(node):
            yield from (alias.name for alias in node.names)


def _inside_texts(source: str) -> set[int]:
    """The lines that begin inside a text, whose white space belongs to it."""
    found: set[int] = set()
    begun: list[int] = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        kind = tokenize.tok_name[token.type]
        if kind == "STRING":
            found.update(range(token.start[0] + 1, token.end[0] + 1))
        elif kind in ("FSTRING_START", "TSTRING_START"):  # from Python 3.12 on
            begun.append(token.start[0])
        elif kind in ("FSTRING_END", "TSTRING_END"):
            found.update(range(begun.pop() + 1, token.end[0] + 1))
    return found


def _word(revision: str) -> str:
    return re.sub(r"\W", "_", revision)
