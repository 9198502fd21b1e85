"""Reads calls and attributes: finds out what is called, and follows it, takes up its effects, or says that it could not."""

from __future__ import annotations

import ast
from abc import abstractmethod
from functools import lru_cache

from headway.reading.builtin_calls import call_builtin
from headway.reading.classes import Super, has_strangers
from headway.reading.constructs import table_of_model
from headway.reading.expressions import ExpressionReader
from headway.reading.imports import Kind, is_foreign, kind_of, special
from headway.reading.library import attribute_of_construct, made_by_library, method_of_construct
from headway.reading.methods import (
    call_items_method,
    call_pairs_method,
    call_text_method,
    dedented,
    is_plain,
)
from headway.reading.powers import attribute_of_power, call_power, is_power
from headway.reading.reader import Call, choice_of
from headway.reading.syntax import KEPT, names_in
from headway.reading.values import (
    NOTHING_KNOWN,
    POWER,
    Bound,
    Choice,
    Class,
    Construct,
    Dialect,
    DialectName,
    Function,
    Holed,
    Imported,
    Inspector,
    Instance,
    Items,
    Member,
    Module,
    Names,
    Native,
    Opaque,
    Pairs,
    Prepared,
    Session,
    SessionMaker,
    Tables,
    has_power,
    is_on,
)


