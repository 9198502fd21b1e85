"""Whose tables the statements of a run are about. What that means is for others to say."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import MetaData, Table, event
from sqlalchemy.engine import Engine
from sqlalchemy.sql import ClauseElement, visitors

from headway.process import replaced


@contextmanager
def noting_tables() -> Iterator[list[MetaData]]:
    """Notes the collection of each table that any connection of the process is asked about while the block runs."""
    found: dict[int, MetaData] = {}

    def hear(connection: Any, element: Any, multiparams: Any, params: Any, options: Any) -> None:
        for part in _parts(element):
            if isinstance(part, Table):
                found.setdefault(id(part.metadata), part.metadata)

    noted: list[MetaData] = []
    # SQLAlchemy notes on the class that it has listeners, and never takes that back.
    with replaced(Engine, "_has_events", lambda before: True):
        event.listen(Engine, "before_execute", hear)
        try:
            yield noted
        finally:
            event.remove(Engine, "before_execute", hear)
            noted += found.values()


def _parts(element: Any) -> Iterator[Any]:
    if not isinstance(element, ClauseElement):
        return
    yield from visitors.iterate(element)
    about = getattr(element, "element", None)  # of what makes, alters or drops something
    yield from (about, getattr(about, "table", None), getattr(element, "table", None))
