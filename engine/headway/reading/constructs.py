"""SQLAlchemy's schema constructs as they stand in a file: columns, types, constraints, tables, and SQL expressions."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from headway.effects import model as fx
from headway.reading.values import (
    Class,
    Condition,
    Construct,
    Holed,
    Imported,
    Instance,
    Items,
    Member,
    Opaque,
    Pairs,
    text_of,
)

_KIND = fx.ConstraintKind

_FILLED = frozenset({"Identity", "Computed", "Sequence", "FetchedValue"})
_NO_TYPES = _FILLED | {"ForeignKey", "CheckConstraint"}


def column_of(value: object) -> fx.Column | None:
    """The column that a ``Column(…)`` declares, or None when it is no such call."""
    if not isinstance(value, Construct) or value.name not in ("Column", "mapped_column"):
        return None
    options = value.keywords
    args = list(value.args)
    name = options.get("name")
    if args and (isinstance(args[0], str) or not _is_type(args[0])):
        name = args.pop(0)
    type_ = options.get("type_")
    if type_ is None and args and not (isinstance(args[0], Construct) and args[0].name in _NO_TYPES):
        type_ = args.pop(0)
    key = options.get("primary_key") is True
    nullable = options.get("nullable", fx.UNKNOWN if value.hidden and not key else not key)
    extras = [extra for extra in args if isinstance(extra, Construct)]
    default = options.get("server_default")
    computed = next((extra for extra in extras if extra.name == "Computed"), None)
    identity = any(extra.name == "Identity" for extra in extras)
    filled = any(extra.name in _FILLED for extra in extras)
    autoincrement = options.get("autoincrement", fx.UNKNOWN if value.hidden else "auto")
    return fx.Column(
        name=text_of(name),
        type=type_of(type_),
        nullable=nullable if isinstance(nullable, bool) else fx.UNKNOWN,
        primary_key=key,
        has_default=True
        if filled or default not in (None, False) or key or autoincrement is True
        else value.hidden and fx.UNKNOWN,
        default=None if default in (None, False) else default_text(default),
        computed=None if computed is None else sql_text(computed.argument(0, "sqltext")),
        computed_stored=False if computed is None else _flag(computed.argument(1, "persisted")),
        identity=identity,
        autoincrement=None if autoincrement == "auto" else _flag(autoincrement),
        unique=_flag(options.get("unique", fx.UNKNOWN if value.hidden else None)),
        index=_flag(options.get("index", fx.UNKNOWN if value.hidden else None)),
        references=tuple(_foreign_key(extra) for extra in extras if extra.name == "ForeignKey"),
        comment=None if options.get("comment") is None else text_of(options["comment"]),
        python_default=_constant(options.get("default")),
    )


def _constant(value: object) -> str | None:
    """What ``default=`` gives, where it is told and the same for each row."""
    match value:
        case bool() | int() | float():
            return repr(value)
        case str():
            return repr(str(value))
        case Construct(name="true" | "false", args=()):
            return value.name.capitalize()
    return None


def _is_type(value: object) -> bool:
    """Whether the first argument of a Column is its type, for a column without a name."""
    return isinstance(value, Construct | Imported) and value.name not in ("quoted_name", "f")


def _flag(value: object) -> fx.Flag:
    if value is None:
        return False
    return value if isinstance(value, bool) else fx.UNKNOWN


def type_of(value: object) -> fx.Type | None:
    """The type that an expression names."""
    if value is None:
        return None
    if isinstance(value, Imported):
        return fx.Type(value.name, written=value.name, module=value.path.rpartition(".")[0])
    if isinstance(value, Construct):
        module = "" if value.hidden or value.receiver is not None else value.path.rpartition(".")[0]
        while value.name in ("with_variant", "evolve", "adapt") and isinstance(value.receiver, Construct):
            value = value.receiver
        arguments = tuple(_plain(argument) for argument in value.args)
        options = tuple((name, _plain(argument)) for name, argument in value.keywords.items())
        return fx.Type(value.name, arguments, options, written=_written(_told(value)), module=module)
    if isinstance(value, Class):
        return fx.Type(value.name, written=value.name)
    if isinstance(value, Instance):
        return fx.Type(value.class_.name, written=f"{value.class_.name}()")
    name = text_of(value)
    return fx.Type(name, written=fx.shown(name))


def _told(value: Construct) -> ast.expr:
    """The call of a type with the values of flags that a variable holds: what one helper does in both directions reads unlike
    only so."""
    node = value.node
    if not isinstance(node, ast.Call) or not any(isinstance(one.value, ast.Name) for one in node.keywords):
        return node
    keywords = [
        ast.keyword(one.arg, ast.Constant(flag))
        if isinstance(one.value, ast.Name) and isinstance(flag := value.keywords.get(one.arg or ""), bool)
        else one
        for one in node.keywords
    ]
    return ast.Call(node.func, node.args, keywords)


def _written(node: ast.expr) -> str:
    text = ast.unparse(node)
    while True:
        prefix, dot, rest = text.partition(".")
        if not dot or not prefix.isidentifier():
            return text
        text = rest


def _plain(value: object) -> object:
    """An argument of a type: plain values as they are, types in types, UNKNOWN for the rest."""
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            return str(value)
        case Construct() | Imported():
            return type_of(value)
        case tuple():
            return tuple(_plain(item) for item in value)
        case Items(items=items, more=False, certain=None):
            return tuple(_plain(item) for item in items)
    return fx.UNKNOWN


def default_text(value: object) -> fx.MaybeText:
    """A server default as SQL."""
    if isinstance(value, str):
        escaped = value.replace("'", "''")
        return f"'{escaped}'"
    return sql_text(value)


def sql_text(value: object) -> fx.MaybeText:
    """An expression of SQL: its text where it is written as text, a call such as ``now()``, UNKNOWN otherwise."""
    match value:
        case None:
            return None
        case str() | Holed() | Opaque():
            return text_of(value)
        case bool() | int() | float():
            return str(value).lower()
        case Condition():
            return fx.UNKNOWN
        case Member(receiver=receiver, name=name):
            return name if not isinstance(receiver, Opaque) else text_of(value)
        case Imported(path=path):
            return path.rpartition(".")[2] if ".func." in path else text_of(value)
        case Construct():
            return _sql_of_construct(value)
    return fx.UNKNOWN


def _sql_of_construct(value: Construct) -> fx.MaybeText:
    if value.name in ("text", "literal_column", "quoted_name", "conv", "column", "DDL", "DefaultClause", "f"):
        return sql_text(value.argument(0, "text"))
    if value.name == "Column":
        return text_of(value.argument(0, "name"))
    if value.name in ("true", "false", "null") and not value.args:
        return value.name
    if value.name in ("desc", "asc", "nulls_first", "nulls_last", "nullsfirst", "nullslast"):
        inner = sql_text(value.receiver if value.receiver is not None else value.argument(0, "column"))
        word = {
            "nullsfirst": "NULLS FIRST",
            "nulls_first": "NULLS FIRST",
            "nullslast": "NULLS LAST",
            "nulls_last": "NULLS LAST",
        }
        return f"{inner} {word.get(value.name, value.name.upper())}" if isinstance(inner, str) else fx.UNKNOWN
    if ".func." in f".{value.path}" or (isinstance(value.receiver, Member | Imported) and value.path.islower()):
        parts = [sql_text(argument) for argument in value.args]
        if ".func." in value.path and all(isinstance(part, str) for part in parts):
            return f"{value.name}({', '.join(map(str, parts))})"
    if value.name in ("bindparams", "label", "self_group") and value.receiver is not None:
        return sql_text(value.receiver)
    if value.name in ("literal", "inline_literal"):
        return default_text(value.argument(0, "value"))
    return fx.UNKNOWN


# -- constraints --------------------------------------------------------------------------------------------------


def _foreign_key(value: Construct) -> fx.ForeignKey:
    """A ``ForeignKey("schema.table.column")`` in a Column."""
    table, schema, column = _target(value.argument(0, "column"))
    return fx.ForeignKey(
        table=table,
        schema=schema,
        columns=(column,),
        name=_name(value.argument(2, "name")),
        on_delete=_name(value.keywords.get("ondelete")),
        on_update=_name(value.keywords.get("onupdate")),
        deferrable=_flag(value.keywords.get("deferrable")),
    )


def _target(value: object) -> tuple[fx.MaybeText, fx.MaybeText, fx.Text]:
    if isinstance(value, str):
        parts = value.split(".")
        if len(parts) == 2:
            return parts[0], None, parts[1]
        if len(parts) == 3:
            return parts[1], parts[0], parts[2]
    return fx.UNKNOWN, None, fx.UNKNOWN


def _name(value: object) -> fx.MaybeText:
    return None if value is None else text_of(value)


def names_in(values: Sequence[object]) -> tuple[fx.Text, ...]:
    """The names of columns and expressions in a list of arguments."""
    found: list[fx.Text] = []
    for value in values:
        if isinstance(value, tuple):
            found += names_in(value)
        elif isinstance(value, Items):
            found += names_in(value.items)
            if value.more or value.certain is not None:
                found.append(fx.UNKNOWN)
        else:
            name = sql_text(value)
            found.append(fx.UNKNOWN if name is None else name)
    return tuple(found)


def _columns_in(value: Construct, start: int) -> tuple[fx.Text, ...]:
    """The columns among a construct's arguments; UNKNOWN stands for what may follow."""
    return names_in(value.args[start:]) + ((fx.UNKNOWN,) if value.hidden else ())


