"""The connection that some programs put into ``config.attributes`` before they call Alembic's commands, put there as well."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from sqlalchemy import create_engine, make_url
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

from headway.config.model import Config
from headway.runtime.connecting import trusted
from headway.runtime.target import sync_url


@contextmanager
def passing(config: Config, key: str | None, url: URL | str, *, trust: bool = True) -> Iterator[None]:
    """While the block runs, ``config.attributes[key]`` is a connection to ``url``; nothing for None.

    With ``trust`` whoever guards connections does not see it: it goes to a scratch database.

    See https://alembic.sqlalchemy.org/en/latest/cookbook.html#connection-sharing
    """
    if key is None:
        yield
        return
    engine = create_engine(sync_url(make_url(url)), poolclass=NullPool)
    with trusted() if trust else nullcontext():
        connection = engine.connect()
    with connection:
        config.attributes[key] = connection
        yield
        if connection.in_transaction():
            connection.commit()  # what env.py has not committed itself is for the program to commit
