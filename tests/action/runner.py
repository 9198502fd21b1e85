"""The part of GitHub's runner that carries out a step of a container action. No tests of its own.

Reads action.yml as it does: defaults of inputs, mounts, variables, file commands, workflow commands of both streams. See
ContainerActionHandler.cs and FileCommandManager.cs in https://github.com/actions/runner
"""

from __future__ import annotations

import json
import os
import re
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from fixtures.docker import docker

_COMMAND = re.compile(r"^\s*::(?P<name>[^\s:]+)(?: (?P<properties>.*?))?::(?P<data>.*)$")
_FILES = {
    "GITHUB_OUTPUT": "set_output",
    "GITHUB_ENV": "set_env",
    "GITHUB_PATH": "add_path",
    "GITHUB_STATE": "save_state",
    "GITHUB_STEP_SUMMARY": "step_summary",
}


@dataclass
class Step:
    """What came of a step."""

    code: int
    log: str
    outputs: dict[str, str] = field(default_factory=dict)
    env: dict[str, str] = field(default_factory=dict)
    """What the step set for later steps."""
    path: list[str] = field(default_factory=list)
    state: dict[str, str] = field(default_factory=dict)
    summary: str = ""
    annotations: list[tuple[str, dict[str, str], str]] = field(default_factory=list)
    masks: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    """Names of every other command that took effect."""


@dataclass
class Runner:
    """A machine with a workspace that belongs to ``uid``, as a job finds it after its checkout."""

    place: Path
    uid: int = 1001
    gid: int = 1001
    socket: bool = True
    """Whether Docker's socket is mounted, as GitHub does."""

    def __post_init__(self) -> None:
        self.workspace = self.place / "work" / "shop" / "shop"
        self.temp = self.place / "work" / "_temp"
        for folder in (self.workspace, *(self.temp / name for name in _TEMP)):
            folder.mkdir(parents=True, exist_ok=True)
        self.own()

    def own(self) -> None:
        """Gives all that is there to the runner's user, as a checkout by it would have."""
        for path in (self.place / "work", *(self.place / "work").rglob("*")):
            os.chown(path, self.uid, self.gid, follow_symlinks=False)
        for path in (self.place, self.place / "work"):
            path.chmod(0o755)

    def step(
        self,
        image: str,
        action: Path,
        inputs: dict[str, str] | None = None,
        env: dict[str, str] | None = None,
        *,
        event: dict[str, Any] | None = None,
        event_name: str = "push",
        network: str = "host",
        job: dict[str, str] | None = None,
    ) -> Step:
        """One step that uses the action described by the file ``action``, whose image has been made already."""
        described = yaml.safe_load(action.read_text())
        given = {name: str(spec.get("default", "")) for name, spec in described["inputs"].items()}
        unknown = set(inputs or {}) - set(given)
        assert not unknown, f"unexpected inputs {unknown}"
        given |= inputs or {}
        one = uuid.uuid4().hex
        files = {name: self.temp / "_runner_file_commands" / f"{stem}_{one}" for name, stem in _FILES.items()}
        for path in files.values():
            path.touch()
            os.chown(path, self.uid, self.gid)
        event_file = self.temp / "_github_workflow" / "event.json"
        event_file.write_text(json.dumps(event or {}))
        os.chown(event_file, self.uid, self.gid)
        variables = {
            **(env or {}),
            **{f"INPUT_{name.replace(' ', '_').upper()}": value for name, value in given.items()},
            **{name: f"/github/file_commands/{path.name}" for name, path in files.items()},
            "HOME": "/github/home",
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_WORKSPACE": "/github/workspace",
            "GITHUB_EVENT_NAME": event_name,
            "GITHUB_EVENT_PATH": "/github/workflow/event.json",
            "GITHUB_REPOSITORY": "shop/shop",
            "ACTIONS_RUNTIME_TOKEN": "runtime-token-0123456789",
            "ACTIONS_RUNTIME_URL": "https://pipelines.invalid/",
            **(job or {}),
        }
        for name, value in (described["runs"].get("env") or {}).items():
            variables.setdefault(name, value)
        home = variables.pop("HOME")
        names = ["-e", f"HOME={home}", *(part for name in variables for part in ("-e", name))]
        mounts = [
            *(["/var/run/docker.sock:/var/run/docker.sock"] if self.socket else []),
            f"{self.temp / '_github_home'}:/github/home",
            f"{self.temp / '_github_workflow'}:/github/workflow",
            f"{self.temp / '_runner_file_commands'}:/github/file_commands",
            f"{self.workspace}:/github/workspace",
        ]
        volumes = [part for mount in mounts for part in ("-v", mount)]
        done = docker(
            *("run", "--rm", "--network", network, "--workdir", "/github/workspace", *names, *volumes, image),
            *[str(word) for word in described["runs"].get("args", [])],
            check=False,
            env=variables,
        )
        step = Step(done.returncode, "")
        _commands(step, done.stdout + done.stderr)
        step.outputs = _pairs(files["GITHUB_OUTPUT"])
        step.env = _pairs(files["GITHUB_ENV"])
        step.state = _pairs(files["GITHUB_STATE"])
        step.path = files["GITHUB_PATH"].read_text().splitlines()
        step.summary = files["GITHUB_STEP_SUMMARY"].read_text()
        for path in files.values():
            assert (path.stat().st_uid, path.stat().st_gid) == (self.uid, self.gid)
            path.unlink()
        return step


_TEMP = ("_github_home", "_github_workflow", "_runner_file_commands")


def _commands(step: Step, output: str) -> None:
    """Takes the commands out of the lines of both streams, as ActionCommandManager does."""
    stopped: str | None = None
    kept = []
    for line in output.splitlines():
        match = _COMMAND.match(line)
        if match is None:
            kept.append(line)
            continue
        name, data = match["name"], match["data"]
        if stopped is not None:
            if name == stopped and not data:
                stopped = None
            else:
                kept.append(line)
        elif name == "stop-commands":
            stopped = data
        elif name == "add-mask":
            step.masks.append(_unescaped(data))
        elif name in ("error", "warning", "notice"):
            properties = dict(pair.split("=", 1) for pair in (match["properties"] or "").split(",") if "=" in pair)
            step.annotations.append((name, properties, _unescaped(data)))
        else:
            step.commands.append(name)
    assert stopped is None, "commands were stopped and never allowed again"
    step.log = "\n".join(kept)


def _unescaped(text: str) -> str:
    return text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")


def _pairs(path: Path) -> dict[str, str]:
    """``name=value`` and heredocs, as FileCommandManager reads them; anything else is an error there, and here."""
    lines = path.read_text().split("\n")
    found: dict[str, str] = {}
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        if not line:
            continue
        equals, heredoc = line.find("="), line.find("<<")
        if equals >= 0 and (heredoc < 0 or equals < heredoc):
            name, _, value = line.partition("=")
        else:
            assert heredoc > 0, f"invalid format {line!r}"
            name, _, delimiter = line.partition("<<")
            end = lines.index(delimiter, at)
            value = "\n".join(lines[at:end])
            at = end + 1
        found[name] = value
    return found
