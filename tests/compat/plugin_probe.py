"""What plugins, comparison functions and dispatchers do, as JSON; run under Alembic and under headway. No tests."""

from __future__ import annotations

import json
import sys
import types
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic.autogenerate import comparators, produce_migrations, render_python_code, renderers
from alembic.operations import MigrateOperation
from alembic.runtime.migration import MigrationContext
from alembic.runtime.plugins import Plugin, _all_plugins
from alembic.util import Dispatcher, DispatchPriority, PriorityDispatcher, PriorityDispatchResult

STOP, CONTINUE = PriorityDispatchResult.STOP, PriorityDispatchResult.CONTINUE
TARGETS = ("autogenerate", "schema", "table", "column")
ELEMENTS = {"schema": "tables", "table": "indexes", "column": "types"}
calls: list[Any] = []


def scenario(function: Callable[[], Any]) -> Callable[[], Any]:
    SCENARIOS[function.__name__] = function
    return function


SCENARIOS: dict[str, Callable[[], Any]] = {}

# -- comparing ------------------------------------------------------------------------------------------------


def shown(value: Any) -> Any:
    if isinstance(value, sa.Table | sa.Column):
        return f"{type(value).__name__} {value.name}"
    if isinstance(value, set | frozenset):
        return sorted(map(str, value))
    if hasattr(value, "ops"):
        return [type(op).__name__ for op in value.ops]
    if hasattr(value, "has_changes"):
        return ["alter", value.has_changes()]
    return value


def noting(name: str, answer: Any = None) -> Callable[..., Any]:
    def function(context: Any, *arguments: Any) -> Any:
        calls.append([name, *map(shown, arguments)])
        return answer

    return function


def plugin(name: str, setup: Callable[[Any], None]) -> None:
    module = types.ModuleType(name)
    module.setup = setup  # type: ignore[attr-defined]
    Plugin.setup_plugin_from_module(module, name)


def noting_everything(registry: Any) -> None:
    for target in TARGETS:
        for priority in DispatchPriority:
            registry.add_autogenerate_comparator(noting(f"{target} {priority.name}"), target, priority=priority)
        registry.add_autogenerate_comparator(noting(f"{target} {ELEMENTS.get(target)}"), target, ELEMENTS.get(target))
        registry.add_autogenerate_comparator(noting(f"{target} for sqlite"), target, qualifier="sqlite")
        registry.add_autogenerate_comparator(noting(f"{target} for mysql"), target, qualifier="mysql")


def compared(*plugins: str, body: bool = False) -> Any:
    """The operations up and down and the functions called for one pair of schemas, and the body of upgrade().

    Without the body where a plugin is left out: it is then that Alembic leaves out what it knows of the columns.
    """
    calls.clear()
    metadata = sa.MetaData()
    sa.Table(
        "t",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("a", sa.String(10), nullable=False, server_default="x"),
        sa.Column("fresh", sa.Integer, index=True),
    )
    sa.Table("n", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("x", sa.Integer, index=True))
    with sa.create_engine("sqlite://").connect() as connection:
        connection.exec_driver_sql("CREATE TABLE t (id INTEGER PRIMARY KEY, a VARCHAR(5), gone INTEGER)")
        connection.exec_driver_sql("CREATE TABLE dead (id INTEGER PRIMARY KEY, x INTEGER)")
        connection.exec_driver_sql("CREATE INDEX ix_dead ON dead (x)")
        opts: dict[str, Any] = {"target_metadata": metadata, "compare_server_default": True}
        if plugins:
            opts["autogenerate_plugins"] = list(plugins)
        context = MigrationContext.configure(connection, opts=opts)
        script = produce_migrations(context, metadata)
        text = render_python_code(script.upgrade_ops, migration_context=context) if body else ""
    return [tree(script.upgrade_ops), tree(script.downgrade_ops), list(calls), text]


def tree(container: Any) -> Any:
    return [
        [type(op).__name__, tree(op)]
        if hasattr(op, "ops")
        else [type(op).__name__, {key: value for key, value in getattr(op, "kw", {}).items() if "colour" in key}]
        for op in container.ops
    ]


def error_of(function: Callable[[], Any]) -> str | None:
    try:
        function()
    except Exception as error:
        return str(error)
    return None


@scenario
def nothing_chosen() -> Any:
    return compared(body=True)


@scenario
def everything_noted() -> Any:
    plugin("my.notes", noting_everything)
    return [
        compared("alembic.autogenerate.*", "my.notes"),
        compared("my.*"),
        compared("alembic.autogenerate.schemas", "my.*"),
        compared("alembic.autogenerate.schemas", "alembic.autogenerate.tables", "my.*"),
    ]


