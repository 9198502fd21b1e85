"""Takes out of a revision what should run in a revision of its own, behind it: indexes that are built and dropped without
a lock, and the look at the rows of a constraint. Values in, values out; writes no file.

What is written in an unusual way, or could not come later, stays where it is.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterable, Iterator, Sequence

from headway.effects import model as fx
from headway.effects.keys import foreign_keys
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding
from headway.lint.fixes.mending import Edit
from headway.lint.fixes.rewriting import AUTOCOMMIT, Call, call_of
from headway.valueclass import valueclass

INDEXES = frozenset({"LCK101", "LCK102"})
CONSTRAINTS = frozenset({"LCK107", "LCK108"})


@valueclass(frozen=True, slots=True)
class Part:
    """What is to stand in a revision of its own, and what changes in the file that it comes from."""

    message: str
    edits: tuple[Edit, ...]
    upgrade: str
    """Lines of Python, not indented."""
    downgrade: str
    imports: tuple[str, ...]
    takes_arguments: bool
    """Whether the functions get what env.py passes on."""
    mends: tuple[Finding, ...]


def parts_of(file: RevisionFile, findings: Iterable[Finding], facts: Facts) -> list[Part]:
    """The revisions that are to follow the one of ``file``, in their order, so that these findings of it are gone."""
    functions = _Functions(file)
    open_ = [finding for finding in findings if finding.fix is None]
    made = [
        _together(
            _indexes([one for one in open_ if one.code in INDEXES], file, functions, facts), functions, "indexes"
        ),
        _together(
            _constraints([one for one in open_ if one.code in CONSTRAINTS], file, functions, facts), functions, "check"
        ),
    ]
    return [part for part in made if part is not None]


@valueclass(frozen=True, slots=True)
class _Moved:
    """What comes of one finding."""

    finding: Finding
    edits: tuple[Edit, ...]
    upgrade: str
    downgrade: str
    what: str


def _together(moved: Iterable[_Moved], functions: _Functions, kind: str) -> Part | None:
    moved = list(moved)
    text = "\n".join(part for one in moved for part in (one.upgrade, one.downgrade))
    imports = _imports(text, functions.file) if moved else None
    if imports is None:
        return None
    words = {"indexes": "change {} without a lock", "check": "validate {}"}[kind]
    return Part(
        message=words.format(", ".join(one.what for one in moved)),
        edits=functions.not_emptied(edit for one in moved for edit in one.edits),
        upgrade="\n".join(one.upgrade for one in moved),
        downgrade="\n".join(one.downgrade for one in reversed(moved) if one.downgrade),
        imports=imports,
        takes_arguments=functions.takes_arguments,
        mends=tuple(one.finding for one in moved),
    )


# -- indexes ----------------------------------------------------------------------------------------------------------


def _indexes(findings: Sequence[Finding], file: RevisionFile, functions: _Functions, facts: Facts) -> Iterator[_Moved]:
    if facts.runs_on("mysql"):  # which has no IF EXISTS for an index
        return
    for finding in findings:
        effect = _effect_at(finding, file.upgrade_effects, (fx.CreatesIndex, fx.DropsIndex))
        if not isinstance(effect, fx.CreatesIndex | fx.DropsIndex) or not isinstance(effect.name, str):
            continue
        if not _may_come_later(effect, file):
            continue
        if isinstance(effect, fx.CreatesIndex) and facts.known.may_be_partitioned(effect):
            continue
        call = functions.statement("upgrade", effect)
        back = _back(effect, file, functions)
        written = _concurrent(call, effect)
        if call is None or back is None or written is None:
            continue
        if functions.is_commented(effect.span) or functions.is_commented(back.span):
            continue
        edits = (_out(effect.span), _out(back.span))
        yield _Moved(finding, edits, written, back.text, effect.name)


@valueclass(frozen=True, slots=True)
class _Back:
    text: str
    span: fx.Span


def _back(effect: fx.CreatesIndex | fx.DropsIndex, file: RevisionFile, functions: _Functions) -> _Back | None:
    """The way back of an operation on an index, and where it stands; None where it is not plainly there."""
    kind = fx.DropsIndex if isinstance(effect, fx.CreatesIndex) else fx.CreatesIndex
    others = [other for other in file.downgrade_effects if getattr(other, "name", None) == effect.name]
    if not others:
        return None
    other = others[0]
    if len(others) > 1 or not isinstance(other, kind):
        return None
    if any(one.order < other.order and _is_near(one, other) for one in file.downgrade_effects):
        return None
    written = _concurrent(functions.statement("downgrade", other), other)
    return None if written is None else _Back(written, other.span)


def _concurrent(call: Call | None, effect: fx.Effect) -> str | None:
    """The call with CONCURRENTLY in a block of its own, not indented."""
    if call is None:
        return None
    guard = "if_not_exists" if isinstance(effect, fx.CreatesIndex) else "if_exists"
    written = call.with_keywords(postgresql_concurrently="True", **{guard: "True"})
    if written is None or "\t" in call.text.partition("(")[0] + call.indent:
        return None
    flush = Call("\n".join(_without(call.indent, written.text)), written.node, "")
    return flush.inside(AUTOCOMMIT)


def _without(indent: str, text: str) -> Iterator[str]:
    """The lines of a call that stands further left by ``indent``."""
    first, *rest = text.split("\n")
    yield first
    yield from (line.removeprefix(indent) for line in rest)


def _may_come_later(effect: fx.CreatesIndex | fx.DropsIndex | fx.AddsConstraint, file: RevisionFile) -> bool:
    """Whether nothing behind the operation can stand in its way, or need it."""
    return not any(other.order > effect.order and _is_near(other, effect) for other in file.upgrade_effects)


def _is_near(other: fx.Effect, effect: fx.CreatesIndex | fx.DropsIndex | fx.AddsConstraint) -> bool:
    """Whether ``other`` may need what ``effect`` makes, take it away, or stand in its way. What is not known is near."""
    if isinstance(other, fx.Reads):
        return False
    if not isinstance(other, _TOLD) or getattr(other, "name", None) == effect.name:
        return True
    table, own = getattr(other, "table", None), effect.table
    if not isinstance(table, str) or not isinstance(own, str):
        return True
    may_be_unique = not isinstance(effect, fx.AddsConstraint) and getattr(effect, "unique", fx.UNKNOWN) is not False
    points = [key.table for key in foreign_keys(other)]
    if isinstance(other, fx.AddsConstraint) and other.using_index is not None:
        return True
    if may_be_unique and any(not isinstance(one, str) or one == own for one in points):
        return True  # a key needs a unique index of what it points to
    if table != own or isinstance(other, fx.CreatesTable):
        return isinstance(other, fx.RenamesTable) and other.new_name == own
    if isinstance(other, fx.ChangesData):
        return may_be_unique  # rows may be told apart by it, or may only now be alike
    return not isinstance(
        other, fx.AddsColumn | fx.CreatesIndex | fx.DropsIndex | fx.AddsConstraint | fx.DropsConstraint
    )


_TOLD = (
    *(fx.AddsColumn, fx.AltersColumn, fx.DropsColumn, fx.CreatesIndex, fx.DropsIndex, fx.AddsConstraint),
    *(fx.DropsConstraint, fx.CreatesTable, fx.DropsTable, fx.RenamesTable, fx.ChangesData),
)
"""Effects that tell what they touch."""


# -- constraints --------------------------------------------------------------------------------------------------------


def _constraints(
    findings: Sequence[Finding], file: RevisionFile, functions: _Functions, facts: Facts
) -> Iterator[_Moved]:
    for finding in findings:
        effect = _effect_at(finding, file.upgrade_effects, (fx.AddsConstraint,))
        if not isinstance(effect, fx.AddsConstraint) or not _is_plain(effect.name) or not _is_plain(effect.table):
            continue
        if effect.schema is not None and not _is_plain(effect.schema):
            continue
        call = functions.statement("upgrade", effect)
        written = None if call is None else call.with_keywords(postgresql_not_valid="True")
        if call is None or written is None or not _may_come_later(effect, file):
            continue
        # A CHECK's name is often completed by a naming_convention of the metadata, which no source tells; op.f() says no.
        if effect.kind is fx.ConstraintKind.CHECK and not ast.unparse(
            call.node.args[0] if call.node.args else call.node
        ).startswith("op.f("):
            continue
        span = effect.span
        edit = Edit(span.line, span.end_line, written.text, span.column, span.end_column)
        table = ".".join(f'"{part}"' for part in (effect.schema, effect.table) if part)
        validate = f"op.execute('ALTER TABLE {table} VALIDATE CONSTRAINT \"{effect.name}\"')"
        if facts.dialects != {"postgresql"}:
            validate = f'if op.get_context().dialect.name == "postgresql":\n    {validate}'
        yield _Moved(finding, (edit,), validate, "", str(effect.name))


def _is_plain(name: object) -> bool:
    """Whether a name means the same in quotes, in a text and in a pattern of parameters."""
    return isinstance(name, str) and re.fullmatch(r"\w{1,63}", name, re.ASCII) is not None


# -- source -------------------------------------------------------------------------------------------------------------


class _Functions:
    """The statements of ``upgrade()`` and ``downgrade()`` themselves, and in no block of them."""

    def __init__(self, file: RevisionFile) -> None:
        self.file = file
        self.takes_arguments = False
        """Whether env.py passes something on to them."""
        self.bodies: dict[str, list[ast.stmt]] = {"upgrade": [], "downgrade": []}
        for node in ast.parse(file.migration.source).body:
            if isinstance(node, ast.FunctionDef) and node.name in self.bodies:
                self.bodies[node.name] = node.body
                self.takes_arguments |= bool(ast.unparse(node.args))

    def statement(self, function: str, effect: fx.Effect) -> Call | None:
        """The call of an effect, where it is a statement of the function."""
        span = effect.span
        there = any(
            isinstance(one, ast.Expr) and (one.lineno, one.col_offset + 1) == (span.line, span.column)
            for one in self.bodies[function]
        )
        return call_of(effect, self.file) if there else None

    def is_commented(self, span: fx.Span) -> bool:
        """Whether somebody has written something at a statement, which would be lost, or left behind."""
        lines = self.file.migration.lines
        above = lines[span.line - 2].strip() if span.line > 1 else ""
        behind = lines[span.end_line - 1].encode()[span.end_column - 1 :].strip()
        return bool(behind) or (above.startswith("#") and not above.startswith("# ###"))

    def not_emptied(self, edits: Iterable[Edit]) -> tuple[Edit, ...]:
        """The edits, with ``pass`` for the first statement of a function that they would take all statements from."""
        by_line = {edit.line: edit for edit in edits}
        for body in self.bodies.values():
            statements = [
                one for one in body if not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))
            ]
            taken = [one for one in statements if one.lineno in by_line and by_line[one.lineno].text is None]
            if taken and len(taken) == len(statements):
                first = by_line[taken[0].lineno]
                by_line[first.line] = Edit(first.line, first.end_line, "pass", taken[0].col_offset + 1)
        return tuple(by_line.values())


def _out(span: fx.Span) -> Edit:
    """Takes a statement out."""
    return Edit(span.line, span.end_line, None)


def _effect_at(
    finding: Finding, effects: Iterable[fx.Effect], kinds: tuple[type[fx.Effect], ...]
) -> fx.CreatesIndex | fx.DropsIndex | fx.AddsConstraint | None:
    """The one effect that a finding is about."""
    found = [
        effect
        for effect in effects
        if isinstance(effect, kinds) and (effect.span.line, effect.span.column) == (finding.line, finding.column)
    ]
    only = found[0] if len(found) == 1 else None
    return only if isinstance(only, fx.CreatesIndex | fx.DropsIndex | fx.AddsConstraint) else None


def _imports(text: str, file: RevisionFile) -> tuple[str, ...] | None:
    """The imports of the file that ``text`` needs; None where it needs more than imports."""
    needed = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)} - set(dir(builtins))
    found: dict[str, str] = {}
    for node in ast.parse(file.migration.source).body:
        if isinstance(node, ast.Import | ast.ImportFrom) and getattr(node, "module", "") != "__future__":
            for alias in node.names:
                name = alias.asname or alias.name.partition(".")[0]
                found[name] = ast.unparse(
                    ast.Import([alias])
                    if isinstance(node, ast.Import)
                    else ast.ImportFrom(node.module, [alias], node.level)
                )
    missing = needed - found.keys()
    return None if missing else tuple(sorted({found[name] for name in needed}))
