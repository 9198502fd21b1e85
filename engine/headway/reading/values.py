"""What an expression of a revision file may stand for: the values that the reading computes with. Pure; runs nothing.

Numbers, texts, flags, None and tuples stand for themselves. Everything else has a class here: containers that may hold
more than is known, texts with holes, calls of libraries that are kept as they are written, functions of the file, and
the *powers*: whatever lets code reach the database. Who receives a power and is not understood is reported.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field

from headway.effects.values import UNKNOWN, Computed, MaybeText, Text, Unknown, shown
from headway.valueclass import valueclass


@valueclass(frozen=True, slots=True)
class Opaque:
    """A value that only running the file would tell."""

    expression: str | None = None
    """Its chain of names, where the same chain is the same value each time."""
    power: bool = False
    """Whether it may reach the database."""


NOTHING_KNOWN = Opaque()
POWER = Opaque(power=True)


@valueclass(frozen=True, slots=True)
class Choice:
    """One of several values: which one is only known when the file runs."""

    options: tuple[object, ...]


@valueclass(frozen=True, slots=True)
class Holed:
    """A text of which parts are not known."""

    parts: tuple[Text, ...]
    node: ast.expr | None = field(default=None, compare=False)


class Written(str):
    """A text that knows the literal it comes from."""

    __slots__ = ("node",)

    node: ast.expr

    def __new__(cls, text: str, node: ast.expr) -> Written:
        made = super().__new__(cls, text)
        made.node = node
        return made


class Items:
    """A list or a set; its identity counts, because it can be changed."""

    __slots__ = ("certain", "items", "made_on", "may_be_none", "more")

    def __init__(
        self,
        items: list[object],
        more: bool = False,
        certain: int | None = None,
        made_on: frozenset[str] | None = None,
        *,
        may_be_none: bool = False,
    ) -> None:
        self.items = items
        self.may_be_none = may_be_none
        """Whether None may stand in its place: a row that nobody knows to be there."""
        self.made_on = made_on
        """The databases on which it is made; None: on all."""
        self.more = more
        """Whether it may hold items that are not known."""
        self.certain = certain
        """How many of the first items are there for sure; None: all."""

    def is_certain(self, number: int) -> bool:
        """Whether the item at this place is there for sure."""
        return self.certain is None or number < self.certain


class Pairs:
    """A dict; its identity counts."""

    __slots__ = ("doubtful", "items", "more", "others")

    def __init__(
        self,
        items: dict[object, object],
        others: list[tuple[object, object]],
        more: bool = False,
        doubtful: frozenset[object] = frozenset(),
    ) -> None:
        self.items = items
        """By keys that are plain values."""
        self.others = others
        """With other keys."""
        self.more = more
        self.doubtful = doubtful
        """Those of ``items`` that may not be there."""


@valueclass(frozen=True, slots=True)
class Imported:
    """A name of another module, which was not looked into: ``sqlalchemy.types.String``."""

    path: str

    @property
    def name(self) -> str:
        """The last part."""
        return self.path.rpartition(".")[2]


@valueclass(frozen=True, slots=True, eq=False)
class Member:
    """An attribute of a construct: ``t.c.id``."""

    receiver: object
    name: str
    power: bool = False


@valueclass(frozen=True, slots=True, eq=False)
class Construct:
    """A call that is kept as it is written, such as ``sa.Column("id", sa.Integer())`` or ``select(t).where(…)``."""

    path: str
    """The dotted name of what is called; of a method only its name."""
    args: tuple[object, ...]
    keywords: Mapping[str, object]
    node: ast.expr
    receiver: object = None
    """What a method is called on."""
    hidden: bool = False
    """Whether ``*args`` or ``**kwargs`` hide some of the arguments."""
    power: bool = False

    @property
    def name(self) -> str:
        """The last part of the name."""
        return self.path.rpartition(".")[2]

    def argument(self, position: int, name: str) -> object:
        """An argument by place or name; None when it is not given."""
        if position < len(self.args):
            return self.args[position]
        return self.keywords.get(name)


# -- code -----------------------------------------------------------------------------------------------------------


class Names:
    """The names of one scope, and the scope around it."""

    __slots__ = ("around", "file", "globals_", "is_class", "names", "stale")

    def __init__(self, file: SourceFile, around: Names | None = None, *, is_class: bool = False) -> None:
        self.file = file
        self.around = around
        self.is_class = is_class
        """Whether it is the body of a class, whose names the functions in it do not see."""
        self.names: dict[str, object] = {}
        self.globals_: set[str] = set()
        """Names that a ``global`` or ``nonlocal`` statement gives to the scope around."""

    def find(self, name: str) -> Names | None:
        """The scope that holds a name."""
        scope: Names | None = self
        while scope is not None and name not in scope.names:
            scope = scope.around
        return scope

    @property
    def of_functions(self) -> Names:
        """The scope that functions see which are written in this one.

        See https://docs.python.org/3/reference/executionmodel.html#resolution-of-names
        """
        scope = self
        while scope.is_class and scope.around is not None:
            scope = scope.around
        return scope

    def chain(self) -> Iterator[Names]:
        """This scope and those around it."""
        scope: Names | None = self
        while scope is not None:
            yield scope
            scope = scope.around


@valueclass(frozen=True, slots=True)
class SourceFile:
    """The file that code stands in."""

    path: str
    """As reports show it."""
    lines: tuple[str, ...] = field(default=(), compare=False, repr=False)
    package: str = ""
    """The dotted package that relative imports start from."""
    names_alembic: bool = True
    """Whether the text may get hold of Alembic's operations by itself."""
    may_yield: bool = True
    """Whether a function of it may be a generator."""


