"""What became of each statement that was sent: read, reported or silent. Reads the sources; executes nothing of them."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from census.matching import NO_CHANGE, invented, is_named, tells, without_rebuilds
from census.shapes import Shapes
from headway.effects import model as fx
from headway.effects.sql_kind import Kind
from headway.reading.migration import Migration, read_migration
from headway.reading.modules import ProjectModules, package_roots
from headway.reading.sql.read import read_sql
from headway.source_text import read_source

READ, REPORTED, SILENT = "read", "reported", "silent"
_KIN = {"mysql": frozenset({"mysql", "mariadb"})}
"""A URL that says mysql leads to the MariaDB of this machine."""


@dataclass(frozen=True)
class Verdict:
    """One change that was sent."""

    path: str
    line: int
    direction: str
    shape: str
    in_library: bool
    what: str
    verdict: str
    by_kind: bool = False
    """Whether it is read as a change of this kind whose name only running the file tells."""


@dataclass
class Census:
    """One history on one database."""

    project: str
    database: str
    revisions: int = 0
    failed: list[str] = field(default_factory=list)
    """Revisions that did not come to their end: what they would have sent after that is not known."""
    raw: list[str] = field(default_factory=list)
    """Revisions that took a cursor of the driver's, whose statements nobody sees."""
    refused: int = 0
    """Statements that the database refused: they changed nothing."""
    verdicts: list[Verdict] = field(default_factory=list)
    invented: list[str] = field(default_factory=list)
    no_downgrade: str | None = None
    """Why the downgrades were not run."""
    broken: str | None = None
    """Why the history could not be run at all."""

    def count(self, verdict: str, *, libraries: bool = True) -> int:
        """How many changes got this verdict."""
        return sum(v.verdict == verdict and (libraries or not v.in_library) for v in self.verdicts)

    def by_shape(self) -> Counter[tuple[str, str]]:
        """Changes by shape and verdict."""
        return Counter((v.shape, v.verdict) for v in self.verdicts)


class Reader:
    """Reads each revision of a history once."""

    def __init__(self, own: Sequence[str], places: Sequence[str], databases: Iterable[str], home: str) -> None:
        self.library = ProjectModules(own, places, home)
        self.databases = frozenset(name for database in databases for name in _KIN.get(database, {database}))
        self.home = home
        self._read: dict[str, Migration] = {}

    def migration(self, path: str) -> Migration:
        """What the file says."""
        if path not in self._read:
            shown = os.path.relpath(path, self.home)
            package = package_roots(os.path.dirname(path))[1]
            text = read_source(path)
            self._read[path] = read_migration(
                shown, text, databases=self.databases, library=self.library, package=package
            )
        return self._read[path]


def judge(project: str, database: str, recorded: dict[str, Any], reader: Reader) -> Census:
    """Compares what was sent with what was read."""
    census = Census(project, database, revisions=recorded["revisions"], no_downgrade=recorded["no_downgrade"])
    by_run: dict[int, list[dict[str, Any]]] = {}
    for sent in recorded["sent"]:
        if not sent["answered"]:
            census.refused += 1
            continue
        by_run.setdefault(sent["run"], []).append(sent)
    for number, run in enumerate(recorded["runs"]):
        _judge_run(census, run, by_run.get(number, []), reader)
    return census


def _judge_run(census: Census, run: dict[str, Any], sent: list[dict[str, Any]], reader: Reader) -> None:
    path = run["path"]
    shown = os.path.relpath(path, reader.home)
    if run["error"] is not None:
        census.failed.append(f"{shown} {run['direction']}: {run['error']}")
    if run["raw"]:
        census.raw.append(f"{shown} {run['direction']}")
    migration = reader.migration(path)
    body = migration.upgrade if run["direction"] == "upgrade" else migration.downgrade
    names = _KIN.get(census.database, frozenset({census.database}))
    read = [effect for effect in (body.effects if body else ()) if fx.can_run_on(effect, names)]
    reports = any(_is_report(effect) for effect in read)
    shapes = Shapes("\n".join(migration.lines))
    changes = list(_changes(sent, census.database))
    for effect, statement in changes:
        if any(tells(other, effect) for other in read):
            verdict = READ
        else:
            verdict = REPORTED if reports else SILENT
        shape = shapes.at(statement["line"], helper=statement["helper"])
        by_kind = verdict == READ and not any(tells(other, effect) and is_named(other) for other in read)
        place = (shown, statement["line"], run["direction"], shape, statement["library"])
        census.verdicts.append(Verdict(*place, _words(effect), verdict, by_kind))
    if run["error"] is None and not run["raw"]:
        told = [effect for effect, _ in changes]
        census.invented += [
            f"{shown}:{effect.span.line} {run['direction']} {_words(effect)}" for effect in invented(read, told)
        ]


def _is_report(effect: fx.Effect) -> bool:
    return isinstance(effect, fx.NotAnalysed) or (isinstance(effect, fx.RunsSql) and not effect.understood)


def _changes(sent: list[dict[str, Any]], database: str) -> list[tuple[fx.Effect, dict[str, Any]]]:
    """The statements as effects, each with the statement it comes from; the line of its span is its number."""
    reads_as = frozenset({"mariadb"}) if database == "mysql" else frozenset({database})
    effects: list[fx.Effect] = []
    for number, statement in enumerate(sent):
        found = read_sql(fx.SqlSource(statement["sql"], fx.Span("sent", number)), reads_as)
        kept = [effect for effect in found if not isinstance(effect, NO_CHANGE)]
        if not kept and not _is_plan(statement["sql"]) and statement["kind"] in (Kind.DDL, Kind.DATA):
            kept = [fx.RunsSql(span=fx.Span("sent", number), text=statement["sql"])]
        effects += kept
    return [(effect, sent[effect.span.line]) for effect in without_rebuilds(effects)]


def _is_plan(sql: str) -> bool:
    """Whether a statement only asks how another would be carried out; where that runs as well, the reading says so."""
    return sql.split()[:1] == ["EXPLAIN"]


def _words(effect: fx.Effect) -> str:
    parts = [type(effect).__name__]
    for name in ("verb", "action", "table", "name", "column", "text"):
        value = getattr(effect, name, None)
        value = value.name if isinstance(value, fx.Column) else value
        if value is not None and value != "":
            parts.append(" ".join(fx.shown(value).split())[:100])
    return " ".join(parts)
