"""How a statement of SQLite is stopped from another thread. It runs in this process, and ends with it."""

from __future__ import annotations

from typing import Any

from sqlalchemy.engine import Engine


def cancel(engine: Engine, native: Any, session: int | None) -> None:
    """Interrupts it; aiosqlite wraps the connection that can. See https://www.sqlite.org/c3ref/interrupt.html"""
    getattr(native, "_conn", native).interrupt()


def session_id(native: Any) -> int | None:
    """There is none."""
    return None


def how_to_look(session: int | None) -> str:
    """Nothing is left of it once the process has ended."""
    return "It ends with this process, and SQLite undoes it when the file is opened again."
