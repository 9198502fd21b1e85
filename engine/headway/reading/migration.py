"""What a revision file does, read from its source without executing any of it: effects, and the places unread.

What it cannot follow becomes ``NotAnalysed``: reported, never passed as clean.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from functools import cached_property

from headway.effects import model as fx
from headway.reading.budget import OutOfBudget
from headway.reading.flow import restore, snapshot
from headway.reading.reader import Call, Library, Surroundings, span_of
from headway.reading.statements import StatementReader
from headway.reading.syntax import parsed, statements_in
from headway.reading.values import NOTHING_KNOWN, Function, Module, Names, Op, Opaque, SourceFile, Tables
from headway.valueclass import valueclass


@valueclass(frozen=True, slots=True)
class Import:
    """One imported module: ``name`` as written (leading dots for relative ones)."""

    name: str
    span: fx.Span


@valueclass(frozen=True, slots=True)
class Body:
    """What ``upgrade()`` or ``downgrade()`` does."""

    span: fx.Span
    effects: tuple[fx.Effect, ...]
    empty: bool
    """Nothing in it but ``pass``, a docstring or ``...``."""
    raises: bool
    """It only raises an exception."""


@valueclass(frozen=True)
class Migration:
    """A revision file as far as the source tells."""

    path: str
    lines: tuple[str, ...]
    imports: tuple[Import, ...]
    upgrade: Body | None
    constants: Mapping[str, object]
    """Module-level names with a plain value."""
    source: str = field(repr=False)
    package: str
    """What relative imports start from."""
    modules: Mapping[str, tuple[str, str, str]] = field(repr=False, compare=False)
    """The text, the package and the path of each module of the project that it uses, as far as it has been read."""
    _later: list[Callable[[], Body | None]] = field(repr=False, compare=False)
    """What reads ``downgrade()``; let go of when it has."""
    _trees: list[ast.Module] = field(repr=False, compare=False)
    """The file's syntax tree, until somebody takes it: those of thousands of files are not kept."""

    @cached_property
    def downgrade(self) -> Body | None:
        """What ``downgrade()`` does; read when somebody asks, which for most files of a long history nobody does."""
        return self._later.pop()()

    def take_tree(self) -> ast.Module:
        """The file's syntax tree, for one who may change it."""
        return self._trees.pop() if self._trees else ast.parse(self.source)


def read_migration(
    path: str,
    source: str,
    *,
    databases: frozenset[str] | None = None,
    library: Library | None = None,
    package: str = "",
) -> Migration:
    """The migration in ``source``.

    ``path`` only names it in spans; ``databases`` are those that the history runs on, ``library`` finds the project's
    own modules, ``package`` is what relative imports start from. Raises SyntaxError, ValueError when it is not Python.
    """
    try:
        tree = ast.parse(source, filename=path)
    except (RecursionError, MemoryError) as error:
        raise ValueError("it nests deeper than Python itself can read") from error
    lines = tuple(source.removesuffix("\n").split("\n"))
    file = SourceFile(path, lines, package, may_yield="yield" in source)
    reader = FileReader(file, databases, library)
    reader.read(tree)
    return Migration(
        path=path,
        lines=lines,
        imports=tuple(_imports(path, tree)),
        upgrade=reader.body("upgrade"),
        constants=reader.constants(),
        source=source,
        package=package,
        modules=reader.texts,
        _later=[lambda: reader.body("downgrade")],
        _trees=[tree],
    )


