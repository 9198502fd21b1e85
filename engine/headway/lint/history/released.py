"""What a branch does to revisions that its base has, which databases have run. Pure: files in, changes out."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cached_property
from typing import NamedTuple

from headway.effects import model as fx
from headway.errors import ScriptError
from headway.reading.header import Header
from headway.reading.header_reader import header_of
from headway.reading.migration import Migration, read_migration
from headway.revision.graph import RevisionGraph
from headway.revision.model import Revision, as_tuple
from headway.source_text import text_of_source
from headway.valueclass import valueclass


class What(Enum):
    """What was done to a released revision."""

    REPOINTED = "re-pointed"
    DELETED = "deleted"
    RENAMED = "renamed"
    BODY = "changed in meaning"
    TEXT = "changed in text alone"


class Change(NamedTuple):
    """One of them."""

    what: What
    revision: str
    """Its id on the base."""
    was: Old
    """The file as the base has it."""
    now: str | None
    """The file in the work tree, as reports show it."""
    line: int | None = None
    detail: str = ""


@valueclass(frozen=True)
class Old:
    """A revision file as a base has it."""

    path: str
    """From the repository's top."""
    source: bytes
    header: Header

    @property
    def id(self) -> str:
        """Its revision id."""
        return str(self.header.values.get("revision"))

    @property
    def parents(self) -> tuple[str, ...]:
        """Its parents."""
        return _names(self.header, "down_revision")

    @property
    def needs(self) -> tuple[str, ...]:
        """What it depends on."""
        return _names(self.header, "depends_on")

    @cached_property
    def migration(self) -> Migration | None:
        """What it does; None where nobody can read it."""
        with suppress(ScriptError, SyntaxError, ValueError, RecursionError, MemoryError):
            return read_migration(self.path, text_of_source(self.source, self.path))
        return None

    @property
    def labels(self) -> tuple[str, ...]:
        """Its branch labels."""
        return _names(self.header, "branch_labels")

    @property
    def replaces(self) -> tuple[str, ...]:
        """What it is a squash of."""
        return _names(self.header, "replaces")

    def as_revision(self) -> Revision:
        """The node of the graph."""
        made = Revision(self.id, self.parents, self.needs, self.labels, path=self.path, lines=self.header.lines)
        return made._replace(replaces=self.replaces)


class Now(NamedTuple):
    """A revision file of the work tree."""

    path: str
    """From the repository's top."""
    source: bytes


@valueclass(frozen=True)
class Base:
    """The base of a branch, as far as the two differ."""

    name: str
    left: tuple[Old, ...]
    """What the base had where the branch left it, and the branch has changed or has no longer."""
    tip: tuple[Old, ...]
    """What the base has added or changed since."""
    tip_gone: frozenset[str]
    """The paths that the base has no longer."""
    elsewhere: frozenset[str] = frozenset()
    """The base's version folders, where they are not those of the work tree."""

    @cached_property
    def added(self) -> tuple[Old, ...]:
        """The revisions that the base has got since the branch left it."""
        before = {old.id for old in self.left}
        return tuple(old for old in self.tip if old.id not in before)


def revisions_in(files: Mapping[str, bytes]) -> tuple[Old, ...]:
    """The revision files among ``files``; what is none, or cannot be read, is left out."""
    return tuple(_old(files))


def base_of(
    name: str, left: Mapping[str, bytes], tip: Mapping[str, bytes], tip_gone: Iterable[str], elsewhere: Iterable[str]
) -> Base:
    """The base out of its files, by their path from the repository's top; those that are no revisions are left out."""
    return Base(name, tuple(_old(left)), tuple(_old(tip)), frozenset(tip_gone), frozenset(elsewhere))


def _old(files: Mapping[str, bytes]) -> Iterator[Old]:
    for path, source in files.items():
        if b"revision" not in source:
            continue
        with suppress(ScriptError):  # what the base had of unreadable files is no business of this change
            header = header_of(source, path)
            if isinstance(header.values.get("revision"), str) and "down_revision" in header.values:
                yield Old(path, source, header)


def changes(
    base: Base,
    graph: RevisionGraph,
    now: Mapping[str, Now],
    new: frozenset[str],
    inside: tuple[str, ...],
    squashed: Mapping[str, str],
) -> Iterator[Change]:
    """What the work tree does to the released revisions of ``base``.

    ``graph`` is the history of the work tree, ``now`` its files by revision id, ``new`` its new revisions, ``inside``
    its version folders from the repository's top, each with a slash at its end, ``squashed`` the released revisions that
    a squash stands for, each with the squash.
    """
    tip = {old.path: old.source for old in base.tip}
    moved = {_folder(old.path) for old in base.left if old.id in now and now[old.id].path != old.path} | base.elsewhere
    by_path = {file.path: id_ for id_, file in now.items()}
    for old in base.left:
        if not old.path.startswith(inside) and _folder(old.path) not in moved and old.id not in now:
            continue  # a Python file that is no revision of this history
        if old.id not in now:
            if old.path not in base.tip_gone and old.id not in squashed:
                yield _missing(old, by_path, now, new, graph)
            continue
        file = now[old.id]
        if file.source == old.source or tip.get(old.path) == file.source:
            continue
        yield from _changed(old, file, graph.ids[old.id], new, squashed)


