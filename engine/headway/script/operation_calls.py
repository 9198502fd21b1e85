"""What each ``op`` directive does, as effects: one small function a directive, found by its name.

The parameters are Alembic's public ones. A directive that is not in the table is the business of its caller.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from headway.effects import model as fx
from headway.reading.sql.read import read_sql
from headway.script.constants import Scope, dotted, flag_of, text_of, value_of


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a directive with its arguments by parameter name; positional rest under ``*``."""

    arguments: Mapping[str, ast.expr]
    rest: tuple[ast.expr, ...]
    scope: Scope
    span: fx.Span
    hidden: bool
    """Whether ``*args`` or ``**kwargs`` hide some of the arguments."""

    def text(self, name: str) -> fx.Text:
        """The argument as a text, UNKNOWN when it cannot be told or is missing."""
        return cast(fx.Text, text_of(self.arguments.get(name), self.scope))

    def maybe_text(self, name: str) -> fx.MaybeText:
        """The argument as a text, or None when it is missing or None."""
        node = self.arguments.get(name)
        if node is None:
            return fx.UNKNOWN if self.hidden and name not in ("schema", "source_schema") else None
        value = value_of(node, self.scope)
        return value if value is None or isinstance(value, str) else fx.UNKNOWN

    def flag(self, name: str, default: bool) -> fx.Flag:
        """The argument as a truth value."""
        if name not in self.arguments and self.hidden:
            return fx.UNKNOWN
        return cast(fx.Flag, flag_of(self.arguments.get(name), self.scope, default))

    def texts(self, name: str) -> tuple[fx.Text, ...]:
        """The argument as a list of texts; what is not one is UNKNOWN."""
        value = value_of(self.arguments.get(name), self.scope)
        if not isinstance(value, tuple):
            return (fx.UNKNOWN,)
        return tuple(item if isinstance(item, str) else fx.UNKNOWN for item in value)

    def given(self, name: str) -> bool:
        """Whether the argument is written and not None or False."""
        node = self.arguments.get(name)
        return node is not None and not (isinstance(node, ast.Constant) and node.value in (None, False))

    @property
    def table(self) -> dict[str, Any]:
        """Table, schema and span, as the effects on a table take them."""
        schema = "source_schema" if "source_schema" in self.arguments else "schema"
        name = "source_table" if "source_table" in self.arguments else "table_name"
        return {"table": self.text(name), "schema": self.maybe_text(schema), "span": self.span}


@dataclass(frozen=True, slots=True)
class Directive:
    """The parameters that may be given by position, and what a call does."""

    parameters: tuple[str, ...]
    effects: Callable[[Call], Iterator[fx.Effect]]


