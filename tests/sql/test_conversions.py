"""What a batch on SQLite makes of values when their column gets another type: never another value than was meant."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from headway.errors import InvalidValue
from headway.operations.base import Operations
from headway.runtime.context import MigrationContext

DAY, CLOCK, MOMENT = date(2020, 1, 2), time(3, 4, 5), datetime(2020, 1, 2, 3, 4, 5)
ID = UUID("0123456789abcdef0123456789abcdef")


class Stamp(sa.types.TypeDecorator[datetime]):
    """A user's type over another one."""

    impl = sa.DateTime
    cache_ok = True


CARRIED: list[tuple[Any, Any, Any, Any]] = [
    # a type, a value as SQL or Python has it, another type, and the value that is read then
    (sa.Date(), DAY, sa.DateTime(), datetime(2020, 1, 2)),
    (sa.Date(), DAY, Stamp(), datetime(2020, 1, 2)),
    (sa.Date(), DAY, sa.String(20), "2020-01-02"),
    (sa.DateTime(), MOMENT, sa.Date(), DAY),
    (sa.DateTime(), MOMENT, sa.Time(), CLOCK),
    (sa.DateTime(), MOMENT, sa.Text(), "2020-01-02 03:04:05.000000"),
    (sa.DateTime(), MOMENT, sa.TIMESTAMP(), MOMENT),
    (sa.String(30), "2020-01-02 03:04:05", sa.DateTime(), MOMENT),
    (sa.String(30), "2020-01-02T03:04:05", sa.DateTime(), MOMENT),
    (sa.Text(), "2020-01-02", sa.Date(), DAY),
    (sa.Text(), "2020-01-02 03:04:05", sa.Date(), DAY),
    (sa.Text(), "03:04:05", sa.Time(), CLOCK),
    (sa.Text(), "1970-01-02 00:00:00.000000", sa.Interval(), timedelta(days=1)),
    (sa.Text(), str(ID), sa.Uuid(), ID),
    (sa.Text(), str(ID).upper(), sa.Uuid(), ID),
    (sa.String(32), ID.hex, sa.Uuid(), ID),
    (sa.Uuid(), ID, sa.String(32), ID.hex),
    (sa.String(9), "true", sa.Boolean(), True),
    (sa.String(9), "No", sa.Boolean(), False),
    (sa.String(9), "1", sa.Boolean(), True),
    (sa.Integer(), 0, sa.Boolean(), False),
    (sa.Boolean(), True, sa.Integer(), 1),
    (sa.Boolean(), True, sa.String(5), "1"),
    (sa.String(9), "007", sa.Integer(), 7),
    (sa.String(9), " -7 ", sa.BigInteger(), -7),
    (sa.String(9), "12.50", sa.Numeric(10, 2), Decimal("12.50")),
    (sa.String(9), "1e3", sa.Float(), 1000.0),
    (sa.Numeric(10, 2), Decimal("12.50"), sa.Integer(), 12),
    (sa.Integer(), 5, sa.Numeric(10, 2), Decimal("5.00")),
    (sa.Integer(), 5, sa.String(9), "5"),
    (sa.String(9), "abc", sa.Enum("abc", "def"), "abc"),
    (sa.String(9), "abc", sa.LargeBinary(), b"abc"),
]

