"""Reads what a revision file does from its source, as effects, without executing any of it.

Follows ``with op.batch_alter_table(…)``, autocommit blocks, branches, loops over literals and the file's own helper
functions. What it cannot follow becomes ``NotAnalysed``: reported, never passed as clean.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from headway.effects import model as fx
from headway.script.constants import Scope, dotted, value_of
from headway.script.operation_calls import DIRECTIVES, TABLE_PARAMETERS, Call, effects_of_statement

MAX_DEPTH = 8  # helper functions calling helper functions


@dataclass(frozen=True, slots=True)
class Import:
    """One imported module: ``name`` as written (leading dots for relative ones)."""

    name: str
    span: fx.Span


@dataclass(frozen=True, slots=True)
class Body:
    """What ``upgrade()`` or ``downgrade()`` does."""

    span: fx.Span
    effects: tuple[fx.Effect, ...]
    empty: bool
    """Nothing in it but ``pass``, a docstring or ``...``."""
    raises: bool
    """It only raises an exception."""


@dataclass(frozen=True, slots=True)
class Migration:
    """A revision file as far as the source tells."""

    path: str
    lines: tuple[str, ...]
    imports: tuple[Import, ...]
    upgrade: Body | None
    downgrade: Body | None
    constants: Scope
    """Module-level names with a literal value."""


def read_migration(path: str, source: str) -> Migration:
    """The migration in ``source``; ``path`` only names it in spans.

    Raises SyntaxError, ValueError when it is not Python.
    """
    tree = ast.parse(source, filename=path)
    reader = _Reader(path, tree)
    return Migration(
        path=path,
        lines=tuple(source.splitlines()),
        imports=tuple(_imports(path, tree)),
        upgrade=reader.body("upgrade"),
        downgrade=reader.body("downgrade"),
        constants=reader.constants,
    )


def _imports(path: str, tree: ast.Module) -> Iterator[Import]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, _span(path, node))
        elif isinstance(node, ast.ImportFrom):
            yield Import("." * node.level + (node.module or ""), _span(path, node))


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the reader stands: what surrounds the statement and what the names mean there."""

    scope: dict[str, object]
    batches: dict[str, Call]
    """Names bound by ``with op.batch_alter_table(…) as name``."""
    connections: frozenset[str]
    """Names bound to ``op.get_bind()``."""
    autocommit: bool = False
    conditional: bool = False
    depth: int = 0