@valueclass(frozen=True, slots=True, eq=False)
class Function:
    """A function or lambda of a file that is read as text."""

    name: str
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    scope: Names
    defaults: Mapping[str, object] = field(default_factory=dict)
    wrapped: bool = False
    """Whether a decorator that was not understood stands around it."""
    is_context: bool = False
    """Whether ``contextlib.contextmanager`` decorates it."""
    is_property: bool = False
    is_static: bool = False
    is_class_method: bool = False
    owner: Class | None = None
    """The class whose body it stands in."""


@valueclass(frozen=True, slots=True, eq=False)
class Module:
    """A module of the project that is read as text."""

    name: str
    scope: Names


@valueclass(frozen=True, slots=True, eq=False)
class Class:
    """A class of a file that is read as text."""

    name: str
    scope: Names
    bases: tuple[object, ...]
    fields: tuple[str, ...] = ()
    """What a dataclass or a NamedTuple takes, in this order."""

    def find(self, name: str) -> object:
        """An attribute of the class or of the bases that are known; None when there is none."""
        if name in self.scope.names:
            return self.scope.names[name]
        for base in self.bases:
            if isinstance(base, Class) and (found := base.find(name)) is not None:
                return found
        return None

    @property
    def is_whole(self) -> bool:
        """Whether every base is known."""
        return all(isinstance(base, Class) and base.is_whole for base in self.bases)


class Instance:
    """An object of such a class."""

    __slots__ = ("attributes", "class_")

    def __init__(self, class_: Class) -> None:
        self.class_ = class_
        self.attributes: dict[str, object] = {}


@valueclass(frozen=True, slots=True, eq=False)
class Bound:
    """A method with what it is called on, or a builtin (``receiver`` None)."""

    receiver: object
    name: str


@valueclass(frozen=True, slots=True, eq=False)
class Prepared:
    """``functools.partial`` of something."""

    function: object
    args: tuple[object, ...]
    keywords: Mapping[str, object]


@valueclass(frozen=True, slots=True, eq=False)
class Native:
    """Something that the reading itself carries out: takes a call, returns a value."""

    name: str
    run: Callable[..., object]


# -- powers -----------------------------------------------------------------------------------------------------------


@valueclass(frozen=True, slots=True)
class Op:
    """``alembic.op``."""


@valueclass(frozen=True, slots=True)
class Tables:
    """``tables`` that env.py gives to ``upgrade()``: each of its attributes is the table of that name."""


@valueclass(frozen=True, slots=True)
class AlembicContext:
    """``alembic.context``."""


@valueclass(frozen=True, slots=True)
class MigrationContext:
    """``op.get_context()``."""


@valueclass(frozen=True, slots=True)
class Impl:
    """The implementation of a dialect: ``op.impl``."""


@valueclass(frozen=True, slots=True)
class Batch:
    """``op.batch_alter_table(…)``."""

    table: Text
    schema: MaybeText


@valueclass(frozen=True, slots=True)
class Bind:
    """A connection or an engine, or a transaction of one."""

    autocommit: bool = False
    nested: bool = False
    """Whether it is a savepoint, whose end ends no transaction."""


@valueclass(frozen=True, slots=True)
class Cursor:
    """A driver's connection or cursor."""


@valueclass(frozen=True, slots=True)
class Session:
    """An ORM session, or a transaction of one."""

    nested: bool = False
    """Whether it is a savepoint, whose end ends no transaction."""


