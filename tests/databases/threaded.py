"""Migrates many databases in one process, a thread each, and prints what went wrong; run by test_threads.py. No tests.

``python threaded.py PROJECT URL PROJECT URL …``: each project has a history of its own, and its migrations say whose
they are. Alembic is imported first, as by a program that also uses it.
"""

from __future__ import annotations

import io
import json
import sys
import threading
import traceback
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import alembic
import alembic.op

from headway.api.verbs import run_guarded
from headway.commands.check import check
from headway.commands.current import current
from headway.commands.downgrade import downgrade
from headway.commands.upgrade import upgrade
from headway.config.model import Config
from headway.errors import HeadwayError

sys.setswitchinterval(1e-5)  # threads take turns after every few lines
ROUNDS = 2


def alembic_modules() -> dict[str, Any]:
    return {name: module for name, module in sys.modules.items() if name.partition(".")[0] == "alembic"}


class Run:
    """One thread: its project, its database, and what it found."""

    def __init__(self, project: str, url: str, meet: threading.Barrier) -> None:
        self.project, self.url, self.meet = project, url, meet
        self.complaints: list[str] = []

    def config(self) -> Config:
        made = Config(f"{self.project}/alembic.ini", stdout=io.StringIO())
        made.attributes |= {"url": self.url, "meet": self.meet, "complain": self.complaints.append}
        return made

    def verb(self, verb: Callable[[Config], Any]) -> str:
        config = self.config()
        run_guarded(config, lambda: verb(config))
        return str(config.stdout.getvalue())

    def live(self) -> None:
        name = self.project.rpartition("/")[2]
        try:
            for _ in range(ROUNDS):
                self.verb(lambda config: upgrade(config, "heads"))
                self.expect(f"{name}_last (head)", self.verb(current))
                self.verb(check)
                self.meet.wait()
                self.verb(lambda config: downgrade(config, "-1"))
                try:
                    self.verb(check)
                    self.complaints.append("behind, and not noticed")
                except HeadwayError as error:
                    self.expect("Target database is not up to date", str(error))
                self.verb(lambda config: upgrade(config, "+1"))
                self.expect(f"{name}_last (head)", self.verb(current))
                self.verb(lambda config: downgrade(config, "base"))
                self.expect("", self.verb(current))
            self.verb(lambda config: upgrade(config, "head"))
        except BaseException:
            self.complaints.append(traceback.format_exc())
            self.meet.abort()

    def expect(self, part: str, text: str) -> None:
        if part not in text or (not part and text):
            self.complaints.append(f"{part!r} is not in {text!r}")


def main(arguments: list[str]) -> dict[str, list[str]]:
    pairs = list(zip(arguments[::2], arguments[1::2], strict=True))
    meet = threading.Barrier(len(pairs), timeout=60)
    runs = [Run(project, url, meet) for project, url in pairs]
    modules, finders, filters = alembic_modules(), list(sys.meta_path), list(warnings.filters)
    with ThreadPoolExecutor(len(runs)) as pool:
        list(pool.map(Run.live, runs))
    found = {run.project: run.complaints for run in runs}
    found["process"] = [
        name
        for name, same in {
            "modules": alembic_modules() == modules,
            "finders": sys.meta_path == finders,
            "warnings": list(warnings.filters) == filters,
            "import": sys.modules["alembic"] is alembic,
            "output": sys.stdout is sys.__stdout__,
        }.items()
        if not same
    ]
    return found


if __name__ == "__main__":
    json.dump(main(sys.argv[1:]), sys.stdout)
