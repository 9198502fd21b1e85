"""The bank itself: large enough, on every dialect, every directive and parameter in it, no difference unexplained."""

from __future__ import annotations

import ast
import inspect
import re
from collections import Counter
from pathlib import Path

import alembic.operations
import pytest

from sql.bank import DIALECTS, Case, bank

TESTS = Path(__file__).resolve().parents[1]
DIFFERENCES = TESTS.parent / "docs" / "differences.md"
SECTIONS = ("Operations and SQL", "Batch mode")

ELSEWHERE = {
    "batch_alter_table",  # its parameters are covered by the batches
    "context",
    "create_module_class_proxy",
    "f",
    "get_bind",
    "get_context",
    "implementation_for",
    "invoke",
    "register_operation",
    "run_async",
}
"""Attributes of ``Operations`` that are no directives; they have tests of their own."""


def _directives(operations: type) -> list[str]:
    named = (name for name in dir(operations) if not name.startswith("_") and name not in ELSEWHERE)
    return [name for name in named if callable(getattr(operations, name))]


def test_there_are_enough_cases_on_every_dialect() -> None:
    counted = Counter(dialect for case in bank() for dialect in case.dialects)
    assert counted.keys() == set(DIALECTS)
    assert min(counted.values()) >= 200
    assert len(bank("batches")) >= 60


@pytest.mark.parametrize("name", _directives(alembic.operations.Operations))
def test_every_parameter_of_every_directive_is_in_a_case(name: str) -> None:
    wanted = _wanted(getattr(alembic.operations.Operations, name))
    assert wanted - _keywords(bank(), name) == set()


BATCH = [name for name in _directives(alembic.operations.BatchOperations) if name != "inline_literal"]


@pytest.mark.parametrize("name", BATCH)
def test_every_parameter_of_every_batch_directive_is_in_a_case(name: str) -> None:
    wanted = _wanted(getattr(alembic.operations.BatchOperations, name))
    assert wanted - _keywords((*bank(), *bank("batches")), name, of="batch_op") == set()


UNNAMED = {
    "create_table": {"schema", "comment", "info", "prefixes", "mysql_engine", "sqlite_autoincrement"},
    "alter_column": {"autoincrement", "existing_autoincrement", "postgresql_using"},
    "drop_column": {"if_exists", "mssql_drop_default", "mssql_drop_check", "mssql_drop_foreign_key"},
    "create_index": {
        "postgresql_where", "postgresql_using", "postgresql_ops", "postgresql_include", "postgresql_with",
        "postgresql_concurrently", "postgresql_nulls_not_distinct", "postgresql_tablespace", "mysql_length",
        "mysql_prefix", "mysql_using", "mysql_with_parser", "sqlite_where", "mssql_include", "mssql_where",
        "mssql_clustered", "mssql_columnstore", "oracle_bitmap", "oracle_compress",
    },
    "drop_index": {"postgresql_where", "postgresql_using", "postgresql_concurrently"},
    "create_unique_constraint": {"deferrable", "initially", "postgresql_nulls_not_distinct", "mssql_clustered"},
    "create_check_constraint": {"deferrable", "initially", "postgresql_not_valid"},
    "create_foreign_key": {"use_alter", "postgresql_not_valid"},
    "create_exclude_constraint": {"where", "schema", "deferrable", "initially", "using", "ops"},
}  # fmt: skip
"""What the directives take besides the parameters that their signatures name."""


@pytest.mark.parametrize("name", UNNAMED)
def test_every_documented_keyword_is_in_a_case(name: str) -> None:
    assert UNNAMED[name] - _keywords(bank(), name) == set()


def test_every_parameter_of_a_batch_is_in_a_case() -> None:
    used = _keywords((*bank(), *bank("batches")), "batch_alter_table")
    assert _wanted(alembic.operations.Operations.batch_alter_table) - used == set()


def test_every_difference_is_explained_and_every_explanation_is_tested() -> None:
    text = DIFFERENCES.read_text(encoding="utf-8")
    explained = set()
    for section in SECTIONS:
        body = re.split(r"^## ", text.split(f"## {section}\n", 1)[1], flags=re.M)[0]
        explained |= set(re.findall(r"^- \*\*([\w-]+)\*\*:", body, flags=re.M))
    used = {how.why for case in bank() for how in case.differs.values()}
    used |= {why for case in (*bank(), *bank("batches")) for why in case.apart.values()}
    assert used - explained == set()
    others = "\n".join(
        path.read_text(encoding="utf-8") for path in TESTS.rglob("test_*.py") if path.name != Path(__file__).name
    )
    assert {why for why in explained - used if why not in others} == set()


def _wanted(directive: object) -> set[str]:
    """The parameters that a case must name: keywords, and what ``self`` and the positional ones are not."""
    parameters = list(inspect.signature(directive).parameters.values())[1:]  # type: ignore[arg-type]
    return {p.name for p in parameters if p.kind is p.KEYWORD_ONLY or (p.default is not p.empty and p.name != "type_")}


def _keywords(cases: tuple[Case, ...], name: str, of: str = "op") -> set[str]:
    """The keywords that the cases give to the directive; the test fails when none calls it at all."""
    found: set[str] = set()
    called = False
    for case in cases:
        for node in ast.walk(ast.parse(f"{case.before}\n{case.upgrade}\n{case.downgrade}")):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == f"{of}.{name}":
                called = True
                found |= {keyword.arg for keyword in node.keywords if keyword.arg}
    assert called, f"no case calls {of}.{name}"
    return found
