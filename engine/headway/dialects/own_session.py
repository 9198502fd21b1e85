"""A session of our own on the database of an engine, made as the engine makes its own. Never one of the user's pool."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy.engine import Engine


@contextmanager
def own_session(engine: Engine) -> Iterator[Any]:
    """The driver's connection, through a pool of its own with the same creator; closed when the block ends."""
    pool = engine.pool.recreate()
    try:
        fairy = pool.connect()
        try:
            yield fairy.dbapi_connection
        finally:
            with suppress(Exception):  # it may be gone, and nobody else has it
                fairy.invalidate()
    finally:
        pool.dispose()


def ask(dbapi: Any, sql: str) -> Any:
    """The first row of a query without parameters, or None."""
    cursor = dbapi.cursor()
    try:
        cursor.execute(sql)
        return cursor.fetchone() if cursor.description else None
    finally:
        cursor.close()


def ask_aside(engine: Engine, sql: str) -> Any:
    """What :func:`ask` does, on a session made for it; to be called from a thread without an event loop."""

    def work() -> Any:
        with own_session(engine) as dbapi:
            engine.dialect.set_isolation_level(dbapi, "AUTOCOMMIT")
            return ask(dbapi, sql)

    if not engine.dialect.is_async:
        return work()
    import asyncio  # takes longer than many a migration, and most have no asynchronous driver

    from sqlalchemy.util.concurrency import greenlet_spawn

    async def in_greenlet() -> Any:
        return await greenlet_spawn(work)

    return asyncio.run(in_greenlet())
