"""Rehearses a history on a scratch database: up, compared with the models, down and up again for what is new."""

from __future__ import annotations

import os
import sysconfig
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import MetaData

from headway.api.comparison import Comparison, compared
from headway.api.kept_replay import Found, Keeping, KeptReplays, NotAsKept, Replay, Restored
from headway.api.passing import passing
from headway.api.project import Project
from headway.api.start import start_of
from headway.catalog.digest import schema_digest
from headway.catalog.schema import Schema
from headway.compat.hook import serving_alembic
from headway.config.dialects import Version
from headway.dialects.inspection import inspect_schema, name_of
from headway.drift.restored import Trace, trace
from headway.effects.sql_kind import Kind
from headway.errors import ConfigError, HeadwayError
from headway.plan.recorded import shown_sql
from headway.process import environment, forgetting_modules
from headway.reading.migration import read_migration
from headway.revision.graph import RevisionGraph
from headway.revision.route import Step, downgrade_steps, stamp_route, upgrade_route, upgrade_step
from headway.runtime.connecting import Guard, guarded, trusted
from headway.runtime.context import MigrationContext
from headway.runtime.env_py import run_environment
from headway.runtime.inputs import Inputs, noting_inputs
from headway.runtime.options import RunOptions
from headway.runtime.sent_tables import noting_tables
from headway.runtime.witness import Crossing
from headway.scratch.dump import dump
from headway.scratch.port import Scratch
from headway.scratch.shown_urls import ShownUrls
from headway.scratch.stand_ins import StandIns, standing_in
from headway.scratch.start import FROM_MODELS, header
from headway.source_text import read_source


