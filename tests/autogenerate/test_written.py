"""What is written for operations made by hand: Alembic's text where it is right, and Python that does what they do."""

from __future__ import annotations

import ast
import io
import warnings
from collections import Counter
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import render_python_code as peer_render
from alembic.ddl.postgresql import CreateExcludeConstraintOp as PeerExclude
from alembic.migration import MigrationContext as PeerContext
from alembic.operations import ops as peer_ops
from sqlalchemy.dialects import mysql as my
from sqlalchemy.dialects import postgresql as pg

from autogenerate.bank import statements
from autogenerate.written import WRITTEN, Written
from headway.autogenerate.api import render_python_code
from headway.compat.alembic.operations import ops
from headway.operations.base import Operations
from headway.runtime.context import MigrationContext


class Doc(sa.TypeDecorator[Any]):
    """A type of a project, over a type that holds another."""

    impl = pg.JSONB
    cache_ok = True
    __module__ = "models"


class Money(sa.TypeDecorator[Any]):
    """One whose constructor takes other things than the type it wraps."""

    impl = sa.Numeric
    cache_ok = True
    __module__ = "models"

    def __init__(self, currency: str = "EUR") -> None:
        self.currency = currency
        super().__init__(precision=10, scale=2)


class models:
    """What a migration would import to name the types."""

    Doc = Doc
    Money = Money


@pytest.mark.parametrize("case", WRITTEN, ids=lambda case: case.name)
def test_the_text_is_alembics_or_right(case: Written) -> None:
    written = _without_order(statements(_ours(case)))
    try:
        theirs = _without_order(statements(_theirs(case)))
    except Exception as error:
        assert case.why.endswith("cannot write it"), error
        theirs = None
    if case.right:
        assert theirs != written, "Alembic is right by now"
        assert written == _without_order(Counter([ast.unparse(ast.parse(case.right))]))
    else:
        assert written == theirs


@pytest.mark.parametrize("case", WRITTEN, ids=lambda case: case.name)
def test_the_text_does_what_the_operation_does(case: Written) -> None:
    body = _ours(case)
    run = _sql(case, lambda operations: _execute(body, operations))
    meant = _sql(case, lambda operations: operations.invoke(_made(case, ops)))
    assert (run == meant) == (not case.moved)
    assert run != []


def _made(case: Written, classes: Any) -> Any:
    scope = {"sa": sa, "pg": pg, "my": my, "ops": classes, "Doc": Doc, "Money": Money}
    exec(case.text, scope)
    return scope["made"]


def _ours(case: Written) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        context = MigrationContext.configure(dialect_name=case.dialect)
        return render_python_code(ops.UpgradeOps([_made(case, ops)]), migration_context=context)


def _theirs(case: Written) -> str:
    classes: Any = _Peer()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        context = PeerContext.configure(dialect_name=case.dialect)
        return peer_render(peer_ops.UpgradeOps([_made(case, classes)]), migration_context=context)


class _Peer:
    """Alembic's classes, of which one stands elsewhere."""

    CreateExcludeConstraintOp = PeerExclude

    def __getattr__(self, name: str) -> Any:
        return getattr(peer_ops, name)


def _without_order(found: Counter[str]) -> str:
    return "\n".join(sorted(found.elements()))


def _sql(case: Written, act: Any) -> list[str]:
    """The lines of the script, in an order of their own: constraints are written sorted."""
    buffer = io.StringIO()
    context = MigrationContext.configure(dialect_name=case.dialect, opts={"as_sql": True, "output_buffer": buffer})
    with warnings.catch_warnings(), Operations.context(context) as operations:
        warnings.simplefilter("ignore")
        act(operations)
    return sorted(line.rstrip(", ") for line in buffer.getvalue().splitlines() if line.strip())


def _execute(body: str, operations: Any) -> None:
    scope: dict[str, Any] = {"op": operations, "sa": sa, "postgresql": pg, "mysql": my, "models": models}
    exec(f"def body():\n    {body}\nbody()", scope)
