"""What DAT010 says of ``default=``, by what databases do."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from databases.test_rules_proved import pieces, run


@pytest.mark.parametrize("database", ["postgresql_url", "sqlite"])
def test_a_default_of_python_fills_no_row(database: str, request: pytest.FixtureRequest) -> None:
    url = "sqlite://" if database == "sqlite" else str(request.getfixturevalue(database))
    for heading, count in (("Bad", 0), ("Good", 1)):
        engine = sa.create_engine(url)
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE IF EXISTS orders")
            connection.exec_driver_sql("CREATE TABLE orders (id INTEGER PRIMARY KEY)")
            connection.exec_driver_sql("INSERT INTO orders VALUES (1)")
        run(engine, pieces("DAT010")[heading])
        with engine.connect() as connection:
            asked = "SELECT count(*) FROM orders WHERE public = false"
            assert connection.exec_driver_sql(asked).scalar_one() == count
        engine.dispose()
