"""The watch: SQLAlchemy's events of all connections at once, the ends of transactions, and who reaches past them.

Hears and passes on to whoever ``find`` names at that moment; what it means is the witness's business.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from headway.process import replaced

_ENDS = {
    "do_commit": "commits",
    "do_rollback": "rolls_back",
    "do_commit_twophase": "commits",
    "do_rollback_twophase": "rolls_back",
}
"""Methods of a dialect, and what a witness is told by them."""


class Watch:
    """Listens from :meth:`begin` until what that returns is called. ``find`` gives the witness that is concerned, or None."""

    def __init__(self, find: Callable[[], Any]) -> None:
        self._find = find
        self._followed: dict[int, tuple[Any, dict[str, Any]]] = {}
        """The dialect objects whose commits are watched, by identity, with what stood in the place of the methods."""

    def begin(self) -> Callable[[], None]:
        """Begins to listen; returns what ends it."""
        from sqlalchemy import event  # here, because static commands make the record of a run that never runs
        from sqlalchemy.engine import Dialect, Engine
        from sqlalchemy.pool import Pool

        listeners: list[tuple[Any, str, Any]] = [
            (Engine, "do_execute", lambda cursor, sql, values, context: self._crosses(context, cursor, sql, values)),
            (
                Engine,
                "do_executemany",
                lambda c, sql, values, context: self._crosses(context, c, sql, values, many=True),
            ),
            (Engine, "do_execute_no_params", lambda cursor, sql, context: self._crosses(context, cursor, sql, None)),
            (Engine, "handle_error", lambda context: self._tell("failed", context)),
            (Engine, "after_cursor_execute", lambda *arguments: self._tell("answered", *arguments)),
            (Engine, "engine_connect", lambda connection: self.follow(connection.dialect)),
            (Pool, "invalidate", lambda dbapi, record, error: self._tell("session_ended", dbapi)),
            (Pool, "close", lambda dbapi, record: self._tell("session_ended", dbapi)),
        ]
        stack = ExitStack()
        for target in (Dialect, Engine):
            # SQLAlchemy notes on the class that it has listeners, and never takes that back.
            stack.enter_context(replaced(target, "_has_events", lambda found: True))
        for target, name, function in listeners:
            event.listen(target, name, function)
            stack.callback(event.remove, target, name, function)
        stack.callback(self.forget_dialects)
        stack.callback(self._watch_raw_uses())
        return stack.close

    # -- statements ---------------------------------------------------------------------------------------------

    def _crosses(self, context: Any, cursor: Any, sql: str, parameters: Any, *, many: bool = False) -> None:
        # Nobody is told of what a dialect asks a server when it first meets it.
        if context is None or not context.root_connection._allow_autobegin:
            return
        if (witness := self._find()) is not None:
            witness.crosses(context, cursor, sql, parameters, many=many)

    def _tell(self, what: str, *arguments: Any) -> None:
        if (witness := self._find()) is not None:
            getattr(witness, what)(*arguments)

    # -- ends of transactions -----------------------------------------------------------------------------------

    def follow(self, dialect: Any) -> None:
        """Watches the commits and rollbacks of a dialect object, for as long as anybody watches."""
        if id(dialect) in self._followed:
            return
        self._followed[id(dialect)] = dialect, {name: dialect.__dict__.get(name) for name in _ENDS}
        for name, told in _ENDS.items():
            setattr(dialect, name, self._followed_method(dialect, getattr(dialect, name), told))

    def _followed_method(self, dialect: Any, method: Callable[..., None], told: str) -> Callable[..., None]:
        def carry_out(connection: Any, *args: Any, **kw: Any) -> None:
            witness = self._find()
            if witness is None:
                method(connection, *args, **kw)
                return
            dbapi = getattr(connection, "dbapi_connection", None)
            if dbapi is None:  # SQLAlchemy's own connection, which two phases are done with
                dbapi = connection.connection.dbapi_connection
            getattr(witness, told)(dialect, dbapi, lambda: method(connection, *args, **kw))

        return carry_out

    def forget_dialects(self) -> None:
        """Watches no dialect any more."""
        for dialect, found in self._followed.values():
            for name, method in found.items():
                if method is None:
                    dialect.__dict__.pop(name, None)
                else:
                    setattr(dialect, name, method)
        self._followed.clear()

    # -- past SQLAlchemy ----------------------------------------------------------------------------------------

    def _watch_raw_uses(self) -> Callable[[], None]:
        """Notes who reaches past SQLAlchemy's pooled connection, to a cursor or to the driver's own connection.

        A commit or a rollback that goes this way is seen all the same. Returns what ends it.
        """
        from sqlalchemy.pool.base import _ConnectionFairy

        pooled: Any = _ConnectionFairy
        found = {
            name: vars(pooled)[name] for name in ("cursor", "driver_connection", "dbapi_connection", "__getattr__")
        }

        def cursor(connection: Any, *args: Any, **kw: Any) -> Any:
            self._note_raw(sys._getframe(1))
            return found["cursor"](connection, *args, **kw)

        def driver_connection(connection: Any) -> Any:
            self._note_raw(sys._getframe(1))
            return found["driver_connection"].__get__(connection, type(connection))

        def dbapi_connection(connection: Any) -> Any:
            self._note_raw(sys._getframe(1))
            return found["dbapi_connection"].__get__(connection, type(connection))

        def reached(connection: Any, name: str) -> Any:
            attribute = found["__getattr__"](connection, name)
            if callable(attribute) and self._note_raw(sys._getframe(1)) and name in ("commit", "rollback"):
                return self._told(connection, attribute, name)
            return attribute

        pooled.cursor, pooled.driver_connection = cursor, property(driver_connection)
        pooled.dbapi_connection = property(dbapi_connection, found["dbapi_connection"].__set__)
        pooled.__getattr__ = reached

        def end() -> None:
            for name, method in found.items():
                setattr(pooled, name, method)

        return end

    def _told(self, connection: Any, method: Callable[[], None], name: str) -> Callable[[], None]:
        """The driver's own commit or rollback, as a witness must hear of it."""

        def carry_out() -> None:
            witness = self._find()
            if witness is None:
                method()
            else:
                getattr(witness, _ENDS[f"do_{name}"])(connection._pool._dialect, connection.dbapi_connection, method)

        return carry_out

    def _note_raw(self, frame: Any) -> bool:
        """Whether the frame is not SQLAlchemy's or ours; then the witness is told of its place."""
        if frame.f_globals.get("__name__", "").startswith(("sqlalchemy.", "headway.")):
            return False
        if (witness := self._find()) is not None:
            for one in witness.lineage():
                one.took_raw_cursor(f"{frame.f_code.co_filename}:{frame.f_lineno}")
        return True
