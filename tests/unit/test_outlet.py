"""The two sinks behind the outlet: a connection that executes, and a script that prints."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql

from headway.errors import InvalidValue, WrongType
from headway.operations.statement import DriverText, Statement
from headway.runtime.outlet import DriverSink, ScriptSink, outlet_for
from headway.runtime.witness import Witness


@pytest.fixture
def connection() -> Any:
    """A connection to a table."""
    with sa.create_engine("sqlite://").connect() as made:
        made.exec_driver_sql("CREATE TABLE t (n INTEGER)")
        yield made


def sent(connection: sa.Connection, construct: Any, **more: Any) -> Any:
    impl: Any = SimpleNamespace(connection=connection, as_sql=False)
    door = outlet_for(impl, Witness())
    assert isinstance(door.sink, DriverSink)
    return door.send(Statement(construct, **more))


TABLE = sa.table("t", sa.column("n", sa.Integer))


def test_whatever_is_sent_is_executed_and_answered(connection: sa.Connection) -> None:
    sent(connection, "INSERT INTO t VALUES (1)")
    sent(connection, sa.text("INSERT INTO t VALUES (:n)"), parameters={"n": 2})
    sent(connection, sa.text("INSERT INTO t VALUES (:n)"), many=[{"n": 3}, {"n": 4}])
    sent(connection, TABLE.insert().values(n=5))
    sent(connection, DriverText("INSERT INTO t VALUES (?)", (6,)))
    sent(connection, DriverText("INSERT INTO t VALUES (7)"))
    assert list(sent(connection, TABLE.select().order_by("n")).scalars()) == [1, 2, 3, 4, 5, 6, 7]


def test_options_of_one_statement_are_its_own(connection: sa.Connection) -> None:
    seen: list[Any] = []
    sa.event.listen(connection, "before_execute", lambda conn, what, many, params, options: seen.append(dict(options)))
    sent(connection, "SELECT 1", execution_options={"mine": 5})
    assert seen[0]["mine"] == 5


def printed(construct: Any, dialect: Any = None, *, literal_binds: bool = False, **more: Any) -> str:
    out: list[str] = []
    dialect = dialect or postgresql.dialect()
    impl: Any = SimpleNamespace(as_sql=True, dialect=dialect, literal_binds=literal_binds, print_statement=out.append)
    door = outlet_for(impl, Witness())
    assert isinstance(door.sink, ScriptSink)
    assert door.send(Statement(construct, **more)) is None
    (text,) = out
    return text


@pytest.mark.parametrize(
    ("construct", "literal", "text"),
    [
        ("  UPDATE t\n\tSET n = 1  ", False, "UPDATE t\n    SET n = 1"),
        (DriverText("SELECT 5 % 2"), False, "SELECT 5 % 2"),
        (TABLE.insert().values(n=5), True, "INSERT INTO t (n) VALUES (5)"),
        (sa.table("t", sa.column("n")).insert().values(n=5), False, "INSERT INTO t (n) VALUES (%(n)s)"),
        (sa.text("SELECT :n").bindparams(n=5), True, "SELECT 5"),
        ("SELECT r'\\:n'", False, "SELECT r':n'"),
        (sa.schema.DropTable(sa.Table("t", sa.MetaData())), True, "DROP TABLE t"),
    ],
)
def test_a_script_has_it_as_text(construct: Any, literal: bool, text: str) -> None:
    assert printed(construct, literal_binds=literal) == text


@pytest.mark.parametrize("more", [{"parameters": {"n": 1}}, {"many": [{"n": 1}]}])
def test_a_script_holds_no_parameters(more: dict[str, Any]) -> None:
    with pytest.raises(WrongType, match="SQL parameters not allowed with as_sql") as error:
        printed(sa.text("SELECT :n"), **more)
    assert error.value.hint == "Write the values into the statement."


@pytest.mark.parametrize("literal", [False, True])
@pytest.mark.parametrize("dialect", [postgresql.dialect(), mysql.dialect()])
def test_a_colon_that_means_nothing_is_refused(dialect: Any, literal: bool) -> None:
    """SQLAlchemy would write NULL, or the mark of a driver, in its place."""
    with pytest.raises(InvalidValue, match="A value is required for bind parameter 'a'") as error:
        printed("SELECT ':b', :b, :a", dialect, literal_binds=literal)
    assert "sa.text(…).bindparams(…)" in (error.value.hint or "")


def test_where_the_mark_is_a_colon_it_is_written_again() -> None:
    dialect: Any = postgresql.dialect(paramstyle="named")
    assert printed("SELECT :a", dialect) == "SELECT :a"
    with pytest.raises(InvalidValue):
        printed("SELECT :a", dialect, literal_binds=True)
