"""MOD007."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rule import FileRule
from headway.lint.rules.mod.inspector_branching import InspectorBranching
from headway.lint.syntax.asking import knows_of_scripts
from headway.lint.syntax.written import Fetch, Written


class GetBindFetchOffline(FileRule):
    """Reads from the database, so that no script can be written of it.

    ## What
    Rows or the schema are read through ``op.get_bind()``, also by an ORM session, by reflection or by a function of the
    project, and the file never asks whether a script is written. Not where env.py has no way of its own for scripts. Said once a file; not said where MOD005 speaks, which includes it.

    ## Why
    ``upgrade --sql``, and ``downgrade --sql``, have no connection: the whole script ends at this line, or where the connection is used before it, with an AttributeError, or
    of reflection with NoInspectionAvailable (proved on Alembic 1.20 with SQLAlchemy 2.1); where a ``try`` goes on without what is read, the script lacks what hangs on it. A rehearsal on an
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
        if facts.environment is not None and not facts.environment.may_write_scripts:
            return
        if "get_bind" not in source and "get_context" not in source and not file.modules:
            return
        written = file.written
        # What upgrade() comes to is said first: a script of that is asked for more often.
        fetch = min(
            written.fetches, key=lambda one: (_goes_on(one, written), written.is_way_back(one.span)), default=None
        )
        if fetch is None or written.is_way_back(fetch.span):
            fetch = _of_session(file.upgrade_effects, file) or fetch or _of_session(file.downgrade_effects, file)
        if fetch is None or written.asks_offline or any(InspectorBranching().check_file(file, facts)):
            return
        ends = "leaves out what hangs on it" if _goes_on(fetch, written) else "fails"
        verb = "downgrade" if written.is_way_back(fetch.span) else "upgrade"
        who = f"{fetch.helper} reads" if fetch.helper else "reads"
        where = f" ({fetch.path}:{fetch.line})" if fetch.helper else ""
        yield self.finding(
            f"{who} from the database{where}: '{verb} --sql' has none and {ends}",
            "one statement that the database works out by itself, or: if context.is_offline_mode(): …",
            fetch.span,
            file.revision,
        )


def _goes_on(fetch: Fetch, written: Written) -> bool:
    """Whether a ``try`` goes on where this fails."""
    return any(region.holds(fetch.span) for region in written.swallows)


def _of_session(effects: Sequence[fx.Effect], file: RevisionFile) -> Fetch | None:
    """The first read of a function of another module by a session that it was handed."""
    aware = {path for text, _, path in file.modules.values() if knows_of_scripts(text)}
    for effect in effects:
        place = effect.written_at
        if not isinstance(effect, fx.Reads) or not effect.through_session or effect.conditional or place is None:
            continue
        if place.path not in aware:
            return Fetch(effect.span, file.call_at(effect.span), place.path, place.line)
    return None