@valueclass(frozen=True, slots=True)
class SessionMaker:
    """What makes ORM sessions."""


@valueclass(frozen=True, slots=True)
class Query:
    """A query of an ORM session, as far as it is built."""

    table: Text
    schema: MaybeText
    filtered: bool = False
    columns: bool = False
    """Whether it asks for columns, so that its rows cannot be changed."""
    several: tuple[object, ...] = ()
    """Of a query for more than one thing, what each of its rows holds: objects, and what is not known."""


@valueclass(frozen=True, slots=True)
class OrmRow:
    """An object that a session loaded: setting an attribute changes a row."""

    table: Text
    schema: MaybeText = None


_POWERS = (
    Op,
    Tables,
    AlembicContext,
    MigrationContext,
    Impl,
    Batch,
    Bind,
    Cursor,
    Session,
    SessionMaker,
    Query,
    OrmRow,
)

# -- the database's name ----------------------------------------------------------------------------------------------


@valueclass(frozen=True, slots=True)
class Dialect:
    """``bind.dialect``."""


@valueclass(frozen=True, slots=True)
class Inspector:
    """``sa.inspect(bind)``: it reads."""


@valueclass(frozen=True, slots=True)
class DialectName:
    """``bind.dialect.name``."""


ALL_DATABASES = frozenset({"postgresql", "mysql", "mariadb", "sqlite", "mssql", "oracle", "other"})


@valueclass(frozen=True, slots=True)
class Condition:
    """A truth value that depends on the database, and perhaps on more."""

    when_true: frozenset[str]
    """The databases on which it can be true."""
    when_false: frozenset[str]
    """The databases on which it can be false."""
    uncertain: bool = False
    """Whether more than the database decides."""

    def negated(self) -> Condition:
        """Its opposite."""
        return Condition(self.when_false, self.when_true, self.uncertain)


UNCERTAIN = Condition(ALL_DATABASES, ALL_DATABASES, True)


def is_on(names: object) -> Condition:
    """The condition that the dialect's name is one of these."""
    true: set[str] = set()
    exact = True
    named = names if isinstance(names, tuple | frozenset) else (names,)
    for name in named:
        if not isinstance(name, str):
            return UNCERTAIN
        # A URL that says mysql may lead to MariaDB; one that says mariadb never leads to MySQL.
        known = name in ALL_DATABASES - {"other", "mysql"} or (name == "mysql" and "mariadb" in named)
        exact = exact and known
        true |= {name} if known else {"mysql", "mariadb"} if name == "mysql" else {"other"}
    false = ALL_DATABASES - true if exact else ALL_DATABASES - (true - {"mariadb", "other"})
    return Condition(frozenset(true), frozenset(false))


# -- questions --------------------------------------------------------------------------------------------------------

_DEPTH = 5
"""How deep a container is searched for powers; what lies deeper counts as one."""


def is_handle(value: object) -> bool:
    """Whether the value itself is what reaches the database: op, a batch, a connection, a session, a context."""
    return isinstance(value, _POWERS)


def has_power(value: object, depth: int = 0) -> bool:
    """Whether whoever gets this value can reach the database through it."""
    if value is None or isinstance(value, str | int | float | bytes):
        return False
    if isinstance(value, _POWERS):
        return True
    if isinstance(value, Opaque | Construct | Member):
        return value.power
    if depth > _DEPTH:
        return True
    return any(has_power(part, depth + 1) for part in _parts(value))


def _parts(value: object) -> Iterator[object]:
    match value:
        case tuple() as items:
            yield from items
        case Items(items=items):
            yield from items
        case Pairs(items=pairs, others=others):
            yield from pairs.values()
            for pair in others:
                yield from pair
        case Choice(options=options):
            yield from options
        case Instance(attributes=attributes):
            yield from attributes.values()
        case Bound(receiver=receiver):
            yield receiver
        case Prepared(function=function, args=args, keywords=keywords):
            yield function
            yield from args
            yield from keywords.values()


def text_of(value: object) -> Text:
    """A value where a name is expected."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Opaque) and value.expression is not None:
        return Computed(value.expression)
    if isinstance(value, Imported):
        return UNKNOWN if "?" in value.path else Computed(value.path)
    if isinstance(value, Holed) and all(not isinstance(part, Unknown) for part in value.parts):
        parts = (part if isinstance(part, str) else f"{{{shown(part)}}}" for part in value.parts)
        return Computed("".join(parts))
    if isinstance(value, Construct) and value.name in ("quoted_name", "conv", "literal_column", "text") and value.args:
        return text_of(value.args[0])
    return UNKNOWN
