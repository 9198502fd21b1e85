"""A statement on its way to the database: what operations and dialects hand to the door. Executes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy.schema import ExecutableDDLElement
from sqlalchemy.sql.elements import TextClause
from sqlalchemy.sql.expression import Select, UpdateBase

from headway.effects.sql_kind import Kind, kind_of


class DriverText:
    """SQL for the driver as it is, with parameters in the driver's own form."""

    def __init__(self, sql: str, parameters: Any = None) -> None:
        self.sql = sql
        self.parameters = parameters


class Statement:
    """A construct or a text with its parameters.

    ``many`` are the rows of an executemany. ``kind`` is told by who knows better than the construct, as the version
    table does.
    """

    __slots__ = ("_kind", "construct", "execution_options", "many", "parameters")

    def __init__(
        self,
        construct: Any,
        parameters: Mapping[str, Any] | None = None,
        *,
        many: Sequence[Mapping[str, Any]] | None = None,
        execution_options: Mapping[str, Any] | None = None,
        kind: Kind | None = None,
    ) -> None:
        self.construct = construct
        self.parameters = parameters
        self.many = many
        self.execution_options = execution_options
        self._kind = kind

    @property
    def kind(self) -> Kind:
        """What it is for."""
        return self._kind or _kind_of(self.construct)

    @property
    def told_kind(self) -> Kind | None:
        """The kind, if whoever made the statement said it."""
        return self._kind


class Door(Protocol):
    """Where statements leave."""

    def send(self, statement: Statement) -> Any:
        """Carries the statement out, or prints or records it; returns what the database answered, if it was asked."""
        ...


def _kind_of(construct: Any) -> Kind:
    if isinstance(construct, str | TextClause):
        return kind_of(str(construct))
    if isinstance(construct, DriverText):
        return kind_of(construct.sql)
    if isinstance(construct, ExecutableDDLElement):
        return Kind.DDL
    if isinstance(construct, UpdateBase):
        return Kind.DATA
    return Kind.READ if isinstance(construct, Select) else Kind.UNKNOWN