@scenario
def each_builtin_left_out() -> Any:
    names = ("schemas", "tables", "types", "constraints", "defaults", "comments")
    return [compared("alembic.autogenerate.*", f"~alembic.autogenerate.{name}") for name in names]


@scenario
def chains_that_are_stopped() -> Any:
    results = []
    for target, element in [*ELEMENTS.items(), ("table", "foreignkeys"), ("column", "nullable"), ("column", None)]:
        name = f"stop.{target}.{element}"
        priority = DispatchPriority.FIRST
        plugin(
            name,
            lambda it, where=(target, element), first=priority: it.add_autogenerate_comparator(
                noting("stop", STOP), *where, priority=first
            ),
        )
        results.append(compared("alembic.autogenerate.*", name))
    return results


@scenario
def a_type_that_a_plugin_changes() -> Any:
    def compare(context: Any, op: Any, schema: Any, table: Any, column: Any, reflected: Any, wanted: Any) -> Any:
        if column == "id":
            op.modify_type = sa.BigInteger()
            return STOP
        op.kw |= {"modify_colour": "blue", "existing_colour": "red"}
        return CONTINUE

    plugin("my.types", lambda it: it.add_autogenerate_comparator(compare, "column", "types"))
    return compared("alembic.autogenerate.*", "my.types", body=True)


@scenario
def operations_of_a_plugin() -> Any:
    class Paint(MigrateOperation):
        def __init__(self, colour: str) -> None:
            self.colour = colour

        def reverse(self) -> Any:
            return Paint(f"not {self.colour}")

        def to_diff_tuple(self) -> Any:
            return ("paint", self.colour)

    @renderers.dispatch_for(Paint)
    def render(context: Any, op: Any) -> str:
        context.imports.add("import paint")
        return f"op.paint({op.colour!r})"

    def schemas(context: Any, ops: Any, schemas: Any) -> None:
        ops.ops.append(Paint("schema"))

    def table(context: Any, ops: Any, schema: Any, name: Any, reflected: Any, wanted: Any) -> None:
        ops.ops.append(Paint(name))

    def setup(registry: Any) -> None:
        registry.add_autogenerate_comparator(schemas, "schema", priority=DispatchPriority.LAST)
        registry.add_autogenerate_comparator(table, "table", priority=DispatchPriority.FIRST)

    plugin("my.paint", setup)
    return compared("alembic.autogenerate.*", "my.paint", body=True)


@scenario
def a_first_plugin_that_replaces_everything() -> Any:
    plugin("my.own", lambda it: it.add_autogenerate_comparator(noting("own"), "autogenerate"))
    return compared("my.own")


@scenario
def global_functions() -> Any:
    for target in TARGETS:
        for priority in DispatchPriority:
            comparators.dispatch_for(target, priority=priority)(noting(f"global {target} {priority.name}"))
        comparators.dispatch_for(target, qualifier="sqlite")(noting(f"global {target} sqlite"))
    try:
        return [compared(), compared("alembic.autogenerate.*", "~alembic.autogenerate.tables")]
    finally:
        comparators.__init__()  # type: ignore[misc]  # for the scenarios that follow


# -- choosing -------------------------------------------------------------------------------------------------


def targets(*patterns: str) -> list[bool]:
    """For each target whether anything is called for it."""
    dispatcher = PriorityDispatcher()
    Plugin.populate_autogenerate_priority_dispatch(dispatcher, list(patterns))
    results = []
    for target in TARGETS:
        try:
            dispatcher.dispatch(target)()  # without arguments, so that any function fails
            results.append(False)
        except TypeError:
            results.append(True)
    return results


@scenario
def patterns() -> Any:
    every = "alembic.autogenerate.*"
    return [
        targets(*chosen)
        for chosen in (
            (every,),
            ("alembic.*",),
            ("*",),
            (),
            ("~alembic.autogenerate.comments",),
            (every, "~alembic.autogenerate.tables"),
            ("~alembic.autogenerate.tables", every),
            (every, "~*.tables"),
            (every, "~alembic.*.tables", "~nowhere"),
            ("alembic.autogenerate.checkconstraint_byname",),
            ("alembic.ext.*",),
            ("alembic.*.*", "~alembic.autogenerate.checkconstraint_byname"),
            ("*.autogenerate.tables",),
        )
    ]


@scenario
def patterns_that_name_nothing() -> Any:
    first = error_of(lambda: targets("nowhere"))
    return [first, [error_of(lambda p=p: targets(p)) is not None for p in ("alembic.autogenerate", "a.*", "a.b*")]]


