"""A database that somebody else provides, such as a service container. It must be empty, and is left as it was used."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import create_engine, inspect, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool

from headway.errors import DatabaseFailure, UsageError
from headway.runtime.failures import explain
from headway.runtime.target import sync_url
from headway.scratch.port import Scratch


@contextmanager
def open_url(url: str) -> Iterator[Scratch]:
    """The database at ``url``.

    Raises UsageError when it is not a URL, DatabaseFailure when it cannot be reached or already holds tables.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise UsageError("the scratch database's URL cannot be read", hint="Use dialect://user@host/name.") from error
    shown = parsed.render_as_string(hide_password=True)
    try:
        tables = inspect(create_engine(sync_url(parsed), poolclass=NullPool)).get_table_names()
    except Exception as error:
        explained = explain(error)
        if explained is None:
            raise
        raise explained from error
    if tables:
        raise DatabaseFailure(
            f"the scratch database {shown} is not empty: it holds {', '.join(sorted(tables)[:5])}",
            hint="Give the URL of an empty database; headway never empties one that it did not make.",
        )
    yield Scratch(shown, url)
