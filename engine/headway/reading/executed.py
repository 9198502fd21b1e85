"""What a statement does that is given to an ``execute()``: SQL as text, or a construct such as ``update(t).where(…)``."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from headway.effects import model as fx
from headway.reading.arguments import flag_of
from headway.reading.constructs import (
    constraint_of,
    enum_of,
    index_of,
    names_in,
    parts_of_table,
    sql_text,
    table_of,
)
from headway.reading.reader import Reader, options_of, span_of
from headway.reading.sql.read import read_sql
from headway.reading.texts import place_of_text
from headway.reading.values import Construct, Holed, Imported, Items, Member, Names, Pairs, Query, text_of

_WITH_ENUM_TYPES = frozenset({"postgresql", "other"})
_WRAPPERS = frozenset({"text", "DDL", "literal_column", "quoted_name"})
_VERBS = frozenset({"insert", "update", "delete"})
_READS = frozenset({"select", "exists", "union", "union_all", "values", "count", "join", "outerjoin", "except_", "cte"})


def statement_effects(reader: Reader, value: object, node: ast.AST, scope: Names) -> Iterator[fx.Effect]:
    """The effects of executing ``value`` at the place of ``node``."""
    options = options_of(value)
    for option in options:
        for effect in _one(reader, option, node, scope):
            if len(options) > 1:
                yield _maybe(effect)
            else:
                yield effect


def _maybe(effect: fx.Effect) -> fx.Effect:
    from dataclasses import replace

    return replace(effect, conditional=True)


def _one(reader: Reader, value: object, node: ast.AST, scope: Names) -> Iterator[fx.Effect]:
    span = reader.span(node, scope)
    match value:
        case str() | Holed():
            yield from sql_effects(reader, value, span, scope)
        case Construct():
            yield from _construct(reader, value, span, scope)
        case Query(table=table):
            yield fx.Reads(span=span, tables=(table,))
        case Items(more=False, certain=None) | tuple():
            for item in value if isinstance(value, tuple) else value.items:
                yield from _one(reader, item, node, scope)
        case _ if not reader.said_within(span):
            yield fx.RunsSql(span=span, text=fx.UNKNOWN)


def sql_effects(reader: Reader, text: str | Holed, span: fx.Span, scope: Names) -> Iterator[fx.Effect]:
    """The effects of SQL as text."""
    source = source_of(text, span, scope)
    reader.budget.spend(50 + len(source.text) // 20)
    yield from read_sql(source, reader.sql_databases())


def source_of(text: str | Holed, span: fx.Span, scope: Names) -> fx.SqlSource:
    """A text with placeholders where it has holes, and with the way back to its place in the file."""
    holes: dict[str, fx.Computed | fx.Unknown] = {}
    parts: list[str] = []
    for part in text.parts if isinstance(text, Holed) else (str(text),):
        if isinstance(part, str):
            parts.append(part)
            continue
        name = f"hw_hole_{len(holes)}_"
        holes[name] = part
        parts.append(name)
    whole = "".join(parts)
    node = place_of_text(text)
    if node is None or "\n" not in whole:
        return fx.SqlSource(whole, span, holes)
    literal = span_of(scope.file.path, node)
    if whole.count("\n") != literal.end_line - literal.line or not span.line <= literal.line:
        return fx.SqlSource(whole, span, holes)

    def place(start: int, end: int) -> fx.Span:
        first = literal.line + whole.count("\n", 0, start)
        last = literal.line + whole.count("\n", 0, end)
        return fx.Span(literal.path, first, 1, last, 0)

    return fx.SqlSource(whole, span, holes, place)


# -- constructs ---------------------------------------------------------------------------------------------------


def _construct(reader: Reader, value: Construct, span: fx.Span, scope: Names) -> Iterator[fx.Effect]:
    chain: list[Construct] = []
    current: object = value
    while isinstance(current, Construct):
        chain.append(current)
        current = current.receiver
    root = chain[-1]
    if root.name in _WRAPPERS:
        text = root.argument(0, "text" if root.name == "text" else "statement")
        for option in options_of(text):
            if isinstance(option, str | Holed):
                yield from sql_effects(reader, option, span, scope)
            else:
                yield fx.RunsSql(span=span, text=fx.UNKNOWN)
        return
    verb = next((part for part in reversed(chain) if part.name in _VERBS), None)
    if verb is not None:
        yield _change(verb, chain, span)
    elif any(part.name in _READS for part in chain):
        yield from _read(chain, span)
    elif root.name in _DDL and len(chain) == 1:
        yield from _DDL[root.name](root, span)
    else:
        called = f"{root.name}()" if ".func." in f".{root.path}" else fx.UNKNOWN
        yield fx.RunsSql(span=span, text=called)


def _change(verb: Construct, chain: list[Construct], span: fx.Span) -> fx.Effect:
    target = verb.receiver if verb.receiver is not None else verb.argument(0, "table")
    table, schema = table_of(target) or (fx.UNKNOWN, None)
    names = {part.name for part in chain}
    conditions = [argument for part in chain if part.name in ("where", "filter", "filter_by") for argument in part.args]
    if verb.args and verb.receiver is not None:
        conditions += verb.args[:1]
    where = verb.keywords.get("whereclause")
    filtered = verb.name == "insert" or bool(conditions) or where is not None or "filter_by" in names
    return fx.ChangesData(
        span=span,
        verb=verb.name.upper(),
        table=table,
        schema=schema,
        filtered=filtered,
        where=fx.UNKNOWN if filtered and verb.name != "insert" else None,
        limited=fx.UNKNOWN if names & _MAY_LIMIT else False,
        sets=tuple(_set_columns(chain)),
    )


_MAY_LIMIT = frozenset({"with_dialect_options", "prefix_with", "suffix_with", "with_hint"})
"""Methods that put words into the statement."""


def _set_columns(chain: list[Construct]) -> Iterator[fx.Text]:
    """The columns that a change names, each once; UNKNOWN stands for those that nobody knows."""
    found: dict[fx.Text, None] = {}
    for part in chain:
        if part.name == "values":
            found |= dict.fromkeys(part.keywords)
            found |= dict.fromkeys(name for one in part.args for name in _columns_of(one))
        elif part.name == "ordered_values":
            found |= dict.fromkeys(
                name for one in part.args for name in names_in(one[:1] if isinstance(one, tuple) else [one])
            )
        elif part.name == "from_select":
            found |= dict.fromkeys(names_in([part.argument(0, "names")]))
        elif part.name in ("insert", "update"):
            given = part.keywords.get("values", part.args[-1] if part.args else None)
            found |= dict.fromkeys(_columns_of(given) if isinstance(given, Pairs | Items) else ())
        if part.hidden:
            found[fx.UNKNOWN] = None
    return iter(found)


def _columns_of(values: object) -> Iterator[fx.Text]:
    """The columns that a row names, or a list of rows."""
    match values:
        case Pairs(items=items, others=others, more=more):
            yield from (str(key) for key in items)
            yield from names_in([key for key, _ in others])
            if more:
                yield fx.UNKNOWN
        case Items(items=rows, more=more):
            yield from (name for row in rows for name in _columns_of(row))
            if more:
                yield fx.UNKNOWN
        case _:
            yield fx.UNKNOWN


def _read(chain: list[Construct], span: fx.Span) -> Iterator[fx.Effect]:
    tables: list[fx.Text] = []
    called = []
    for part in chain:
        for argument in (*part.args, *part.keywords.values()):
            found = _mentioned(argument)
            tables += [found] if found is not None else []
            called += [argument] if isinstance(argument, Construct) and ".func." in f".{argument.path}" else []
    if any(part.name == "with_for_update" for part in chain):
        yield from (fx.LocksTable(span=span, table=table, mode="FOR UPDATE") for table in tables or [fx.UNKNOWN])
    unsure = [call.name for call in called if not is_pure(call.name)]
    if unsure:
        yield fx.RunsSql(span=span, text=f"SELECT {unsure[0]}()")
        return
    yield fx.Reads(span=span, tables=tuple(dict.fromkeys(tables)) or (fx.UNKNOWN,))


def is_pure(name: str) -> bool:
    """Whether a function of SQL has no effects."""
    from headway.effects.harmless import why_no_read

    return why_no_read(f"SELECT {name}(1)") is None


def _mentioned(value: object) -> fx.Text | None:
    if isinstance(value, Member):
        found = table_of(value.receiver.receiver if isinstance(value.receiver, Member) else value.receiver)
        return None if found is None else found[0]
    found = table_of(value)
    return None if found is None or (isinstance(value, Imported) and value.path.startswith("sqlalchemy")) else found[0]


# -- constructs of DDL ----------------------------------------------------------------------------------------------


def created(value: object, span: fx.Span, if_not_exists: fx.Flag) -> Iterator[fx.Effect]:
    """What ``value.create(bind)`` or ``CreateTable(value)`` makes."""
    if not isinstance(value, Construct):
        yield fx.RunsSql(span=span, text=fx.UNKNOWN)
        return
    match value.name:
        case "Table":
            table, schema = table_of(value) or (fx.UNKNOWN, None)
            columns, constraints, indexes, whole = parts_of_table(value.args[2:])
            yield fx.CreatesTable(
                span=span,
                table=table,
                schema=schema,
                columns=columns,
                constraints=constraints,
                indexes=indexes,
                whole=whole and not value.hidden,
                if_not_exists=if_not_exists,
            )
        case "Enum" | "ENUM":
            name, schema, labels = enum_of(value)
            yield fx.CreatesEnum(
                span=span,
                name=name,
                schema=schema,
                labels=labels,
                if_not_exists=if_not_exists,
                databases=_WITH_ENUM_TYPES,
            )
        case "Index":
            index = index_of(value)
            assert index is not None
            found = next((t for argument in value.args[1:] if (t := _mentioned(argument)) is not None), fx.UNKNOWN)
            yield fx.CreatesIndex(
                span=span,
                table=found,
                name=index.name,
                columns=index.columns,
                unique=index.unique,
                if_not_exists=if_not_exists,
            )
        case "Sequence" | "CreateSchema":
            kind = fx.ObjectKind.SEQUENCE if value.name == "Sequence" else fx.ObjectKind.SCHEMA
            named = sql_text(value.argument(0, "name"))
            yield fx.CreatesObject(span=span, kind=kind, name=named, if_not_exists=if_not_exists)
        case _ if (constraint := constraint_of(value)) is not None:
            yield fx.AddsConstraint(
                span=span,
                table=fx.UNKNOWN,
                kind=constraint.kind,
                name=constraint.name,
                columns=constraint.columns,
                references=constraint.references,
                condition=constraint.condition,
            )
        case _:
            yield fx.RunsSql(span=span, text=fx.UNKNOWN)


def dropped(value: object, span: fx.Span, if_exists: fx.Flag) -> Iterator[fx.Effect]:
    """What ``value.drop(bind)`` or ``DropTable(value)`` takes away."""
    if not isinstance(value, Construct):
        yield fx.RunsSql(span=span, text=fx.UNKNOWN)
        return
    match value.name:
        case "Table" | "table":
            table, schema = table_of(value) or (fx.UNKNOWN, None)
            yield fx.DropsTable(span=span, table=table, schema=schema, if_exists=if_exists)
        case "Enum" | "ENUM":
            name, schema, _ = enum_of(value)
            yield fx.DropsEnum(span=span, name=name, schema=schema, if_exists=if_exists, databases=_WITH_ENUM_TYPES)
        case "Index":
            yield fx.DropsIndex(span=span, name=text_of(value.argument(0, "name")), if_exists=if_exists)
        case "Sequence":
            named = sql_text(value.argument(0, "name"))
            yield fx.DropsObject(span=span, kind=fx.ObjectKind.SEQUENCE, name=named, if_exists=if_exists)
        case _ if (constraint := constraint_of(value)) is not None:
            yield fx.DropsConstraint(span=span, table=fx.UNKNOWN, name=constraint.name, kind=constraint.kind)
        case _:
            yield fx.RunsSql(span=span, text=fx.UNKNOWN)


def _schema(kind: type[fx.CreatesObject] | type[fx.DropsObject]):  # type: ignore[no-untyped-def]  # a reader like those below
    def read(value: Construct, span: fx.Span) -> Iterator[fx.Effect]:
        yield kind(span=span, kind=fx.ObjectKind.SCHEMA, name=sql_text(value.argument(0, "name")))

    return read


def _created(value: Construct, span: fx.Span) -> Iterator[fx.Effect]:
    return created(value.argument(0, "element"), span, flag_of(value.keywords.get("if_not_exists"), False))


def _dropped(value: Construct, span: fx.Span) -> Iterator[fx.Effect]:
    return dropped(value.argument(0, "element"), span, flag_of(value.keywords.get("if_exists"), False))


def _commented(value: Construct, span: fx.Span) -> Iterator[fx.Effect]:
    yield fx.AltersObject(span=span, kind=fx.ObjectKind.COMMENT, name=None, action="COMMENT")


_DDL = {
    **dict.fromkeys(("CreateTable", "CreateIndex", "CreateSequence", "AddConstraint", "CreateEnumType"), _created),
    **dict.fromkeys(("DropTable", "DropIndex", "DropSequence", "DropConstraint", "DropEnumType"), _dropped),
    "CreateSchema": _schema(fx.CreatesObject),
    "DropSchema": _schema(fx.DropsObject),
    **dict.fromkeys(("SetTableComment", "SetColumnComment", "DropTableComment", "DropColumnComment"), _commented),
}
