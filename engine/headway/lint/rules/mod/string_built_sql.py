"""MOD011."""

from __future__ import annotations

from collections.abc import Iterator

from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rule import FileRule


class StringBuiltSql(FileRule):
    """Puts values that are read at run time into the text of a statement.

    ## What
    A SELECT, INSERT, UPDATE or DELETE whose text is put together with values from rows, the environment or the command
    line. Names of tables in a loop over constants are none, and neither is DDL, which takes no parameters.

    ## Why
    The first value with a quote in it ends the migration on production, where the rows are, or runs what stands in it.

    ## Bad
    ```python
    bind = op.get_bind()
    for row in bind.execute(sa.text("SELECT id, name FROM customers")):
        op.execute(f"UPDATE orders SET customer = '{row.name}' WHERE customer_id = {row.id}")
    ```

    ## Good
    ```python
    op.execute("UPDATE orders SET customer = c.name FROM customers c WHERE c.id = orders.customer_id")
    ```

    ## When to ignore
    The values are numbers, and surely so.
    """

    code = "MOD011"
    name = "string-built-sql"
    severity = Severity.WARNING

    def check_file(self, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        if "bind" not in file.migration.source and "environ" not in file.migration.source:
            return
        for span, what in file.written.built:
            yield self.finding(
                f"puts {what} into the text of a statement: a value with a quote in it breaks the migration, or runs",
                "bind it: sa.text('… = :value').bindparams(value=…)",
                span,
                file.revision,
            )
