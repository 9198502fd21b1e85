"""Which statements of the running revision have taken effect for good, whatever happens to it afterwards.

Watches one connection. What a migration does over a connection of its own is not seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

_READS = frozenset({"SELECT", "SHOW", "PRAGMA", "EXPLAIN", "DESCRIBE", "DESC", "SET", "USE", "VALUES"})
_DDL = frozenset({"CREATE", "ALTER", "DROP", "RENAME", "TRUNCATE", "COMMENT", "GRANT", "REVOKE", "ANALYZE"})
_SAVEPOINT = r"(?i)(SAVEPOINT|ROLLBACK TO|RELEASE)(?: SAVEPOINT)?\s+(\S+)"
_OF_SAVEPOINTS = frozenset({"SAVEPOINT", "ROLLBACK", "RELEASE"})
_STRINGS = r"'(?:[^']|'')*'"


class StatementLog:
    """The statements that changed something: those in effect, and those that wait for a commit."""

    def __init__(self) -> None:
        self.in_effect: list[str] = []
        self._waiting: list[str] = []
        self._savepoints: dict[str, int] = {}

    def clear(self) -> None:
        """Forgets everything; another revision starts."""
        self.in_effect.clear()
        self._rolled_back()

    @contextmanager
    def watching(self, connection: Connection, *, commits_ddl: bool) -> Iterator[None]:
        """Notes what runs on the connection; ``commits_ddl`` says that the database commits with every DDL."""
        from sqlalchemy import event  # here, because static commands make the record of a run that never runs

        def executed(
            conn: Connection, cursor: Any, statement: str, parameters: Any, context: Any, executemany: bool
        ) -> None:
            word = _first_word(statement)
            self._note(statement, word)
            if _takes_effect(conn, word, commits_ddl):
                self._committed()

        listeners: dict[str, Any] = {
            "after_cursor_execute": executed,
            "commit": lambda conn: self._committed(),
            "rollback": lambda conn: self._rolled_back(),
        }
        for name, function in listeners.items():
            event.listen(connection, name, function)
        try:
            yield
        finally:
            for name, function in listeners.items():
                event.remove(connection, name, function)

    def shown(self, most: int = 10) -> str:
        """The statements in effect, numbered, each on a line's length and without the values in it."""
        lines = [f"{number}) {brief(sql)}" for number, sql in enumerate(self.in_effect, start=1)]
        rest = len(lines) - most
        return "; ".join(lines[:most]) + (f"; and {rest} more" if rest > 0 else "")

    # -- what happens -------------------------------------------------------------------------------------------

    def _note(self, statement: str, word: str) -> None:
        if word in _OF_SAVEPOINTS and (match := re.match(_SAVEPOINT, statement.strip())):
            self._move_to_savepoint(match[1].upper(), match[2])
        elif word not in _READS:
            self._waiting.append(statement)

    def _move_to_savepoint(self, verb: str, name: str) -> None:
        if verb == "SAVEPOINT":
            self._savepoints[name] = len(self._waiting)
        elif verb == "ROLLBACK TO":
            del self._waiting[self._savepoints.get(name, len(self._waiting)) :]

    def _committed(self) -> None:
        self.in_effect += self._waiting
        self._rolled_back()

    def _rolled_back(self) -> None:
        self._waiting.clear()
        self._savepoints.clear()


def brief(sql: str, length: int = 90) -> str:
    """A statement as a few words: on one line, no values (they may be secrets or personal), not too long."""
    text = " ".join(re.sub(_STRINGS, "'…'", sql).split())
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"


def _takes_effect(connection: Connection, word: str, commits_ddl: bool) -> bool:
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        return not getattr(driver, "in_transaction", True)
    if connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT" or _autocommits(driver):
        return True
    return commits_ddl and word in _DDL


def _autocommits(driver: Any) -> bool:
    """Drivers have it as an attribute, or as a method of another name."""
    get = getattr(driver, "get_autocommit", None)
    return bool(get()) if callable(get) else getattr(driver, "autocommit", False) is True


def _first_word(statement: str) -> str:
    words = statement.lstrip(" \t\r\n(").split(None, 1)
    return words[0].upper() if words else ""
