"""Database servers behind a proxy that cuts connections. No tests of its own."""

from __future__ import annotations

import sqlalchemy as sa

from fixtures.proxy import Proxy, to_socket, to_tcp


def proxied(url: str, driver: str | None = None) -> tuple[Proxy, str]:
    """A proxy before the server of ``url``, and the URL that leads through it, with another driver if asked."""
    real = sa.make_url(url)
    if real.get_backend_name() == "postgresql":
        folder = str(real.query["host"])
        proxy = Proxy(to_socket(f"{folder}/.s.PGSQL.{real.port or 5432}"))
        through = real.set(host="127.0.0.1", port=proxy.port, query={})
    else:
        proxy = Proxy(to_tcp(str(real.host), int(real.port or 3306)))
        through = real.set(port=proxy.port)
    if driver is not None:
        through = through.set(drivername=f"{real.get_backend_name()}+{driver}")
    return proxy, through.render_as_string(hide_password=False)
