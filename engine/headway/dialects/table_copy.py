"""What surrounds the copy of a table in a batch: nothing, on databases whose tables reflection shows whole."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy import Table


class Unseen(NamedTuple):
    """What a table has beyond what reflection shows of it."""

    options: Mapping[str, Any] = MappingProxyType({})
    """Keywords of Table."""
    indexes: Mapping[str, str] = MappingProxyType({})
    """Indexes by name, as the SQL that makes them."""


class Copying:
    """One copy of one table; databases override what they need."""

    def __init__(self, impl: Any, table_name: str, schema: str | None) -> None:
        self.impl = impl
        self.table_name = table_name
        self.schema = schema

    def guarded(self) -> AbstractContextManager[None]:
        """Around everything: undoes it all when the block fails, where the database can."""
        return _nothing()

    def rename_columns(self, renamed: Mapping[str, str]) -> bool:
        """Renames columns of the table as it stands, before the copy; False when it cannot or need not."""
        return False

    def unseen(self, table: Table, *, given: bool, declared: Collection[str] = ()) -> Unseen:
        """What reflection did not show of ``table``, or what nobody could say where it was ``given``.

        ``declared`` are the columns, in lower case, that the migration itself says how they are.
        """
        return Unseen()

    def before_drop(self, copy: str) -> None:
        """Called when the rows are in the table ``copy`` and the old one is about to be dropped."""

    def finish(self) -> None:
        """Called when the new table has taken the old one's place."""


@contextmanager
def _nothing() -> Iterator[None]:
    yield