@dataclass
class Rehearsal:
    """One history on one scratch database; its methods are called in order."""

    project: Project
    scratch: Scratch
    stand_ins: StandIns
    urls: ShownUrls
    guard: Guard
    new: frozenset[str]
    guessed: bool = False
    """Whether nothing has told what is new, and ``new`` is what comes last."""
    log: bool = False
    """Whether each run of env.py is logged, as ``upgrade`` does it."""
    started: tuple[str, ...] = ()
    """The revisions that the database stood at before the first one ran."""
    before: dict[str, Schemas] = field(default_factory=dict)
    """The schemas as each new revision found them."""
    keeping: Keeping | None = None
    at: Callable[[str], None] = lambda far: None
    """Is told how far the replay is."""
    servers: dict[str, Version] = field(default_factory=dict)
    """The versions of the servers that env.py has connected to, by database."""
    _said: set[str] = field(default_factory=set)
    """What runs of env.py have told; it is run too often to hear the same each time."""
    _apart_in_order: list[str] = field(default_factory=list)
    """The revisions that ran one by one."""
    sent: dict[str, list[str]] = field(default_factory=dict)
    """What the upgrade of each new revision has sent and the database has carried out, without parameters."""

    def replay(self) -> tuple[int, int]:
        """Upgrades the database to every head, and returns how many revisions ran, and how many had been run before.

        Raises HeadwayError with the revision and line that failed, NotAsKept for a database that an earlier run has
        kept and that is another one.
        """
        graph = self.project.scripts.history
        start = start_of(self.project)
        self.started = start.revisions if start is not None else ()
        self._leave_out_what_is_there()
        order = [step.revision for step in upgrade_route(graph, self.started, "heads")]
        apart = self._apart
        done: frozenset[str] = frozenset()
        seen: Schemas = {}
        if self._restored is not None:
            self._require_as_kept(self._restored, seen)
            done = self._restored.revisions
        # What is released can run in one go; the new ones run one by one, with a look at the schema before each.
        old = [revision for revision in order if revision not in apart and revision not in done]
        progress = _Progress(len(order), len(done), self.at)
        self._replay_released(old, progress)
        if seen and not old and (new := [revision for revision in order if revision in apart]):
            self.before[new[0]] = seen  # nothing has run since
        for revision in order:
            if revision in apart:
                self._apart_in_order.append(revision)
                self.run(self._one_up(revision, progress), self._note if revision in self.new else None)
        return len(order) - len(done), len(done)

    def _leave_out_what_is_there(self) -> None:
        """Of the new revisions those that the database begins with never run here.

        Raises ConfigError where somebody's change brings one: its own start would keep it from being looked at.
        """
        there = self.new & self.project.scripts.history.ancestors(self.started, inclusive=True)
        if there and not self.guessed:
            path = self.project.policy.path
            raise ConfigError(
                f"scratch databases begin with revision {', '.join(sorted(there)[:3])}, which is new here, so that nothing "
                "would run it",
                path=None if path is None else self.project.shown(path),
                hint="Let scratch.start stand at a revision that is released.",
            )
        self.new -= there

    def _replay_released(self, old: list[str], progress: _Progress) -> None:
        graph = self.project.scripts.history

        def run() -> None:
            if self._restored is None:
                self.begin()
            if old:
                self.run(lambda heads, context: progress.told(_in_turn(graph, heads, old)))

        if self.keeping is None or (self._restored is not None and not old):
            run()
            return
        own = [self.scratch.folder] if self.scratch.folder is not None else []
        with noting_inputs(self.keeping.inputs, own), noting_tables() as sent:
            run()
        if self.keeping.kept is not None:
            self._keep(self.keeping.kept, old, self.keeping.inputs, sent)

    def _keep(self, kept: KeptReplays, old: list[str], inputs: Inputs, sent: list[MetaData]) -> None:
        models: list[MetaData] = []
        found = self._found(models)
        touches = any(one is model for one in sent for model in models)
        against = [] if self.stand_ins.is_single else ["the project has several databases"]
        against += ["user code holds a connection"] if self.stand_ins.in_use else []
        done = sorted(self._restored.revisions) if self._restored is not None else []
        kept.add(self.scratch, Replay([*done, *old], inputs, set(self.urls.variables), found, touches, against))
        self.guard.renew()

    @property
    def _restored(self) -> Restored | None:
        return None if self.keeping is None else self.keeping.restored

    def _require_as_kept(self, restored: Restored, seen: Schemas) -> None:
        try:
            found = self._found(seen=seen)
        except HeadwayError as error:  # one that is not the database's will come again
            raise NotAsKept from error
        if found != restored.found:
            raise NotAsKept

    def _found(self, models: list[MetaData] | None = None, seen: Schemas | None = None) -> Found:
        """The version rows and the schema, each time that env.py runs a history; what it gives as models is added to
        ``models``, the schemas to ``seen``."""
        found: list[tuple[tuple[str, ...], str]] = []

        def look(heads: tuple[str, ...], context: MigrationContext) -> Iterable[Step]:
            schema = inspect_schema(context.connection, leave_out=[context.version_table])
            found.append((tuple(heads), schema_digest(schema)))
            if seen is not None:
                seen.setdefault(name_of(context.connection), schema)
            given = context.opts.get("target_metadata")
            if models is not None:
                models.extend(given if isinstance(given, Sequence) else [] if given is None else [given])
            return ()

        self.run(look)
        return tuple(found)

    def begin(self) -> None:
        """Fills the database with what the history begins on, where the policy names it."""
        start = start_of(self.project)
        if start is None:
            return
        if start.fill is not None:
            start.fill(self.stand_ins.main)
        if start.revisions:
            graph = self.project.scripts.history
            self.started = start.revisions
            self.run(lambda heads, context: stamp_route(graph, heads, start.revisions))

    def compare(self) -> Comparison | None:
        """What differs between the models and the replayed schema, and what was not compared; None without models.

        Raises ConfigError where some databases have models, and others have none.
        """
        found: dict[str, Comparison] = {}
        without: list[str] = []

        def look(heads: tuple[str, ...], context: MigrationContext) -> Iterable[Step]:
            name = name_of(context.connection)
            if context.opts.get("target_metadata") is None:
                without.append(name)
                return ()
            found[name] = found.get(name, Comparison()).and_(compared(context))
            return ()

        self.run(look)
        if without and found:
            raise ConfigError(
                f"env.py gives no target_metadata for the database {without[0]}, and gives it for others",
                path=self.project.shown(self.project.directory.env_py_location),
                hint="Give context.configure() the target_metadata of each database, an empty MetaData() where it has none.",
            )
        if without:
            return None
        total = Comparison()
        for name, comparison in found.items():
            total = total.and_(comparison if len(found) < 2 else comparison.of(name))
        return total

    def schemas_at(self, heads: Sequence[tuple[str, ...]]) -> list[Schema]:
        """What the migrations make up to ``heads``, for each database in the order in which env.py configures them.

        Raises HeadwayError when a revision fails, or the history has not got one of ``heads``.
        """
        graph = self.project.scripts.history
        wanted = iter(heads)
        found: list[Schema] = []

        def up(now: tuple[str, ...], context: MigrationContext) -> Iterable[Step]:
            return upgrade_route(graph, now, next(wanted, "heads"))

        def look(now: tuple[str, ...], context: MigrationContext) -> Iterable[Step]:
            found.append(inspect_schema(context.connection, leave_out=[context.version_table]))
            return ()

        self.begin()
        self.run(up)
        self.run(look)
        return found

    def downgrade_and_return(self) -> tuple[list[Trace], list[str]]:
        """Undoes the new revisions, looks at what each left behind, and runs them again.

        Returns the traces, and the revisions that say they are irreversible. Raises HeadwayError when one fails.
        """
        graph = self.project.scripts.history
        traces: list[Trace] = []
        kept: list[str] = []
        others: set[str] = set()  # what is there although it was not, by the fault of a revision that went down before
        # The way back is the way there: of two that stand beside each other each then finds the other as it found it.
        found: Schemas = self._look()  # by the revision that went up after
        for revision in reversed(self._apart_in_order):
            # What it has made itself is its own, though another has left the same.
            made = trace(revision, self.before[revision], {}, found)
            found = self.before[revision]
            if is_irreversible(self.project, revision) or any(child in kept for child in graph.real_children(revision)):
                kept.append(revision)
                others.update(made.lines if made is not None else ())
                continue
            left = trace(revision, self.before[revision], *self._down(revision))
            foreign = others.difference(made.lines if made is not None else ())
            if left is not None and revision in self.new and (own := left.without(foreign)) is not None:
                traces.append(own)
            others.update(left.lines if left is not None else ())
        if not traces:
            self.run(lambda heads, context: upgrade_route(graph, heads, "heads"))
        return traces, kept

    def made_by_models(self) -> str | None:
        """The schema that the models make on the empty database, stamped with the heads, as a file for ``scratch.start``.

        None without models. Raises HeadwayError when they do not make one.
        """
        graph = self.project.scripts.history
        tables: list[str] = []

        def make(heads: tuple[str, ...], context: MigrationContext) -> Iterable[Step]:
            metadata = context.opts.get("target_metadata")
            for one in metadata if isinstance(metadata, Sequence) else [metadata]:
                if one is None or not getattr(one, "tables", None):
                    return ()
                one.create_all(context.connection)
            tables.append(context.version_table)
            return stamp_route(graph, heads, "heads")

        self.run(make)
        if not tables:
            return None
        with trusted():
            return header(tuple(graph.heads)) + FROM_MODELS + dump(self.stand_ins.main, leave_out=tuple(tables))

    # -- steps --------------------------------------------------------------------------------------------------

    @property
    def _apart(self) -> set[str]:
        """The new revisions, and whatever stands on one of them: it can run only after, and is undone before."""
        return self.project.scripts.history.descendants(self.new, inclusive=True)

    def _one_up(self, revision: str, progress: _Progress) -> Callable[..., Iterable[Step]]:
        graph = self.project.scripts.history
        schemas = self.before.setdefault(revision, {})

        def choose(heads: tuple[str, ...], context: MigrationContext) -> Iterable[Step]:
            _look_at(context, schemas)
            return progress.told(_in_turn(graph, heads, [revision]))

        return choose

    def _down(self, revision: str) -> tuple[Schemas, Schemas]:
        """The schemas before and after the downgrade."""
        graph = self.project.scripts.history
        upgraded: Schemas = {}

        def undo(heads: tuple[str, ...], context: MigrationContext) -> Iterable[Step]:
            _look_at(context, upgraded)
            return downgrade_steps(graph, heads, [revision])

        self.run(undo)
        return upgraded, self._look()

    def _look(self) -> Schemas:
        """The schemas as they are now."""
        found: Schemas = {}

        def look(heads: tuple[str, ...], context: MigrationContext) -> Iterable[Step]:
            _look_at(context, found)
            return ()

        self.run(look)
        return found

    def _say_once(self, notify: Callable[[str], None]) -> Callable[[str], None]:
        def say(line: str) -> None:
            if line not in self._said:
                self._said.add(line)
                notify(line)

        return say

    def _note(self, done: Crossing) -> None:
        if done.revision is not None and done.kind in _SHOWN:
            self.sent.setdefault(done.revision, []).append(shown_sql(done.sql))

    def run(self, choose: Callable[..., Iterable[Step]], hear: Callable[[Crossing], None] | None = None) -> None:
        """Runs env.py on the scratch databases, and the steps that ``choose`` returns for each.

        ``hear`` is told of each statement that was carried out.
        """
        config = self.project.fresh_config()
        self.urls.put_into(config)
        accepts = self.stand_ins.accepts
        options = RunOptions(lock=False, url=self.urls.main, log=self.log, accepts=accepts, scratch=True)
        options.notify = self._say_once(options.notify)
        options.witness.after += [hear] if hear is not None else []

        def noted(heads: tuple[str, ...], context: MigrationContext) -> Iterable[Step]:
            dialect = context.dialect
            mariadb = dialect.name == "mysql" and getattr(dialect, "is_mariadb", False)
            version = tuple(part for part in dialect.server_version_info or () if isinstance(part, int))
            self.servers["mariadb" if mariadb else dialect.name] = version
            return choose(heads, context)

        try:
            with serving_alembic(), passing(config, self.project.policy.passed_connection, self.stand_ins.main):
                run_environment(config, self.project.scripts, noted, options, app=self.project.policy.app)
        except Exception as error:
            # Where a connection was refused, that is what is wrong, whatever user code made of it.
            refusal = self.guard.refusal()
            if refusal is None or refusal is error:
                raise
            raise refusal from error
        self.guard.check()


