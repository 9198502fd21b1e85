"""The UPDATE of the version table reaches the driver as SQLAlchemy would send it, and its row is counted."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import TextClause

from headway.errors import CheckFailed
from headway.operations.audience import is_alone
from headway.revision.route import Step
from headway.runtime import versions
from headway.runtime.context import MigrationContext
from headway.runtime.statements import StatementLog
from headway.runtime.versions import _DriverUpdate

UPDATE = Step("b", True, update=("a", "b"))


def sent(engine: sa.Engine) -> list[tuple[str, Any]]:
    """What the driver gets for one UPDATE."""
    seen: list[tuple[str, Any]] = []
    with engine.begin() as connection:
        table = MigrationContext.configure(connection=connection).versions
        table.create(connection)
        table._insert("a")

        def note(conn: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
            seen.append((statement, parameters))

        sa.event.listen(connection, "after_cursor_execute", note)
        table.apply(UPDATE)
        assert table.read(connection) == ("b",)
    return seen[:1]


def test_statement_and_parameters_are_those_of_sqlalchemy(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = sent(sa.create_engine("sqlite://"))
    monkeypatch.setattr(versions, "is_alone", lambda connection: False)
    assert ours == sent(sa.create_engine("sqlite://"))


@pytest.mark.parametrize("alone", [True, False])
def test_a_row_that_is_not_there_is_noticed(alone: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "is_alone", lambda connection: alone)
    with sa.create_engine("sqlite://").begin() as connection:
        table = MigrationContext.configure(connection=connection).versions
        table.create(connection)
        with pytest.raises(CheckFailed, match="0 found"):
            table.apply(UPDATE)


WATCHED = (
    "before_execute",
    "after_execute",
    "before_cursor_execute",
    "after_cursor_execute",
    "do_execute",
    "handle_error",
)


@pytest.mark.parametrize("event", WATCHED)
def test_who_watches_is_shown_what_sqlalchemy_shows(event: str) -> None:
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        with StatementLog().watching(connection, commits_ddl=False):
            assert is_alone(connection)

        def listen(*args: Any, **kw: Any) -> None:
            """Only listens."""

        sa.event.listen(engine if event in WATCHED[4:] else connection, event, listen)
        assert not is_alone(connection)
    with sa.create_engine("sqlite://", echo=True).connect() as connection:
        assert not is_alone(connection)


@pytest.mark.parametrize("on", ["the object", "the class", "a subclass", "a dialect", "an async dialect"])
def test_who_takes_a_place_keeps_it(on: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with sa.create_engine("sqlite://").connect() as connection:
        match on:
            case "the object":
                monkeypatch.setattr(connection, "execute", connection.execute)
            case "the class":
                monkeypatch.setattr(sa.Connection, "execute", lambda self, *args: None)
            case "a subclass":
                connection.__class__ = type("Mine", (sa.Connection,), {})
            case "a dialect":
                connection.dialect.execution_ctx_cls = type("Mine", (connection.dialect.execution_ctx_cls,), {})
            case _:
                monkeypatch.setattr(connection.dialect, "is_async", True)
        assert not is_alone(connection)


class Tenant(TextClause):
    """A text that somebody compiles."""

    inherit_cache = False


@compiles(Tenant)
def _(element: Tenant, compiler: Any, **kw: Any) -> str:
    return "CREATE TABLE acme_" + element.text


def test_statements_that_are_more_than_they_say_are_executed_by_sqlalchemy() -> None:
    with sa.create_engine("sqlite://").connect() as connection:
        impl = MigrationContext.configure(connection=connection).impl
        impl.execute(Tenant("x (a INTEGER)"))
        impl.execute("CREATE TABLE y (a INTEGER DEFAULT (1 % 2), b TEXT DEFAULT '\\:c')")
        impl.execute(sa.text("INSERT INTO acme_x VALUES (:a)").bindparams(a=3))
        assert sa.inspect(connection).get_table_names() == ["acme_x", "y"]
        found = impl._exec(sa.DDL("SELECT a FROM acme_x"))
        assert found.all() == [(3,)]
        assert [column["default"] for column in sa.inspect(connection).get_columns("y")] == ["1 % 2", "':c'"]


@pytest.mark.parametrize(
    ("url", "text", "parameters"),
    [
        ("sqlite://", "SET version_num=? WHERE v.version_num = ?", ("n", "o")),
        (
            "postgresql+psycopg://",
            "SET version_num=%(new)s::VARCHAR WHERE v.version_num = %(old)s::VARCHAR",
            {"old": "o", "new": "n"},
        ),
        ("mysql+pymysql://", "SET version_num=%s WHERE v.version_num = %s", ("n", "o")),
        ("oracle+oracledb://", None, None),
        ("postgresql+asyncpg://", None, None),
    ],
)
def test_drivers_get_their_own_form(url: str, text: str | None, parameters: Any) -> None:
    table = sa.table("v", sa.column("version_num", sa.String(32)))
    update = (
        sa.update(table)
        .values(version_num=sa.bindparam("new"))
        .where(table.c.version_num == sa.bindparam("old", type_=sa.String()))
    )
    form = _DriverUpdate.of(update, make_url(url).get_dialect()())
    if text is None:
        assert form is None
    else:
        assert form is not None
        assert form.text == f"UPDATE v {text}"
        assert form.parameters({"old": "o", "new": "n"}) == parameters
