"""Transaction scopes of a run: one for the whole run, one per migration, or none. Knows no revisions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from sqlalchemy.engine import Connection, RootTransaction

from headway.dialects.base import DefaultImpl
from headway.errors import UsageError


class Transactions:
    """Begins and ends transactions on the migration connection as the options ask for.

    ``per_migration`` is the option ``transaction_per_migration``. A transaction that was open before headway came
    (``external``) is its owner's: nothing is begun or committed here.
    """

    def __init__(self, impl: DefaultImpl, connection: Connection | None, *, per_migration: bool, as_sql: bool) -> None:
        self.impl = impl
        self.connection = connection
        self.per_migration = per_migration
        self.as_sql = as_sql
        # What only stands in for a connection, such as create_mock_engine() makes, has no transactions.
        self.external = connection is not None and not hasattr(connection, "in_transaction")
        if connection is not None and not self.external:
            self.external = connection.in_transaction()
        self.on_end: Callable[[], None] | None = None
        self.on_failure: Callable[[], None] | None = None
        """Called when a scope has failed and been rolled back."""
        self._active: RootTransaction | None = None
        self._was_split = False

    def begin(self, *, one_migration: bool = False) -> AbstractContextManager[object]:
        """The scope around a whole run, or around one migration of it; the one that is not wanted does nothing."""
        if self.external:
            return nullcontext()
        if self.impl.transactional_ddl:
            wanted = one_migration == self.per_migration
        else:
            # Without transactional DDL the scope only protects the version row and data of one migration.
            wanted = one_migration
        if not wanted or self._active is not None:
            return nullcontext()
        if not self.as_sql:
            return Scope(self, ends_run=not one_migration)
        return self._printed_scope() if self.impl.transactional_ddl else nullcontext()

    @contextmanager
    def ddl_scope(self) -> Iterator[None]:
        """A transaction for a single statement of our own, unless one is open already."""
        if self.as_sql or self.connection is None or self.connection.in_transaction():
            yield
            return
        with self.connection.begin():
            yield

    @contextmanager
    def autocommit(self) -> Iterator[None]:
        """Commits what is open, runs the block in autocommit mode, then begins again.

        Raises UsageError when the open transaction belongs to the caller, who alone may commit it.
        """
        if self.as_sql or self.connection is None:
            with self._printed_autocommit():
                yield
            return
        if self.external:
            raise UsageError(
                "autocommit_block() cannot commit the transaction that was open before the migrations started",
                hint="Give context.configure() a connection without an open transaction.",
            )
        connection = self.connection
        had_transaction = self._active is not None
        if (open_transaction := connection.get_transaction()) is not None:
            open_transaction.commit()
        self._was_split = had_transaction
        level = connection.get_isolation_level()
        connection.execution_options(isolation_level="AUTOCOMMIT")
        try:
            yield
        except BaseException:
            if not connection.invalidated:  # else nothing can be ended or begun, and its loss is what is to be told
                self._leave_autocommit(level, had_transaction)
            raise
        self._leave_autocommit(level, had_transaction)

    def _leave_autocommit(self, level: Any, had_transaction: bool) -> None:
        assert self.connection is not None
        if (open_transaction := self.connection.get_transaction()) is not None:
            # In autocommit mode SQLAlchemy still keeps a transaction object; the level cannot change under it.
            open_transaction.commit()
        self.connection.execution_options(isolation_level=level)
        self._active = self.connection.begin() if had_transaction else None

    def after_step(self) -> None:
        """Commits a revision whose autocommit block has committed half of it already: its version row must not be the
        only part that a later failure takes back."""
        if self._was_split and self._active is not None and self.connection is not None:
            self._active.commit()
            self._active = self.connection.begin()
        self._was_split = False

    def begin_again(self) -> None:
        """Begins the run's transaction anew where an error that did not end the run has rolled it back: a session of
        the ORM does so with the transaction that it was given."""
        connection, active = self.connection, self._active
        if connection is not None and active is not None and not active.is_active:
            connection.rollback()
            self._active = connection.begin()

    def _begin(self) -> None:
        assert self.connection is not None
        # Reading the version table has already begun one implicitly; that is the one to go on with.
        self._active = self.connection.get_transaction() or self.connection.begin()

    def _end(self, *, failed: bool, ends_run: bool) -> None:
        assert self.connection is not None
        try:
            if failed:
                # Not self._active: a session of the ORM may have ended that one, and what came then begun another.
                self.connection.rollback()
                if self.on_failure is not None:
                    self.on_failure()
            elif self._active is not None:
                self._active.commit()
        finally:
            self._active = None
            if ends_run and self.on_end is not None:
                self.on_end()

    @contextmanager
    def _printed_scope(self) -> Iterator[None]:
        self.impl.emit_begin()
        yield
        self.impl.emit_commit()

    @contextmanager
    def _printed_autocommit(self) -> Iterator[None]:
        if not self.impl.transactional_ddl:
            yield
            return
        self.impl.emit_commit()
        yield
        self.impl.emit_begin()


class Scope:
    """A transaction that has begun: a ``with`` block that ends it, or an object whose owner does so by hand, once."""

    def __init__(self, transactions: Transactions, *, ends_run: bool) -> None:
        self._transactions = transactions
        self._ends_run = ends_run
        self.is_active = True
        transactions._begin()

    def commit(self) -> None:
        """Commits what the transaction holds."""
        self._end(failed=False)

    def rollback(self) -> None:
        """Takes back what the transaction holds."""
        self._end(failed=True)

    def __enter__(self) -> Scope:
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        self._end(failed=kind is not None)

    def _end(self, *, failed: bool) -> None:
        if self.is_active:
            self.is_active = False
            self._transactions._end(failed=failed, ends_run=self._ends_run)
