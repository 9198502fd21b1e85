"""Finds the function that carries out an operation: by its class, then by the dialect's name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from headway.errors import InvalidValue

Implementation = Callable[[Any, Any], Any]


class Dispatcher:
    """A table from (class, dialect) to function; a class without one takes its base's, a dialect ``default``'s."""

    def __init__(self) -> None:
        self._registry: dict[tuple[type | str, str], Callable[..., Any]] = {}

    def register(
        self, target: type | str, function: Callable[..., Any], dialect: str = "default", *, replace: bool = False
    ) -> None:
        """Enters a function. Raises UsageError when there is another one already, unless ``replace`` is set."""
        key = (target, dialect)
        known = self._registry.get(key)
        if known is not None and not replace and not is_again(function, known):
            raise InvalidValue(
                f"Can not set dispatch function for object {target!r}: key already exists. To replace existing function, "
                f"use replace=True. It is there for '{dialect}'"
            )
        self._registry[key] = function

    def dispatch_for(
        self, target: type | str, *, qualifier: str = "default", replace: bool = False
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """:meth:`register` as a decorator."""

        def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
            self.register(target, function, qualifier, replace=replace)
            return function

        return decorate

    def dispatch(self, obj: object, qualifier: str = "default") -> Callable[..., Any]:
        """The function for a registered class or an object of one, or for a registered text.

        Raises ValueError for others.
        """
        class_of = obj if isinstance(obj, type) else type(obj)
        for class_ in (obj,) if isinstance(obj, str) else class_of.__mro__:
            for name in (qualifier, "default"):
                if (function := self._registry.get((class_, name))) is not None:
                    return function
        raise ValueError(f"no dispatch function for object: {obj}")

    def branch(self) -> Dispatcher:
        """A copy that may be added to without changing this one."""
        copy = Dispatcher()
        copy._registry.update(self._registry)
        return copy


def is_again(function: Callable[..., Any], known: Callable[..., Any]) -> bool:
    """Whether ``function`` is ``known``, or the same text executed anew.

    One process may execute env.py several times, and what it registers must not pile up.
    """
    if function is known:
        return True
    codes = [getattr(item, "__code__", None) for item in (function, known)]
    if None in codes:
        return False
    places = {(code.co_filename, code.co_firstlineno, code.co_qualname) for code in codes if code is not None}
    return len(places) == 1 and function.__globals__ is not known.__globals__


implementations = Dispatcher()
"""What carries out each operation."""