@contextmanager
def rehearsing(
    project: Project,
    scratch: Scratch,
    new: frozenset[str],
    *,
    guessed: bool = False,
    log: bool = False,
    keeping: Keeping | None = None,
    at: Callable[[str], None] = lambda far: None,
) -> Iterator[Rehearsal]:
    """A rehearsal on ``scratch``: while the block runs, nothing that the project executes reaches another database.

    Raises ConnectionRefused at the end when something was refused that no stage has told of.
    """
    with ExitStack() as stack:
        stand_ins = stack.enter_context(standing_in(scratch))
        source = _text_of(project.directory.env_py_location)
        urls = ShownUrls(project.fresh_config(), stand_ins, project.policy.url_variables, source)
        # A module of the project that is kept has engines and settings of this scratch database, not of the next one.
        stack.enter_context(forgetting_modules(partial(_is_of_project, project.root)))
        stack.enter_context(environment(urls.variables))
        guard = stack.enter_context(guarded(stand_ins))
        yield Rehearsal(project, scratch, stand_ins, urls, guard, new, guessed, log, keeping=keeping, at=at)


def is_irreversible(project: Project, revision: str) -> bool:
    """Whether a revision says of itself that there is no way back."""
    path = project.scripts.history.ids[revision].path
    if path is None or not os.path.isfile(path):
        return False
    constants = read_migration(path, read_source(path)).constants
    return isinstance(constants.get("irreversible"), str)


