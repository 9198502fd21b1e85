"""Runs the revisions of one history on one database with headway's engine, and notes every statement that a driver gets.

It judges nothing. It runs in a process of its own (``python -m census.sending REQUEST ANSWER``), because it runs what
strangers wrote; what it has seen goes to a file of JSON.
"""

from __future__ import annotations

import json
import os
import sys
import sysconfig
import tempfile
import traceback
from types import FrameType
from typing import Any

from headway.commands.downgrade import downgrade
from headway.commands.stamp import stamp
from headway.commands.upgrade import upgrade
from headway.compat.hook import serving_alembic
from headway.config.model import Config
from headway.effects.sql_kind import Kind
from headway.errors import HeadwayError
from headway.revision.route import Step
from headway.runtime.listener import RunListener
from headway.runtime.options import RunOptions
from headway.runtime.script_directory import ScriptDirectory
from headway.runtime.witness import Crossing, Witness

ENV = """
import sqlalchemy.orm
from alembic import context
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

engine = create_engine(context.config.get_main_option("sqlalchemy.url"), poolclass=NullPool)
GIVEN = {}
%s
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=sqlalchemy.MetaData(), transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations(**GIVEN)
"""
CHANGES_NOTHING = (Kind.READ, Kind.SETTING, Kind.TRANSACTION, Kind.VERSION)


class Recorder(RunListener):
    """Notes what is sent by which revision, and from where."""

    def __init__(self, own: list[str], needs: list[str]) -> None:
        self.own = tuple(os.path.realpath(place) + os.sep for place in own)
        self.needs = tuple(os.path.realpath(place) + os.sep for place in needs)
        self.direction = "upgrade"
        self.sent: list[dict[str, Any]] = []
        self.runs: list[dict[str, Any]] = []
        self.witness = Witness()
        self._step: Step | None = None
        self._path = ""
        self._raw = 0

    def revision_started(self, step: Step, path: str | None) -> None:
        self._step, self._path = (step, path) if path else (None, "")
        self._raw = len(self.witness.account.raw_uses)
        if path:
            self.runs.append(
                {"revision": step.revision, "path": path, "direction": self.direction, "error": None, "raw": False}
            )

    def revision_finished(self, step: Step) -> None:
        self._ended()

    def _ended(self) -> None:
        if self._step is not None:
            self.runs[-1]["raw"] = len(self.witness.account.raw_uses) > self._raw
        self._step = None

    def crosses(self, crossing: Crossing) -> None:
        """A statement is given to a driver."""
        if self._step is None or crossing.kind in CHANGES_NOTHING:
            return
        place = self._place(sys._getframe(1))
        note = {"run": len(self.runs) - 1, "sql": crossing.sql, "kind": crossing.kind.value, "answered": False, **place}
        self.sent.append(note)

    def answered(self, crossing: Crossing) -> None:
        """A statement was carried out."""
        if self.sent and self.sent[-1]["sql"] == crossing.sql:
            self.sent[-1]["answered"] = True

    def gave_up(self, error: BaseException) -> str | None:
        """The revision that was running when this was raised."""
        if self._step is None:
            return None
        last = traceback.extract_tb(error.__traceback__)[-1]
        text = (str(error).splitlines() or [""])[0]
        self.runs[-1]["error"] = f"{type(error).__name__}: {text} ({os.path.basename(last.filename)}:{last.lineno})"
        revision = self._step.revision
        self._ended()
        return revision

    def _place(self, frame: FrameType | None) -> dict[str, Any]:
        """The line of the revision that sends, and whether helpers of the project or of a library stand between."""
        line, helper, library, pending = 0, False, False, []
        while frame is not None:
            name = os.path.realpath(frame.f_code.co_filename)
            if name == os.path.realpath(self._path):
                line = line or frame.f_lineno
                helper |= any(self._is_own(other) for other in pending)
                library |= any(self._is_library(other) for other in pending)
                pending = []
            else:
                pending.append(name)
            frame = frame.f_back
        return {"line": line, "helper": helper, "library": library}

    def _is_own(self, name: str) -> bool:
        return name.startswith(self.own)

    def _is_library(self, name: str) -> bool:
        """Whether a file belongs to a package that is neither the project's nor part of every run."""
        if self._is_own(name) or not name.startswith((*self.needs, *_PACKAGES)):
            return False
        return not any(f"{os.sep}{part}{os.sep}" in name for part in ("sqlalchemy", "headway"))


_PACKAGES = tuple({os.path.realpath(sysconfig.get_path(name)) + os.sep for name in ("purelib", "platlib")})


def record(request: dict[str, Any]) -> dict[str, Any]:
    """What every revision of the history sends; a revision that fails is stamped, and the run goes on."""
    sys.path += request["path"]
    sys.argv = ["census"]
    recorder = Recorder(request["own"], request["needs"])
    with tempfile.TemporaryDirectory(prefix="hw-census-") as home:
        with open(os.path.join(home, "env.py"), "w", encoding="utf-8") as file:
            file.write(ENV % request["env"])
        config = _config(request, home)
        with serving_alembic():
            script = ScriptDirectory.from_config(config)
            downs = {s.revision: s._all_down_revisions for s in script.walk_revisions()}
            heads = list(script.get_heads())
            _go(config, recorder, "upgrade", downs)
            down = "there are several heads" if len(heads) > 1 else None if request["downgrade"] else "not asked for"
            if down is None:
                down = _go_down(config, recorder, downs)
    return {"revisions": len(downs), "runs": recorder.runs, "sent": recorder.sent, "no_downgrade": down}


def _config(request: dict[str, Any], home: str) -> Config:
    config = Config()
    config.set_main_option("script_location", home)
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", "\n".join(request["versions"]))
    config.set_main_option("recursive_version_locations", "true" if request["recursive"] else "false")
    config.set_main_option("sqlalchemy.url", request["url"].replace("%", "%%"))
    return config


def _go_down(config: Config, recorder: Recorder, downs: dict[str, Any]) -> str | None:
    """Downgrades, and says why that was not possible."""
    try:
        _go(config, recorder, "downgrade", downs)
    except HeadwayError as error:  # such as a revision without downgrade()
        return error.message
    return None


def _go(config: Config, recorder: Recorder, direction: str, downs: dict[str, Any]) -> None:
    recorder.direction = direction
    for _ in range(len(downs) + 1):
        witness = recorder.witness = Witness()
        witness.gates.append(recorder.crosses)
        witness.after.append(recorder.answered)
        options = RunOptions(lock=False, log=False, notify=lambda line: None, listeners=[recorder])
        options.witness = witness
        options.attach(config)
        try:
            upgrade(config, "heads") if direction == "upgrade" else downgrade(config, "base")
        except (Exception, SystemExit) as error:
            failed = recorder.gave_up(error)
            if failed is None:
                raise
            RunOptions(lock=False, log=False, notify=lambda line: None).attach(config)
            stamp(config, failed if direction == "upgrade" else tuple(downs[failed]) or "base")
        else:
            return


def main() -> None:
    """Reads the request, writes the answer."""
    with open(sys.argv[1], encoding="utf-8") as file:
        request = json.load(file)
    answer_path = sys.argv[2]
    try:
        answer = record(request)
    except BaseException as error:
        answer = {"failed": "".join(traceback.format_exception(error)[-3:])}
    with open(answer_path, "w", encoding="utf-8") as file:
        json.dump(answer, file)


if __name__ == "__main__":
    main()
