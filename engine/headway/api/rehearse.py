"""Rehearses a history on a scratch database: up, compared with the models, down and up again for what is new."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from headway.api.project import Project
from headway.autogenerate.api import produce_migrations, render_operation
from headway.autogenerate.context import AutogenContext
from headway.compat.hook import serving_alembic
from headway.errors import ConfigError
from headway.operations.columns import DropColumnOp
from headway.operations.constraint_base import DropConstraintOp
from headway.operations.containers import ModifyTableOps
from headway.operations.indexes import DropIndexOp
from headway.operations.tables import DropTableCommentOp, DropTableOp
from headway.report.model import DriftItem
from headway.revision.route import Step, downgrade_steps, upgrade_route
from headway.runtime.context import MigrationContext
from headway.runtime.env_py import run_environment
from headway.runtime.options import RunOptions
from headway.scratch import snapshot
from headway.scratch.port import Scratch
from headway.scratch.snapshot import Snapshot
from headway.script.calls import read_migration


@dataclass(frozen=True, slots=True)
class Trace:
    """What a downgrade left behind, or took too much."""

    revision: str
    lines: tuple[str, ...]


@dataclass
class Rehearsal:
    """One history on one scratch database; its methods are called in order."""

    project: Project
    scratch: Scratch
    new: frozenset[str]
    log: bool = False
    """Whether each run of env.py is logged, as ``upgrade`` does it."""
    before: dict[str, Snapshot] = field(default_factory=dict)
    """The schema as each new revision found it."""

    def replay(self) -> int:
        """Upgrades the empty database to every head, and returns how many revisions ran.

        Raises HeadwayError with the revision and line that failed.
        """
        graph = self.project.directory.history
        order = [step.revision for step in upgrade_route(graph, (), "heads")]
        old = [revision for revision in order if revision not in self.new]
        # What is released can run in one go; the new ones run one by one, with a look at the schema before each.
        if old:
            self._run(lambda heads, context: _limited(upgrade_route(graph, heads, "heads"), set(old)))
        for revision in order:
            if revision in self.new:
                self._run(self._one_up(revision))
        return len(order)

    def compare(self) -> list[DriftItem]:
        """What the models ask for that the replayed schema lacks. Raises ConfigError without models."""
        found: list[DriftItem] = []

        def look(heads: tuple[str, ...], context: MigrationContext) -> Iterable[Step]:
            if context.opts.get("target_metadata") is None:
                raise ConfigError(
                    "env.py gives no target_metadata, so that models and migrations cannot be compared",
                    path=self.project.shown(self.project.directory.env_py_location),
                    hint="Give context.configure() target_metadata=Base.metadata.",
                )
            found.extend(_drift(context))
            return ()

        self._run(look)
        return found

    def downgrade_and_return(self) -> tuple[list[Trace], list[str]]:
        """Undoes the new revisions, looks at what each left behind, and runs them again.

        Returns the traces, and the revisions that say they are irreversible. Raises HeadwayError when one fails.
        """
        graph = self.project.directory.history
        order = graph.sort(self.new, graph.real_heads)
        traces: list[Trace] = []
        kept: list[str] = []
        for revision in order:
            if _is_irreversible(self.project, revision) or any(
                child in kept for child in graph.real_children(revision)
            ):
                kept.append(revision)
                continue
            upgraded, after = self._down(revision)
            state = upgraded if self.scratch.url.startswith(("mysql", "mariadb")) else frozenset()
            if lines := snapshot.difference(self.before[revision], after, made_by_server=state):
                traces.append(Trace(revision, tuple(lines)))
        if not traces:
            self._run(lambda heads, context: upgrade_route(graph, heads, "heads"))
        return traces, kept

    # -- steps --------------------------------------------------------------------------------------------------

    def _one_up(self, revision: str) -> Callable[..., Iterable[Step]]:
        graph = self.project.directory.history

        def choose(heads: tuple[str, ...], context: MigrationContext) -> Iterable[Step]:
            self.before[revision] = _schema(context)
            return [step for step in upgrade_route(graph, heads, revision) if step.revision == revision]

        return choose

    def _down(self, revision: str) -> tuple[Snapshot, Snapshot]:
        """The schema before and after the downgrade."""
        graph = self.project.directory.history
        seen: list[Snapshot] = []

        def undo(heads: tuple[str, ...], context: MigrationContext) -> Iterable[Step]:
            seen.append(_schema(context))
            return downgrade_steps(graph, heads, [revision])

        def look(heads: tuple[str, ...], context: MigrationContext) -> Iterable[Step]:
            seen.append(_schema(context))
            return ()

        self._run(undo)
        self._run(look)
        return seen[0], seen[1]

    def _run(self, choose: Callable[..., Iterable[Step]]) -> None:
        options = RunOptions(lock=False, url=self.scratch.url, log=self.log)
        with serving_alembic():
            run_environment(self.project.fresh_config(), self.project.directory, choose, options)


def _limited(steps: Iterable[Step], wanted: set[str]) -> Iterable[Step]:
    return [step for step in steps if step.revision in wanted]


def _schema(context: MigrationContext) -> Snapshot:
    return snapshot.take(context.connection, leave_out=[context.version_table])


def _drift(context: MigrationContext) -> Iterable[DriftItem]:
    script = produce_migrations(context, context.opts["target_metadata"])
    autogen = AutogenContext(context, metadata=context.opts["target_metadata"])
    for op in script.upgrade_ops.ops if script.upgrade_ops else ():
        for inner in op.ops if isinstance(op, ModifyTableOps) else (op,):
            text = render_operation(autogen, inner)
            verdict = "not-modelled" if isinstance(inner, _DROPS) else "not-migrated"
            yield DriftItem(verdict, _object(inner), _detail(inner), " ".join(text.split()))


_DROPS = (DropTableOp, DropColumnOp, DropIndexOp, DropConstraintOp, DropTableCommentOp)
"""What the migrations make and the models do not have."""


def _object(op: Any) -> str:
    schema = f"{op.schema}." if getattr(op, "schema", None) else ""
    table = getattr(op, "table_name", None) or getattr(op, "source_table", "")
    column = getattr(op, "column_name", None) or getattr(getattr(op, "column", None), "name", None)
    return f"column {schema}{table}.{column}" if column else f"table {schema}{table}"


def _detail(op: Any) -> str:
    return {
        "CreateTableOp": "the models have it, no migration creates it",
        "DropTableOp": "a migration creates it, the models lack it",
        "AddColumnOp": "the models have it, no migration adds it",
        "DropColumnOp": "a migration adds it, the models lack it",
        "AlterColumnOp": "it differs between models and migrations",
        "CreateIndexOp": "the models have an index that no migration creates",
        "DropIndexOp": "a migration creates an index that the models lack",
        "DropConstraintOp": "a migration creates a constraint that the models lack",
    }.get(type(op).__name__, "the models ask for it, no migration makes it")


def _is_irreversible(project: Project, revision: str) -> bool:
    path = project.directory.history.ids[revision].path
    if path is None or not os.path.isfile(path):
        return False
    with open(path, encoding="utf-8") as file:
        constants = read_migration(path, file.read()).constants
    return isinstance(constants.get("irreversible"), str)