class _Reader:
    def __init__(self, path: str, tree: ast.Module) -> None:
        self.path = path
        self.ops, self.directives = _names_of_op(tree)
        self.functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
        self.constants: dict[str, object] = {}
        for node in tree.body:
            self._bind(node, self.constants)

    def body(self, name: str) -> Body | None:
        function = self.functions.get(name)
        if function is None:
            return None
        statements = [node for node in function.body if not _is_filler(node)]
        place = _Place(scope=dict(self.constants), batches={}, connections=frozenset())
        return Body(
            span=_span(self.path, function),
            effects=tuple(self._block(function.body, place)),
            empty=not statements,
            raises=len(statements) == 1 and isinstance(statements[0], ast.Raise),
        )

    # -- statements ---------------------------------------------------------------------------------------------

    def _block(self, statements: Sequence[ast.stmt], place: _Place) -> Iterator[fx.Effect]:
        for statement in statements:
            if isinstance(statement, ast.Assign | ast.AnnAssign):
                yield from self._expressions(statement, place)
                place = self._after_assignment(statement, place)
            else:
                yield from self._statement(statement, place)

    def _statement(self, statement: ast.stmt, place: _Place) -> Iterator[fx.Effect]:
        match statement:
            case ast.With():
                yield from self._with(statement, place)
            case ast.For(target=ast.Name(id=name), iter=items):
                yield from self._for(statement, name, value_of(items, place.scope), place)
            case ast.If() | ast.For() | ast.While() | ast.Try() | ast.Match():
                inside = replace(place, conditional=True)
                for block in _blocks(statement):
                    yield from self._block(block, replace(inside, scope=dict(place.scope)))
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                return
            case _:
                yield from self._expressions(statement, place)

    def _for(self, loop: ast.For, name: str, items: object, place: _Place) -> Iterator[fx.Effect]:
        if not isinstance(items, tuple):
            scope = {**place.scope, name: fx.UNKNOWN}
            yield from self._block(loop.body, replace(place, scope=scope, conditional=True))
            return
        for item in items:
            yield from self._block(loop.body, replace(place, scope={**place.scope, name: item}))

    def _with(self, statement: ast.With, place: _Place) -> Iterator[fx.Effect]:
        for item in statement.items:
            call = item.context_expr
            path = dotted(call)
            if path.endswith("autocommit_block()"):
                place = replace(place, autocommit=True)
            elif isinstance(call, ast.Call) and self._directive(call, place) == "batch_alter_table":
                batch = self._bind_arguments(call, ("table_name", "schema"), place)
                if isinstance(item.optional_vars, ast.Name):
                    place = replace(place, batches={**place.batches, item.optional_vars.id: batch})
            else:
                yield from self._expressions(call, place)
        yield from self._block(statement.body, place)

    def _after_assignment(self, statement: ast.Assign | ast.AnnAssign, place: _Place) -> _Place:
        scope = dict(place.scope)
        self._bind(statement, scope)
        place = replace(place, scope=scope)
        value = statement.value
        if isinstance(value, ast.Call) and self._directive(value, place) == "get_bind":
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            names = {target.id for target in targets if isinstance(target, ast.Name)}
            place = replace(place, connections=place.connections | names)
        return place

    def _bind(self, statement: ast.stmt, scope: dict[str, object]) -> None:
        """Notes what the names of an assignment stand for."""
        if isinstance(statement, ast.Assign):
            targets, value = statement.targets, statement.value
        elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
            targets, value = [statement.target], statement.value
        else:
            return
        for target in targets:
            if isinstance(target, ast.Name):
                scope[target.id] = value_of(value, scope)

    # -- expressions --------------------------------------------------------------------------------------------

    def _expressions(self, node: ast.AST, place: _Place) -> Iterator[fx.Effect]:
        """The effects of every call inside ``node``, outermost first, in source order."""
        if isinstance(node, ast.Call):
            yield from self._call(node, place)
            return
        for child in ast.iter_child_nodes(node):
            yield from self._expressions(child, place)

    def _call(self, call: ast.Call, place: _Place) -> Iterator[fx.Effect]:
        name = self._directive(call, place)
        span = _span(self.path, call)
        if name is not None:
            yield from self._run_directive(call, name, place)
        elif (batch := self._batch_of(call, place)) is not None:
            yield from self._run_in_batch(call, batch, place)
        elif self._is_connection_execute(call, place):
            statement = call.args[0] if call.args else None
            yield from self._marked(effects_of_statement(statement, place.scope, span), place)
        elif isinstance(call.func, ast.Name) and call.func.id in self.functions:
            yield from self._helper(call, self.functions[call.func.id], place)
        elif self._hands_over_op(call, place):
            reason = f"{dotted(call.func) or 'a call'}() is given the operations and lives elsewhere"
            yield from self._marked(iter([fx.NotAnalysed(span=span, reason=reason)]), place)
        else:
            for child in ast.iter_child_nodes(call):
                yield from self._expressions(child, place)

    def _run_directive(self, call: ast.Call, name: str, place: _Place) -> Iterator[fx.Effect]:
        directive = DIRECTIVES.get(name)
        if directive is None:
            if name == "batch_alter_table":
                reason = "batch_alter_table() is used outside a 'with' statement"
            else:
                reason = f"op.{name}() is not a directive of Alembic's"
            yield from self._marked(iter([fx.NotAnalysed(span=_span(self.path, call), reason=reason)]), place)
            return
        bound = self._bind_arguments(call, directive.parameters, place)
        yield from self._marked(directive.effects(bound), place)

    def _run_in_batch(self, call: ast.Call, batch: Call, place: _Place) -> Iterator[fx.Effect]:
        assert isinstance(call.func, ast.Attribute)
        directive = DIRECTIVES.get(call.func.attr)
        if directive is None:
            reason = f"{dotted(call.func)}() is not a directive of Alembic's"
            yield from self._marked(iter([fx.NotAnalysed(span=_span(self.path, call), reason=reason)]), place)
            return
        positional = tuple(name for name in directive.parameters if name not in TABLE_PARAMETERS)
        bound = self._bind_arguments(call, positional, place)
        table = {name: batch.arguments[name] for name in ("table_name", "schema") if name in batch.arguments}
        bound = replace(bound, arguments={**bound.arguments, **table})
        yield from self._marked(directive.effects(bound), place)

    def _helper(self, call: ast.Call, function: ast.FunctionDef, place: _Place) -> Iterator[fx.Effect]:
        if place.depth >= MAX_DEPTH:
            reason = f"{function.name}() calls itself, or too deep"
            yield from self._marked(iter([fx.NotAnalysed(span=_span(self.path, call), reason=reason)]), place)
            return
        parameters = tuple(argument.arg for argument in function.args.posonlyargs + function.args.args)
        bound = self._bind_arguments(call, parameters, place)
        scope: dict[str, object] = {**self.constants}
        batches: dict[str, Call] = {}
        connections: set[str] = set()
        for name in parameters:
            node = bound.arguments.get(name)
            scope[name] = value_of(node, place.scope)
            if isinstance(node, ast.Name) and node.id in place.batches:
                batches[name] = place.batches[node.id]
            if isinstance(node, ast.Name) and node.id in place.connections:
                connections.add(name)
        inside = replace(place, scope=scope, batches=batches, connections=frozenset(connections), depth=place.depth + 1)
        yield from self._block(function.body, inside)

    def _bind_arguments(self, call: ast.Call, positional: tuple[str, ...], place: _Place) -> Call:
        arguments = dict(zip(positional, call.args, strict=False))
        arguments |= {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg is not None}
        hidden = any(keyword.arg is None for keyword in call.keywords)
        hidden = hidden or any(isinstance(argument, ast.Starred) for argument in call.args)
        rest = tuple(call.args[len(positional) :])
        return Call(arguments, rest, place.scope, _span(self.path, call), hidden)

    def _marked(self, effects: Iterator[fx.Effect], place: _Place) -> Iterator[fx.Effect]:
        for effect in effects:
            yield replace(effect, autocommit=place.autocommit, conditional=place.conditional)

    # -- what a name means --------------------------------------------------------------------------------------

    def _directive(self, call: ast.Call, place: _Place) -> str | None:
        """The directive that ``call`` names, if it is one of ``op``'s."""
        match call.func:
            case ast.Name(id=name) if name not in place.scope:
                return self.directives.get(name)
            case ast.Attribute(value=value, attr=name) if dotted(value) in self.ops:
                return name
            case _:
                return None

    def _batch_of(self, call: ast.Call, place: _Place) -> Call | None:
        match call.func:
            case ast.Attribute(value=ast.Name(id=name)):
                return place.batches.get(name)
            case _:
                return None

    def _is_connection_execute(self, call: ast.Call, place: _Place) -> bool:
        match call.func:
            case ast.Attribute(value=ast.Name(id=name), attr="execute" | "exec_driver_sql"):
                return name in place.connections
            case ast.Attribute(value=value, attr="execute" | "exec_driver_sql"):
                return dotted(value) in {f"{op}.get_bind()" for op in self.ops}
            case _:
                return False

    def _hands_over_op(self, call: ast.Call, place: _Place) -> bool:
        given = {dotted(argument) for argument in (*call.args, *(keyword.value for keyword in call.keywords))}
        return bool(given & (self.ops | place.batches.keys()))


def _names_of_op(tree: ast.Module) -> tuple[set[str], dict[str, str]]:
    """The names that stand for ``alembic.op``, and the local names of directives imported from it."""
    ops: set[str] = set()
    directives: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "alembic":
            ops |= {alias.asname or alias.name for alias in node.names if alias.name == "op"}
        elif isinstance(node, ast.ImportFrom) and node.module == "alembic.op":
            directives |= {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name == "alembic.op":
                    ops.add(alias.asname or "alembic.op")
                elif alias.name == "alembic":
                    ops.add(f"{alias.asname or 'alembic'}.op")
    return ops, directives


def _is_filler(node: ast.stmt) -> bool:
    return isinstance(node, ast.Pass) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))


def _blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    for field in ("body", "orelse", "finalbody"):
        if block := getattr(statement, field, None):
            yield block
    for inner in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
        yield inner.body


def _span(path: str, node: ast.stmt | ast.expr) -> fx.Span:
    return fx.Span(
        path=path,
        line=node.lineno,
        column=node.col_offset + 1,
        end_line=node.end_lineno or node.lineno,
        end_column=(node.end_col_offset or 0) + 1,
    )
