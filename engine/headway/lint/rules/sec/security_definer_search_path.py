"""SEC003."""

from __future__ import annotations

from collections.abc import Iterator

from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rule import FileRule
from headway.pattern import pattern

_FUNCTION = pattern(r"(?i)\bCREATE\s+(?:OR\s+REPLACE\s+)?(?:FUNCTION|PROCEDURE)\b")
_DEFINER = pattern(r"(?i)\bSECURITY\s+DEFINER\b")


class SecurityDefinerSearchPath(FileRule):
    """A SECURITY DEFINER function without a search_path of its own.

    ## What
    ``CREATE FUNCTION … SECURITY DEFINER`` whose text sets no ``search_path``.

    ## Why
    The function runs with its owner's rights and looks for tables and functions where the *caller* says: whoever may make
    a table or function in a schema of theirs makes it run with the owner's rights.
    See https://www.postgresql.org/docs/current/sql-createfunction.html#SQL-CREATEFUNCTION-SECURITY

    ## Bad
    ```python
    op.execute(
        "CREATE FUNCTION shut() RETURNS void LANGUAGE sql SECURITY DEFINER AS $$ UPDATE shops SET open = false $$"
    )
    ```

    ## Good
    ```python
    op.execute(
        "CREATE FUNCTION shut() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = shop, pg_temp "
        "AS $$ UPDATE shops SET open = false $$"
    )
    ```

    ## When to ignore
    Every name in the function is written with its schema, operators too.
    """

    code = "SEC003"
    name = "security-definer-search-path"
    severity = Severity.ERROR
    dialects = frozenset({"postgresql"})

    def check_file(self, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        if "definer" not in file.migration.source.lower():
            return
        for literal in file.written.literals:
            for statement in _FUNCTION.split(literal.text)[1:]:
                if _DEFINER.search(statement) and "search_path" not in literal.text.lower():
                    yield self.finding(
                        "makes a function that runs with its owner's rights and finds its tables by the caller's search_path",
                        "add to the function: SET search_path = <its schema>, pg_temp",
                        literal.span,
                        file.revision,
                    )
                    break
