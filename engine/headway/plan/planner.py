"""Makes a plan from a database's real revision: the route, and each revision's SQL as its dialect writes it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from headway.logs import muted
from headway.operations.base import Operations
from headway.plan.model import Plan, PlanStep
from headway.redact import redact
from headway.revision.resolve import Symbol
from headway.revision.route import Step, upgrade_route
from headway.runtime import runner
from headway.runtime.context import MigrationContext
from headway.script.directory import RevisionDirectory


def make_plan(
    script: RevisionDirectory,
    context: MigrationContext,
    heads: Sequence[str],
    target: Symbol,
    shown: Callable[[str], str],
) -> tuple[Plan, tuple[Step, ...]]:
    """The plan that brings the database of ``context``, which is on ``heads``, to ``target``, and its steps.

    ``shown`` turns a file's path into the one that reports show. Raises RevisionError when there is no way.
    """
    steps = upgrade_route(script.history, heads, target)
    after = steps[-1].heads_after if steps else tuple(heads)
    plan = Plan(
        dialect=context.dialect.name,
        version_table=context.versions.label,
        current=tuple(sorted(heads)),
        target=tuple(sorted(after)),
        steps=tuple(_step(script, context, step, shown) for step in steps),
    )
    return plan, steps


def _step(script: RevisionDirectory, context: MigrationContext, step: Step, shown: Callable[[str], str]) -> PlanStep:
    revision = script.history.ids[step.revision]
    path = revision.path or ""
    with open(path, "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    statements, why = _statements(context, step, path)
    return PlanStep(
        revision=step.revision,
        direction="upgrade" if step.is_upgrade else "downgrade",
        file=shown(path),
        line=revision.line_of("revision"),
        script_digest=digest,
        statements=statements,
        why=why,
    )


def _statements(context: MigrationContext, step: Step, path: str) -> tuple[tuple[str, ...] | None, str | None]:
    """The SQL of one revision, written without a database; None and a reason when it asks the database something."""
    written = _Statements()
    options = {**context.opts, "as_sql": True, "output_buffer": written, "literal_binds": True, "fn": None}
    try:
        with muted():
            offline = MigrationContext.configure(dialect=type(context.dialect)(), opts=options)
            with Operations.context(offline):
                runner.migration_function(path, upgrade=step.is_upgrade)()
        offline.versions.apply(step)
    except Exception as error:  # noqa: BLE001  # user code that expects answers fails in its own way without a database
        text = " ".join(str(error).split())
        return None, f"the revision needs a database to tell its SQL ({type(error).__name__}: {redact(text)[:120]})"
    return tuple(written.statements), None


class _Statements:
    """Takes what offline mode prints, one statement at a time."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def write(self, text: str) -> None:
        if statement := text.strip():
            self.statements.append(statement)

    def flush(self) -> None:
        return None
