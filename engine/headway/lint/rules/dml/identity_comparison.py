"""DML007."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from headway.effects.model import Span
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding
from headway.lint.rule import FileRule
from headway.lint.syntax.origins import called
from headway.pattern import pattern
from headway.reading.syntax import nodes_of, without_depths


class IdentityComparison(FileRule):
    """Compares a column with ``is``: true for no row, or for every one.

    ## What
    ``table.c.column is None``, or ``Model.column is not None`` of a class that the file declares, among the arguments of
    ``where()``, ``filter()``, ``having()``, ``and_()`` and the like.

    ## Why
    Python answers ``is`` itself, before there is a statement: a column object is never None. What SQLAlchemy gets is False,
    or True: the UPDATE changes no row and reports success, or it changes all of them.
    See https://docs.sqlalchemy.org/en/20/core/operators.html#comparison-operators
    Proved on PostgreSQL.

    ## Bad
    ```python
    orders = sa.table("orders", sa.column("status", sa.Text()))
    op.execute(orders.update().where(orders.c.status is None).values(status="new"))
    ```

    ## Good
    ```python
    orders = sa.table("orders", sa.column("status", sa.Text()))
    op.execute(orders.update().where(orders.c.status.is_(None)).values(status="new"))
    ```

    ## When to ignore
    The name holds no column but a value of Python.
    """

    code = "DML007"
    name = "identity-comparison"

    def check_file(self, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        if not _MAY_BE.search(file.migration.source):
            return
        nodes = nodes_of(_tree(file.migration.source))
        classes = {node.name for node in nodes if isinstance(node, ast.ClassDef)}
        within: dict[int, ast.Compare] = {}
        for node in nodes:
            if called(node) in _CONDITIONS and isinstance(node, ast.Call):
                given = [*node.args, *(keyword.value for keyword in node.keywords)]
                within |= {id(one): one for each in given for one in _conditions(each, classes)}
        for one in within.values():
            negated = isinstance(one.ops[0], ast.IsNot)
            value = ast.unparse(one.comparators[0])
            yield self.finding(
                f"compares the column {ast.unparse(one.left)} with 'is': Python answers that before there is a statement, so "
                f"that the condition holds for {'every row' if negated else 'no row'}",
                f"{ast.unparse(one.left)}.{'is_not' if negated else 'is_'}({value})",
                Span(
                    file.path,
                    one.lineno,
                    one.col_offset + 1,
                    one.end_lineno or one.lineno,
                    (one.end_col_offset or 0) + 1,
                ),
                file.revision,
            )


_MAY_BE = pattern(r"\.\w+\s+is\s+(?:not\s+)?(?:None|True|False)\b")
_CONDITIONS = frozenset(
    {"where", "filter", "having", "and_", "or_", "not_", "case", "join", "outerjoin", "when", "when_"}
)


def _tree(source: str) -> ast.Module:
    try:
        return ast.parse(source)
    except RecursionError:
        return without_depths(ast.parse(source))


def _conditions(node: ast.expr, classes: set[str]) -> Iterator[ast.Compare]:
    """The comparisons that make up an argument: itself, or what it joins by ``&``, ``|``, ``~``, ``and``, ``or`` or in a tuple."""
    todo = [node]
    for one in todo:
        match one:
            case ast.Compare(left=left, ops=[ast.Is() | ast.IsNot()], comparators=[ast.Constant()]):
                if _is_column(left, classes):
                    yield one
            case ast.BinOp(left=left, right=right):
                todo += [left, right]
            case ast.BoolOp(values=values):
                todo += values
            case ast.UnaryOp(operand=operand):
                todo.append(operand)
            case ast.Tuple(elts=elements) | ast.List(elts=elements):
                todo += elements


def _is_column(node: ast.expr, classes: set[str]) -> bool:
    match node:
        case ast.Attribute(value=ast.Attribute(attr="c" | "columns")):
            return True
        case ast.Attribute(value=ast.Name(id=name)):
            return name in classes
    return False
