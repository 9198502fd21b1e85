"""Finds the function that carries out an operation: by its class, then by the dialect's name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from headway.errors import UsageError

Implementation = Callable[[Any, Any], Any]


class Dispatcher:
    """A table from (class, dialect) to function; a class without one takes its base's, a dialect ``default``'s."""

    def __init__(self) -> None:
        self._registry: dict[tuple[type, str], Callable[..., Any]] = {}

    def register(
        self, target: type, function: Callable[..., Any], dialect: str = "default", *, replace: bool = False
    ) -> None:
        """Enters a function. Raises UsageError when there is one already, unless ``replace`` is set."""
        key = (target, dialect)
        if key in self._registry and not replace:
            raise UsageError(
                f"There is already a function registered for {target.__name__} on '{dialect}'; replace=True puts "
                "another one in its place"
            )
        self._registry[key] = function

    def dispatch_for(
        self, target: type, *, qualifier: str = "default", replace: bool = False
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """:meth:`register` as a decorator."""

        def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
            self.register(target, function, qualifier, replace=replace)
            return function

        return decorate

    def dispatch(self, obj: object, qualifier: str = "default") -> Callable[..., Any]:
        """The function for an object, on the dialect ``qualifier``. Raises ValueError when its class has none."""
        for class_ in type(obj).__mro__:
            for name in (qualifier, "default"):
                if (function := self._registry.get((class_, name))) is not None:
                    return function
        raise ValueError(f"no dispatch function for object: {obj!r}")

    def branch(self) -> Dispatcher:
        """A copy that may be added to without changing this one."""
        copy = Dispatcher()
        copy._registry.update(self._registry)
        return copy


implementations = Dispatcher()
"""What carries out each operation."""
