"""MOD017."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding
from headway.lint.fixes.rewriting import call_at
from headway.lint.rule import FileRule


class PlainStringExecute(FileRule):
    """Gives a connection a plain text to execute.

    ## What
    ``bind.execute("…")`` or ``session.execute("…")``. Not ``op.execute("…")``, which takes texts, and not
    ``exec_driver_sql("…")``. Not said where the project's requirements keep SQLAlchemy 2 out.

    ## Why
    SQLAlchemy 2 refuses it with ObjectNotExecutableError, whatever the text says.
    See https://docs.sqlalchemy.org/en/20/changelog/migration_20.html

    ## Bad
    ```python
    bind = op.get_bind()
    bind.execute("UPDATE orders SET status = 'new' WHERE status IS NULL")
    ```

    ## Good
    ```python
    bind = op.get_bind()
    bind.execute(sa.text("UPDATE orders SET status = 'new' WHERE status IS NULL"))
    ```

    ## When to ignore
    The project stays on SQLAlchemy 1.4, and says so where headway does not look.
    """

    code = "MOD017"
    name = "plain-string-execute"

    def check_file(self, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        if ".execute(" in file.migration.source or ".scalar" in file.migration.source:
            spans = file.written.plain_executes
            for span in () if spans and facts.stays_below_sqlalchemy_2() else spans:
                yield self.finding(
                    "executes a plain text on a connection: SQLAlchemy 2 refuses that with ObjectNotExecutableError",
                    "wrap it: sa.text(…)",
                    span,
                    file.revision,
                    _wrapped(span, file),
                )


def _imported(source: str) -> set[str]:
    """What the file imports as a whole, as it is written."""
    imports = [node for node in ast.parse(source).body if isinstance(node, ast.Import)]
    return {ast.unparse(alias) for node in imports for alias in node.names}


def _wrapped(span: fx.Span, file: RevisionFile) -> str | None:
    """The call with its text in ``sa.text()``, where the file has that name."""
    call = call_at(span, file.migration.lines, alone=False)
    text = call.node.args[0] if call is not None and call.node.args else None
    if call is None or not isinstance(text, ast.Constant) or ":" in str(text.value):
        return None  # sa.text() takes what follows a colon for a parameter
    if "sqlalchemy as sa" not in _imported(file.migration.source):
        return None
    wrapped = call.with_first_in("sa.text")
    return None if wrapped is None else wrapped.text
