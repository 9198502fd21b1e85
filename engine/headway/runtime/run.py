"""A run: the steps of one migration context, one after another, as events that others listen to."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from types import ModuleType
from typing import Any

from headway.logs import logger
from headway.printable import one_line
from headway.revision.route import Step
from headway.runtime import runner
from headway.runtime.info import MigrationInfo
from headway.runtime.leftovers import leftovers
from headway.runtime.listener import RunListener
from headway.runtime.revision_modules import modules_of

log = logger("alembic.runtime.migration")  # users' ini files configure this name


class Run:
    """One call of ``run_migrations()`` on a MigrationContext."""

    def __init__(self, context: Any, listeners: Sequence[RunListener]) -> None:
        self.context = context
        self.account = context.witness.account
        self.listeners = listeners
        self._upgrades = True
        self._modules: dict[str, ModuleType] = {}
        """Kept while it runs: what a module registers may live no longer than the module."""
        context.transactions.on_failure = self._look_for_leftovers
        context.witness.before_commit = [lambda: self._tell("before_commit")]

    def all_steps(self, kw: Mapping[str, Any]) -> None:
        """Runs what the context's function chooses; ``kw`` goes to each upgrade() or downgrade().

        Every module is loaded before anything runs: one that cannot be leaves the database as it is.
        """
        context = self.context
        context.impl.start_migrations()
        self.account.open_section(context.database)
        heads = () if context.purge else context.get_current_heads()
        steps = list(context.choose_steps(heads))
        self.account.planned.extend(step.revision for step in steps)
        self.account.sections[-1].done = _done_by(steps)
        paths = [self._path_of(step) for step in steps]
        functions = self._functions_of(steps, paths)
        self._tell("planned", steps)
        if context.purge or not (heads or context.as_sql or context.options.dont_mutate):
            context.ensure_version_table(purge=context.purge)
        for number, (step, path, function) in enumerate(zip(steps, paths, functions, strict=True)):
            with context.transactions.begin(one_migration=True):
                if context.as_sql and not heads and number == 0:
                    context.versions.create(None)  # a script from base starts with it, in the first transaction
                self._one_step(step, path, function, kw)

    def _one_step(
        self, step: Step, path: str | None, function: Callable[..., Any] | None, kw: Mapping[str, Any]
    ) -> None:
        context = self.context
        if log.isEnabledFor(logging.INFO):
            shown = one_line(str(step).replace("\n", " "))
            # Not log.info(), which looks for its caller, for each of a thousand revisions.
            log.handle(log.makeRecord(log.name, logging.INFO, __file__, 0, "Running %s", (shown,), None, "_one_step"))
        if context.as_sql:
            context.impl.static_output(f"-- Running {one_line(step.short_log)}")
        self._tell("before_step")
        self._upgrades = step.is_upgrade
        self.account.start(step.revision, path)
        self._tell("revision_started", step, path)
        if function is not None:
            self._carry_out(step, function, kw)
        context.versions.apply(step)
        context.witness.finished(step.revision)
        self.account.stop()
        self._tell("revision_finished", step)
        context.transactions.after_step()
        self._call_back(step, kw)

    def _carry_out(self, step: Step, function: Callable[..., Any], kw: Mapping[str, Any]) -> None:
        try:
            function(**kw)
        except Exception as error:
            answers = [listener.raised(step, error) for listener in self.listeners]  # all of them hear of it
            if not any(answers):
                raise
            self.context.transactions.begin_again()

    def _call_back(self, step: Step, kw: Mapping[str, Any]) -> None:
        context = self.context
        if context.on_version_apply_callbacks and context.script is not None:
            info = MigrationInfo.of(context.script.revision_map, step)
            for callback in context.on_version_apply_callbacks:
                callback(ctx=context, step=info, heads=set(step.heads_after), run_args=dict(kw))

    def _look_for_leftovers(self) -> None:
        """After a failure: what an earlier run may have left of the revision that failed, if this one left nothing."""
        account, connection = self.account, self.context.connection
        path, revision = account.running_path, account.running
        if (
            path is None
            or account.left
            or any(entry.revision == revision for entry in (*account.standing, *account.uncertain))
        ):
            return
        if connection.closed or connection.invalidated:
            return
        with suppress(Exception):  # the failure itself is what must be told, whatever this one meets
            try:
                account.found, account.found_of = (
                    leftovers(
                        connection, path, upgrade=self._upgrades, rolls_back_ddl=self.context.impl.transactional_ddl
                    ),
                    revision,
                )
            finally:
                connection.rollback()

    def _functions_of(self, steps: list[Step], paths: list[str | None]) -> list[Callable[..., Any] | None]:
        """What each step calls; None for a stamp."""
        script = self.context.script
        if script is None:
            return [None] * len(steps)
        wanted = {path for path in paths if path is not None}
        self._modules = modules_of(script, wanted, script.take_sources())
        return [
            None if path is None else runner.migration_function(self._modules[path], path, upgrade=step.is_upgrade)
            for step, path in zip(steps, paths, strict=True)
        ]

    def _path_of(self, step: Step) -> str | None:
        script = self.context.script
        if step.is_stamp or script is None:
            return None
        path: str | None = script.history.ids[step.revision].path
        return path

    def _tell(self, event: str, *arguments: Any) -> None:
        for listener in self.listeners:
            getattr(listener, event)(*arguments)


def _done_by(steps: Sequence[Step]) -> str:
    """What has become of a revision whose step is through, as messages say it."""
    if steps and all(step.is_stamp for step in steps):
        return "Stamped" if any(step.is_upgrade for step in steps) else "Unstamped"
    return "Undone" if steps and not any(step.is_upgrade for step in steps) else "Applied"