def constraint_of(value: object) -> fx.Constraint | None:
    """The constraint that a construct declares, or None."""
    if not isinstance(value, Construct):
        return None
    name = _name(value.keywords.get("name"))
    match value.name:
        case "PrimaryKeyConstraint":
            return fx.Constraint(_KIND.PRIMARY_KEY, name, _columns_in(value, 0))
        case "UniqueConstraint":
            return fx.Constraint(_KIND.UNIQUE, name, _columns_in(value, 0))
        case "CheckConstraint":
            return fx.Constraint(_KIND.CHECK, name, condition=sql_text(value.argument(0, "sqltext")))
        case "ExcludeConstraint":
            return fx.Constraint(_KIND.EXCLUDE, name)
        case "ForeignKeyConstraint":
            columns = names_in([value.argument(0, "columns")])
            target = value.argument(1, "refcolumns")
            parts = [_target(item) for item in (target.items if isinstance(target, Items) else target or ())]  # type: ignore[attr-defined]  # a tuple
            table, schema = (parts[0][0], parts[0][1]) if parts else (fx.UNKNOWN, None)
            key = fx.ForeignKey(
                table=table,
                schema=schema,
                columns=tuple(part[2] for part in parts),
                name=name,
                local_columns=columns,
                on_delete=_name(value.keywords.get("ondelete")),
                on_update=_name(value.keywords.get("onupdate")),
                deferrable=_flag(value.keywords.get("deferrable")),
            )
            return fx.Constraint(_KIND.FOREIGN_KEY, name, columns, key)
    return None


