"""What a server without an identity of its own is told from others by, and that a plan says so."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy.engine import make_url

from headway.plan.identity import target_of

ANSWERS = {"VERSION()": "8.0.1", "DATABASE()": "shop", "server_version": "16.2", "current_database()": "shop"}


def connection(url: str, **answers: object) -> Any:
    """One whose server answers with the value of the first name that a question holds, and else with nothing."""
    parsed = make_url(url)
    known = answers | ANSWERS

    def execute(statement: Any) -> Any:
        found = next((value for words, value in known.items() if words in str(statement)), None)
        row = None if found is None else ("name", found)
        return SimpleNamespace(scalar=lambda: found, first=lambda: row)

    dialect = SimpleNamespace(name=parsed.get_backend_name(), is_mariadb="mariadb" in url, server_version_info=(19, 3))
    return SimpleNamespace(dialect=dialect, engine=SimpleNamespace(url=parsed), execute=execute)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("mysql+pymysql://u@db.example:3307/shop", "db.example:3307"),
        ("mariadb+pymysql://u@db.example/shop", "db.example"),
        ("mysql+pymysql:///shop?unix_socket=/run/s", "/run/s"),
        ("postgresql+psycopg://u@db.example/shop", "db.example"),
        ("postgresql+psycopg:///shop?host=/run/pg", "/run/pg"),
        ("postgresql+psycopg:///shop", "localhost"),
        ("oracle://u@db.example:1521/shop", "db.example:1521"),
    ],
)
def test_where_there_is_none_host_and_database_are_all_there_is(url: str, host: str) -> None:
    found = target_of(connection(url))
    assert (found.host, found.database, found.identity) == (host, "shop", None)
    assert found.named_by == "host and database"


@pytest.mark.parametrize(("kind", "name"), [("mysql", "server_uuid"), ("mariadb", "server_uid")])
def test_mysql_and_mariadb_have_it_under_different_names(kind: str, name: str) -> None:
    found = target_of(connection(f"{kind}+pymysql://u@db.example/shop", **{name: "6f9c"}))
    assert (found.identity, found.named_by, found.host) == ("server 6f9c", f"the server's @@{name}", None)
    assert target_of(connection(f"{kind}+pymysql://u@db.example/shop", **{name: ""})).identity is None


def test_postgresql_s_is_asked_for_where_the_role_may_ask() -> None:
    url = "postgresql+psycopg://u@db.example/shop"
    found = target_of(connection(url, has_function_privilege=True, system_identifier=7391, oid=5))
    assert (found.identity, found.named_by) == ("system 7391, database 5", "the server's system identifier")
    assert found.host is None, "another way to the same server is no other database"
    refused = target_of(connection(url, has_function_privilege=False, system_identifier=7391, oid=5))
    assert (refused.identity, refused.named_by) == (None, "host and database")
