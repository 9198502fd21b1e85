"""What Python's own functions do with values that are partly known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from headway.reading import texts
from headway.reading.conditions import truth_of
from headway.reading.containers import is_whole, iterate, put, update
from headway.reading.reader import Call, Reader, choice_of, options_of
from headway.reading.values import (
    NOTHING_KNOWN,
    POWER,
    UNCERTAIN,
    Bound,
    Choice,
    Dialect,
    DialectName,
    Imported,
    Instance,
    Items,
    Names,
    Opaque,
    Pairs,
    has_power,
    is_on,
)

_BUILTINS_WORDS = (
    "print len str int float bool list dict set tuple frozenset sorted reversed enumerate zip range map filter "
    "isinstance issubclass hasattr any all min max sum repr format iter next type open getattr setattr super "
    "id hash callable abs round vars globals locals exec eval compile __import__ chr ord bytes bytearray "
    "object property staticmethod classmethod slice divmod pow hex oct bin ascii dir input breakpoint delattr "
    "memoryview complex NotImplemented Ellipsis __name__ __file__ Exception BaseException ValueError "
    "RuntimeError KeyError TypeError AttributeError NotImplementedError AssertionError LookupError IndexError "
    "ImportError StopIteration OSError Warning UserWarning DeprecationWarning UnicodeDecodeError UnicodeError "
    "ArithmeticError ZeroDivisionError SystemExit KeyboardInterrupt ModuleNotFoundError NameError"
)
BUILTINS = frozenset(_BUILTINS_WORDS.split())

_RUNS_ANYTHING = frozenset({"exec", "eval", "compile", "__import__", "breakpoint"})


def call_builtin(reader: Reader, name: str, call: Call, scope: Names) -> object:
    """The value of a call of one of Python's own functions."""
    if name == "__import__" and isinstance(imported := call.argument(0, "name"), str):
        return Imported(imported)
    if name in _RUNS_ANYTHING:
        reader.not_analysed(call.node, scope, f"{name}() runs code that is only known then")
        return POWER
    if name in ("globals", "locals", "vars"):
        return POWER if not reader.importing or _may_hold_power(scope) else NOTHING_KNOWN
    if name == "super":  # a method that is read has one of its own
        return POWER
    function = _BUILTINS.get(name)
    if function is not None:
        return function(reader, call, scope)
    return Opaque(power=call.has_power)


def _may_hold_power(scope: Names) -> bool:
    """Whether one of a module's names may reach the database."""
    return scope.file.names_alembic or any(
        has_power(value) for around in scope.chain() for value in around.names.values()
    )


def _getattr(reader: Reader, call: Call, scope: Names) -> object:
    value, name = call.argument(0, "object"), call.argument(1, "name")
    found = []
    for option in options_of(name):
        if isinstance(option, str):
            found.append(reader.attribute(value, str(option), call.node, scope))
        elif has_power(value):
            reader.not_analysed(call.node, scope, "getattr() takes a name that is only known when it runs")
            return POWER
        else:
            found.append(Imported("?") if isinstance(value, Imported) else Opaque(power=False))
    return choice_of(found)


def _setattr(reader: Reader, call: Call, scope: Names) -> object:
    target, name, value = call.argument(0, "o"), call.argument(1, "n"), call.argument(2, "v")
    if isinstance(target, Instance) and isinstance(name, str):
        target.attributes[name] = value
    elif has_power(target) or has_power(value):
        reader.not_analysed(call.node, scope, "setattr() changes what reaches the database")
    return None


def _isinstance(reader: Reader, call: Call, scope: Names) -> object:
    value, kinds = call.argument(0, "o"), call.argument(1, "c")
    if isinstance(value, Dialect):
        names = [part for kind in (kinds if isinstance(kinds, tuple) else (kinds,)) for part in _dialect_of(kind)]
        return is_on(tuple(names)) if names else UNCERTAIN
    known = {"str": str, "list": Items, "dict": Pairs, "tuple": tuple, "int": int, "set": Items, "bool": bool}
    plain = isinstance(value, str | int | tuple | Items | Pairs) or value is None
    named = [k.name for k in (kinds if isinstance(kinds, tuple) else (kinds,)) if isinstance(k, Bound)]
    if plain and named and len(named) == (len(kinds) if isinstance(kinds, tuple) else 1) and set(named) <= known.keys():
        return any(isinstance(value, known[name]) for name in named)
    return UNCERTAIN


def _dialect_of(kind: object) -> Sequence[str]:
    path = kind.path.lower() if isinstance(kind, Imported) else ""
    for mark, name in (("mysql", "mysql"), ("mariadb", "mariadb"), ("sqlite", "sqlite"), ("mssql", "mssql")):
        if mark in path:
            return [name]
    if "postgres" in path or "pgdialect" in path or path.startswith("sqlalchemy.dialects.pg"):
        return ["postgresql"]
    return ["oracle"] if "oracle" in path else []


def _copy(kind: str) -> Callable[[Reader, Call, Names], object]:
    def run(reader: Reader, call: Call, scope: Names) -> object:
        value = call.argument(0, "iterable", ())
        found = list(iterate(reader.budget, value))
        reader.budget.items(len(found))
        if kind == "reversed":
            found.reverse()
        if kind == "sorted" and all(isinstance(item, str) for item, _ in found):
            found.sort(key=lambda pair: str(pair[0]))
        items = [item for item, _ in found]
        if kind == "tuple" and is_whole(value):
            return tuple(items)
        certain = next((number for number, (_, sure) in enumerate(found) if not sure), None)
        return Items(items, not is_whole(value), certain)

    return run


