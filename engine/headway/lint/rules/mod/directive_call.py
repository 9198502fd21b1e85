"""MOD018."""

from __future__ import annotations

from collections.abc import Iterator

from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding
from headway.lint.rule import FileRule


class DirectiveCall(FileRule):
    """Calls a directive with what it cannot take.

    ## What
    A call of ``op``, or of a batch, that lacks an argument, has more than there are, one twice, or one of a name that the
    directive does not know, and ``drop_column()`` or ``alter_column()`` with a ``sa.Column`` in the place of its name.
    Not said of a directive that the project registers itself, nor where ``*args`` hide what is given.

    ## Why
    The call ends with a TypeError whenever it is reached. In a ``downgrade()`` that nobody has tried this is found on the
    day when it is needed. See https://alembic.sqlalchemy.org/en/latest/ops.html for what directives take.

    ## Bad
    ```python
    op.drop_column("orders", sa.Column("note"))
    ```

    ## Good
    ```python
    op.add_column("orders", sa.Column("note", sa.Text()))
    ```

    ## When to ignore
    The project replaces Alembic's directive by one that takes this.
    """

    code = "MOD018"
    name = "directive-call"

    def check_file(self, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        miscalls = file.written.miscalls
        own = list(_registering(file, facts)) if miscalls else []
        for span, directive, why, instead in miscalls:
            if not any(directive in text for text in own):
                yield self.finding(f"this call of {directive}() cannot run: {why}", instead, span, file.revision)


def _registering(file: RevisionFile, facts: Facts) -> Iterator[str]:
    """The texts that register directives."""
    texts = [file.migration.source, *(one[0] for one in file.modules.values())]
    texts += [facts.environment.source] if facts.environment is not None else []
    yield from (text for text in texts if "register_operation" in text)
