"""The arguments of one directive by the names of its parameters, and what they say: names, flags, texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headway.effects import model as fx
from headway.reading.budget import Budget
from headway.reading.constructs import sql_text
from headway.reading.containers import is_whole, iterate
from headway.reading.values import Condition, Items, text_of
from headway.valueclass import valueclass

MISSING: Any = object()


@valueclass(frozen=True, slots=True)
class Arguments:
    """What a directive is called with."""

    values: Mapping[str, object]
    rest: tuple[object, ...]
    span: fx.Span
    hidden: bool
    """Whether ``*args`` or ``**kwargs`` hide some of the arguments."""
    budget: Budget

    def value(self, name: str) -> object:
        """The argument, or MISSING."""
        return self.values.get(name, MISSING)

    def given(self, name: str) -> bool:
        """Whether the argument is written and not None or False."""
        value = self.values.get(name)
        return value is not None and value is not False

    def text(self, name: str) -> fx.Text:
        """The argument as a name; UNKNOWN when it cannot be told or is missing."""
        return text_of(self.values.get(name))

    def maybe_text(self, name: str) -> fx.MaybeText:
        """The argument as a name, or None when it is missing or None."""
        value = self.value(name)
        if value is MISSING:
            return fx.UNKNOWN if self.hidden and name not in ("schema", "source_schema") else None
        return None if value is None else text_of(value)

    def sql(self, name: str) -> fx.MaybeText:
        """The argument as SQL: a text, or what a construct would be compiled to."""
        value = self.values.get(name)
        return None if value is None else sql_text(value)

    def flag(self, name: str, default: bool) -> fx.Flag:
        """The argument as a truth value."""
        value = self.value(name)
        if value is MISSING:
            return fx.UNKNOWN if self.hidden else default
        return flag_of(value, default)

    def texts(self, name: str) -> tuple[fx.Text, ...]:
        """The argument as a list of names and expressions; UNKNOWN stands for what may follow."""
        return names_of(self.values.get(name), self.budget)

    @property
    def table(self) -> dict[str, Any]:
        """Table, schema and span, as the effects on a table take them."""
        source = "source_table" in self.values
        return {
            "table": self.text("source_table" if source else "table_name"),
            "schema": self.maybe_text("source_schema" if source and "source_schema" in self.values else "schema"),
            "span": self.span,
        }


def flag_of(value: object, default: bool) -> fx.Flag:
    """A truth value; None counts as the default."""
    if value is None:
        return default
    if isinstance(value, Condition):
        return fx.UNKNOWN
    return value if isinstance(value, bool) else bool(value) if isinstance(value, int) else fx.UNKNOWN


def names_of(value: object, budget: Budget) -> tuple[fx.Text, ...]:
    """Names and expressions of a list."""
    if isinstance(value, str):
        return (str(value),)
    if not isinstance(value, tuple | Items):
        return (fx.UNKNOWN,)
    found = [sql_text(item) for item, _ in iterate(budget, value)]
    names = tuple(fx.UNKNOWN if name is None else name for name in found)
    return names if is_whole(value) or fx.UNKNOWN in names else (*names, fx.UNKNOWN)
