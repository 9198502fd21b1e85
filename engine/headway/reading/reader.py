"""What all parts of the reading share: where the effects go, what surrounds the place being read, how much work is
left. The parts that read expressions, calls and statements build on it."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Protocol

from headway.effects import model as fx
from headway.reading.budget import Budget
from headway.reading.values import ALL_DATABASES, Choice, Function, Names, Opaque, SourceFile, has_power
from headway.valueclass import valueclass


class Library(Protocol):
    """Where the text of imported modules is found."""

    def find(self, name: str) -> tuple[str, str, str] | None:
        """The shown path, the text and the package of a module of the project; None for any other."""


@valueclass(frozen=True, slots=True)
class Surroundings:
    """What surrounds the place that is being read."""

    databases: frozenset[str] = ALL_DATABASES
    conditional: bool = False
    autocommit: bool = False


@dataclass(slots=True)
class Call:
    """One call with its arguments as values."""

    node: ast.expr
    args: tuple[object, ...] = ()
    keywords: dict[str, object] = field(default_factory=dict)
    hidden: bool = False
    """Whether ``*args`` or ``**kwargs`` hide some of the arguments."""

    @property
    def has_power(self) -> bool:
        """Whether the call hands on what reaches the database."""
        return any(has_power(value) for value in (*self.args, *self.keywords.values()))

    def argument(self, position: int, name: str, default: object = None) -> object:
        """An argument by place or name."""
        return self.args[position] if position < len(self.args) else self.keywords.get(name, default)


class Reader(ABC):
    """The state of one reading."""

    def __init__(self, file: SourceFile, databases: frozenset[str] | None, library: Library | None) -> None:
        self.file = file
        self.databases = databases
        """The databases that the history runs on; None when nothing tells."""
        self.library = library
        self.budget = Budget()
        self.here = Surroundings()
        self.transaction = 0
        self.effects: list[fx.Effect] = []
        self.importing = False
        """Whether what is read now is another module, as it is imported."""
        self.stack: list[Function] = []
        """The functions that are being read, outermost first."""
        self.entry: fx.Span | None = None
        """The call in the revision file through which another module is being read."""
        self._said: set[tuple[object, ...]] = set()

    @property
    def is_sure(self) -> bool:
        """Whether what is read now runs whenever the revision does."""
        return not self.here.conditional and (self.databases or ALL_DATABASES) <= self.here.databases

    # -- effects --------------------------------------------------------------------------------------------------

    def add(self, effects: Iterable[fx.Effect]) -> None:
        """Takes effects up, with what surrounds them."""
        here = self.here
        databases = None if here.databases == ALL_DATABASES else here.databases
        for effect in effects:
            self.budget.spend(_EFFECT)
            written_at = None
            span = effect.span
            if self.entry is not None and span.path != self.file.path:
                span, written_at = self.entry, span
            if isinstance(effect, fx.NotAnalysed):
                key = (span, effect.reason, written_at)
                if key in self._said:
                    continue
                self._said.add(key)
            own = effect.databases
            self.effects.append(
                replace(
                    effect,
                    span=span,
                    written_at=written_at,
                    order=len(self.effects),
                    transaction=self.transaction,
                    autocommit=here.autocommit,
                    conditional=effect.conditional or here.conditional,
                    databases=databases if own is None else own if databases is None else own & databases,
                )
            )
            if isinstance(effect, fx.EndsTransaction) and not effect.commits_nothing:
                self.transaction += 1

    def not_analysed(self, node: ast.AST, scope: Names, reason: str, *, adds_only: bool = False) -> None:
        """Takes up that a place could not be read, and whether it only makes what is not there yet."""
        self.add([fx.NotAnalysed(span=self.span(node, scope), reason=reason, adds_only=adds_only)])

    def said_within(self, span: fx.Span) -> bool:
        """Whether the last thing taken up is that a part of this place could not be read."""
        last = self.effects[-1] if self.effects else None
        if not isinstance(last, fx.NotAnalysed) or last.span.path != span.path:
            return False
        start, end = (last.span.line, last.span.column), (span.end_line, span.end_column)
        return (span.line, span.column) <= start <= end

    def span(self, node: ast.AST, scope: Names) -> fx.Span:
        """The place of a node."""
        return span_of(scope.file.path, node)

    @contextmanager
    def under(
        self, *, conditional: bool = False, databases: frozenset[str] | None = None, autocommit: bool | None = None
    ) -> Iterator[None]:
        """Reads what is inside the block under more conditions."""
        before = self.here
        self.here = Surroundings(
            before.databases if databases is None else before.databases & databases,
            before.conditional or conditional,
            before.autocommit if autocommit is None else autocommit,
        )
        try:
            yield
        finally:
            self.here = before

    def sql_databases(self) -> frozenset[str] | None:
        """The databases that a statement at this place runs on; None when nothing tells."""
        here = self.here.databases
        if self.databases is None:
            return None if here == ALL_DATABASES else here - {"other"}
        wanted = set(self.databases)
        if "mariadb" in wanted and "mariadb" not in here and "mysql" in here:
            wanted.add("mysql")
        return frozenset(wanted & here) or frozenset(self.databases)

    # -- what the parts above carry out ---------------------------------------------------------------------------

    @abstractmethod
    def evaluate(self, node: ast.expr, scope: Names) -> object:
        """The value of an expression; the effects of the calls in it are taken up."""

    @abstractmethod
    def call(self, function: object, call: Call, scope: Names) -> object:
        """The value of a call."""

    @abstractmethod
    def attribute(self, value: object, name: str, node: ast.expr, scope: Names) -> object:
        """The value of ``value.name``."""


def span_of(path: str, node: ast.AST) -> fx.Span:
    """The place of a node in a file."""
    line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
    end_line, end_column = getattr(node, "end_lineno", 0), getattr(node, "end_col_offset", 0)
    return fx.Span(path, line, column + 1, end_line or 0, (end_column or 0) + 1)


def choice_of(values: Sequence[object]) -> object:
    """One value for several that are possible."""
    flat: list[object] = []
    for value in values:
        for option in value.options if isinstance(value, Choice) else (value,):
            if not any(same(option, known) for known in flat):
                flat.append(option)
    if len(flat) == 1:
        return flat[0]
    if not flat or len(flat) > MOST_OPTIONS:
        return Opaque(power=any(map(has_power, flat)))
    return Choice(tuple(flat))


def options_of(value: object) -> tuple[object, ...]:
    """The values that a value may be."""
    return value.options if isinstance(value, Choice) else (value,)


def same(one: object, other: object) -> bool:
    """Whether two values are the same for sure."""
    if one is other:
        return True
    return type(one) is type(other) and one == other


MOST_OPTIONS = 20
_EFFECT = 20
"""Steps that an effect costs: whoever reports it and judges it has work with it too."""
