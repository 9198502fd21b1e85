"""Operations and BatchOperations: what ``op`` and ``batch_op`` are in a migration, and how directives get onto them.

A directive is declared once, as a class method of its operation class; ``op.<name>`` and ``batch_op.<name>`` take
their signature from it.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ClassVar

from sqlalchemy.sql.elements import conv

from headway.errors import InvalidValue, NotSupported
from headway.operations.dispatch import Dispatcher, implementations
from headway.operations.inline_literal import InlineLiteral

_current: ContextVar[Operations] = ContextVar("headway_operations")
_running: list[Operations] = []
"""Those of all threads."""

_TABLE = frozenset({"table_name", "source_table"})
_SCHEMA = frozenset({"schema", "source_schema"})


class MigrateOperation:
    """The base of all operations."""

    def reverse(self) -> MigrateOperation:
        """The operation that undoes this one. Raises UsageError when there is none."""
        raise NotSupported(f"{type(self).__name__} cannot be reversed", hint="Write the downgrade by hand.")

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """The difference as Alembic's tuple. Raises UsageError when this is none."""
        raise NotSupported(f"{type(self).__name__} is not a schema difference")

    @property
    def info(self) -> dict[Any, Any]:
        """A dictionary for whoever handles the operation."""
        return self.__dict__.setdefault("_info", {})  # type: ignore[no-any-return]

    _mutations: frozenset[Any] = frozenset()


