"""What pools log of a lost connection while a run lasts."""

from __future__ import annotations

import logging

import pytest

from headway.runtime.pool_log import pools_in_a_line


def test_a_pool_tells_of_a_lost_connection_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """It was thirty lines of a traceback, beside the one line that says what was applied."""
    pool = logging.getLogger("sqlalchemy.pool.impl.QueuePool")
    told: list[logging.LogRecord] = []
    handler = logging.Handler()
    monkeypatch.setattr(handler, "emit", told.append)
    monkeypatch.setattr(pool, "disabled", False)  # an env.py in this process may have switched it off
    monkeypatch.setattr(pool, "handlers", [handler])

    def tell() -> logging.LogRecord:
        try:
            raise ConnectionError("the connection is lost\nat postgresql://u:secret@db/x")
        except ConnectionError:
            pool.error("Exception during reset or similar", exc_info=True)
        return told[-1]

    with pools_in_a_line(), pools_in_a_line():
        record = tell()
        assert (record.exc_info, record.getMessage()) == (
            None,
            "Exception during reset or similar: the connection is lost",
        )
    assert tell().exc_info
