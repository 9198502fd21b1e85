"""Statements of migrations leave through the outlet; this finds any other way.

Looked for is every call by which SQLAlchemy or a driver executes something, in the rooms from ``operations`` up to
``runtime``. Who may call one is named here, with the reason.
"""

from __future__ import annotations

import ast

from architecture.house import Module, modules

ROOMS = ("headway.operations", "headway.dialects", "headway.runtime", "headway.autogenerate", "headway.plan")
EXECUTES = {"execute", "exec_driver_sql", "executemany", "scalar", "scalars", "execution_options"}
MAKES = {"create", "drop", "create_all", "drop_all"}

ALLOWED = {
    "headway.runtime.outlet": "the driver sink, behind the door",
    "headway.runtime.transactions": "switches the isolation level of the connection, no statement",
    "headway.dialects.postgresql.sequences": "asks the inspector's own connection while it reflects",
    "headway.dialects.postgresql.domains": "asks the inspector's own connection while it reflects",
    "headway.dialects.postgresql.indexes": "asks how indexes are stored, reads",
    "headway.dialects.postgresql.partitions": "asks which keys partitions inherit, reads",
    "headway.dialects.postgresql.same": "lets the planner write two expressions, runs neither",
    "headway.dialects.mysql.defaults": "asks for the defaults of columns, reads",
    "headway.dialects.mysql.indexes": "asks how indexes are stored, reads",
    "headway.dialects.mysql.same": "lets the optimizer write two expressions, runs nothing but literals",
    "headway.dialects.sqlite.declared": "asks how tables are stored, reads",
    "headway.dialects.sqlite.indexes": "asks how indexes are stored and what would compute them, reads",
    "headway.dialects.inspection": "asks which database it is, reads",
    "headway.dialects.mysql.inspect": "asks for the schema, reads",
    "headway.dialects.postgresql.inspect": "asks for the schema, reads",
    "headway.dialects.sqlite.inspect": "asks for the schema, reads",
    "headway.dialects.mysql.sizes": "asks how large tables are, reads",
    "headway.dialects.postgresql.sizes": "asks how large tables are, reads",
    "headway.dialects.sqlite.sizes": "counts rows, reads",
    "headway.plan.identity": "asks which database it is, reads",
    "headway.plan.stale": "asks where a change can show, reads",
    "headway.runtime.connecting": "looks at the file behind a connection, a read",
    "headway.runtime.read_only": "tells a session to refuse changes before anybody has it",
    "headway.runtime.sessions": "asks a driver's connection whether it is in a transaction; an option of a connection",
    "headway.operations.data": "op.execute is a directive of that name",
    "headway.runtime.context": "context.execute is Alembic's name for the way to the door",
    "headway.runtime.environment": "context.execute is Alembic's name for the way to the door",
}
LOCK_FILES = ("locks", "cancel", "pooler", "concurrent_index", "own_session", "driver_session", "run_lock")
"""Parts that speak of sessions, not of migrations: they ask the driver past SQLAlchemy, and change nothing in a database."""


def calls(module: Module) -> list[tuple[str, int]]:
    found = []
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            name = node.func.attr
            if (name in EXECUTES and (node.args or node.keywords)) or (
                name in MAKES and _names_a_table(node.func.value)
            ):
                found.append((name, node.lineno))
    return found


def _names_a_table(node: ast.expr) -> bool:
    text = ast.unparse(node)
    return "table" in text.lower() or "metadata" in text.lower()


def test_nothing_is_executed_past_the_outlet() -> None:
    wrong = [
        f"{module.path}:{line}: {name}()"
        for module in modules().values()
        if module.name.startswith(ROOMS)
        and module.name not in ALLOWED
        and module.name.rpartition(".")[2] not in LOCK_FILES
        for name, line in calls(module)
    ]
    assert wrong == []


def test_nobody_is_allowed_who_needs_it_not() -> None:
    assert [name for name in ALLOWED if not calls(modules()[name])] == []