class AbstractOperations:
    """What ``op`` and ``batch_op`` have in common."""

    _to_impl: ClassVar[Dispatcher] = implementations

    def __init__(self, migration_context: Any, impl: Any = None) -> None:
        self.migration_context = migration_context
        self.impl = migration_context.impl if impl is None else impl

    # -- extension ----------------------------------------------------------------------------------------------

    @classmethod
    def register_operation(cls, name: str, sourcename: str | None = None) -> Callable[[type], type]:
        """A class decorator that adds ``op.<name>``, made from the class method of that (or ``sourcename``'s) name."""

        def register(op_class: type) -> type:
            setattr(cls, name, _method(op_class, sourcename or name, name))
            return op_class

        return register

    @classmethod
    def implementation_for(
        cls, op_cls: type, replace: bool = False
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """A decorator for the function ``(operations, operation)`` that carries an operation out."""
        return implementations.dispatch_for(op_cls, replace=replace)

    @classmethod
    def create_module_class_proxy(cls, globals_: MutableMapping[str, Any], locals_: MutableMapping[str, Any]) -> None:
        """Gives a module, by its ``globals()`` and ``locals()``, the functions that ``alembic.op`` has."""
        locals_.update({name: directive_function(name) for name in directive_names()})

    # -- what every migration may use ---------------------------------------------------------------------------

    def invoke(self, operation: MigrateOperation) -> Any:
        """Carries out an operation object."""
        function = implementations.dispatch(operation, self.migration_context.impl.__dialect__)
        return function(self, operation)

    def get_context(self) -> Any:
        """The migration context."""
        return self.migration_context

    def get_bind(self) -> Any:
        """The connection that migrates; in offline mode one that cannot read."""
        return self.migration_context.impl.bind

    def f(self, name: str) -> conv:
        """``name`` as it is, so that no naming convention changes it."""
        return conv(name)

    def inline_literal(self, value: Any, type_: Any = None) -> InlineLiteral:
        """A value that is rendered into the statement instead of bound, for UPDATE and INSERT in SQL scripts."""
        return InlineLiteral(value, type_)

    def run_async(self, async_function: Callable[..., Any], *args: Any, **kw_args: Any) -> Any:
        """Runs a coroutine function on the async connection behind this one, as ``function(connection, *args)``.

        Raises UsageError in offline mode and on a connection that is not async.
        """
        bind = self.get_bind()
        if self.migration_context.as_sql:
            raise NotSupported("run_async() needs a connection; it cannot be part of an SQL script")
        if not bind.dialect.is_async:
            raise InvalidValue(f"run_async() needs an async driver, and {bind.dialect.driver} is none")
        from sqlalchemy.ext.asyncio import AsyncConnection  # both need greenlet, which an async driver brings
        from sqlalchemy.util import await_only

        connection = AsyncConnection._retrieve_proxy_for_target(bind)
        return await_only(async_function(connection, *args, **kw_args))

    # -- scopes -------------------------------------------------------------------------------------------------

    @classmethod
    @contextmanager
    def context(cls, migration_context: Any) -> Iterator[Operations]:
        """Makes the directives of this context the current ones while the block runs."""
        operations = Operations(migration_context)
        token = _current.set(operations)
        _running.append(operations)
        try:
            yield operations
        finally:
            _running.remove(operations)
            _current.reset(token)

    @contextmanager
    def batch_alter_table(
        self,
        table_name: str,
        schema: str | None = None,
        recreate: str = "auto",
        partial_reordering: Any = None,
        copy_from: Any = None,
        table_args: tuple[Any, ...] = (),
        table_kwargs: Mapping[str, Any] = {},
        reflect_args: tuple[Any, ...] = (),
        reflect_kwargs: Mapping[str, Any] = {},
        naming_convention: Mapping[str, str] | None = None,
    ) -> Iterator[BatchOperations]:
        """Gathers the directives of the block and applies them to one table together.

        On SQLite the table is copied where ALTER TABLE cannot do it; ``recreate`` is ``auto``, ``always`` or
        ``never``. Raises UsageError for what cannot be done so.
        """
        from headway.operations.batch import BatchRecorder

        recorder = BatchRecorder(
            self,
            table_name,
            schema,
            recreate=recreate,
            copy_from=copy_from,
            table_args=table_args,
            table_kwargs=table_kwargs,
            reflect_args=reflect_args,
            reflect_kwargs=reflect_kwargs,
            naming_convention=naming_convention,
            partial_reordering=partial_reordering,
        )
        yield BatchOperations(self.migration_context, impl=recorder)
        recorder.flush()


class Operations(AbstractOperations):
    """The directives of a migration context; ``alembic.op`` is the one that runs now."""


class BatchOperations(AbstractOperations):
    """The directives inside ``batch_alter_table``; the table is the batch's."""

    impl: Any


def current_operations(name: str) -> Operations:
    """The directives of the context that runs now, for the directive ``name``.

    Raises NameError, as Alembic does, when none is running.
    """
    operations = _current.get(None)
    if operations is None and len(_running) == 1:
        operations = _running[0]  # in a thread that a migration started, which has no context of its own
    if operations is None:
        raise NameError(
            f"Can't invoke function '{name}', as the proxy object has not yet been established for the Alembic "
            "'Operations' class.  Try placing this code inside a callable."
        )
    return operations


def directive(name: str, *, batch: bool = False) -> Callable[[type], type]:
    """A class decorator for our own operations: adds ``op.<name>``, and ``batch_op.<name>`` without the table."""

    def register(op_class: type) -> type:
        setattr(Operations, name, _method(op_class, name, name))
        if batch:
            source = f"batch_{name}" if hasattr(op_class, f"batch_{name}") else name
            method = _batch_method(op_class, source, name)
            setattr(BatchOperations, name, method)
            # Alembic's name for it; add-ons that subclass an operation look for their base's there.
            setattr(op_class, f"batch_{name}", staticmethod(_first_parameter(method, "operations")))
        return op_class

    return register


def directive_names() -> list[str]:
    """The names of everything that ``op`` offers, those that extensions added included."""
    names = (name for name in dir(Operations) if not name.startswith("_") and name != "create_module_class_proxy")
    return [name for name in names if callable(getattr(Operations, name))]


def directive_function(name: str) -> Callable[..., Any]:
    """A module-level function that calls the directive on the operations that run when it is called."""
    method = getattr(Operations, name)

    def function(*args: Any, **kw: Any) -> Any:
        return getattr(current_operations(name), name)(*args, **kw)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = method.__doc__
    parameters = list(inspect.signature(method).parameters.values())
    function.__signature__ = inspect.Signature(parameters[1:])  # type: ignore[attr-defined]
    return function


# -- making methods ---------------------------------------------------------------------------------------------


def _method(op_class: type, source: str, name: str) -> Callable[..., Any]:
    def method(self: AbstractOperations, *args: Any, **kw: Any) -> Any:
        return getattr(op_class, source)(self, *args, **kw)

    return _named(method, op_class, source, name, lambda parameter: True)


def _batch_method(op_class: type, source: str, name: str) -> Callable[..., Any]:
    function = getattr(op_class, source)
    parameters = _parameters(function)
    method_signature: list[inspect.Signature] = []

    def method(self: BatchOperations, *args: Any, **kw: Any) -> Any:
        given = method_signature[0].bind(self, *args, **kw).arguments
        positional, keywords = _with_table(parameters, given, self.impl)
        return function(self, *positional, **keywords)

    result = _named(method, op_class, source, name, lambda p: p.name not in _TABLE | _SCHEMA)
    method_signature.append(inspect.signature(result))
    return result


def _with_table(
    parameters: Sequence[inspect.Parameter], given: Mapping[str, Any], batch: Any
) -> tuple[list[Any], dict[str, Any]]:
    """The arguments of the whole signature: the given ones, with the batch's table and schema."""
    positional: list[Any] = []
    keywords: dict[str, Any] = {}
    for parameter in parameters:
        if parameter.kind is parameter.VAR_POSITIONAL:
            positional += given.get(parameter.name, ())
        elif parameter.kind is parameter.VAR_KEYWORD:
            keywords |= given.get(parameter.name, {})
        elif parameter.name in _TABLE | _SCHEMA:
            value = batch.table_name if parameter.name in _TABLE else batch.schema
            if parameter.kind is parameter.KEYWORD_ONLY:
                keywords[parameter.name] = value
            else:
                positional.append(value)
        elif parameter.kind is parameter.KEYWORD_ONLY:
            if parameter.name in given:
                keywords[parameter.name] = given[parameter.name]
        else:
            positional.append(given.get(parameter.name, parameter.default))
    return positional, keywords


@functools.lru_cache(maxsize=128)  # each is asked for up to three times, one after the other
def _parameters(class_method: Callable[..., Any]) -> Sequence[inspect.Parameter]:
    """What a class method takes after the operations that it is called with."""
    return list(inspect.signature(class_method).parameters.values())[1:]


def _first_parameter(method: Callable[..., Any], name: str) -> Callable[..., Any]:
    """The same function with another name for its first parameter, which is given by its place."""

    @functools.wraps(method)
    def function(*args: Any, **kw: Any) -> Any:
        return method(*args, **kw)

    signature = inspect.signature(method)
    first, *others = signature.parameters.values()
    function.__signature__ = signature.replace(parameters=[first.replace(name=name), *others])  # type: ignore[attr-defined]
    return function


def _named(
    method: Callable[..., Any], op_class: type, source: str, name: str, keep: Callable[[inspect.Parameter], bool]
) -> Callable[..., Any]:
    function = getattr(op_class, source)
    parameters = [parameter for parameter in _parameters(function) if keep(parameter)]
    this = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    method.__signature__ = inspect.Signature([this, *parameters])  # type: ignore[attr-defined]
    method.__name__ = name
    method.__doc__ = function.__doc__
    return method
