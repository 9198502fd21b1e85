"""A report out of its JSON document, which may come from a stranger: what is not exactly one is refused.

Plans are not read back: who may see a database's plan has run it himself.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NoReturn, TypeVar

from headway.config.dialects import Databases, Version
from headway.drift.verdict import DriftItem, NotCompared, Verdict
from headway.effects.lock import Held, Lock
from headway.errors import UsageError
from headway.lint.change import ROWS, WAITS, Change, Operation, Sent, TakenLock
from headway.lint.finding import Finding, Severity
from headway.pattern import pattern
from headway.report.model import SCHEMA, Configuration, Examined, Report, Stage, Status
from headway.report.payload import payload

BYTES = 8 * 1024 * 1024
MOST = 10_000
"""How many findings, stages or differences one report may have."""

_T = TypeVar("_T")

_COMMANDS = ("ci", "lint", "drift")
_CODE = pattern(r"[A-Z]{3}[0-9]{3}")
_KEYS = "schema result exit_code tool command error stages heads examined findings drift not_compared plan applied failed payload"
_LINT = "schema against new threshold databases counts changes"
_KEYS_OF_PAYLOAD = {
    "ci": f"{_LINT} sent differences not_run",
    "lint": _LINT,
    "drift": "schema differences operations not_run",
}
_KEYS_OF_FINDING = "code name severity message help file line end_line revision fix suppressed reason"


def read_report(data: bytes, name: str, configuration: Configuration) -> Report:
    """The report in ``data``. ``name`` is what messages call it. Raises UsageError for anything else."""
    reader = _Reader(name)
    if len(data) > BYTES:
        reader.wrong(f"it has {len(data)} bytes, and {BYTES} are read at most")
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        reader.wrong("it is no JSON")
    return reader.report(document, configuration)


class _Reader:
    def __init__(self, name: str) -> None:
        self._name = name

    def wrong(self, why: str) -> NoReturn:
        raise UsageError(
            f"{self._name} is no report of headway: {why}", hint="Let headway write it: --report json=FILE."
        )

    def report(self, document: Any, configuration: Configuration) -> Report:
        if isinstance(document, dict):
            document.setdefault("payload", None)  # an older headway has written none
        self._keys(document, "the report", _KEYS)
        if document["schema"] != SCHEMA:
            self.wrong(f"its schema is not {SCHEMA}")
        if document["command"] not in _COMMANDS or document["plan"] is not None or document["applied"]:
            self.wrong("it is of a command whose result nobody else publishes")
        examined = self._keys(document["examined"], "examined", "revisions new not_analysed not_analysed_places")
        self._keys(document["tool"], "tool", "name version")
        told = document["payload"]
        report = self._with_payload(self._report(document, examined, configuration), told)
        if told is not None and payload(report) != told:
            self.wrong("its payload and the rest of it differ")
        failed = any(stage.status in (Status.FAIL, Status.ERROR) for stage in report.stages)
        failed = failed or any(one.severity.at_least(report.threshold) for one in report.open_findings)
        if document["result"] != report.result or (failed and not report.exit_code):
            self.wrong("its result is not what the rest of it says")
        if examined["not_analysed"] != len(report.examined.not_analysed):
            self.wrong("it counts other places that were not analysed than it names")
        return report

    def _report(self, document: dict[str, Any], examined: dict[str, Any], configuration: Configuration) -> Report:
        return Report(
            command=document["command"],
            version=self._text(document["tool"]["version"], "tool.version"),
            exit_code=self._number(document["exit_code"], "exit_code", 255),
            stages=self._each(document["stages"], "stages", self._stage),
            heads=self._each(document["heads"], "heads", lambda one: self._text(one, "heads")),
            examined=Examined(
                self._number(examined["revisions"], "examined.revisions"),
                self._number(examined["new"], "examined.new"),
                self._each(
                    examined["not_analysed_places"], "not_analysed", lambda one: self._text(one, "not_analysed")
                ),
            ),
            findings=self._each(document["findings"], "findings", self._finding),
            drift=self._each(document["drift"], "drift", self._drift),
            not_compared=self._each(document["not_compared"], "not_compared", self._not_compared),
            failed=self._maybe(document["failed"], "failed"),
            error=self._maybe(document["error"], "error"),
            configuration=configuration,
        )

    def _with_payload(self, report: Report, value: Any) -> Report:
        """The report with what its command alone has to say. Counts are not taken from there: see :meth:`report`."""
        if value is None:
            return report
        told = self._keys(value, "the payload", _KEYS_OF_PAYLOAD[report.command])
        if report.command == "drift":
            return report
        if told["threshold"] not in ("error", "warning", "info"):
            self.wrong("its threshold is none")
        return replace(
            report,
            against=self._text(told["against"], "against"),
            new=frozenset(self._each(told["new"], "new", lambda one: self._text(one, "new"))),
            threshold=Severity(told["threshold"]),
            databases=self._databases(told["databases"]),
            changes=self._each(told["changes"], "changes", self._change),
            sent=self._each(told.get("sent", []), "sent", self._sent),
        )

    def _databases(self, value: Any) -> Databases:
        told = self._keys(value, "databases", "known told_by")
        known = dict(self._each(told["known"], "databases.known", self._database))
        versions = {name: version for name, version in known.items() if version}
        return Databases(frozenset(known), versions, self._maybe(told["told_by"], "databases.told_by") or "")

    def _database(self, one: Any) -> tuple[str, Version]:
        self._keys(one, "a database", "name version")
        version = self._maybe(one["version"], "a database's version")
        if version is not None and not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9}){0,5}", version):
            self.wrong("a database's version is none")
        return self._text(one["name"], "a database's name"), tuple(map(int, version.split("."))) if version else ()

    def _change(self, one: Any) -> Change:
        self._keys(one, "a change", "revision file operations")
        return Change(
            self._text(one["revision"], "a change's revision"),
            self._text(one["file"], "a change's file"),
            self._each(one["operations"], "operations", self._operation),
        )

    def _operation(self, one: Any) -> Operation:
        self._keys(one, "an operation", "line source unread locks")
        if not isinstance(one["unread"], bool):
            self.wrong("an operation is neither read nor unread")
        return Operation(
            self._number(one["line"], "an operation's line"),
            self._text(one["source"], "an operation's source"),
            self._each(one["locks"], "locks", self._lock),
            one["unread"],
        )

    def _lock(self, one: Any) -> TakenLock:
        self._keys(one, "a lock", "database table level waits held manual")
        if one["waits"] not in (*WAITS, ROWS) or one["held"] not in set(Held):
            self.wrong("a lock keeps somebody waiting that there is not, or as long as there is not")
        reads, writes = WAITS.get(one["waits"], (False, False))
        level, manual, database, table = (
            self._text(one[name], f"a lock's {name}") for name in ("level", "manual", "database", "table")
        )
        lock = Lock(level, reads, writes, Held(one["held"]), manual)
        return TakenLock(database, table, lock, one["waits"] == ROWS)

    def _sent(self, one: Any) -> Sent:
        self._keys(one, "what was sent", "revision stage statements")
        statements = self._each(one["statements"], "statements", lambda sql: self._text(sql, "a statement"))
        return Sent(self._text(one["revision"], "a revision"), statements, self._text(one["stage"], "a stage"))

    def _stage(self, one: Any) -> Stage:
        self._keys(one, "a stage", "name status seconds summary why file line")
        if one["status"] not in {status.value for status in Status}:
            self.wrong("a stage has a status that there is not")
        seconds = one["seconds"]
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not math.isfinite(seconds):
            self.wrong("a stage's seconds are no number")
        return Stage(
            self._text(one["name"], "a stage's name"),
            Status(one["status"]),
            float(seconds),
            self._text(one["summary"], "a stage's summary"),
            self._maybe(one["why"], "a stage's why"),
            0,
            self._maybe(one["file"], "a stage's file"),
            self._line(one["line"]),
        )

    def _finding(self, one: Any) -> Finding:
        self._keys(one, "a finding", _KEYS_OF_FINDING)
        if not isinstance(one["code"], str) or not _CODE.fullmatch(one["code"]):
            self.wrong("a finding has a code that is none")
        if one["severity"] not in ("error", "warning", "info") or not isinstance(one["suppressed"], bool):
            self.wrong(f"the finding {one['code']} has a severity, or an acceptance, that is none")
        return Finding(
            code=one["code"],
            name=self._text(one["name"], "a finding's name"),
            severity=Severity(one["severity"]),
            message=self._text(one["message"], "a finding's message"),
            help=self._text(one["help"], "a finding's help"),
            file=self._maybe(one["file"], "a finding's file"),
            line=self._line(one["line"]),
            end_line=self._line(one["end_line"]),
            revision=self._maybe(one["revision"], "a finding's revision"),
            fix=self._maybe(one["fix"], "a finding's fix"),
            suppressed=one["suppressed"],
            reason=self._maybe(one["reason"], "a finding's reason"),
        )

    def _drift(self, one: Any) -> DriftItem:
        self._keys(one, "a difference", "verdict object detail operation key accepted")
        if one["verdict"] not in {verdict.value for verdict in Verdict}:
            self.wrong("a difference has a verdict that there is not")
        object_, detail, operation, key = (
            self._text(one[name], f"a difference's {name}") for name in ("object", "detail", "operation", "key")
        )
        accepted = self._maybe(one["accepted"], "a difference's acceptance")
        return DriftItem(Verdict(one["verdict"]), object_, detail, operation, key, accepted)

    def _not_compared(self, one: Any) -> NotCompared:
        self._keys(one, "what was not compared", "kind object why")
        kind, object_, why = (self._text(one[name], f"not_compared.{name}") for name in ("kind", "object", "why"))
        return NotCompared(kind, object_, why)

    # -- values ---------------------------------------------------------------------------------------------------

    def _keys(self, value: Any, what: str, keys: str) -> dict[str, Any]:
        if not isinstance(value, dict) or value.keys() != set(keys.split()):
            self.wrong(f"{what} has not the keys that it must have")
        return value

    def _each(self, value: Any, what: str, read: Callable[[Any], _T]) -> tuple[_T, ...]:
        if not isinstance(value, list) or len(value) > MOST:
            self.wrong(f"'{what}' is no list of at most {MOST}")
        return tuple(map(read, value))

    def _text(self, value: Any, what: str) -> str:
        if not isinstance(value, str):
            self.wrong(f"{what} is no text")
        return value

    def _maybe(self, value: Any, what: str) -> str | None:
        return None if value is None else self._text(value, what)

    def _number(self, value: Any, what: str, most: int = 10**9) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
            self.wrong(f"{what} is no number that it can be")
        return value

    def _line(self, value: Any) -> int | None:
        return None if value is None else self._number(value, "a line")
