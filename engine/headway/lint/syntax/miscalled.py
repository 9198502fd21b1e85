"""Which calls of directives cannot run, whatever the database has: what they are given is not what they take. Judges
nothing, and is silent where a name may mean something else."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from headway.effects.signatures import SIGNATURES, Signature
from headway.lint.syntax.origins import called, dotted
from headway.reading.syntax import Nodes
from headway.valueclass import valueclass

_OWN = frozenset({"create_view", "drop_view"})
"""Directives that Alembic has not, so that a project may have registered others of these names."""
_ONCE = frozenset(
    [
        "name",
        "tablename",
        "type",
        "source",
        "referent",
        "local_cols",
        "remote_cols",
        "table_name",
        "column_name",
        "onupdate",
        "ondelete",
        "columns",
        "existing_autoincrement",
        "autoincrement",
        "nullable",
        "schema",
        "sql",
        "existing_server_onupdate",
        "server_onupdate",
    ]
)
"""Names that parameters have, or had in releases before 1.5."""

_CHANGES = frozenset({"nullable", "server_default", "new_column_name", "type_"})
"""What alter_column() is told to change."""


@valueclass(frozen=True, slots=True)
class Miscall:
    """A call that cannot run."""

    node: ast.Call
    directive: str
    why: str
    instead: str


def miscalls_of(nodes: Nodes, ops: frozenset[str]) -> Iterator[Miscall]:
    """Those among a file's ``nodes``; ``ops`` are its names of ``alembic.op`` and of directives imported from there."""
    given_again = {node.id for node in nodes.of(ast.Name) if isinstance(node.ctx, ast.Store)}
    given_again |= {node.arg for node in nodes.of(ast.arg)}
    ops -= given_again
    if not ops:
        return
    batches = set(_batches(nodes, ops))
    columns = frozenset(_columns(nodes))
    for node in nodes.of(ast.Call):
        receiver = node.func.value if isinstance(node.func, ast.Attribute) else node.func
        name = called(node)
        if not isinstance(receiver, ast.Name) or name not in SIGNATURES or name in _OWN:
            continue
        if receiver.id in ops:
            yield from _wrong(node, name, SIGNATURES[name].parameters, columns)
        elif receiver.id in batches and name != "execute":
            inside = SIGNATURES[name].in_batch
            yield from _wrong(node, name, inside, columns, in_batch=True) if inside is not None else ()


def _batches(nodes: Nodes, ops: frozenset[str]) -> Iterator[str]:
    for node in nodes.of(ast.withitem):
        match node:
            case ast.withitem(context_expr=ast.Call(func=ast.Attribute(value=ast.Name(id=op))) as call):
                if op in ops and called(call) == "batch_alter_table" and isinstance(node.optional_vars, ast.Name):
                    yield node.optional_vars.id


def _columns(nodes: Nodes) -> Iterator[str]:
    """What the file calls SQLAlchemy's class of columns."""
    for plain in nodes.of(ast.Import):
        yield from (f"{one.asname or one.name}.Column" for one in plain.names if one.name == "sqlalchemy")
    for node in nodes.of(ast.ImportFrom):
        if node.module in ("sqlalchemy", "sqlalchemy.schema"):
            yield from (one.asname or one.name for one in node.names if one.name == "Column")


def _wrong(
    call: ast.Call, name: str, positional: tuple[str, ...], columns: frozenset[str], *, in_batch: bool = False
) -> Iterator[Miscall]:
    """Why a call cannot run; nothing where it can, or where it does not show all that it is given."""
    if any(isinstance(one, ast.Starred) for one in call.args) or any(one.arg is None for one in call.keywords):
        return
    signature = SIGNATURES[name]
    keywords = {one.arg: one.value for one in call.keywords if one.arg is not None}
    given = dict(zip(positional, call.args, strict=False))
    why, instead = _misfit(call, signature, positional, given, keywords, in_batch=in_batch)
    why, instead = (why, instead) if why else _mistaken({**given, **keywords}, name, columns)
    if why:
        yield Miscall(call, name, why, instead)


def _misfit(
    call: ast.Call,
    signature: Signature,
    positional: tuple[str, ...],
    given: dict[str, ast.expr],
    keywords: dict[str, ast.expr],
    *,
    in_batch: bool,
) -> tuple[str, str]:
    takes = ", ".join(positional)
    twice = next((one for one in keywords if one in given), None)
    if twice is not None:
        return f"it is given {twice} twice", f"leave one of the two {twice} out"
    # Releases before keywords were only keywords took more by position.
    if not signature.rest and len(call.args) > len(positional) + len(signature.keywords):
        return f"it takes {len(positional)} arguments by position and is given {len(call.args)}", f"it takes {takes}"
    known = {*signature.parameters, *signature.keywords}
    strange = [one for one in keywords if one not in known]
    if strange and (in_batch or signature.options or _ONCE & set(strange)):
        return "", ""  # of a dialect, or of another release
    if strange:
        names = ", ".join((*positional, *signature.keywords))
        return f"it has no argument {strange[0]}", f"it takes {names}"
    missing = [one for one in positional if one not in given and one not in keywords and one not in signature.optional]
    if missing:
        return f"its {missing[0]} is missing", f"it takes {takes}"
    return "", ""


def _mistaken(given: dict[str, ast.expr], name: str, columns: frozenset[str]) -> tuple[str, str]:
    """An argument of a kind that the directive does not take."""
    column_name, column = given.get("column_name"), given.get("column")
    # alter_column() that is told to change nothing does not look at the name.
    is_looked_at = name == "drop_column" or (name == "alter_column" and bool(_CHANGES & given.keys()))
    if is_looked_at and isinstance(column_name, ast.Call) and dotted(column_name.func) in columns:
        return "it takes the column's name, and not a Column", "give the name alone, as a text"
    if name == "add_column" and isinstance(column, ast.Constant | ast.JoinedStr):
        return "it takes a Column, and not its name", "sa.Column('name', sa.Text())"
    return "", ""
