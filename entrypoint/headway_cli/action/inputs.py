"""The Action's inputs, as GitHub hands them over: all texts, in variables ``INPUT_<NAME>`` with hyphens kept."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import field

from headway.errors import GateRefused, UsageError
from headway.valueclass import valueclass
from headway.version import VERSION
from headway_cli.action.event import is_from_a_fork

COMMANDS = ("ci", "lint", "drift", "forecast", "plan", "apply", "check", "doctor", "comment")

STATIC = ("ci", "lint", "forecast", "comment")
"""What can look at a change without executing it."""

READS_ONLY = ("lint", "forecast", "comment")
"""What never executes anything of the checkout, and needs none of its packages."""

_TRUE, _FALSE = frozenset({"true", "1", "yes"}), frozenset({"false", "0", "no"})


@valueclass(frozen=True, slots=True)
class Inputs:
    """What a workflow wrote under ``with:``."""

    command: str = "ci"
    working_directory: str = "."
    config: tuple[str, ...] = ()
    name: tuple[str, ...] = ()
    base: str = ""
    branches: tuple[str, ...] = ()
    stages: str = ""
    scratch: tuple[str, ...] = ()
    url: str = ""
    plan: str = "plan.json"
    approve: str = ""
    fail_on: str = "error"
    requirements: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    """The names of variables of the step that the project's code may see."""
    report_path: str = ""
    cache: str = ""
    version: str = ""
    annotations: bool = True
    summary: bool = True
    comment: bool = False
    token: str = field(default="", repr=False)
    untrusted: str = "auto"
    """``true`` or ``false``: whether nothing of the checkout may be executed; ``auto`` is what event.py decides."""

    @property
    def executes_nothing(self) -> bool:
        """Whether nothing of the checkout may be executed."""
        return self.untrusted != "false"

    @property
    def runs_the_project(self) -> bool:
        """Whether env.py, revisions or models will run."""
        return not self.executes_nothing and self.command not in READS_ONLY

    @property
    def report_file(self) -> str:
        """Where the JSON report goes, below the working directory: a name of its own for each configuration."""
        if self.report_path:
            return self.report_path
        told = "-".join(re.sub(r"[^\w.]+", "-", part).strip("-.") for part in (*self.config, *self.name))
        return f"headway-report-{told[:80]}.json" if told else "headway-report.json"

    @property
    def named(self) -> tuple[str, ...]:
        """The variables that the project's code may see: those listed, and those that hold a URL."""
        urls = [value.removeprefix("env:") for value in (self.url, *self.scratch) if value.startswith("env:")]
        return (*self.environment, *urls)


def read_inputs(environment: Mapping[str, str]) -> Inputs:
    """The inputs. Raises UsageError for a value that makes no sense, naming the input."""
    text = _Reader(environment)
    command = text("command") or "ci"
    if command not in COMMANDS:
        raise UsageError(f"input 'command' is '{command}'", hint=f"It is one of {', '.join(COMMANDS)}.")
    fail_on = text("fail-on") or "error"
    if fail_on not in ("error", "warning", "info"):
        raise UsageError(f"input 'fail-on' is '{fail_on}'", hint="It is error, warning or info.")
    inputs = Inputs(
        command=command,
        working_directory=_inside_workspace(text("working-directory") or ".", environment),
        config=text.lines("config"),
        name=text.lines("name"),
        base=text("base"),
        branches=text.lines("branches"),
        stages=text("stages").replace("\n", ","),
        scratch=text.lines("scratch"),
        url=text("url"),
        plan=_relative("plan", text("plan") or "plan.json"),
        approve=text("approve"),
        fail_on=fail_on,
        requirements=text.lines("requirements"),
        environment=tuple(_variable_name(name) for line in text.lines("environment") for name in line.split()),
        report_path=_relative("report-path", text("report-path")),
        cache=_relative("cache", text("cache")),
        version=text("version"),
        annotations=text.flag("annotations", True),
        summary=text.flag("summary", True),
        comment=text.flag("comment", False),
        token=text("token"),
        untrusted=_untrusted(text, environment),
    )
    if command in ("plan", "apply") and not inputs.url:
        raise UsageError(
            f"command '{command}' needs the input 'url'", hint="Use url: env:DATABASE_URL and env: with a secret."
        )
    _refuse_other_version(inputs.version)
    if inputs.executes_nothing and command not in STATIC:
        raise GateRefused(
            f"command '{command}' executes the code of the checkout, and nobody has vouched for it: untrusted",
            hint="Run it on a branch of the repository itself; ci and lint read the change of a fork, and execute nothing.",
        )
    if command == "forecast" and not inputs.branches:
        raise UsageError("command 'forecast' needs the input 'branches'", hint="List branches, one a line.")
    if command == "apply" and not inputs.approve:
        # A workflow that fills it from the output of a step that did not run gives an empty text, as one without it does.
        raise GateRefused(
            "command 'apply' needs the input 'approve', and it is empty",
            hint="Give the digest of the plan, such as the output plan-digest, or write approve: none to do without one.",
        )
    return inputs


def _inside_workspace(directory: str, environment: Mapping[str, str]) -> str:
    workspace = os.path.realpath(environment.get("GITHUB_WORKSPACE") or os.getcwd())
    place = os.path.realpath(os.path.join(workspace, directory))
    if place != workspace and not place.startswith(workspace + os.sep):
        raise UsageError(f"input 'working-directory' is '{directory}', which is outside of the workspace")
    if not os.path.isdir(place):
        raise UsageError(
            f"input 'working-directory' is '{directory}', and there is no such directory",
            hint="Is actions/checkout a step before this one?",
        )
    return place


def _relative(name: str, path: str) -> str:
    """A path that is written to, relative to the working directory."""
    if os.path.isabs(path):
        raise UsageError(f"input '{name}' is '{path}'", hint="Write a path relative to working-directory.")
    return path


def _variable_name(name: str) -> str:
    if not name.replace("_", "a").isalnum() or name.startswith(("GITHUB_", "ACTIONS_", "INPUT_", "LD_", "PYTHON")):
        raise UsageError(
            f"input 'environment' names '{name}', which the project's code never sees",
            hint="List names of variables that the step has under env:, one a line.",
        )
    return name


def _refuse_other_version(wanted: str) -> None:
    if wanted and wanted.removeprefix("v") != VERSION:
        raise UsageError(
            f"input 'version' is '{wanted}', and this image is headway {VERSION}",
            hint="Pin the action to the release that you mean, such as uses: headway-migrations/headway@v1.",
        )


def _untrusted(text: _Reader, environment: Mapping[str, str]) -> str:
    if text("untrusted").lower() in ("", "auto"):
        return str(is_from_a_fork(environment)).lower()
    return str(text.flag("untrusted", True)).lower()


class _Reader:
    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment

    def __call__(self, name: str) -> str:
        return self.environment.get(f"INPUT_{name.upper().replace(' ', '_')}", "").strip()

    def lines(self, name: str) -> tuple[str, ...]:
        lines = (line.strip() for line in self(name).splitlines())
        return tuple(line for line in lines if line and not line.startswith("#"))

    def flag(self, name: str, default: bool) -> bool:
        value = self(name).lower()
        if not value:
            return default
        if value not in _TRUE | _FALSE:
            raise UsageError(f"input '{name}' is {value!r}", hint="It is true or false.")
        return value in _TRUE