def _missing(
    old: Old, by_path: Mapping[str, str], now: Mapping[str, Now], new: frozenset[str], graph: RevisionGraph
) -> Change:
    """A released id that no file has any longer: renamed, when a file does what it did, or else deleted."""
    other = by_path.get(old.path)
    if other is None:
        code = _code(old.source)
        other = next((id_ for id_ in sorted(new) if id_ in now and code and _code(now[id_].source) == code), None)
    if other is None:
        return Change(What.DELETED, old.id, old, None)
    return Change(What.RENAMED, old.id, old, now[other].path, graph.ids[other].line_of("revision"), other)


def _changed(
    old: Old, file: Now, revision: Revision, new: frozenset[str], squashed: Mapping[str, str]
) -> Iterator[Change]:
    parents, needs = revision.down_revisions, revision.depends_on
    followed, needed = ({squashed.get(name, name) for name in names} for names in (old.parents, old.needs))
    header_changed = (set(parents), set(needs), revision.replaces) != ({*old.parents}, {*old.needs}, old.replaces)
    if revision.replaces != old.replaces:
        detail = f"replacing {', '.join(old.replaces) or 'nothing'} to {', '.join(revision.replaces) or 'nothing'}"
        yield Change(What.REPOINTED, old.id, old, file.path, revision.line_of("replaces") or 1, detail)
    if set(parents) != followed or set(needs) != needed:
        slipped = sorted({*parents, *needs} & new)
        detail = f"{', '.join(old.parents) or 'no parent'} to {', '.join(parents) or 'no parent'}"
        if set(parents) == set(old.parents):
            detail = f"depends_on {', '.join(old.needs) or 'nothing'} to {', '.join(needs) or 'nothing'}"
        if slipped:
            detail += f", so that the new {', '.join(slipped)} comes before it"
        line = revision.line_of("down_revision") or 1
        yield Change(What.REPOINTED, old.id, old, file.path, line, detail)
    if header_changed and _code(old.source) == _code(file.source):
        return
    same = _code(old.source) == _code(file.source) or _does_the_same(old, file)
    yield Change(What.TEXT if same else What.BODY, old.id, old, file.path, _first_difference(old.source, file.source))


def _code(source: bytes) -> str | None:
    """The program without comments, docstrings, layout and header; None where it is no Python."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    tree.body = [statement for statement in tree.body if not _is_header(statement)]
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef):
            node.body = [one for one in body if not _is_text(one)]
    return ast.dump(tree)


def _is_header(statement: ast.stmt) -> bool:
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    return any(isinstance(target, ast.Name) and target.id in _HEADER for target in targets)


_HEADER = {"revision", "down_revision", "depends_on", "branch_labels", "replaces"}


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _does_the_same(old: Old, file: Now) -> bool:
    """Whether both are understood in full, and have the same effects in the same order."""
    current = Old(file.path, file.source, old.header).migration
    if old.migration is None or current is None:
        return False
    return _meaning(old.migration) == _meaning(current) is not None


def _meaning(migration: Migration) -> tuple[object, ...] | None:
    bodies = [(body.effects if body is not None else ()) for body in (migration.upgrade, migration.downgrade)]
    if any(_is_open(effect) for effects in bodies for effect in effects):
        return None
    return tuple(tuple(map(_placeless, effects)) for effects in bodies)


def _is_open(effect: fx.Effect) -> bool:
    """Whether an effect, or a part of it, was not read."""
    return isinstance(effect, fx.NotAnalysed | fx.RunsSql) or effect.conditional or _has_unknown(effect)


def _has_unknown(value: object) -> bool:
    if value is fx.UNKNOWN or isinstance(value, fx.Computed):
        return True
    if is_dataclass(value) and not isinstance(value, type):
        return any(_has_unknown(getattr(value, field.name)) for field in fields(value) if field.name != "span")
    return isinstance(value, tuple) and any(map(_has_unknown, value))


def _placeless(value: object) -> object:
    """A value without the places where it is written."""
    if isinstance(value, fx.Span):
        return None
    if is_dataclass(value) and not isinstance(value, type):
        told = [one for one in fields(value) if one.name != "python_default"]  # it is no part of any change
        return (type(value).__name__, *(_placeless(getattr(value, one.name)) for one in told))
    return tuple(map(_placeless, value)) if isinstance(value, tuple) else value


def _first_difference(one: bytes, other: bytes) -> int:
    """The line (from 1) of the second text where it is no longer the first."""
    lines = zip(one.splitlines(), other.splitlines(), strict=False)
    shorter = min(one.count(b"\n"), other.count(b"\n")) + 1
    return next((number for number, (a, b) in enumerate(lines, 1) if a != b), shorter)


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _names(header: Header, name: str) -> tuple[str, ...]:
    value = header.values.get(name)
    return as_tuple(value) if value is None or isinstance(value, str | tuple | list) else ()
