"""One scenario at one size, ready to run: its project, its database, and whether both tools agree about them."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import models
from databases import Database, NoDatabase, Postgresql, Sqlite
from floor import NOWHERE
from measure import Machine, Run
from peers import Peer
from projects import Project, make_project
from scenarios import On, Scenario, State


class Disagreement(Exception):
    """The tools do different things, so that comparing their times would mean nothing."""


FLOOR = Path(__file__).with_name("floor.py")

_ASIDES = ("[alembic.runtime.plugins]", "Detected sequence named")
"""What a log says of how a comparison goes about it, which each tool does in its own way."""


@dataclass(frozen=True)
class Case:
    """A scenario with everything it needs."""

    scenario: Scenario
    size: int
    project: Project
    database: Database
    machine: Machine

    def program(self, peer: Peer) -> Callable[[], Run]:
        """A function that runs the scenario once with a tool. It raises ProgramFailed."""

        def run() -> Run:
            if self.scenario.state is State.EMPTY:
                self.database.empty()
            return self._run(peer).require_success(f"{peer.name} {' '.join(self.scenario.arguments)}")

        return run

    def floor(self, peer: Peer) -> Callable[[], Run] | None:
        """A function that does once what no tool can leave out, in a tool's environment; None where nobody knows."""
        if self.scenario.arguments[0] != "upgrade":
            return None
        script = self.project.place / "script.sql"
        printed = self.machine.run([peer.program, "upgrade", "head", "--sql"], self.project.place)
        script.write_text(printed.require_success("upgrade --sql").stdout, encoding="utf-8")
        command: list[str | Path] = [peer.python, FLOOR, self.database.url, script, self.project.versions]

        def run() -> Run:
            self.database.empty()
            return self.machine.run(command, self.project.place).require_success("the floor")

        return run

    def require_agreement(self, peers: Iterable[Peer]) -> None:
        """Runs each tool once. Raises Disagreement unless they print the same and leave the same behind."""
        one, other = (self._outcome(peer) for peer in peers)
        if one != other:
            lines = difflib.unified_diff(one.splitlines(), other.splitlines(), "one", "other", n=1, lineterm="")
            raise Disagreement("\n".join([*lines][:40]))
        if self.scenario.state is State.MODELS:
            self._require_alarm(peers)
        if caches := self.project.caches():
            raise Disagreement(f"there is a bytecode cache in {caches[0]}")

    def _outcome(self, peer: Peer) -> str:
        run = self.program(peer)()
        log = [line for line in run.stderr.splitlines() if not any(aside in line for aside in _ASIDES)]
        return "\n".join([run.stdout, *log, self.database.snapshot()])

    def _require_alarm(self, peers: Iterable[Peer]) -> None:
        """A check that finds nothing is only worth its time if it finds what is there."""
        self.database.execute("ALTER TABLE table_0 ADD COLUMN surplus INTEGER")
        for peer in peers:
            run = self._run(peer)
            if run.code == 0 or "surplus" not in run.stdout + run.stderr:
                raise Disagreement(f"{peer.name} does not see a column that the models lack")
        self.database.execute("ALTER TABLE table_0 DROP COLUMN surplus")

    def _run(self, peer: Peer) -> Run:
        return self.machine.run([peer.program, *self.scenario.arguments], self.project.place)


def prepare(
    scenario: Scenario, size: int, place: Path, machine: Machine, alembic: Peer, postgresql: Callable[[], str]
) -> Case:
    """A case below the new directory ``place``; ``postgresql`` starts a server when it is needed."""
    of_models = scenario.state is State.MODELS
    project = make_project(place / "project", scenario.history(1 if of_models else size), alembic)
    database = _database(scenario.on, place, postgresql)
    project.point_at(database.url)
    if of_models:
        project.add_models(models.source(size))
    if scenario.state is not State.EMPTY:
        database.empty()
        if of_models:
            _in_project(project, machine, [alembic.python, "-c", _CREATE_ALL, database.url])
        _in_project(project, machine, [alembic.program, "stamp", "head"])
    return Case(scenario, size, project, database, machine)


_CREATE_ALL = (
    "import sys; sys.path.insert(0, '.'); import models, sqlalchemy;"
    "models.metadata.create_all(sqlalchemy.create_engine(sys.argv[1]))"
)


def _in_project(project: Project, machine: Machine, command: list[str | Path]) -> None:
    machine.run(command, project.place).require_success(str(command[0]))


def _database(on: On, place: Path, postgresql: Callable[[], str]) -> Database:
    match on:
        case On.SQLITE:
            return Sqlite(place / "bench.db")
        case On.POSTGRESQL:
            return Postgresql(postgresql())
        case On.DIALECT:
            return NoDatabase(f"postgresql+psycopg://nobody@localhost/{NOWHERE}")
        case On.NOTHING:
            return NoDatabase("sqlite://")