class FileReader(StatementReader):
    """Reads one revision file: the module first, then its two functions."""

    gave_up = False
    """Whether something was not read to its end."""

    def read(self, tree: ast.Module) -> None:
        """Reads what the module does when it is imported."""
        self.scope = self._caller = Names(self.file)
        self._guarded(tree, lambda: self.block(tree.body, self.scope))
        self._at_import = tuple(self.effects)
        self._functions = {
            node.name: node
            for node in tree.body
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name in ("upgrade", "downgrade")
        }

    def body(self, name: str) -> Body | None:
        """What one of the two functions does; what the import of the file does is told with it."""
        value = self.scope.names.get(name)
        node = self._functions.get(name)
        if node is None and value is None:
            return None
        self.effects = list(self._at_import)
        self.here = Surroundings()
        self.transaction = 0
        start = snapshot(self.scope)
        place: ast.AST = node if node is not None else ast.Constant(None, lineno=1, col_offset=0)
        if isinstance(value, Function):
            given = Call(value.node, keywords=_given(value.node.args))  # type: ignore[arg-type]  # only a place
            self._guarded(place, lambda: self.run_function(value, given))
        else:
            self.not_analysed(place, self.scope, f"{name} is no function of this file")
        restore(start)
        statements = [inner for inner in node.body if not _is_filler(inner)] if node is not None else []
        return Body(
            span=span_of(self.file.path, place),
            effects=tuple(self.effects),
            empty=node is not None and not statements and not self._at_import,
            raises=len(statements) == 1 and isinstance(statements[0], ast.Raise),
        )

    def _guarded(self, node: ast.AST, read) -> None:  # type: ignore[no-untyped-def]  # what it returns is of no interest
        try:
            read()
        except OutOfBudget as error:
            self._give_up(node, str(error))
        except RecursionError:
            self._give_up(node, "it nests too deep")
        except (ValueError, MemoryError) as error:
            self._give_up(node, str(error) or "it takes too much memory")

    def _give_up(self, node: ast.AST, why: str) -> None:
        self.gave_up = True
        self.here = Surroundings()
        self.entry = None
        self.stack.clear()
        self._on_yield.clear()
        self._caller = self.scope
        self.effects.append(
            fx.NotAnalysed(
                span=span_of(self.file.path, node), reason=f"not read to its end: {why}", order=len(self.effects)
            )
        )

    def module_name(self, name: str, line: int) -> object:
        """What a name of the module stands for when it has been imported; ``line`` is where it is bound."""
        node = ast.Name(name, ast.Load(), lineno=line, col_offset=0)
        found: list[object] = [NOTHING_KNOWN]
        self._guarded(node, lambda: found.append(self.evaluate(node, self.scope)))
        return found[-1]

    def constants(self) -> dict[str, object]:
        """Module-level names with a plain value."""
        return {
            name: str(value) if isinstance(value, str) else value
            for name, value in self.scope.names.items()
            if value is None or isinstance(value, str | int | float | bool)
        }

    def read_module(self, name: str, path: str, text: str, package: str, node: ast.AST) -> Module | None:
        try:
            tree = parsed(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
        scope = Names(SourceFile(path, (), package, names_alembic="alembic" in text, may_yield="yield" in text))
        made = Module(name, scope)
        self._modules[name] = made
        caller, entry = self._caller, self.entry
        if entry is None:
            self.entry = self.span(node, caller)
        self._caller = scope
        importing, self.importing = self.importing, True
        stack, self.stack = self.stack, []
        here, self.here = self.here, Surroundings()
        try:
            self.block(tree.body, scope)
        finally:
            self._caller, self.entry = caller, entry
            self.importing, self.stack, self.here = importing, stack, here
        return made


def _imports(path: str, tree: ast.Module) -> Iterator[Import]:
    for node in statements_in(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, span_of(path, node))
        elif isinstance(node, ast.ImportFrom):
            yield Import("." * node.level + (node.module or ""), span_of(path, node))


def _given(arguments: ast.arguments) -> dict[str, object]:
    """What env.py gives ``upgrade()`` through ``run_migrations(**kw)``: anything, and often the operations."""
    names = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
    usual: dict[str, object] = {"op": Op(), "operations": Op(), "tables": Tables()}
    return {name: usual.get(name, Opaque(name, power=True)) for name in names}


def _is_filler(node: ast.stmt) -> bool:
    """A docstring, ``pass`` or ``...``."""
    return isinstance(node, ast.Pass) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