@scenario
def plugins_by_name() -> Any:
    made = Plugin("my.one")
    twice = error_of(lambda: Plugin("my.one"))
    made.remove()
    Plugin("my.one").remove()
    without_setup = error_of(lambda: Plugin.setup_plugin_from_module(types.ModuleType("empty"), "my.empty"))
    return [twice, without_setup, "my.empty" in _all_plugins, made.name, sorted(_all_plugins)[:1]]


# -- dispatchers ----------------------------------------------------------------------------------------------


def called(registered: list[tuple[str, Any, dict[str, Any]]], **options: Any) -> list[str]:
    dispatcher, log = PriorityDispatcher(), []

    def make(name: str, answer: Any) -> Callable[[], Any]:
        def function() -> Any:
            log.append(name)
            return answer

        return function

    for name, answer, kw in registered:
        dispatcher.dispatch_for("t", **kw)(make(name, answer))
    dispatcher.dispatch("t", **options)()
    return log


@scenario
def order_of_a_priority_dispatcher() -> Any:
    first, last = DispatchPriority.FIRST, DispatchPriority.LAST
    registered: list[tuple[str, Any, dict[str, Any]]] = [
        ("medium a", None, {"subgroup": "a"}),
        ("last a", None, {"subgroup": "a", "priority": last}),
        ("first b", None, {"subgroup": "b", "priority": first}),
        ("medium", None, {}),
        ("first", None, {"priority": first}),
        ("pg medium a", None, {"subgroup": "a", "qualifier": "postgresql"}),
        ("pg first a", None, {"subgroup": "a", "qualifier": "postgresql", "priority": first}),
        ("pg last", None, {"qualifier": "postgresql", "priority": last}),
        ("medium a again", "nonsense", {"subgroup": "a"}),
    ]
    return [called(registered, qualifier=name) for name in ("default", "postgresql", "sqlite")]


@scenario
def stops_of_a_priority_dispatcher() -> Any:
    first, last = DispatchPriority.FIRST, DispatchPriority.LAST
    pg = {"qualifier": "postgresql"}
    return [
        called([("1", STOP, {"subgroup": "a", "priority": first}), ("2", None, {"subgroup": "a"}), ("3", None, {})]),
        called([("1", STOP, {}), ("2", None, {}), ("3", None, {"subgroup": "x"}), ("4", None, {"priority": last})]),
        called([("1", STOP, {"subgroup": "a", **pg}), ("2", None, {"subgroup": "a"})], qualifier="postgresql"),
        called([("1", STOP, {"subgroup": "a"}), ("2", None, {"subgroup": "a", **pg})], qualifier="postgresql"),
    ]


@scenario
def copies_of_a_priority_dispatcher() -> Any:
    log: list[str] = []
    one, other = PriorityDispatcher(), PriorityDispatcher()
    returned = one.dispatch_for("t")(lambda: log.append("one"))
    branch = one.branch()
    branch.dispatch_for("t")(lambda: log.append("branch"))
    other.dispatch_for("u")(lambda: log.append("other"))
    one.populate_with(other)
    for dispatcher in (one, branch, other):
        for target in ("t", "u", "v"):
            log.append(target)
            dispatcher.dispatch(target)()
    return [log, callable(returned)]


@scenario
def a_dispatcher_by_class() -> Any:
    class Base: ...

    class Derived(Base): ...

    dispatcher = Dispatcher()
    dispatcher.dispatch_for(Base)(lambda: "base")
    found = [dispatcher.dispatch(Derived())()]
    dispatcher.dispatch_for(Base, qualifier="pg")(lambda: "base for pg")
    branch = dispatcher.branch()
    branch.dispatch_for(Derived)(lambda: "derived")
    dispatcher.dispatch_for("text")(lambda: "text")
    dispatcher.dispatch_for(Base, replace=True)(lambda: "replaced")
    found += [dispatcher.dispatch(Derived(), "pg")(), branch.dispatch(Derived(), qualifier="pg")()]
    found += [dispatcher.dispatch("text")(), dispatcher.dispatch(Base())(), branch.dispatch(Base())()]
    twice = error_of(lambda: dispatcher.dispatch_for(Base)(lambda: "again"))
    return [found, twice is not None, error_of(lambda: dispatcher.dispatch(3)), error_of(lambda: branch.dispatch("x"))]


if __name__ == "__main__":
    json.dump({name: function() for name, function in SCENARIOS.items()}, sys.stdout)
