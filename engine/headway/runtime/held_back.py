"""The result of a statement that was recorded and not sent: says that nobody knows what the database would have
answered, instead of answering."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, NoReturn

from sqlalchemy.engine import CursorResult

from headway.runtime.sites import SQLALCHEMY

Refuse = Callable[[str], NoReturn]


def hold_back(context: Any, refuse: Refuse, rows: int | None = None) -> None:
    """Lets the statement of ``context`` count as executed; whoever asks for its result meets ``refuse``.

    ``rows`` is how many rows it concerns, where that is certain.
    """
    usual = context._setup_result_proxy
    explicit = bool(getattr(context, "_is_explicit_returning", False))
    context._is_implicit_returning = context._is_supplemental_returning = False
    context._rowcount = 0
    context.get_lastrowid = lambda: None
    context.fetchall_for_returning = lambda cursor: refuse("the rows of INSERT … RETURNING")

    def result() -> Any:
        made = usual()
        made.__class__ = _HeldBack
        made.__dict__["held_back"] = (refuse, rows, explicit)
        made.__dict__.pop("rowcount", None)
        return made

    context._setup_result_proxy = result


def _refused_rows(self: Any, *args: Any, **kw: Any) -> Any:
    self._refuse("its rows")


class _HeldBack(CursorResult[Any]):
    """A result without an answer. The ORM, which only checks that each row was found, is told that it was."""

    __slots__ = ()

    fetchone = fetchall = fetchmany = all = first = one = one_or_none = _refused_rows
    scalar = scalar_one = scalar_one_or_none = scalars = mappings = tuples = columns = _refused_rows
    partitions = freeze = keys = __iter__ = __next__ = _refused_rows

    def _refuse(self, what: str) -> NoReturn:
        self.__dict__["held_back"][0](what)
        raise AssertionError

    @property
    def rowcount(self) -> int:
        _, rows, _ = self.__dict__["held_back"]
        caller = sys._getframe(1).f_code.co_filename
        if rows is not None:
            return int(rows)
        if caller.startswith(SQLALCHEMY):
            return len(self.context.compiled_parameters or ()) or 1
        return self._refuse("the number of rows")

    @property
    def inserted_primary_key_rows(self) -> Any:
        keys = self.context.inserted_primary_key_rows
        if any(value is None for key in keys or () for value in key):
            self._refuse("the key that the database gave to a new row")
        return keys

    @property
    def inserted_primary_key(self) -> Any:
        keys = self.inserted_primary_key_rows
        return keys[0] if keys else None

    @property
    def lastrowid(self) -> int:
        self._refuse("the key that the database gave to a new row")

    @property
    def returns_rows(self) -> bool:
        return bool(self.__dict__["held_back"][2])

    @property
    def returned_defaults(self) -> Any:
        return None

    returned_defaults_rows = returned_defaults
