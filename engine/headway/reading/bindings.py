"""Reads assignments: gives names, attributes and items their values."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from headway.effects import model as fx
from headway.reading.calls import CallReader, name_of
from headway.reading.containers import is_whole, iterate, put, taken_out
from headway.reading.reader import Call, choice_of
from headway.reading.syntax import has_call
from headway.reading.values import (
    Bound,
    Class,
    Construct,
    Instance,
    Items,
    Member,
    Names,
    Opaque,
    OrmRow,
    Pairs,
    has_power,
)


class BindingReader(CallReader):
    """Binds what is assigned."""

    def _assign(self, node: ast.Assign, scope: Names) -> None:
        value = self.evaluate(node.value, scope)
        for target in node.targets:
            self.bind(target, value, scope)

    def _annotated(self, node: ast.AnnAssign, scope: Names) -> None:
        if has_call(node.annotation):
            self.evaluate(node.annotation, scope)
        if node.value is not None:
            self.bind(node.target, self.evaluate(node.value, scope), scope)

    def _augmented(self, node: ast.AugAssign, scope: Names) -> None:
        load = _loaded(node.target)
        before = self.evaluate(load, scope)
        right = self.evaluate(node.value, scope)
        if isinstance(before, Items) and isinstance(node.op, ast.Add):
            self.call(Bound(before, "extend"), Call(node.value, (right,)), scope)
            return
        self.bind(node.target, self.combined(node.op, before, right, node.value), scope)

    def bind(self, target: ast.expr, value: object, scope: Names) -> None:
        """Gives the names of an assignment's target their values."""
        match target:
            case ast.Name(id=name):
                self._holder(name, scope).names[name] = value
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                self._unpack(targets, value, scope)
            case ast.Starred(value=inner):
                self.bind(inner, value, scope)
            case ast.Attribute(value=owner, attr=name):
                self._set_attribute(self.evaluate(owner, scope), name, value, target, scope)
            case ast.Subscript(value=owner, slice=key):
                self._set_item(self.evaluate(owner, scope), self.evaluate(key, scope), value, target, scope)

    def _holder(self, name: str, scope: Names) -> Names:
        if name not in scope.globals_ or scope.around is None:
            return scope
        found = scope.around.find(name)
        return found if found is not None else list(scope.chain())[-1]

    def _unpack(self, targets: Sequence[ast.expr], value: object, scope: Names) -> None:
        found = list(iterate(self.budget, value))
        star = next((n for n, target in enumerate(targets) if isinstance(target, ast.Starred)), None)
        if star is not None and is_whole(value) and len(found) >= len(targets) - 1:
            items = [item for item, _ in found]
            after = len(targets) - star - 1
            middle = Items(items[star : len(items) - after])
            values: list[object] = [*items[:star], middle, *items[len(items) - after :]]
        elif is_whole(value) and len(found) == len(targets):
            values = [item for item, _ in found]
        else:
            values = [Opaque(power=has_power(value)) for _ in targets]
        for target, item in zip(targets, values, strict=True):
            self.bind(target, item, scope)

    def _set_attribute(self, owner: object, name: str, value: object, node: ast.expr, scope: Names) -> None:
        match owner:
            case Instance():
                known = owner.attributes.get(name)
                sure = not self.here.conditional or name not in owner.attributes
                owner.attributes[name] = value if sure else choice_of([known, value])
            case Class():
                owner.scope.names[name] = value
            case OrmRow(table=table, schema=schema):
                self.add(
                    [
                        fx.ChangesData(
                            span=self.span(node, scope),
                            verb="UPDATE",
                            table=table,
                            schema=schema,
                            sets=(name,),
                            where=fx.UNKNOWN,
                            through_session=True,
                        )
                    ]
                )
            case _ if name in _SAYS_WHICH and _is_table(owner):
                self.not_analysed(node, scope, f"{name_of(node)} is set, which was not followed")
            case _ if has_power(value) or (has_power(owner) and not isinstance(owner, Construct)):
                self.not_analysed(node, scope, f"{name_of(node)} is set, which was not followed")

    def _set_item(self, owner: object, key: object, value: object, node: ast.expr, scope: Names) -> None:
        match owner:
            case Pairs():
                owner.more = owner.more or self.here.conditional
                put(self.budget, owner, key, value, sure=self.is_sure)
            case Items() if (
                isinstance(key, int) and -len(owner.items) <= key < len(owner.items) and not self.here.conditional
            ):
                owner.items[key] = value
            case Items():
                owner.items.append(value)
                owner.certain = 0
            case _ if has_power(value):
                self.not_analysed(node, scope, f"{name_of(node)} is set, which was not followed")

    def _delete(self, node: ast.Delete, scope: Names) -> None:
        for target in node.targets:
            if not isinstance(target, ast.Subscript):
                continue
            owner = self.evaluate(target.value, scope)
            if isinstance(owner, Items):
                owner.certain = 0
            elif isinstance(owner, Pairs):
                taken_out(owner, self.evaluate(target.slice, scope))


_SAYS_WHICH = frozenset({"schema", "name", "fullname"})
"""Attributes of a table or MetaData that decide which table is meant."""


def _is_table(value: object) -> bool:
    match value:
        case Construct(name=name):
            return name in ("Table", "table", "MetaData", "to_metadata")
        case Member(name=name):
            return name in ("__table__", "metadata")
        case Opaque(expression=str() as expression):
            return expression.endswith((".__table__", ".metadata"))
    return False


def _loaded(target: ast.expr) -> ast.expr:
    match target:
        case ast.Name(id=name):
            return ast.copy_location(ast.Name(name, ast.Load()), target)
        case ast.Attribute(value=value, attr=name):
            return ast.copy_location(ast.Attribute(value, name, ast.Load()), target)
        case ast.Subscript(value=value, slice=key):
            return ast.copy_location(ast.Subscript(value, key, ast.Load()), target)
    return target
