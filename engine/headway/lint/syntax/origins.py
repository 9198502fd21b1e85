"""Where the names of a revision file get their values from: a connection, a session, an inspector, rows. Names are taken
to mean the same in the whole file. Judges nothing."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator

from headway.reading.syntax import Nodes, nodes_of

CATALOGS = ("information_schema", "pg_catalog", "pg_class", "pg_constraint", "pg_indexes", "pg_type", "sqlite_master")
OF_INSPECTORS = frozenset(
    [
        "has_table",
        "has_column",
        "has_index",
        "has_sequence",
        "has_schema",
        "get_table_names",
        "get_view_names",
        "get_schema_names",
        "get_sequence_names",
        "get_columns",
        "get_indexes",
        "get_foreign_keys",
        "get_unique_constraints",
        "get_check_constraints",
        "get_pk_constraint",
        "get_enums",
        "get_table_comment",
    ]
)
"""What is called of an inspector: what a function is given, nobody can tell from its text."""
_INSPECTORS = frozenset({"inspect", "from_engine", "Inspector"})
_CONNECTIONS = frozenset({"connect", "begin", "execution_options", "engine", "connection"})
_NO_SCHEMA = frozenset({"dialect", "bind", "engine"})
"""What an inspector knows without looking at the schema."""
_OF_REFLECTED = frozenset({"tables", "sorted_tables"})
"""What a MetaData has of the database once it was told to look."""
_ENGINES = frozenset({"create_engine", "engine_from_config"})
_ENDS_OF_QUERIES = frozenset(
    [
        "all",
        "first",
        "one",
        "one_or_none",
        "scalar",
        "scalars",
        "get",
        "count",
        "exists",
        "subquery",
        "scalar_subquery",
        "as_scalar",
        "cte",
        "label",
        "update",
        "delete",
    ]
)
"""Methods of a query that give something else than a query."""
_SETTINGS = frozenset({"getenv", "get_x_argument", "input"})


class Origins:
    """What the names of one file stand for, from its nodes; ``askers`` are the imported functions that answer with what the
    database has, as the file calls them."""

    def __init__(self, nodes: Nodes, askers: Collection[str] = ()) -> None:
        self._bindings = list(_bindings(nodes))
        # Nearly all that the header of a revision binds is a text.
        self._made = [one for one in self._bindings if not isinstance(one[1], ast.Constant)]
        self._handed = list(_handed(nodes))
        self._binds: set[str] = set()
        self._sessions: set[str] = set()
        self._inspectors: set[str] = set()
        self._results: set[str] = set()
        self._queries: set[str] = set()
        self._bound: set[str] = set()
        self.has_engine = any(called(node) in _ENGINES for node in nodes.of(ast.Call))
        self._asking: set[str] = set(askers)
        self._inspected: set[str] = set()
        self._read: set[str] = set()
        self._grow(self._binds, self.is_bind, handed=True)
        self._grow(self._sessions, self.is_session, handed=True)
        self._grow(self._inspectors, self.is_inspector, handed=True)
        self._grow(self._results, self.is_result)
        self._grow(self._queries, self.is_query)
        self._grow(self._bound, self._is_bound)
        self._texts = {name for names, value in self._bindings if _is_plain_text(value) for name in names}
        self._grow(self._texts, self.is_text)
        self._told = {dotted(one.func.value) for one in nodes.of(ast.Call) if self._looks(one)} - {""}  # type: ignore[attr-defined]  # it is called of something
        self._texts -= {name for names, value in self._bindings if not self.is_text(value) for name in names}
        self._find_functions_that_ask(nodes)
        self._grow(self._inspected, self.is_inspected)
        self._grow(self._read, self.is_read_at_run_time)

    def is_bind(self, node: ast.expr) -> bool:
        """Whether it is a connection of the migration."""
        match node:
            case ast.Name(id=name):
                return name in self._binds
            case ast.Call(func=ast.Attribute(attr="get_bind")) | ast.Call(func=ast.Name(id="get_bind")):
                return True
            case ast.Attribute(value=ast.Call() as context, attr="bind" | "connection"):
                return called(context) == "get_context"
            case ast.Call(func=ast.Attribute(value=receiver, attr=attr)) if attr in _CONNECTIONS:
                return self.is_bind(receiver)
        return False

    def is_session(self, node: ast.expr) -> bool:
        """Whether it is an ORM session."""
        match node:
            case ast.Name(id=name):
                return name in self._sessions
            case ast.Call(func=ast.Call() as maker):
                return called(maker) in ("sessionmaker", "scoped_session")
            case ast.Call(args=args, keywords=keywords):
                given = [*args, *(keyword.value for keyword in keywords)]
                named = called(node)
                return named == "Session" or (named.lower().endswith("session") and any(map(self.is_bind, given)))
        return False

    def is_inspector(self, node: ast.expr) -> bool:
        """Whether it is SQLAlchemy's inspector of a database."""
        if isinstance(node, ast.Name):
            return node.id in self._inspectors
        return isinstance(node, ast.Call) and called(node) in _INSPECTORS and any(map(self.is_bind, node.args))

    def is_result(self, node: ast.expr) -> bool:
        """Whether it is what a connection has answered."""
        match node:
            case ast.Name(id=name):
                return name in self._results
            case ast.Call(func=ast.Attribute(value=receiver, attr="execute" | "exec_driver_sql" | "scalars")):
                return self.is_bind(receiver) or self.is_session(receiver)
        return False

    def is_query(self, node: ast.expr) -> bool:
        """Whether it is a query of an ORM session on the migration's connection, which has not been sent yet."""
        match node:
            case ast.Name(id=name):
                return name in self._queries
            case ast.Call(func=ast.Attribute(value=receiver, attr="query")):
                return self.is_session(receiver) and not self.has_engine
            case ast.Call(func=ast.Attribute(value=receiver, attr=attr)) if attr not in _ENDS_OF_QUERIES:
                return self.is_query(receiver)
        return False

    def reflects(self, call: ast.Call) -> bool:
        """Whether a call reads the schema at once, which what stands for the connection of ``--sql`` cannot."""
        match called(call):
            case "reflect":
                receiver = call.func.value if isinstance(call.func, ast.Attribute) else call.func
                return (
                    any(map(self.is_bind, call.args)) or self._is_given_bind(call, "bind") or self._is_bound(receiver)
                )
            case "prepare":
                keywords = [keyword.value for keyword in call.keywords]
                return any(map(self.is_bind, [*call.args, *keywords]))
            case "Table":
                told = {one.arg: getattr(one.value, "value", None) for one in call.keywords if one.arg == "autoload"}
                if told.get("autoload") is True and any(map(self._is_bound, call.args)):
                    return True
                return told.get("autoload") is not False and self._is_given_bind(call, "autoload_with")
        return False

    def is_text(self, node: ast.expr) -> bool:
        """Whether it is surely a plain text."""
        match node:
            case ast.Constant(value=str()) | ast.JoinedStr():
                return True
            case ast.BinOp(left=left, op=ast.Add() | ast.Mod()):
                return self.is_text(left)
            case ast.Call(func=ast.Attribute(value=receiver, attr="format" | "strip" | "join" | "replace")):
                return self.is_text(receiver)
            case ast.Name(id=name):
                return name in self._texts
        return False

    def is_inspected(self, node: ast.AST) -> bool:
        """Whether an expression depends on what the schema of the database is."""
        todo = [node]
        for inner in todo:
            if isinstance(inner, ast.Attribute) and inner.attr in _NO_SCHEMA:
                continue
            if self._asks(inner):
                return True
            todo.extend(ast.iter_child_nodes(inner))
        return False

    def is_read_at_run_time(self, node: ast.AST) -> bool:
        """Whether an expression depends on rows or on the environment."""
        return any(map(self._reads, nodes_of(node)))

    # -- helpers ------------------------------------------------------------------------------------------------------

    def _is_bound(self, node: ast.expr) -> bool:
        """Whether it is a MetaData that has the migration's connection."""
        if isinstance(node, ast.Name):
            return node.id in self._bound
        if called(node) != "MetaData" or not isinstance(node, ast.Call):
            return False
        return any(map(self.is_bind, node.args)) or self._is_given_bind(node, "bind")

    def _looks(self, call: ast.Call) -> bool:
        """Whether it is ``metadata.reflect(…)``."""
        return isinstance(call.func, ast.Attribute) and call.func.attr == "reflect" and self.reflects(call)

    def _is_given_bind(self, call: ast.Call, name: str) -> bool:
        return any(keyword.arg == name and self.is_bind(keyword.value) for keyword in call.keywords)

    def _asks(self, node: ast.AST) -> bool:
        if isinstance(node, ast.Name):
            return node.id in self._inspected or node.id in self._inspectors
        if isinstance(node, ast.Attribute) and node.attr in _OF_REFLECTED:
            return dotted(node.value) in self._told
        if not isinstance(node, ast.Call):
            return False
        if dotted(node.func) in self._asking:
            return True
        return self.is_inspector(node) or called(node) in OF_INSPECTORS or self._asks_catalog(node)

    def _asks_catalog(self, call: ast.Call) -> bool:
        if called(call) not in ("execute", "scalar", "exec_driver_sql") or not call.args:
            return False
        texts = (one.value for one in ast.walk(call.args[0]) if isinstance(one, ast.Constant))
        return any(name in text.lower() for text in texts if isinstance(text, str) for name in CATALOGS)

    def _reads(self, node: ast.AST) -> bool:
        match node:
            case ast.Name(id=name):
                return name in self._read or name in self._results
            case ast.Attribute(attr="environ"):
                return True
            case ast.Call():
                return called(node) in _SETTINGS or self.is_result(node)
        return False

    def _find_functions_that_ask(self, nodes: Nodes) -> None:
        """The functions of the file that answer with what the database has."""
        for node in nodes.of(ast.FunctionDef):
            if node.name not in ("upgrade", "downgrade"):
                answers = any(isinstance(inner, ast.Return) and inner.value for inner in ast.walk(node))
                if answers and self.is_inspected(node):
                    self._asking.add(node.name)

    def _grow(self, found: set[str], is_one: Callable[[ast.expr], bool], *, handed: bool = False) -> None:
        """Adds the names that are bound to such a value, and those that are bound to these; with ``handed`` also those under
        which functions of the file are given it."""
        bindings = [*self._made, *self._handed] if handed else self._made
        before = -1
        while len(found) > before:
            before = len(found)
            for names, value in bindings:
                if is_one(value):
                    found.update(names)


