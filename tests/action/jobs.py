"""A GitHub job as an action sees it: its environment, its files, and what it printed. No tests of its own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from fixtures.programs import ROOT, Done, run_program

COMMAND = re.compile(r"^::(error|warning|notice|add-mask|stop-commands|\w{32})(?: ([^:]*(?::(?!:)[^:]*)*))?::(.*)$")


@dataclass(frozen=True)
class Job:
    """A workspace with the example in it and the files behind GITHUB_OUTPUT and GITHUB_STEP_SUMMARY."""

    workspace: Path
    files: Path

    @property
    def environment(self) -> dict[str, str]:
        return {
            "GITHUB_ACTIONS": "true",
            "GITHUB_WORKSPACE": str(self.workspace),
            "GITHUB_OUTPUT": str(self.files / "output"),
            "GITHUB_STEP_SUMMARY": str(self.files / "summary"),
            "HEADWAY_RUN_AS": "self",  # outside of the image there is no user of its own
        }

    def run(self, env: dict[str, str] | None = None, **inputs: str) -> Done:
        """``headway action`` with these inputs; underscores stand for hyphens."""
        given = {f"INPUT_{name.upper().replace('_', '-')}": value for name, value in inputs.items()}
        return run_program(
            "headway_cli", "action", cwd=self.workspace, env={**self.environment, **given, **(env or {})}
        )

    @property
    def outputs(self) -> dict[str, str]:
        text = (self.files / "output").read_text() if (self.files / "output").exists() else ""
        return {name: value for name, _, value in re.findall(r"^([\w-]+)<<(\S+)\n(.*?)\n\2$", text, re.M | re.S)}

    @property
    def summary(self) -> str:
        return (self.files / "summary").read_text()

    def git(self, *arguments: str) -> None:
        who = ["-c", "user.name=dev", "-c", "user.email=dev@example.org", "-c", "init.defaultBranch=main"]
        subprocess.run(["git", *who, *arguments], cwd=self.workspace, check=True, capture_output=True)


def checkout(place: Path) -> Job:
    """A repository with the example below ``shop/``, its newest revision not yet on main."""
    workspace, files = place / "workspace", place / "files"
    files.mkdir(parents=True)
    shutil.copytree(
        ROOT / "examples" / "storefront",
        workspace / "shop",
        ignore=shutil.ignore_patterns("__pycache__", "*.db", ".headway"),
    )
    (workspace / "shop" / ".headway.yml").write_text("dialects: [sqlite, postgresql]\nscratch: sqlite\nbase: main\n")
    job = Job(workspace, files)
    (newest,) = (workspace / "shop" / "migrations" / "versions").glob("d16e2b7f5a08_*")
    kept = newest.read_text()
    newest.unlink()
    job.git("init")
    job.git("add", "-A")
    job.git("commit", "-m", "the shop")
    job.git("checkout", "-b", "currency")
    newest.write_text(kept)
    job.git("add", "-A")
    job.git("commit", "-m", "currency of orders")
    return job


def annotations(done: Done) -> list[tuple[str, dict[str, str], str]]:
    """What the runner would show: the commands outside of ``stop-commands``, with their properties."""
    found: list[tuple[str, dict[str, str], str]] = []
    stopped: str | None = None
    for line in done.out.splitlines():
        match = COMMAND.match(line)
        if stopped is not None:
            stopped = None if line == f"::{stopped}::" else stopped
        elif match and match[1] == "stop-commands":
            stopped = match[3]
        elif match and match[1] in ("error", "warning", "notice"):
            properties = dict(pair.split("=", 1) for pair in (match[2] or "").split(",") if pair)
            found.append((match[1], properties, match[3]))
    return found


def masks(done: Done) -> set[str]:
    return {line.removeprefix("::add-mask::") for line in done.out.splitlines() if line.startswith("::add-mask::")}


def owner(path: Path) -> tuple[int, int]:
    status = os.stat(path)
    return status.st_uid, status.st_gid
