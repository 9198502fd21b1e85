"""EnvironmentContext: what ``alembic.context`` shows to env.py. Decides how to connect the run, runs nothing itself."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, MutableMapping
from contextlib import AbstractContextManager, ExitStack, suppress
from contextvars import ContextVar, Token
from typing import Any

from sqlalchemy.engine import Connection

from headway.config.model import Config
from headway.errors import ConfigError, UsageError
from headway.operations import every
from headway.operations.base import Operations
from headway.runtime import runner, target
from headway.runtime.cancelling import ended_by_a_signal
from headway.runtime.context import MigrationContext
from headway.runtime.context_options import LISTENERS, WITNESS
from headway.runtime.guards import LockGuard, guarding_index_builds
from headway.runtime.locks import acquire
from headway.runtime.options import RunOptions
from headway.script.directory import RevisionDirectory

DIRECTIVES = every
"""Named so that nobody takes the import, which fills ``op``, for an unused one."""

_current: ContextVar[EnvironmentContext] = ContextVar("headway_environment")
_running: list[EnvironmentContext] = []
"""Those of all threads."""


FUNCTIONS = (
    "begin_transaction",
    "configure",
    "execute",
    "get_bind",
    "get_context",
    "get_head_revision",
    "get_head_revisions",
    "get_impl",
    "get_revision_argument",
    "get_starting_revision_argument",
    "get_tag_argument",
    "get_x_argument",
    "is_offline_mode",
    "is_transactional_ddl",
    "requires_connection",
    "run_migrations",
    "static_output",
)
"""What ``alembic.context`` offers as functions."""


def current_environment(name: str) -> EnvironmentContext:
    """The environment that runs now, for the function ``name`` of ``alembic.context``.

    Raises NameError, as Alembic does, when none is running.
    """
    environment = running_environment()
    if environment is None:
        raise NameError(
            f"Can't invoke function '{name}', as the proxy object has not yet been established for the Alembic "
            "'EnvironmentContext' class.  Try placing this code inside a callable."
        )
    return environment


def running_environment() -> EnvironmentContext | None:
    """The environment whose env.py runs now, if any.

    A thread that env.py starts has no context of its own; it belongs to the only environment that runs.
    """
    found = _current.get(None)
    return _running[0] if found is None and len(_running) == 1 else found


def environment_function(name: str) -> Callable[..., Any]:
    """A module-level function that calls the method on the environment that runs when it is called."""

    @functools.wraps(getattr(EnvironmentContext, name))
    def call(*args: Any, **kw: Any) -> Any:
        return getattr(current_environment(name), name)(*args, **kw)

    signature = inspect.signature(getattr(EnvironmentContext, name))
    call.__signature__ = signature.replace(parameters=list(signature.parameters.values())[1:])  # type: ignore[attr-defined]
    return call


class EnvironmentContext:
    """One execution of env.py: made with what a command wants, entered, then handed to :meth:`run`.

    Keywords understood: ``fn`` (heads, context -> steps), ``as_sql``, ``starting_rev``, ``destination_rev``, ``tag``,
    ``purge``, ``dont_mutate``, ``template_args``, ``revision_context``, ``takes_lock``.
    """

    def __init__(self, config: Config, script: RevisionDirectory, **kw: Any) -> None:
        self.config = config
        self.script = script
        self.context_opts: dict[str, Any] = kw
        self.run_options = RunOptions.of(config)
        self._migration_context: MigrationContext | None = None
        self._tokens: list[Token[EnvironmentContext]] = []
        self._watch = ExitStack()
        self._targets = ExitStack()
        self._locks = ExitStack()

    def __enter__(self) -> EnvironmentContext:
        self._tokens.append(_current.set(self))
        _running.append(self)
        if not self.is_offline_mode():
            self._watch.enter_context(self.run_options.witness.watching())
            self._watch.enter_context(guarding_index_builds(self.run_options))
        return self

    def __exit__(self, *exc_info: Any) -> None:
        _running.remove(self)
        _current.reset(self._tokens.pop())
        try:
            self._targets.__exit__(*exc_info)  # commits or rolls back, so it comes before the lock goes
        finally:
            self._release_locks()
            self._watch.close()

    def run(self) -> None:
        """Executes the script directory's env.py in this environment."""
        with ended_by_a_signal(self.run_options), self:
            runner.run_env(self.config, self.script.env_py_location)

    @classmethod
    def create_module_class_proxy(cls, globals_: MutableMapping[str, Any], locals_: MutableMapping[str, Any]) -> None:
        """Gives a module, by its ``globals()`` and ``locals()``, the functions that ``alembic.context`` has."""
        locals_.update({name: environment_function(name) for name in FUNCTIONS})

    # -- what a command asked for ---------------------------------------------------------------------------

    def is_offline_mode(self) -> bool:
        """Whether SQL is printed instead of executed (``--sql``)."""
        return bool(self.context_opts.get("as_sql", False))

    def requires_connection(self) -> bool:
        """The opposite of :meth:`is_offline_mode`."""
        return not self.is_offline_mode()

    def is_transactional_ddl(self) -> bool:
        """Whether the configured database can roll DDL back."""
        return self.get_context().transactional_ddl

    def get_head_revision(self) -> Any:
        """The single head of the script directory."""
        return self.script.as_revision_number("head")

    def get_head_revisions(self) -> Any:
        """Every head of the script directory."""
        return self.script.as_revision_number("heads")

    def get_starting_revision_argument(self) -> Any:
        """The start of an offline range. Raises ConfigError when there is none to tell."""
        if self._migration_context is not None:
            return self.script.as_revision_number(self._migration_context.options.starting_rev)
        if "starting_rev" in self.context_opts:
            return self.script.as_revision_number(self.context_opts["starting_rev"])
        raise ConfigError("No starting revision argument is available.")

    def get_revision_argument(self) -> Any:
        """The revision the command was asked to reach, resolved."""
        return self.script.as_revision_number(self.context_opts["destination_rev"])

    def get_tag_argument(self) -> str | None:
        """The value of ``--tag``, or the one that ``configure()`` was given."""
        opts = self.context_opts if self._migration_context is None else self._migration_context.opts
        return opts.get("tag")

    def get_x_argument(self, as_dictionary: bool = False) -> list[str] | dict[str, str]:
        """The values of ``-x``, as they were given or as a dictionary of ``key=value`` pairs.

        Programs that make ``cmd_opts`` themselves may give one text, or None.
        """
        given: Any = getattr(self.config.cmd_opts, "x", None) or []
        if not as_dictionary:
            return given  # type: ignore[no-any-return]
        pairs = (argument.partition("=") for argument in ([given] if isinstance(given, str) else given))
        return {key: value for key, _, value in pairs}

    # -- what env.py does -----------------------------------------------------------------------------------

    def configure(self, connection: Connection | None = None, url: Any = None, **options: Any) -> None:
        """Sets up the migration context; takes every keyword of Alembic's ``context.configure()``.

        May be called several times, once for each database. Raises ConfigError when nothing names a dialect.
        """
        opts: dict[str, Any] = {"compare_type": True, "upgrade_token": "upgrades", "downgrade_token": "downgrades"}
        opts |= {"alembic_module_prefix": "op.", "sqlalchemy_module_prefix": "sa."}
        opts |= self.context_opts
        template_args, added = opts.get("template_args"), options.get("template_args")
        opts |= {key: value for key, value in options.items() if value is not None or key not in opts}
        if template_args is not None and added:
            template_args.update(added)  # the dictionary is the caller's, who renders with it
            opts["template_args"] = template_args
        dialect_opts: Mapping[str, Any] | None = opts.pop("dialect_opts", None)
        dialect_name: str | None = opts.pop("dialect_name", None)
        if "output_buffer" not in opts:
            opts["output_buffer"] = getattr(self.config, "output_buffer", None)
        opts["script"] = self.script
        opts[WITNESS] = self.run_options.witness
        opts[LISTENERS] = self.run_options.listeners
        if self.run_options.url is not None:
            if self.is_offline_mode():
                connection, url, dialect_name = None, self.run_options.url, None
            else:
                connection = self._targets.enter_context(
                    target.connection_to(
                        self.run_options.url, connection, self.run_options.notify, self.run_options.accepts
                    )
                )
        self._migration_context = MigrationContext.configure(
            connection=connection,
            url=url,
            dialect_name=dialect_name,
            environment_context=self,
            dialect_opts=dialect_opts,
            opts=opts,
        )

    def run_migrations(self, **kw: Any) -> None:
        """Runs what the command asked for, under the run lock when the command changes the database."""
        context = self.get_context()
        self._lock(context)
        with Operations.context(context):
            context.run_migrations(**kw)
        if context.transactions.external or not context.connection or context.as_sql:
            return
        if not context.connection.in_transaction():
            self._release_locks()

    def begin_transaction(self) -> AbstractContextManager[object]:
        """The transaction scope around ``run_migrations()``."""
        return self.get_context().begin_transaction()

    def execute(self, sql: Any, execution_options: Mapping[str, Any] | None = None) -> None:
        """Executes one statement on the migration connection, or prints it in offline mode."""
        self.get_context().execute(sql, execution_options)

    def static_output(self, text: str) -> None:
        """Prints text into the SQL script of offline mode."""
        self.get_context().impl.static_output(text)

    def get_context(self) -> MigrationContext:
        """The migration context. Raises UsageError before ``configure()``."""
        if self._migration_context is None:
            raise UsageError("No context has been configured yet.")
        return self._migration_context

    def get_bind(self) -> Any:
        """The migration connection."""
        return self.get_context().bind

    def get_impl(self) -> Any:
        """The dialect's implementation object."""
        return self.get_context().impl

    # -- the lock -------------------------------------------------------------------------------------------

    def _lock(self, context: MigrationContext) -> None:
        options = self.run_options
        if not self.context_opts.get("takes_lock") or not options.lock or context.as_sql:
            return
        if not isinstance(context.connection, Connection):
            return  # what only stands in for one, such as create_mock_engine() makes
        held = acquire(
            context.connection,
            version_table=context.versions.label,
            timeout=options.lock_timeout,
            notify=options.notify,
        )
        if held is None:
            return
        self._locks.callback(held.release)
        context.listeners = (LockGuard(held), *context.listeners)
        # The run's own transaction ends after run_migrations() returns; the lock must outlive the commit.
        context.transactions.on_end = self._release_locks

    def _release_locks(self) -> None:
        with suppress(Exception):  # the session may be gone already, with its server or with env.py's event loop
            self._locks.pop_all().close()