class CallReader(ExpressionReader):
    """Calls what can be called."""

    # -- attributes -------------------------------------------------------------------------------------------------

    def attribute(self, value: object, name: str, node: ast.expr, scope: Names) -> object:
        """The value of ``value.name``."""
        match value:
            case Choice(options=options):
                return choice_of([self.attribute(option, name, node, scope) for option in options])
            case Imported(path=path):
                return self.imported(f"{path}.{name}", node, scope)
            case Module():
                return self._of_module(value, name, node, scope)
            case Class():
                return self._of_class(value, name, value)
            case Instance(class_=class_, attributes=attributes):
                if name in attributes:
                    return attributes[name]
                return self._of_class(class_, name, value)
            case Tables():
                return Construct("sqlalchemy.Table", (name,), {}, node)
            case Super():
                return self._of_super(value, name)
            case Dialect():
                if name in ("name", "dialect_description"):  # the second has the driver behind it
                    return DialectName()
                return NOTHING_KNOWN if name == "driver" else Bound(value, name)
            case Inspector():
                return Dialect() if name == "dialect" else NOTHING_KNOWN
            case DialectName():
                return Bound(value, name)
            case Member() | Construct():
                return attribute_of_construct(value, name)
            case Opaque(expression=expression, power=power):
                return Opaque(None if expression is None else f"{expression}.{name}", power)
            case _ if is_power(value):
                return attribute_of_power(value, name)
            case str() if name == "value":
                return value  # of a member of an enumeration
            case _ if is_plain(value):
                return Bound(value, name)
            case Function() | Prepared() | Native() | Bound():
                return Bound(value, name)
        return Opaque(power=has_power(value))

    def _of_module(self, module: Module, name: str, node: ast.expr, scope: Names) -> object:
        if name in module.scope.names:
            return self.handed_on(module.scope.names[name], node, scope)
        return self.imported(f"{module.name}.{name}", node, scope)

    def _of_class(self, class_: Class, name: str, receiver: object) -> object:
        found = class_.find(name)
        if isinstance(found, Function) and not found.is_static:
            if found.is_property and isinstance(receiver, Instance):
                return self.run_function(
                    found, Call(found.node if isinstance(found.node, ast.expr) else _NOWHERE, (receiver,))
                )
            return (
                Bound(class_ if found.is_class_method else receiver, name)
                if isinstance(receiver, Instance) or (found.is_class_method)
                else found
            )
        own = class_.scope.names
        if name == "__table__" and "__tablename__" in own and name not in own:
            found = table_of_model(class_, _NOWHERE)  # not the table of a base
        if found is not None or name in own:
            return found
        if isinstance(receiver, Instance) and has_strangers(class_):
            return Bound(receiver, name)
        return Opaque(f"{class_.name}.{name}")

    def _of_super(self, value: Super, name: str) -> object:
        found = value.find(name)
        if isinstance(found, Function):
            if found.is_property:
                return self.run_function(found, Call(_NOWHERE, (value.receiver,)))
            return found if found.is_static else Prepared(found, (value.receiver,), {})
        return Bound(value, name) if found is None else found

    def imported(self, path: str, node: ast.expr, scope: Names) -> object:
        """The value of a dotted name of another module: read as text where it belongs to the project."""
        made = special(path)
        if made is not None:
            return made
        found = self.from_library(path, node, scope) if is_foreign(path) else None
        return Imported(path) if found is None else found

    @abstractmethod
    def from_library(self, path: str, node: ast.AST, scope: Names) -> object:
        """The value of a dotted name of a module of the project, or None."""

    @abstractmethod
    def handed_on(self, value: object, node: ast.AST, scope: Names) -> object:
        """What a module of the project gives under a name."""

    # -- calls ------------------------------------------------------------------------------------------------------

    def call(self, function: object, call: Call, scope: Names) -> object:
        """The value of a call; its effects are taken up."""
        self.budget.spend()
        match function:
            case Function():
                return self.run_function(function, call)
            case Choice(options=options):
                with self.under(conditional=True):
                    return choice_of([self.call(option, call, scope) for option in options])
            case Prepared(function=inner, args=args, keywords=keywords):
                more = Call(call.node, (*args, *call.args), {**keywords, **call.keywords}, call.hidden)
                return self.call(inner, more, scope)
            case Native(run=run):
                return run(call)
            case Class():
                return self._instance(function, call, scope)
            case Bound(receiver=None, name=name):
                calls = name in _CALL_A_KEY and has_power(call.keywords.get("key"))
                calls = calls or (name == "iter" and len(call.args) > 1 and has_power(call.args[0]))
                if calls or (name not in _CALL_WHAT_THEY_GET and any(map(self.has_function_power, _functions(call)))):
                    return self._unknown_callee(call, scope, f"{name}()")
                return call_builtin(self, name, call, scope)
            case Bound(receiver=receiver, name=name):
                return self._method(receiver, name, call, scope)
            case Member(receiver=receiver, name=name):
                return method_of_construct(self, receiver, name, call, scope)
            case Imported():
                return self._call_imported(function, call, scope)
            case SessionMaker() | Session():
                return Session()
            case Opaque():
                return self._call_opaque(function, call, scope)
        return self._unknown_callee(call, scope, "what is called")

    def _method(self, receiver: object, name: str, call: Call, scope: Names) -> object:
        key = call.keywords.get("key")
        if self.has_function_power(key) or (has_power(key) and not is_power(receiver)):
            return self._unknown_callee(call, scope, f"{name}(key=…)")
        match receiver:
            case Class() | Instance():
                class_ = receiver if isinstance(receiver, Class) else receiver.class_
                found = class_.find(name)
                if isinstance(found, Function):
                    return self.run_function(found, Call(call.node, (receiver, *call.args), call.keywords, call.hidden))
                return self._unknown_callee(call, scope, f"{name}()")
            case Super(is_known=known):
                if known or (name.startswith("__") and not self._gives_away(call)):
                    return NOTHING_KNOWN
                return self._unknown_callee(call, scope, f"super().{name}()")
            case str() | Holed():
                return call_text_method(self, receiver, name, call)
            case Items():
                return call_items_method(self, receiver, name, call, scope)
            case Pairs():
                return call_pairs_method(self, receiver, name, call)
            case DialectName():
                return _method_of_name(name, call)
            case Dialect():
                return NOTHING_KNOWN
            case _ if is_power(receiver):
                return call_power(self, receiver, name, call, scope)
            case Function() if name == "__call__":
                return self.run_function(receiver, call)
        if has_power(receiver) or self._gives_away(call):
            return self._unknown_callee(call, scope, f"{name}()")
        return NOTHING_KNOWN

    def _call_opaque(self, function: Opaque, call: Call, scope: Names) -> object:
        """A call of something that only running the file would tell."""
        is_method = isinstance(call.node, ast.Call) and isinstance(call.node.func, ast.Attribute)
        if function.power or self._gives_away(call) or not is_method:
            return self._unknown_callee(call, scope, name_of(call.node))
        return NOTHING_KNOWN  # a method of a row, a result, a date

    def _call_imported(self, function: Imported, call: Call, scope: Names) -> object:
        kind = kind_of(function.path)
        if kind is Kind.PARTIAL and call.args:
            return Prepared(call.args[0], call.args[1:], dict(call.keywords))
        if kind is Kind.DEDENT:
            return dedented(call.argument(0, "text", ""))
        if kind is Kind.IMPORT:
            name = call.argument(0, "name")
            return self.imported(name, call.node, scope) if isinstance(name, str) else POWER
        if kind is Kind.SQLALCHEMY:
            return made_by_library(self, function.path, call, scope)
        if kind is Kind.PLAIN:
            if any(map(self.has_function_power, (*call.args, *call.keywords.values()))):
                self._unknown_callee(call, scope, f"{function.path}()")
            return NOTHING_KNOWN
        if kind is Kind.HARMLESS and not self._gives_away(call):
            return Construct(function.path, call.args, call.keywords, call.node, hidden=call.hidden)
        if kind is Kind.COPY:
            return call.argument(0, "x")
        if kind is Kind.GIVES_EXTENSION:
            return Imported("flask_sqlalchemy.SQLAlchemy")
        return self._unknown_callee(call, scope, f"{function.path}()")

    def _unknown_callee(self, call: Call, scope: Names, what: str) -> object:
        if self.importing and not call.has_power:
            return NOTHING_KNOWN  # what an application does when it is imported is not the migration's
        reason = "is given what reaches the database, and was not read" if call.has_power else "was not read"
        self.not_analysed(call.node, scope, f"{what} {reason}")
        return POWER

    def _gives_away(self, call: Call) -> bool:
        """Whether a call hands on what reaches the database, be it inside a function of the file."""
        return any(
            has_power(value) or self.has_function_power(value) for value in (*call.args, *call.keywords.values())
        )

    def has_function_power(self, value: object) -> bool:
        if isinstance(value, Prepared):
            return self.has_function_power(value.function)
        if isinstance(value, Bound) and isinstance(value.receiver, Instance):
            return True
        if isinstance(value, Instance):
            return True
        if not isinstance(value, Function):
            return False
        self.budget.spend(10)
        body = value.node.body if isinstance(value.node.body, list) else [value.node.body]
        for name in frozenset().union(*map(names_in, body)):
            holder = value.scope.find(name)
            found = None if holder is None else holder.names[name]
            if has_power(found) or (isinstance(found, Function) and found is not value):
                return True
            if isinstance(found, Imported) and kind_of(found.path) is Kind.UNKNOWN:
                return True
        return False

    def _instance(self, class_: Class, call: Call, scope: Names) -> object:
        made = Instance(class_)
        found = class_.find("__init__")
        if isinstance(found, Function):
            self.run_function(found, Call(call.node, (made, *call.args), call.keywords, call.hidden))
        elif class_.fields:
            made.attributes |= dict(zip(class_.fields, call.args, strict=False)) | call.keywords
            behind = class_.find("__post_init__")
            if isinstance(behind, Function):
                self.run_function(behind, Call(call.node, (made,)))
        elif not class_.is_whole:
            made.attributes |= call.keywords
            if call.has_power:
                return self._unknown_callee(call, scope, f"{class_.name}()")
        return made

    @abstractmethod
    def run_function(self, function: Function, call: Call) -> object:
        """Reads a function of the file for one call; returns what it returns."""


_CALL_WHAT_THEY_GET = frozenset(
    {"map", "filter", "getattr", "setattr", "list", "tuple", "dict", "set", "zip", "enumerate"}
)
"""Builtins whose calls of functions are followed, or that only keep them."""

_CALL_A_KEY = frozenset({"sorted", "min", "max"})


def _functions(call: Call) -> list[object]:
    return [value for value in (*call.args, *call.keywords.values()) if isinstance(value, Function | Prepared)]


_NOWHERE = ast.Constant(None, lineno=1, col_offset=0)


def _method_of_name(name: str, call: Call) -> object:
    """A method of the dialect's name."""
    first = call.argument(0, "text")
    if name in ("lower", "strip", "casefold"):
        return DialectName()
    if name == "startswith" and isinstance(first, str):
        return is_on("postgresql") if first.startswith("p") else is_on(first) if first != "maria" else is_on("mariadb")
    return NOTHING_KNOWN


@lru_cache(KEPT)
def name_of(node: ast.AST) -> str:
    """What is called, for messages."""
    function = node.func if isinstance(node, ast.Call) else node
    text = ast.unparse(function)
    text = text if len(text) <= 60 else f"{text[:57]}..."
    return f"{text}()" if isinstance(node, ast.Call) else text