REFUSED: list[tuple[Any, Any, Any, str]] = [
    (sa.Integer(), 1577934245, sa.DateTime(), "a date and time"),
    (sa.Text(), "now", sa.DateTime(), "a date and time"),
    (sa.Text(), "2020-01-02 25:00", sa.DateTime(), "a date and time"),
    (sa.Text(), "2020-02-31", sa.Date(), "a date"),
    (sa.Text(), "02.01.2020", sa.Date(), "a date"),
    (sa.Integer(), 20200102, sa.Date(), "a date"),
    (sa.Text(), "", sa.Date(), "a date"),
    (sa.Text(), "now", sa.Time(), "a time"),
    (sa.Date(), DAY, sa.Time(), "a time"),
    (sa.Time(), CLOCK, sa.DateTime(), "a date and time"),
    (sa.Text(), "12345", sa.Uuid(), "a UUID"),
    (sa.Text(), "x" * 32, sa.Uuid(), "a UUID"),
    (sa.Text(), "maybe", sa.Boolean(), "a truth value"),
    (sa.Text(), "abc", sa.Integer(), "a whole number"),
    (sa.Text(), "12.5", sa.Integer(), "a whole number"),
    (sa.Text(), "12abc", sa.Numeric(10, 2), "a number"),
    (sa.DateTime(), MOMENT, sa.Integer(), "a whole number"),
    (sa.LargeBinary(), b"12", sa.Integer(), "a whole number"),
]


def table(type_: Any) -> sa.Table:
    return sa.Table("t", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), sa.Column("v", type_))


def retype(connection: sa.Connection, old: Any, values: list[Any], new: Any) -> list[Any]:
    """The values after a batch, as the new type reads them."""
    made = table(old)
    made.create(connection)
    connection.execute(made.insert(), [{"v": value} for value in values])
    with Operations(MigrationContext.configure(connection)).batch_alter_table("t") as batch:
        batch.alter_column("v", type_=new, existing_type=old)
    return list(connection.execute(sa.select(table(new).c.v)).scalars())


@pytest.mark.parametrize(("old", "value", "new", "wanted"), CARRIED)
def test_a_value_is_carried_over(old: Any, value: Any, new: Any, wanted: Any) -> None:
    with sa.create_engine("sqlite://").connect() as connection:
        assert retype(connection, old, [value, None], new) == [wanted, None]


@pytest.mark.parametrize(("old", "value", "new", "kind"), REFUSED)
def test_a_value_that_cannot_be_is_refused_and_stays(old: Any, value: Any, new: Any, kind: str) -> None:
    with sa.create_engine("sqlite://").connect() as connection:
        with pytest.raises(InvalidValue) as refused:
            retype(connection, old, [None, value], new)
        assert refused.value.message == f"1 row of t.v cannot become {kind} (id 2)"
        assert not value or str(value) not in refused.value.message, "a value may be a secret"
        assert connection.execute(sa.select(table(old).c.v)).scalars().all() == [None, value]
        assert sa.inspect(connection).get_table_names() == ["t"]


def test_many_rows_are_counted_and_the_first_named() -> None:
    with sa.create_engine("sqlite://").connect() as connection, pytest.raises(InvalidValue) as refused:
        retype(connection, sa.Text(), ["1", "a", "b", "c", "d"], sa.Integer())
    assert refused.value.message == "4 rows of t.v cannot become a whole number (id 2, 3, 4 …)"


def test_rows_without_a_primary_key_are_named_too() -> None:
    with sa.create_engine("sqlite://").connect() as connection, pytest.raises(InvalidValue) as refused:
        connection.exec_driver_sql("CREATE TABLE t (v TEXT)")
        connection.exec_driver_sql("INSERT INTO t VALUES ('1'), ('x')")
        with Operations(MigrationContext.configure(connection)).batch_alter_table("t") as batch:
            batch.alter_column("v", type_=sa.Integer())
    assert refused.value.message == "1 row of t.v cannot become a whole number (rowid 2)"


def test_a_script_says_what_it_cannot_check() -> None:
    from io import StringIO

    buffer = StringIO()
    context = MigrationContext.configure(dialect_name="sqlite", opts={"as_sql": True, "output_buffer": buffer})
    with Operations(context).batch_alter_table("t", copy_from=table(sa.Text())) as batch:
        batch.alter_column("v", type_=sa.Date(), existing_type=sa.Text())
    assert "-- t.v: values that are not a date are copied as they are" in buffer.getvalue()
    assert "CAST" not in buffer.getvalue()
