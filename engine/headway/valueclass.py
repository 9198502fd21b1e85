"""Values: dataclasses that nobody changes, made without costing every start of the program."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

__all__ = ["valueclass"]

if TYPE_CHECKING:
    from dataclasses import dataclass as valueclass
else:
    from dataclasses import MISSING, Field, field, fields, make_dataclass

    def valueclass(cls=None, /, *, frozen, slots=False, kw_only=False, eq=True):
        """As ``dataclass(frozen=True)``, which is what the type checker takes it for.

        It is the type checker that keeps a value from being changed: at run time nothing does. dataclass looks at each
        field at length and compiles six functions for a frozen class, half a millisecond for each of the 150 that
        ``lint`` loads. Here they share their functions, but for the one that fills the fields, and that is compiled later.
        """
        assert frozen, "what can be changed is a dataclass"
        if cls is None:
            return lambda it: _made(it, slots, kw_only, eq)
        return _made(cls, slots, kw_only, eq)

    class _Part:
        """A field as the class declares it."""

        __slots__ = ("compare", "default", "factory", "kw_only", "name", "repr", "type")

        def __init__(self, name, type, default, kw_only):
            self.name, self.type, self.default, self.kw_only = name, type, default, kw_only
            self.factory, self.compare, self.repr = MISSING, True, True
            if isinstance(default, Field):
                self.default, self.factory = default.default, default.default_factory
                self.compare, self.repr = default.compare, default.repr
            assert self.default.__class__.__hash__, (
                f"{name}: a default that can be changed is made by a default_factory"
            )

    def _made(cls, slots, kw_only, eq):
        parts = {}
        for base in reversed(cls.__mro__):
            parts.update(vars(base).get("_parts_of_value", ()))
        own = vars(cls)
        for name, annotation in cls.__annotations__.items():
            if not str(annotation).startswith(("ClassVar", "typing.ClassVar")):
                parts[name] = part = _Part(name, annotation, own.get(name, MISSING), kw_only)
                if not slots and part.default is not MISSING:
                    setattr(cls, name, part.default)
                elif not slots and name in own:
                    delattr(cls, name)
        made = _slotted(cls, parts) if slots else cls
        made._parts_of_value = parts
        made.__dataclass_fields__ = _Fields()
        made.__match_args__ = tuple(part.name for part in parts.values() if not part.kw_only)
        made.__init__ = _filling(made, parts)
        if "__repr__" not in own:
            made.__repr__ = _repr_of([part.name for part in parts.values() if part.repr])
        if eq and "__eq__" not in own:
            made.__eq__, made.__hash__ = _comparing([part.name for part in parts.values() if part.compare])
        return made

    def _slotted(cls, parts):
        """The same class with a place for each field and for nothing else: that cannot be given to a class later."""
        inherited = {name for base in cls.__mro__[1:] for name in vars(base).get("__slots__", ())}
        left_out = {*parts, "__dict__", "__weakref__"}
        contents = {name: value for name, value in vars(cls).items() if name not in left_out}
        contents["__slots__"] = tuple(name for name in parts if name not in inherited)
        made = type(cls)(cls.__name__, cls.__bases__, contents)
        made.__qualname__ = cls.__qualname__
        return made

    class _Fields:
        """What makes a class a dataclass to the functions of that module, for the classes that one of them is asked about."""

        def __get__(self, instance, owner):
            given = [(part.name, part.type, _again(part)) for part in owner._parts_of_value.values()]
            found = make_dataclass(owner.__name__, given, init=False, repr=False, eq=False, namespace=_DOCUMENTED)
            owner.__dataclass_fields__ = {one.name: one for one in fields(found)}
            return owner.__dataclass_fields__

    _DOCUMENTED = {"__doc__": "A class of which the fields are taken."}  # else dataclass spells the signature out

    def _again(part):
        return field(
            default=part.default,
            default_factory=part.factory,
            compare=part.compare,
            repr=part.repr,
            kw_only=part.kw_only,
        )

    def _filling(made, parts):
        """The ``__init__`` of a class, which is compiled when its first value is made: most classes never have one."""

        def __init__(self, *args, **kw):
            made.__init__ = _compiled(made.__qualname__, parts)
            made.__init__(self, *args, **kw)

        return __init__

    def _compiled(name_of_class, parts):
        """A function that fills these fields. Its text has our own names alone: defaults are handed in as values."""
        known, given, lines = {"_MISSING": MISSING}, {True: [], False: []}, []
        for name, part in parts.items():
            default, value = "", name
            if part.factory is not MISSING:
                known[f"_make_{name}"] = part.factory
                default, value = "=_MISSING", f"_make_{name}() if {name} is _MISSING else {name}"
            elif part.default is not MISSING:
                known[f"_default_{name}"] = part.default
                default = f"=_default_{name}"
            given[part.kw_only].append(f"{name}{default}")
            lines.append(f"  self.{name} = {value}")
        named = ["*", *given[True]] if given[True] else []
        head = f"def __init__({', '.join(['self', *given[False], *named])}):"
        exec("\n".join([head, *(lines or ["  pass"])]), known)
        known["__init__"].__qualname__ = f"{name_of_class}.__init__"
        return known["__init__"]

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
