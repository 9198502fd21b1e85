"""How each driver of PostgreSQL is told that its session may change nothing; one that cannot be told is refused."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from headway.errors import HeadwayError
from headway.runtime.read_only import _PREPARED

ON = "-c default_transaction_read_only=on"


@pytest.mark.parametrize(
    ("driver", "given", "asked"),
    [
        ("psycopg", {}, {"options": ON}),
        ("psycopg2", {"options": "-c search_path=shop"}, {"options": f"-c search_path=shop {ON}"}),
        ("psycopg_async", {"options": ""}, {"options": ON}),
        ("asyncpg", {}, {"server_settings": {"default_transaction_read_only": "on"}}),
        (
            "asyncpg",
            {"server_settings": {"jit": "off", "default_transaction_read_only": "off"}},
            {"server_settings": {"jit": "off", "default_transaction_read_only": "on"}},
        ),
    ],
)
def test_the_session_is_asked_for_read_only(driver: str, given: dict[str, Any], asked: dict[str, Any]) -> None:
    attempt: Any = SimpleNamespace(dialect=SimpleNamespace(driver=driver, name="postgresql"), cparams={**given})
    before = {name: dict(value) if isinstance(value, dict) else value for name, value in given.items()}
    _PREPARED["postgresql"](attempt)
    assert attempt.cparams == asked
    assert given == before


@pytest.mark.parametrize("driver", ["pg8000", "psycopg3000"])
def test_a_driver_that_cannot_be_told_is_refused(driver: str) -> None:
    attempt: Any = SimpleNamespace(dialect=SimpleNamespace(driver=driver, name="postgresql"), cparams={})
    with pytest.raises(HeadwayError, match=f"the driver {driver} cannot be told") as error:
        _PREPARED["postgresql"](attempt)
    assert error.value.hint == "Use psycopg, psycopg2 or asyncpg in the URL for plan."
    assert attempt.cparams == {}
