"""A pooler in transaction mode makes every lock meaningless: it is found out, and refused."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool, QueuePool, StaticPool

from fixtures.pgbouncer import Bouncer
from fixtures.programs import Program, set_url
from headway.dialects.postgresql.pooler import gives_sessions_away


def through(url: str, driver: str) -> sa.URL:
    return sa.make_url(url).set(drivername=f"postgresql+{driver}")


IN_TURN = "transaction\nserver_round_robin = 1"
"""A pooler that hands its sessions out in turn: the first one's changes, and the other one never gets the same."""


@pytest.mark.parametrize("driver", ["psycopg", "psycopg2", "asyncpg"])
@pytest.mark.parametrize(
    "mode", ["transaction", IN_TURN, "session", None], ids=["transaction", "in turn", "session", "-"]
)
def test_what_gives_sessions_away(postgresql_url: str, pgbouncer: Bouncer, driver: str, mode: str | None) -> None:
    url = through(pgbouncer(postgresql_url, mode) if mode else postgresql_url, driver)
    if driver == "asyncpg":

        async def ask() -> bool:
            engine = create_async_engine(url, connect_args={"statement_cache_size": 0})
            async with engine.connect() as connection:
                found = await connection.run_sync(gives_sessions_away)
            await engine.dispose()
            return found

        assert asyncio.run(ask()) is (mode in ("transaction", IN_TURN))
        return
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        assert gives_sessions_away(connection) is (mode in ("transaction", IN_TURN))
        assert not connection.in_transaction()
    engine.dispose()


@pytest.mark.parametrize(
    "options",
    [
        {"poolclass": QueuePool, "pool_size": 1, "max_overflow": 0, "pool_timeout": 1},
        {"poolclass": StaticPool},
        {"poolclass": NullPool, "isolation_level": "AUTOCOMMIT"},
        {"poolclass": NullPool, "isolation_level": "SERIALIZABLE"},
    ],
)
@pytest.mark.parametrize("mode", ["transaction", "session"])
def test_whatever_the_users_pool(postgresql_url: str, pgbouncer: Bouncer, options: dict[str, Any], mode: str) -> None:
    engine = sa.create_engine(pgbouncer(postgresql_url, mode), **options)
    with engine.connect() as connection:
        assert gives_sessions_away(connection) is (mode == "transaction")
    engine.dispose()


def test_it_is_refused_with_the_remedy(
    postgresql_url: str, pgbouncer: Bouncer, storefront: Path, headway: Program
) -> None:
    pooled = pgbouncer(postgresql_url, "transaction")
    set_url(storefront, pooled)
    for arguments in (("upgrade", "head"), ("downgrade", "base"), ("stamp", "head"), ("apply", "--url", pooled)):
        done = headway(*arguments, cwd=storefront)
        assert done.code == 3, (arguments, done.err)
        done.assert_one_clear_line("pooler in transaction mode", "--no-lock", "session mode")
    with sa.create_engine(postgresql_url, poolclass=NullPool).connect() as connection:
        assert sa.inspect(connection).get_table_names() == []
        held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
        assert connection.scalar(sa.text(held)) == 0, "left on a pooled session"
    for arguments in (
        ("upgrade", "+1"),
        ("apply", "--url", pooled),
        ("downgrade", "-1"),
        ("stamp", "head"),
    ):
        done = headway(*arguments, "--no-lock", cwd=storefront)
        assert done.code == 0, (arguments, done.err)


def test_session_mode_is_as_good_as_the_server(
    postgresql_url: str, pgbouncer: Bouncer, storefront: Path, headway: Program
) -> None:
    set_url(storefront, pgbouncer(postgresql_url, "session"))
    for arguments in (("upgrade", "head"), ("downgrade", "-1"), ("stamp", "head")):
        done = headway(*arguments, cwd=storefront)
        assert done.code == 0, done.err
        assert "could not tell" not in done.err
    with sa.create_engine(postgresql_url, poolclass=NullPool).connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")) == 0