def _dict(reader: Reader, call: Call, scope: Names) -> object:
    made = Pairs({}, [])
    if call.args:
        value = call.args[0]
        if isinstance(value, Pairs):
            update(reader.budget, made, value)
        else:
            for item, sure in iterate(reader.budget, value):
                if isinstance(item, tuple) and len(item) == 2:
                    made.more = made.more or not sure
                    put(reader.budget, made, item[0], item[1], sure=sure)
                else:
                    made.more = True
            made.more = made.more or not is_whole(value)
    for key, item in call.keywords.items():
        put(reader.budget, made, key, item)
    made.more = made.more or call.hidden
    return made


def _enumerate(reader: Reader, call: Call, scope: Names) -> object:
    start = call.argument(1, "start", 0)
    value = call.argument(0, "iterable", ())
    found = list(iterate(reader.budget, value))
    first = start if isinstance(start, int) else None
    items: list[object] = [
        (NOTHING_KNOWN if first is None else first + number, item) for number, (item, _) in enumerate(found)
    ]
    certain = next((number for number, (_, sure) in enumerate(found) if not sure), None)
    return Items(items, not is_whole(value), certain)


def _zip(reader: Reader, call: Call, scope: Names) -> object:
    columns = [list(iterate(reader.budget, value)) for value in call.args]
    whole = all(map(is_whole, call.args))
    rows = list(zip(*columns, strict=False))
    items: list[object] = [tuple(item for item, _ in row) for row in rows]
    certain = next((number for number, row in enumerate(rows) if not all(sure for _, sure in row)), None)
    return Items(items, not whole, certain)


def _range(reader: Reader, call: Call, scope: Names) -> object:
    if call.args and all(isinstance(value, int) for value in call.args) and len(call.args) <= 3:
        numbers: list[Any] = list(call.args)
        try:
            made = range(*numbers)
        except ValueError:
            return NOTHING_KNOWN
        reader.budget.items(len(made) if abs(made.stop - made.start) < 10**9 else 10**9)
        return tuple(made)
    return NOTHING_KNOWN


def _map(reader: Reader, call: Call, scope: Names) -> object:
    function = call.argument(0, "function")
    columns = [list(iterate(reader.budget, value)) for value in call.args[1:]]
    made = Items([], not all(map(is_whole, call.args[1:])))
    for number, row in enumerate(zip(*columns, strict=False)):
        sure = all(sure for _, sure in row)
        made.certain = number if made.certain is None and not sure else made.certain
        with reader.under(conditional=not sure):
            made.items.append(reader.call(function, Call(call.node, tuple(item for item, _ in row)), scope))
    return made


def _filter(reader: Reader, call: Call, scope: Names) -> object:
    function, value = call.argument(0, "function"), call.argument(1, "iterable", ())
    made = Items([], not is_whole(value), 0)
    for item, _ in iterate(reader.budget, value):
        kept = truth_of(item if function is None else reader.call(function, Call(call.node, (item,)), scope))
        if kept is not False:
            made.items.append(item)
    return made


def _any_all(reader: Reader, call: Call, scope: Names) -> object:
    return UNCERTAIN  # a condition of several parts would be told wrongly; it may be either


def _len(reader: Reader, call: Call, scope: Names) -> object:
    value = call.argument(0, "o")
    if isinstance(value, str | tuple):
        return len(value)
    if isinstance(value, Items) and not value.more and value.certain is None:
        return len(value.items)
    return NOTHING_KNOWN


def _text(reader: Reader, call: Call, scope: Names) -> object:
    value = call.argument(0, "object", "")
    if isinstance(value, DialectName | Choice):
        return value
    return texts.joined(reader.budget, [value], call.node)


def _number(reader: Reader, call: Call, scope: Names) -> object:
    value = call.argument(0, "x", 0)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, str) and value.isdecimal() and len(value) < 20:
        return int(value)
    return NOTHING_KNOWN


def _bool(reader: Reader, call: Call, scope: Names) -> object:
    return truth_of(call.argument(0, "x", False))


def _iter(reader: Reader, call: Call, scope: Names) -> object:
    return call.argument(0, "iterable")


def _next(reader: Reader, call: Call, scope: Names) -> object:
    value = call.argument(0, "iterator")
    return choice_of([item for item, _ in iterate(reader.budget, value)] + list(call.args[1:]))


def _format(reader: Reader, call: Call, scope: Names) -> object:
    return texts.joined(reader.budget, [call.argument(0, "value", "")], call.node) if len(call.args) == 1 else Opaque()


def _nothing(reader: Reader, call: Call, scope: Names) -> object:
    return None


def _uncertain(reader: Reader, call: Call, scope: Names) -> object:
    return UNCERTAIN


_BUILTINS: dict[str, Callable[[Reader, Call, Names], object]] = {
    "getattr": _getattr,
    "setattr": _setattr,
    "isinstance": _isinstance,
    "list": _copy("list"),
    "set": _copy("set"),
    "frozenset": _copy("set"),
    "tuple": _copy("tuple"),
    "sorted": _copy("sorted"),
    "reversed": _copy("reversed"),
    "dict": _dict,
    "enumerate": _enumerate,
    "zip": _zip,
    "range": _range,
    "map": _map,
    "filter": _filter,
    "any": _any_all,
    "all": _any_all,
    "len": _len,
    "str": _text,
    "int": _number,
    "bool": _bool,
    "iter": _iter,
    "next": _next,
    "format": _format,
    "print": _nothing,
    "hasattr": _uncertain,
    "callable": _uncertain,
    "issubclass": _uncertain,
}
