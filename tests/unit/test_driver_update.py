"""The UPDATE of the version table reaches the driver as SQLAlchemy would send it, and its row is counted."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from headway.errors import CheckFailed
from headway.revision.route import Step
from headway.runtime import versions
from headway.runtime.context import MigrationContext
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


@pytest.mark.parametrize("event", ["before_execute", "after_execute", "before_cursor_execute", "after_cursor_execute"])
def test_who_watches_is_shown_what_sqlalchemy_shows(event: str) -> None:
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        assert versions.is_alone(connection)
        for _ in range(2):  # one listener to what the cursor has executed is headway's own

            def listen(*args: Any, **kw: Any) -> None:
                """Only listens."""

            sa.event.listen(connection, event, listen)
        assert not versions.is_alone(connection)
    with sa.create_engine("sqlite://", echo=True).connect() as connection:
        assert not versions.is_alone(connection)


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
