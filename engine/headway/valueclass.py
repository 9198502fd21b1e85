"""Values: dataclasses that nobody changes, made without costing every start of the program."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

__all__ = ["valueclass"]

if TYPE_CHECKING:
    from dataclasses import dataclass as valueclass
else:
    from dataclasses import dataclass, field, fields, make_dataclass

    def valueclass(cls=None, /, *, frozen, slots=False, kw_only=False, eq=True):
        """As ``dataclass(frozen=True)``, which is what the type checker takes it for.

        It is the type checker that keeps a value from being changed: at run time nothing does. dataclass compiles six
        functions for a frozen class, half a millisecond for each of the 150 that ``lint`` loads; here it compiles the
        one that fills the fields, which is also three times as fast then, and the others are shared.
        """
        assert frozen, "what can be changed is a dataclass"
        if cls is None:
            return lambda it: _made(it, slots, kw_only, eq)
        return _made(cls, slots, kw_only, eq)

    def _made(cls, slots, kw_only, eq):
        cls.__doc__ = cls.__doc__ or cls.__name__  # else dataclass spells the signature out, which takes as long again
        made = dataclass(cls, init=False, repr=False, eq=False, slots=slots, kw_only=kw_only)
        all_fields = fields(made)
        made.__init__ = _filling(made, all_fields)
        own = vars(cls)
        if "__repr__" not in own:
            made.__repr__ = _repr_of([one.name for one in all_fields if one.repr])
        if eq and "__eq__" not in own:
            made.__eq__, made.__hash__ = _comparing([one.name for one in all_fields if one.compare])
        return made

    def _filling(made, all_fields):
        """The ``__init__`` of a class, which is compiled when its first value is made: most classes never have one."""

        def __init__(self, *args, **kw):
            given = [(one.name, one.type, _again(one)) for one in all_fields]
            made.__init__ = make_dataclass(made.__name__, given, namespace=_DOCUMENTED, **_ONLY_INIT).__init__
            made.__init__(self, *args, **kw)

        return __init__

    _DOCUMENTED = {"__doc__": "A class of which the __init__ is taken."}  # else dataclass spells the signature out
    _ONLY_INIT = {"repr": False, "eq": False, "match_args": False}

    def _again(one):
        return field(default=one.default, default_factory=one.default_factory, kw_only=one.kw_only)

    def _repr_of(names):
        def __repr__(self):
            inside = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
            return f"{type(self).__qualname__}({inside})"

        return __repr__

    def _comparing(names):
        """``__eq__`` and ``__hash__`` by the fields of these names."""
        told = attrgetter(*names) if names else len

        def __eq__(self, other):
            if other.__class__ is not self.__class__:
                return NotImplemented
            return not names or told(self) == told(other)

        def __hash__(self):
            return hash(told(self)) if names else hash(())

        return __eq__, __hash__
