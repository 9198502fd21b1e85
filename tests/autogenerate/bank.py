"""One comparison of a database with models, made by headway and by Alembic. No tests of its own."""

from __future__ import annotations

import ast
import logging
import warnings
from collections import Counter
from collections.abc import Callable
from typing import Any

import alembic.autogenerate as peer
import sqlalchemy as sa
from alembic.migration import MigrationContext as PeerContext
from alembic.operations import Operations as PeerOperations
from sqlalchemy.dialects import mysql as my
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.engine import Connection

from headway.autogenerate.api import produce_migrations, render_python_code
from headway.operations.base import Operations
from headway.runtime.context import MigrationContext

OPTIONS: dict[str, Any] = {"compare_server_default": True, "compare_type": True}


def metadata_of(text: str) -> sa.MetaData:
    """The tables of a piece of text."""
    metadata = sa.MetaData()
    exec(text, {"sa": sa, "m": metadata, "pg": pg, "my": my})
    return metadata


def ours(connection: Connection, metadata: sa.MetaData, **options: Any) -> tuple[str, str]:
    """The bodies of upgrade() and downgrade() that headway writes."""
    with quiet():
        context = MigrationContext.configure(connection, opts={**OPTIONS, **options, "target_metadata": metadata})
        script = produce_migrations(context, metadata)
        rendered = [
            render_python_code(ops, migration_context=context, render_as_batch=options.get("render_as_batch", False))
            for ops in (script.upgrade_ops, script.downgrade_ops)
        ]
    return rendered[0], rendered[1]


def theirs(connection: Connection, metadata: sa.MetaData, **options: Any) -> tuple[str, str]:
    """The same by Alembic."""
    with quiet():
        context = PeerContext.configure(connection, opts={**OPTIONS, **options, "target_metadata": metadata})
        script = peer.produce_migrations(context, metadata)
        rendered = [
            peer.render_python_code(
                ops, migration_context=context, render_as_batch=options.get("render_as_batch", False)
            )
            for ops in (script.upgrade_ops, script.downgrade_ops)
        ]
    return rendered[0], rendered[1]


def statements(body: str) -> Counter[str]:
    """The statements of a body, in one notation, whatever their order."""
    function = ast.parse(f"def body():\n    {body}").body[0]
    assert isinstance(function, ast.FunctionDef)
    return Counter(_without_noise(ast.unparse(node)) for node in function.body if not isinstance(node, ast.Pass))


def _without_noise(statement: str) -> str:
    """Alembic says of every reflected constraint and index what is usual anyway; headway does not."""
    for noise in (", postgresql_include=[]", ", postgresql_nulls_not_distinct=False"):
        statement = statement.replace(noise, "")
    return statement.replace("unique=1)", "unique=True)")


def run(connection: Connection, body: str) -> None:
    """Executes a body that was written, with headway's operations."""
    context = MigrationContext.configure(connection, opts={})
    with quiet(), Operations.context(context) as operations:
        _execute(body, operations)


def run_peer(connection: Connection, body: str) -> None:
    """Executes a body with Alembic's operations."""
    with quiet():
        _execute(body, PeerOperations(PeerContext.configure(connection)))


def _execute(body: str, operations: Any) -> None:
    scope: dict[str, Any] = {"op": operations, "sa": sa, "postgresql": pg, "mysql": my}
    exec(f"def body():\n    {body}", scope)
    function: Callable[[], None] = scope["body"]
    function()


class quiet(warnings.catch_warnings):
    """Neither warnings nor log lines of the comparison."""

    def __enter__(self) -> Any:
        result = super().__enter__()
        warnings.simplefilter("ignore")
        self._level = logging.getLogger("alembic").level
        logging.getLogger("alembic").setLevel(logging.ERROR)
        return result

    def __exit__(self, *exc_info: Any) -> None:
        logging.getLogger("alembic").setLevel(self._level)
        super().__exit__(*exc_info)