_SHOWN = (Kind.DDL, Kind.DATA, Kind.UNKNOWN)
"""Kinds of statements that a reviewer wants to see."""

Schemas = dict[str, Schema]
"""The schema of each database that env.py migrates, by its name."""


def _look_at(context: MigrationContext, schemas: Schemas) -> None:
    # An env.py may run the history several times in one database; the first look at it is the one from before.
    name = name_of(context.connection)
    if name not in schemas:
        schemas[name] = inspect_schema(context.connection, leave_out=[context.version_table])


def _is_of_project(root: str, name: str, module: Any) -> bool:
    """Whether a module's source lies in the project, and not among the packages that are installed there."""
    if name.partition(".")[0] in ("headway", "headway_cli"):
        return False
    places = [getattr(module, "__file__", None), *(getattr(module, "__path__", None) or ())]
    inside = os.path.join(os.path.realpath(root), "")
    library = os.path.join(os.path.realpath(sysconfig.get_path("stdlib")), "")
    for place in map(os.path.realpath, filter(None, places)):
        if place.startswith(inside) and not place.startswith(library) and f"-packages{os.sep}" not in place:
            return True
    return False


def _text_of(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:  # whoever executes it says so
        return ""


def _in_turn(graph: RevisionGraph, heads: Sequence[str], revisions: Iterable[str]) -> Iterator[Step]:
    """The upgrades of these revisions, one after another, on a database that holds ``heads``."""
    rows = tuple(heads)
    for revision in revisions:
        step = upgrade_step(graph, revision, rows)
        rows = step.heads_after
        yield step


@dataclass
class _Progress:
    """Where a replay is; an env.py of several databases runs each revision several times."""

    total: int
    done: int
    at: Callable[[str], None]

    def told(self, steps: Iterable[Step]) -> Iterator[Step]:
        for step in steps:
            self.at(f"{min(self.done + 1, self.total)}/{self.total} {step.revision}")
            yield step
            self.done += 1
