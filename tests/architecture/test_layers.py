"""Imports go down only, in the layers that ARCHITECTURE.md draws; there are no cycles; nobody is unplaced."""

from __future__ import annotations

import ast
import sys

import pytest

from architecture.house import Module, layers, modules, ours, place_of

PACKAGES = ("headway", "headway_cli")

GATES = {
    "sqlalchemy": (
        "headway.operations",
        "headway.dialects",
        "headway.runtime",
        "headway.autogenerate",
        "headway.scratch",
        "headway.commands",
        "headway.compat",
        "headway.plan",
        "headway.api",
    ),
    "mako": ("headway.script.writer",),
    "yaml": ("headway.config.yaml_text",),
    "docker": ("headway.scratch.docker",),
    "typer": ("headway_cli",),
    "psycopg": ("headway.scratch.embedded_postgresql",),
}
"""Which rooms may import which third-party package; what is not here may be imported nowhere."""


def test_every_module_has_a_place() -> None:
    homeless = [name for name in modules() if name not in PACKAGES and place_of(name) is None]
    assert homeless == []


def test_the_diagram_draws_no_room_that_does_not_exist() -> None:
    drawn = [name for row in layers() for name in row]
    assert [name for name in drawn if name not in modules()] == []
    assert len(drawn) == len(set(drawn))


@pytest.mark.parametrize("name", modules())
def test_imports_go_down_only(name: str) -> None:
    module = modules()[name]
    here = place_of(name)
    wrong = []
    for imported, line in module.imports():
        if not ours(imported) or imported in PACKAGES or here is None:
            continue
        there = place_of(imported)
        assert there is not None, imported
        level, room = here
        if there[0] < level or (there[0] == level and there[1] != room):
            wrong.append(f"{module.path}:{line}: {room} may not import {imported}")
    assert wrong == []


def test_there_are_no_cycles() -> None:
    edges = {
        name: {imported for imported, _ in module.imports() if ours(imported) and imported != name}
        for name, module in modules().items()
    }
    done: set[str] = set()
    path: list[str] = []

    def visit(name: str) -> None:
        assert name not in path, f"cycle: {' -> '.join([*path[path.index(name) :], name])}"
        if name in done:
            return
        path.append(name)
        for imported in sorted(edges.get(name, ())):
            visit(imported)
        path.pop()
        done.add(name)

    for name in edges:
        visit(name)


def test_third_party_packages_stay_behind_their_gates() -> None:
    wrong = []
    for module in modules().values():
        for imported, line in module.imports():
            top = imported.partition(".")[0]
            if ours(imported) or top in sys.stdlib_module_names:
                continue
            allowed = GATES.get(top, ())
            if not any(module.name == room or module.name.startswith(f"{room}.") for room in allowed):
                wrong.append(f"{module.path}:{line}: {top}")
    assert wrong == []


def test_every_gate_is_used() -> None:
    used = {imported.partition(".")[0] for module in modules().values() for imported, _ in module.imports()}
    assert GATES.keys() - used == set()


@pytest.mark.parametrize("name", PACKAGES)
def test_the_packages_themselves_import_nothing(name: str) -> None:
    assert list(modules()[name].imports()) == []


def test_users_code_runs_in_one_place() -> None:
    allowed = {
        "headway.runtime.runner": {"exec", "exec_module", "import_module", "run_module"},
        "headway.compat.hook": {"import_module", "exec_module"},  # our own facades
        "headway.commands.commandline": {"import_module"},  # our own verbs
        "headway_cli.app": {"import_module"},  # the same
        "headway.search_path": {"__import__"},  # what is headway's own, by its name in the program
        "headway.valueclass": {"exec"},  # the __init__ of our own values, as dataclasses makes it
        "headway.runtime.drivers": {"import_module"},  # database drivers, from a table of our own
    }
    wrong = []
    for module in modules().values():
        for called in _calls(module):
            risky = called in {"exec", "eval", "exec_module", "import_module", "__import__", "run_path", "run_module"}
            if risky and called not in allowed.get(module.name, set()):
                wrong.append(f"{module.name}: {called}")
    assert wrong == []


def test_the_import_machinery_is_touched_in_one_place() -> None:
    touching = {
        module.name
        for module in modules().values()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and node.attr in ("meta_path", "path_hooks")
    }
    assert touching == {"headway.compat.hook"}


def test_nothing_at_import_time_but_declarations() -> None:
    """Statements of a module's top level declare; they do not print, read files or ask the environment."""
    wrong = []
    for module in modules().values():
        for statement in module.tree.body:
            if isinstance(statement, ast.For | ast.While | ast.With | ast.Try):
                wrong.append(f"{module.path}:{statement.lineno}")
    assert wrong == []


def test_no_regular_expression_is_compiled_at_import_time() -> None:
    """``re.compile`` stands in functions only; elsewhere it is ``pattern()``, which compiles at the first question."""
    wrong = []
    for module in modules().values():
        todo: list[ast.AST] = [module.tree]
        while todo:
            for node in ast.iter_child_nodes(todo.pop()):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                    continue
                if isinstance(node, ast.Attribute) and ast.unparse(node) == "re.compile":
                    wrong.append(f"{module.path}:{node.lineno}")
                todo.append(node)
    assert wrong == []


def _calls(module: Module) -> set[str]:
    names = set()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call):
            target = node.func
            names.add(target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", ""))
    return names