def _handed(nodes: Nodes) -> Iterator[tuple[list[str], ast.expr]]:
    """The parameters of the file's functions, each with what a call gives it."""
    functions = {node.name: node.args for node in nodes.of(ast.FunctionDef)}
    for node in nodes.of(ast.Call) if functions else ():
        if isinstance(node.func, ast.Name) and node.func.id in functions:
            taken = functions[node.func.id]
            names = [one.arg for one in (*taken.posonlyargs, *taken.args)]
            yield from (([name], given) for name, given in zip(names, node.args, strict=False))
            yield from (([one.arg], one.value) for one in node.keywords if one.arg is not None)


def called(node: object) -> str:
    """The last name of what is called; empty for anything but a call by name."""
    if not isinstance(node, ast.Call):
        return ""
    function = node.func
    return (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )


def dotted(node: ast.expr) -> str:
    """A name with those of what it is an attribute of; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    before = dotted(node.value) if isinstance(node, ast.Attribute) else ""
    return f"{before}.{node.attr}" if before and isinstance(node, ast.Attribute) else ""


def _is_plain_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def is_name_of(node: ast.expr, names: Collection[str]) -> bool:
    """Whether it is one of these names."""
    return isinstance(node, ast.Name) and node.id in names


_BINDING = (ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.AugAssign, ast.For, ast.comprehension, ast.withitem)


def _bindings(nodes: Nodes) -> Iterator[tuple[list[str], ast.expr]]:
    """Every place where names get a value: the names, and what it is made from."""
    for node in nodes.of_any(*_BINDING):
        match node:
            case ast.Assign(targets=targets, value=value):
                yield [name for target in targets for name in _names(target)], value
            case ast.AnnAssign(target=target, value=ast.expr() as value) | ast.NamedExpr(target=target, value=value):
                yield _names(target), value
            case ast.AugAssign(target=target, value=value):
                yield _names(target), value
            case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
                yield _names(target), value
            case ast.withitem(context_expr=value, optional_vars=ast.expr() as target):
                yield _names(target), value


def _names(target: ast.expr) -> list[str]:
    if isinstance(target, ast.Name):
        return [target.id]
    return [node.id for node in ast.walk(target) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