def index_of(value: object) -> fx.Index | None:
    """The index that an ``Index(…)`` declares, or None."""
    if not isinstance(value, Construct) or value.name != "Index":
        return None
    return fx.Index(_name(value.argument(0, "name")), _columns_in(value, 1), _flag(value.keywords.get("unique")))


def parts_of_table(
    values: Sequence[object],
) -> tuple[tuple[fx.Column, ...], tuple[fx.Constraint, ...], tuple[fx.Index, ...], bool]:
    """Columns, constraints and indexes among the arguments of a table, and whether every argument is one."""
    columns: list[fx.Column] = []
    constraints: list[fx.Constraint] = []
    indexes: list[fx.Index] = []
    whole = True
    for value in values:
        if (column := column_of(value)) is not None:
            columns.append(column)
        elif (constraint := constraint_of(value)) is not None:
            constraints.append(constraint)
        elif (index := index_of(value)) is not None:
            indexes.append(index)
        else:
            whole = False
    return tuple(columns), tuple(constraints), tuple(indexes), whole


# -- tables and types ---------------------------------------------------------------------------------------------


def table_of(value: object) -> tuple[fx.Text, fx.MaybeText] | None:
    """Name and schema of what stands for a table: ``Table(…)``, ``table(…)``, an ORM class; None for anything else."""
    match value:
        case Construct(name="Table" | "table"):
            return text_of(value.argument(0, "name")), _schema_of_table(value)
        case Construct(name="to_metadata" | "tometadata", receiver=receiver) if receiver is not None:
            return _copied(value, table_of(receiver))
        case Construct(name="alias" | "aliased" | "with_only_columns"):
            return table_of(value.receiver if value.receiver is not None else value.argument(0, "table"))
        case Class():
            named = value.find("__tablename__")
            inner = value.find("__table__")
            if named is None and inner is not None:
                return table_of(inner)
            return (text_of(named) if named is not None else fx.UNKNOWN), _schema_of(value)
        case Imported() | Opaque(expression=str()):
            return text_of(value), None
        case Member(receiver=receiver, name="c" | "columns"):
            return table_of(receiver)
        case Member(name="__table__", receiver=receiver):
            return table_of(receiver)
        case Member(receiver=receiver):
            return table_of(receiver) if isinstance(receiver, Member) else None
    return None


def _schema_of_table(table: Construct) -> fx.MaybeText:
    """The schema that a ``Table(…)`` names, or else its ``MetaData(schema=…)``.

    See https://docs.sqlalchemy.org/en/20/core/metadata.html#specifying-a-default-schema-name-with-metadata
    """
    given = table.keywords.get("schema")
    if given is not None:
        return _name(given)
    return _schema_of_metadata(table.argument(1, "metadata")) if table.name == "Table" else None


