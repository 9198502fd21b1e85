"""MigrationContext: one database (or one SQL script) that migrations run against.

It runs steps and keeps the version table; which steps, is decided by the function in its options.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from sqlalchemy import Table
from sqlalchemy.engine import Connection, Dialect, Engine, make_url

from headway.dialects.base import DefaultImpl
from headway.dialects.choice import impl_for
from headway.errors import ConfigError, RevisionError, UsageError
from headway.logs import logger
from headway.operations.statement import Door
from headway.redact import remember
from headway.revision.route import Step
from headway.runtime import outlet
from headway.runtime.context_options import ContextOptions
from headway.runtime.offline import ScriptConnection
from headway.runtime.run import Run
from headway.runtime.transactions import Transactions
from headway.runtime.versions import VersionTable
from headway.script.directory import RevisionDirectory

log = logger("alembic.runtime.migration")  # users' ini files configure this name


class MigrationContext:
    """The database side of a run: dialect, connection, version table, transactions.

    Made by :meth:`configure`; ``opts`` holds every keyword of ``context.configure()``.
    """

    def __init__(
        self,
        dialect: Dialect,
        connection: Connection | None,
        opts: Mapping[str, Any],
        environment_context: Any = None,
    ) -> None:
        self.environment_context = environment_context
        self.opts: dict[str, Any] = dict(opts)
        self.dialect = dialect
        self.options = options = ContextOptions.of(self.opts)
        self._migrations_fn: Any = options.choose_steps
        """What chooses the steps; named so by Alembic, and put here by programs that bring their own."""
        self.script = options.script
        self.as_sql = options.as_sql
        self.purge = options.purge
        self.output_buffer = options.output_buffer
        self.witness = options.witness
        self.listeners = options.listeners
        self.on_version_apply_callbacks = options.on_version_apply
        self.connection: Any = (
            ScriptConnection(dialect, lambda sql: self.impl._exec(sql)) if self.as_sql else connection
        )
        self.opts[outlet.KEY] = lambda impl: outlet.outlet_for(impl, self.witness)
        self.impl: DefaultImpl = impl_for(dialect)(
            dialect,
            self.connection,
            self.as_sql,
            options.transactional_ddl,
            self.output_buffer,
            self.opts,
        )
        self.transactions = Transactions(
            self.impl,
            None if self.as_sql else connection,
            per_migration=options.transaction_per_migration,
            as_sql=self.as_sql,
        )
        self.version_table = options.version_table
        self.version_table_schema = options.version_table_schema
        self.versions = VersionTable(
            self.impl,
            self.version_table,
            self.version_table_schema,
            options.version_table_pk,
            self.as_sql,
        )
        self.database: str | None = None
        """The database, without its password; None for a script."""
        # What only stands in for a connection, such as create_mock_engine() makes, leads nowhere.
        self._is_real = not self.as_sql and connection is not None and hasattr(connection, "in_transaction")
        if connection is not None and self._is_real:
            remember(connection.engine.url.password)
            self.database = connection.engine.url.render_as_string(hide_password=True)
        log.info("Context impl %s.", type(self.impl).__name__)
        if self.as_sql:
            log.info("Generating static SQL")
        log.info("Will assume %s DDL.", "transactional" if self.impl.transactional_ddl else "non-transactional")

    @classmethod
    def configure(
        cls,
        connection: Connection | None = None,
        url: Any = None,
        dialect_name: str | None = None,
        dialect: Dialect | None = None,
        environment_context: Any = None,
        dialect_opts: Mapping[str, Any] | None = None,
        opts: Mapping[str, Any] | None = None,
    ) -> MigrationContext:
        """A context for a connection, or for a dialect named by ``url``, ``dialect_name`` or ``dialect``.

        Raises ConfigError when ``connection`` is not a Connection or nothing names a dialect.
        """
        options = dict(opts or {})
        if connection is not None:
            # What only stands in for a connection, such as create_mock_engine() makes, has a dialect as well.
            if isinstance(connection, Engine) or not hasattr(connection, "dialect"):
                hint = "Call connect() on the engine first." if isinstance(connection, Engine) else None
                raise ConfigError(
                    "'connection' argument to configure() is expected to be a sqlalchemy.engine.Connection "
                    f"instance, got {connection!r}",
                    hint=hint,
                )
            return cls(connection.dialect, connection, options, environment_context)
        if url:
            dialect = make_url(url).get_dialect()(**(dialect_opts or {}))
        elif dialect_name:
            dialect = make_url(f"{dialect_name}://").get_dialect()(**(dialect_opts or {}))
        if dialect is None:
            raise ConfigError("Connection, url, or dialect_name is required.")
        return cls(dialect, None, options, environment_context)

    @property
    def bind(self) -> Any:
        """The connection; in offline mode one that refuses to read."""
        return self.connection

    @property
    def config(self) -> Any:
        """The Config of the environment, or None for a context that stands alone."""
        return None if self.environment_context is None else self.environment_context.config

    @property
    def transactional_ddl(self) -> bool:
        """Whether the database can roll DDL back."""
        return bool(self.impl.transactional_ddl)

    def begin_transaction(self, _per_migration: bool = False) -> AbstractContextManager[object]:
        """The transaction around the whole run, if the database and the options want one."""
        return self.transactions.begin(one_migration=_per_migration)

    @contextmanager
    def autocommit_block(self) -> Iterator[None]:
        """Runs the block outside any transaction, as CREATE INDEX CONCURRENTLY needs it."""
        with self.transactions.autocommit():
            yield

    def execute(self, sql: Any, execution_options: Mapping[str, Any] | None = None) -> None:
        """Executes one statement, or prints it in offline mode."""
        self.impl.execute(sql, execution_options)

    def get_current_revision(self) -> str | None:
        """The single revision the database is on, or None.

        Raises RevisionError when the version table holds several.
        """
        heads = self.get_current_heads()
        if len(heads) > 1:
            raise RevisionError(
                f"Version table '{self.version_table}' has more than one head present; please use get_current_heads()"
            )
        return heads[0] if heads else None

    def get_current_heads(self) -> tuple[str, ...]:
        """Every revision the database is on; in offline mode the starting revision of the range."""
        start = self.options.starting_rev
        if not self.as_sql:
            if start:
                raise UsageError(
                    "Can't specify current_rev to context when using a database connection",
                    hint="Leave starting_rev out: the database tells where it is.",
                )
            return self.versions.read(self.connection)
        if not start or start == "base":
            return ()
        if self.script is None:
            return tuple(str(start).split(","))
        if start in self.script.history.end_of:
            return (str(start),)  # the row itself, which the script moves forward
        return tuple(revision.revision for revision in self.script.get_revisions(start))

    def stamp(self, script_directory: RevisionDirectory, revision: str) -> None:
        """Writes the version table as if the database were on ``revision``; runs no migration."""
        heads = self.get_current_heads()
        self.ensure_version_table()
        with self.transactions.begin(one_migration=True):
            for step in script_directory._stamp_revs(revision, heads):
                self.versions.apply(step)

    def ensure_version_table(self, purge: bool = False) -> None:
        """Creates the version table if it is missing, and empties it if asked."""
        with self.transactions.ddl_scope():
            self.versions.create(self.connection)
            if purge:
                self.versions.purge()

    @property
    def _version(self) -> Table:
        """The version table; named so by Alembic, and known to tools."""
        return self.versions.table

    def _ensure_version_table(self, purge: bool = False) -> None:
        """:meth:`ensure_version_table` under Alembic's name."""
        self.ensure_version_table(purge)

    def _has_version_table(self) -> bool:
        """Whether the version table is there."""
        return self.versions.exists(self.connection)

    @property
    def outlet(self) -> Door:
        """The door through which everything of this context leaves."""
        return self.impl.outlet

    def choose_steps(self, heads: tuple[str, ...]) -> Iterable[Step]:
        """The steps that the options' ``fn``, or what a program put in its place, chooses for a database on ``heads``."""
        return () if self._migrations_fn is None else self._migrations_fn(heads, self)

    def run_migrations(self, **kw: Any) -> None:
        """Runs the steps that the options' ``fn`` chooses; ``kw`` goes to each upgrade() or downgrade()."""
        run = Run(self, self.listeners)
        if not self._is_real:
            run.all_steps(kw)
            return
        with self.witness.watching():
            self.witness.migrates_over(self.connection)
            run.all_steps(kw)