def column_of(node: ast.expr, scope: Scope) -> fx.Column | None:
    """The column that a ``sa.Column(…)`` expression declares, or None when it is not one."""
    if not isinstance(node, ast.Call) or dotted(node.func).rpartition(".")[2] != "Column":
        return None
    keywords = {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
    name = text_of(node.args[0] if node.args else keywords.get("name"), scope)
    key = flag_of(keywords.get("primary_key"), scope, False) is True
    filled = any(dotted(a.func).rpartition(".")[2] in _FILLED for a in node.args if isinstance(a, ast.Call))
    nullable = flag_of(keywords.get("nullable"), scope, not key)
    return fx.Column(
        name=cast(fx.Text, name),
        type=_type_of(node.args[1] if len(node.args) > 1 else keywords.get("type_")),
        nullable=cast(fx.Flag, nullable),
        primary_key=key,
        has_default=filled or _is_given(keywords.get("server_default")) or key,
    )


# -- one function a directive, in the order of the table below ------------------------------------------------


def _create_table(call: Call) -> Iterator[fx.Effect]:
    columns = tuple(column for node in call.rest if (column := column_of(node, call.scope)) is not None)
    yield fx.CreatesTable(columns=columns, **call.table)


def _drop_table(call: Call) -> Iterator[fx.Effect]:
    yield fx.DropsTable(**call.table)


def _rename_table(call: Call) -> Iterator[fx.Effect]:
    yield fx.RenamesTable(
        span=call.span,
        table=call.text("old_table_name"),
        schema=call.maybe_text("schema"),
        new_name=call.text("new_table_name"),
    )


def _add_column(call: Call) -> Iterator[fx.Effect]:
    node = call.arguments.get("column")
    column = column_of(node, call.scope) if node is not None else None
    unknown = fx.Column(name=fx.UNKNOWN, nullable=fx.UNKNOWN, has_default=fx.UNKNOWN)
    yield fx.AddsColumn(column=column or unknown, **call.table)
    if node is not None and any(_call_name(inner) == "ForeignKey" for inner in ast.walk(node)):
        name = column.name if column is not None else fx.UNKNOWN
        kind = fx.ConstraintKind.FOREIGN_KEY
        yield fx.AddsConstraint(kind=kind, name=None, columns=(name,), **call.table)


def _drop_column(call: Call) -> Iterator[fx.Effect]:
    yield fx.DropsColumn(column=call.text("column_name"), **call.table)


def _alter_column(call: Call) -> Iterator[fx.Effect]:
    default = call.arguments.get("server_default")
    drops_default = isinstance(default, ast.Constant) and default.value is None
    kept = default is None or (isinstance(default, ast.Constant) and default.value is False)
    yield fx.AltersColumn(
        column=call.text("column_name"),
        nullable=call.flag("nullable", True) if call.given("nullable") or _says_false(call, "nullable") else None,
        new_type=_type_of(call.arguments["type_"]) if call.given("type_") else None,
        new_name=call.maybe_text("new_column_name") if call.given("new_column_name") else None,
        changes_default=not kept and not drops_default,
        drops_default=drops_default,
        **call.table,
    )


def _create_index(call: Call) -> Iterator[fx.Effect]:
    yield fx.CreatesIndex(
        name=call.maybe_text("index_name"),
        columns=call.texts("columns"),
        unique=call.flag("unique", False),
        concurrently=call.flag("postgresql_concurrently", False),
        **call.table,
    )


def _drop_index(call: Call) -> Iterator[fx.Effect]:
    yield fx.DropsIndex(
        span=call.span,
        name=call.text("index_name"),
        table=call.maybe_text("table_name"),
        schema=call.maybe_text("schema"),
        concurrently=call.flag("postgresql_concurrently", False),
    )


def _adds(kind: fx.ConstraintKind) -> Callable[[Call], Iterator[fx.Effect]]:
    def effects(call: Call) -> Iterator[fx.Effect]:
        columns = "local_cols" if kind is fx.ConstraintKind.FOREIGN_KEY else "columns"
        yield fx.AddsConstraint(
            kind=kind,
            name=call.maybe_text("constraint_name"),
            columns=call.texts(columns) if columns in call.arguments else (),
            referent=call.maybe_text("referent_table") if "referent_table" in call.arguments else None,
            not_valid=call.flag("postgresql_not_valid", False),
            **call.table,
        )

    return effects


def _drop_constraint(call: Call) -> Iterator[fx.Effect]:
    kind = _CONSTRAINT_TYPES.get(str(call.maybe_text("type_")), fx.ConstraintKind.UNKNOWN)
    yield fx.DropsConstraint(name=call.maybe_text("constraint_name"), kind=kind, **call.table)


def _bulk_insert(call: Call) -> Iterator[fx.Effect]:
    node = call.arguments.get("table")
    table = text_of(node.args[0], call.scope) if isinstance(node, ast.Call) and node.args else fx.UNKNOWN
    yield fx.ChangesData(span=call.span, verb="INSERT", table=cast(fx.Text, table))


def _execute(call: Call) -> Iterator[fx.Effect]:
    yield from effects_of_statement(call.arguments.get("sqltext"), call.scope, call.span)


def _view(call: Call) -> Iterator[fx.Effect]:
    yield fx.RunsSql(span=call.span, text=fx.UNKNOWN, understood=True)  # a view holds no rows, and waits for no one


def effects_of_statement(node: ast.expr | None, scope: Scope, span: fx.Span) -> Iterator[fx.Effect]:
    """What the statement given to an ``execute()`` does: SQL text, or a SQLAlchemy construct such as update()."""
    sql = value_of(node, scope)
    if isinstance(sql, str):
        yield from read_sql(fx.SqlSource(sql, span), None)
        return
    construct = dotted(node) if node is not None else ""
    verb = next((verb for verb in ("update", "delete", "insert") if f"{verb}()" in construct), None)
    if verb is not None:
        yield fx.ChangesData(span=span, verb=verb.upper(), table=fx.UNKNOWN, filtered="where()" in construct)
    elif "select()" in construct:
        yield fx.RunsSql(span=span, text="SELECT", understood=True)
    else:
        yield fx.RunsSql(span=span, text=fx.UNKNOWN)


def _nothing(call: Call) -> Iterator[fx.Effect]:
    return iter(())


_KIND = fx.ConstraintKind

DIRECTIVES: Mapping[str, Directive] = {
    "create_table": Directive(("table_name",), _create_table),
    "drop_table": Directive(("table_name",), _drop_table),
    "rename_table": Directive(("old_table_name", "new_table_name"), _rename_table),
    "add_column": Directive(("table_name", "column"), _add_column),
    "drop_column": Directive(("table_name", "column_name"), _drop_column),
    "alter_column": Directive(("table_name", "column_name"), _alter_column),
    "create_index": Directive(("index_name", "table_name", "columns"), _create_index),
    "drop_index": Directive(("index_name", "table_name"), _drop_index),
    "create_primary_key": Directive(("constraint_name", "table_name", "columns"), _adds(_KIND.PRIMARY_KEY)),
    "create_unique_constraint": Directive(("constraint_name", "table_name", "columns"), _adds(_KIND.UNIQUE)),
    "create_check_constraint": Directive(("constraint_name", "table_name", "condition"), _adds(_KIND.CHECK)),
    "create_foreign_key": Directive(
        ("constraint_name", "source_table", "referent_table", "local_cols", "remote_cols"),
        _adds(_KIND.FOREIGN_KEY),
    ),
    "create_exclude_constraint": Directive(("constraint_name", "table_name"), _adds(_KIND.EXCLUDE)),
    "drop_constraint": Directive(("constraint_name", "table_name", "type_"), _drop_constraint),
    "bulk_insert": Directive(("table", "rows"), _bulk_insert),
    "execute": Directive(("sqltext",), _execute),
    "create_view": Directive(("view_name", "definition"), _view),
    "drop_view": Directive(("view_name",), _view),
    # These change nothing that a rule asks about.
    **{
        name: Directive((), _nothing)
        for name in ("create_table_comment", "drop_table_comment", "f", "inline_literal", "get_bind", "get_context")
    },
}

TABLE_PARAMETERS = frozenset({"table_name", "source_table"})
"""Left out of the signatures inside ``batch_alter_table``, where the table is the batch's."""

_CONSTRAINT_TYPES = {
    "foreignkey": _KIND.FOREIGN_KEY,
    "primary": _KIND.PRIMARY_KEY,
    "unique": _KIND.UNIQUE,
    "check": _KIND.CHECK,
}

_FILLED = frozenset({"Identity", "Computed", "Sequence", "FetchedValue"})


def _call_name(node: ast.AST) -> str:
    return dotted(node.func).rpartition(".")[2] if isinstance(node, ast.Call) else ""


def _is_given(node: ast.expr | None) -> bool:
    return node is not None and not (isinstance(node, ast.Constant) and node.value is None)


def _says_false(call: Call, name: str) -> bool:
    return flag_of(call.arguments.get(name), call.scope, True) is False


def _type_of(node: ast.expr | None) -> fx.Type | None:
    if node is None or (isinstance(node, ast.Call) and _call_name(node) in _FILLED | {"ForeignKey"}):
        return None
    written = ast.unparse(node)
    prefix, dot, rest = written.partition(".")
    written = rest if dot and prefix.isidentifier() else written
    return fx.Type(written.partition("(")[0], written=written)