def _schema_of_metadata(metadata: object) -> fx.MaybeText:
    if not isinstance(metadata, Construct) or metadata.name != "MetaData":
        return None
    return fx.UNKNOWN if metadata.hidden else _name(metadata.argument(0, "schema"))


def _copied(call: Construct, table: tuple[fx.Text, fx.MaybeText] | None) -> tuple[fx.Text, fx.MaybeText] | None:
    """What ``table.to_metadata(metadata, schema=…, name=…)`` makes of a table."""
    if table is None:
        return None
    if call.hidden:
        return fx.UNKNOWN, fx.UNKNOWN
    name, schema = table
    if len(call.args) > 1 or "schema" in call.keywords:
        given = call.argument(1, "schema")
        schema = _schema_of_metadata(call.argument(0, "metadata")) if given is None else _name(given)
    renamed = call.keywords.get("name")
    return name if renamed is None else text_of(renamed), schema


def table_of_model(class_: Class, node: ast.expr) -> Construct | None:
    """What ``Model.__table__`` is, where the class says all of its name. Its columns are not among the arguments.

    None where a base may say more: a ``__table__``, options that it hands on or computes, a MetaData with a schema.
    """
    named, options = class_.scope.names.get("__tablename__"), class_.find("__table_args__")
    if not isinstance(named, str) or class_.find("__table__") is not None or not _is_plain_model(class_):
        return None
    if options is not None and "__table_args__" not in class_.scope.names:
        return None
    if not all(isinstance(one, Pairs | Construct) for one in _options(options)):
        return None
    schema = _schema_given(class_)
    return Construct("sqlalchemy.Table", (named,), {} if schema is None else {"schema": schema}, node, hidden=True)


def _is_plain_model(class_: Class) -> bool:
    """Whether no base of the class can give its tables a schema."""
    if class_.find("metadata") is not None:
        return False
    return all(
        _is_plain_model(base)
        if isinstance(base, Class)
        else (isinstance(base, Construct) and not (base.args or base.keywords or base.hidden))
        or (isinstance(base, Imported) and base.path.startswith("sqlalchemy."))
        for base in class_.bases
    )


def _schema_of(class_: Class) -> fx.MaybeText:
    schema = _schema_given(class_)
    return None if schema is None else text_of(schema)


def _schema_given(class_: Class) -> object:
    for option in _options(class_.find("__table_args__")):
        if isinstance(option, Pairs) and (schema := option.items.get("schema")) is not None:
            return schema
    return None


def _options(value: object) -> Iterator[object]:
    if isinstance(value, tuple):
        yield from value
    elif value is not None:
        yield value


def enums_in(type_: object) -> Iterator[tuple[fx.Text, fx.MaybeText, tuple[fx.Text, ...]]]:
    """Name, schema and labels of the enum type that a column's type makes with its table on PostgreSQL."""
    if not isinstance(type_, Construct):
        return
    if type_.name in ("with_variant",) and type_.receiver is not None:
        yield from enums_in(type_.receiver)
        return
    if type_.name == "ARRAY" and type_.args:
        yield from enums_in(type_.args[0])
        return
    native = type_.keywords.get("native_enum", True) is True and type_.keywords.get("create_type", True) is True
    if type_.name in ("Enum", "ENUM") and native and not type_.path.startswith("sqlalchemy.dialects.mysql"):
        yield enum_of(type_)


def checks_of(type_: object) -> Iterator[tuple[fx.MaybeText, frozenset[str] | None]]:
    """The name of the CHECK that a column's type brings, and the databases where it does; None for all.

    See https://docs.sqlalchemy.org/en/20/core/type_basics.html#sqlalchemy.types.Enum.params.create_constraint
    """
    if not isinstance(type_, Construct) or type_.keywords.get("create_constraint", False) is not True:
        return
    if type_.name == "Boolean":
        yield _name(type_.keywords.get("name")), frozenset({"sqlite", "mysql", "mariadb", "mssql", "oracle"})
    elif type_.name == "Enum":
        native = type_.keywords.get("native_enum", True) is not False
        yield _name(type_.keywords.get("name")), frozenset({"sqlite", "mssql", "oracle"}) if native else None


def enum_of(type_: Construct) -> tuple[fx.Text, fx.MaybeText, tuple[fx.Text, ...]]:
    """Name, schema and labels of an ``Enum(…)``."""
    name = type_.keywords.get("name")
    if name is None and len(type_.args) == 1 and isinstance(type_.args[0], Class):
        name = type_.args[0].name.lower()
    of_class = len(type_.args) == 1 and isinstance(type_.args[0], Class | Imported)
    labels = () if of_class else names_in(type_.args)
    if type_.hidden:
        labels = (*labels, fx.UNKNOWN)
    return text_of(name), _name(type_.keywords.get("schema")), labels
