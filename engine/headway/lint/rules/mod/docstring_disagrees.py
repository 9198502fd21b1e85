"""MOD015."""

from __future__ import annotations

import re
from collections.abc import Iterator

from headway.effects.model import Span
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rule import FileRule
from headway.pattern import pattern

_LINE = pattern(r"^[ \t]*(Revision ID|Revises):[ \t]*(.*)$", re.M)


class DocstringDisagrees(FileRule):
    """The docstring names another revision or parent than the file declares.

    ## What
    ``Revision ID:`` or ``Revises:`` of the docstring is not what ``revision`` and ``down_revision`` say.

    ## Why
    A reviewer reads the docstring and headway reads the variables: after a rebase by hand the two tell two histories.

    ## Bad
    ```python
    # versions/a1_customers.py
    revision = "a1"
    down_revision = None
    # versions/b2_orders.py
    \"\"\"orders

    Revision ID: b2
    Revises: a0
    \"\"\"
    revision = "b2"
    down_revision = "a1"
    ```

    ## Good
    ```python
    # versions/a1_customers.py
    revision = "a1"
    down_revision = None
    # versions/b2_orders.py
    \"\"\"orders

    Revision ID: b2
    Revises: a1
    \"\"\"
    revision = "b2"
    down_revision = "a1"
    ```

    ## When to ignore
    The file is released and nobody wants to touch it.
    """

    code = "MOD015"
    name = "docstring-disagrees"
    severity = Severity.INFO

    def check_file(self, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        revision = facts.declared_by(file)
        if revision is None or "Revis" not in file.migration.source or file.written.docstring is None:
            return
        docstring = file.written.docstring
        declared = {"Revision ID": {file.revision}, "Revises": set(revision.down_revisions)}
        for match in _LINE.finditer(docstring.text):
            name, said = match[1], match[2].strip()
            if "down_revision" in revision.unknown or (not said and name == "Revision ID"):
                continue
            if _names(said) == declared[name]:
                continue
            # Escapes of a text may make lines, and lines of the file may be joined in it: then nobody can tell which it is.
            as_written = docstring.text.count("\n") == docstring.span.end_line - docstring.span.line
            line = docstring.span.line + (docstring.text.count("\n", 0, match.start(1)) if as_written else 0)
            yield self.finding(
                f"the docstring says '{name}: {said}', and the file declares {_shown(declared[name])}",
                f"write '{name}: {_shown(declared[name])}'; the variables are what counts",
                Span(file.path, line),
                file.revision,
                _mended(file.migration.lines[line - 1], name, said, _shown(declared[name])) if as_written else None,
            )


def _mended(line: str, name: str, said: str, declared: str) -> str | None:
    """The line of the docstring with what the file declares; None where it has something else beside that."""
    match = re.fullmatch(rf"(.*\b{name}:)[ \t]*{re.escape(said)}[ \t]*((?:\"\"\"|''').*)?", line)
    return None if match is None else f"{match[1]} {declared}{match[2] or ''}"


def _names(said: str) -> set[str]:
    return set(re.findall(r"[^\s,()'\"\[\]]+", said)) - {"None", "head", "<base>"}


def _shown(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "None"
