"""MOD007."""

from __future__ import annotations

from collections.abc import Iterator

from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rule import FileRule
from headway.lint.rules.mod.inspector_branching import InspectorBranching


class GetBindFetchOffline(FileRule):
    """Reads from the database, so that no script can be written of it.

    ## What
    Rows or the schema are read through ``op.get_bind()``, also by an ORM session, by reflection or by a function of the
    project, and the file never asks whether a script is written. Said once a file; not said where MOD005 speaks, which includes it.

    ## Why
    ``upgrade --sql``, and ``downgrade --sql``, have no connection: the whole script ends with an AttributeError at this line. A rehearsal on an
    empty database reads no row either, and shows nothing of what production will do.

    ## Bad
    ```python
    bind = op.get_bind()
    for row in bind.execute(sa.text("SELECT id FROM orders")):
        op.execute(sa.text("UPDATE orders SET note = '' WHERE id = :id").bindparams(id=row.id))
    ```

    ## Good
    ```python
    op.execute("UPDATE orders SET note = '' WHERE note IS NULL")
    ```

    ## When to ignore
    Nobody writes scripts of this history: ``rules: {MOD007: off}``.
    """

    code = "MOD007"
    name = "get-bind-fetch-offline"
    severity = Severity.INFO

    def check_file(self, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        source = file.migration.source
        if "get_bind" not in source and "get_context" not in source and not file.modules:
            return
        written = file.written
        if not written.fetches or written.asks_offline or any(InspectorBranching().check_file(file, facts)):
            return
        # What upgrade() comes to is said first: a script of that is asked for more often.
        fetch = min(written.fetches, key=lambda one: written.is_way_back(one.span))
        verb = "downgrade" if written.is_way_back(fetch.span) else "upgrade"
        who = f"{fetch.helper}() reads" if fetch.helper else "reads"
        where = f" ({fetch.path}:{fetch.line})" if fetch.helper else ""
        yield self.finding(
            f"{who} from the database{where}: '{verb} --sql' has none and fails here",
            "one statement that the database works out by itself, or: if context.is_offline_mode(): …",
            fetch.span,
            file.revision,
        )
