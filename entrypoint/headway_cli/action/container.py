"""One run of the Action: root reads the inputs and writes what the job gets to see; the verb runs apart, as somebody else."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

from headway.errors import HeadwayError
from headway.pattern import pattern
from headway.redact import is_telling, password_of, redacted_line
from headway.report.github import escape_data
from headway.report.model import Report, Stage, Status
from headway.version import VERSION
from headway_cli.action.comment import comment_on_report, publish_comment
from headway_cli.action.environment import credentials, for_git, for_the_installer, for_the_project, withheld
from headway_cli.action.file_commands import VARIABLES, kept_as_they_are
from headway_cli.action.inputs import Inputs, read_inputs
from headway_cli.action.outputs import add_summary, mask, shown_path, write_outputs, write_result
from headway_cli.action.packages.install import install
from headway_cli.action.packages.wanted import wanted_by
from headway_cli.action.suggestions import publish_suggestions
from headway_cli.action.workplace import Workplace, bring_folder_back, read_back, workplace, write_into

FORMATS = ("json", "github", "markdown", "comment", "suggestions")
"""What the verb writes for us to publish."""

WITHOUT_REPORT = ("check", "doctor", "forecast")
"""Verbs that write no report; one is made of their exit code."""

_DOCKER = "docker://"
_REPORT_BYTES = 2**26
_ANNOTATION = pattern(r"::(?:error|warning|notice) [^\x00-\x1f\x7f]*")
"""The commands that a file of annotations may hold: none that changes the job."""


def run_action(environment: Mapping[str, str] | None = None) -> int:
    """Runs what the inputs ask for and returns the exit code; everything GitHub shows is written on the way."""
    environment = dict(os.environ if environment is None else environment)
    try:
        inputs = read_inputs(environment)
        _mask_secrets(inputs, environment)
        if inputs.command == "comment":
            _notice(comment_on_report(inputs, environment))
            write_result(environment.get("GITHUB_OUTPUT"), 0)
            return 0
        workspace = os.path.realpath(environment.get("GITHUB_WORKSPACE") or os.getcwd())
        in_place = inputs.command == "apply" or (inputs.command == "plan" and _is_a_file(inputs, environment))
        with workplace(workspace, _folders(environment), in_place=in_place, executes=inputs.runs_the_project) as place:
            return _Run(inputs, environment, place).whole()
    except HeadwayError as error:
        print(f"::error title=headway::{escape_data(redacted_line(error))}", flush=True)
        write_result(environment.get("GITHUB_OUTPUT"), error.exit_code)
        return error.exit_code


class _Run:
    """One verb in its workplace."""

    def __init__(self, inputs: Inputs, environment: Mapping[str, str], place: Workplace) -> None:
        self.inputs, self.environment, self.place = inputs, environment, place
        self.directory = place.inside(inputs.working_directory)
        self.fetched: str | None = None
        self.files = {name: os.path.join(place.home, f"report.{name}") for name in FORMATS}

    def whole(self) -> int:
        """From the packages to the outputs; returns the exit code."""
        with kept_as_they_are(self.environment):
            # What the project's code prints must not be taken for workflow commands.
            token = secrets.token_hex(16)
            print(f"::stop-commands::{token}", flush=True)
            try:
                self._fetch_base()
                packages = self._packages()
                with self._servers() as urls:
                    code = self._verb(packages, urls)
            finally:
                print(f"\n::{token}::", flush=True)
        document = self._document(code)
        self._publish(document)
        return code

    def _packages(self) -> str | None:
        if not self.inputs.runs_the_project:
            return None
        wanted, why = wanted_by(self.inputs.requirements, self.inputs.working_directory, self.place.workspace)
        print(f"headway: installed is {why}", flush=True)
        home = self.environment.get("HOME", "")
        kept = os.path.join(home, ".cache", "headway") if os.path.isdir(home) and home != "/" else None
        return install(wanted, self.place, for_the_installer(self.environment), kept, _say)

    def _fetch_base(self) -> None:
        """Brings the base branch into the copy while git still has the job's token, which then goes."""
        if self.place.root == self.place.workspace:
            return
        seen = for_git(self.environment) | {"GITHUB_WORKSPACE": self.place.root}
        self._show_event(seen)
        code, said = self.place.ask([*_PYTHON, "headway_cli.action.base"], self.directory, seen)
        self.fetched = " ".join(said.split()) if code == 0 else "the base could not be looked at"

    @contextmanager
    def _servers(self) -> Iterator[dict[str, str]]:
        """The variables with the URLs of the servers in containers: only we may speak with Docker, the verb gets theirs."""
        wanted = {n: kind for n, kind in enumerate(self.inputs.scratch) if kind.startswith(_DOCKER)}
        if not wanted or not self.inputs.runs_the_project:
            yield {}
            return
        from headway.scratch.docker import open_docker  # brings SQLAlchemy, which most runs of ours do without

        with ExitStack() as stack:
            yield {_variable(n): stack.enter_context(open_docker(kind, _say)).url for n, kind in wanted.items()}

    def _verb(self, packages: str | None, servers: Mapping[str, str]) -> int:
        seen = for_the_project(self.environment, self.inputs.named) | _hidden_urls(self.inputs) | dict(servers)
        seen["GITHUB_WORKSPACE"] = self.place.root
        self._show_event(seen)
        if self.fetched is not None:
            seen["HEADWAY_FETCHED"] = self.fetched
        if self.inputs.runs_the_project and (path := self.environment.get("PYTHONPATH")):
            seen["PYTHONPATH"] = path.replace(self.place.workspace, self.place.root)
        if packages is not None:
            seen["HEADWAY_PACKAGES"] = packages
        folder = os.path.dirname(self.inputs.plan)
        if self.inputs.command == "plan" and folder:
            self.place.ask(["mkdir", "-p", "--", folder], self.directory, seen)
        command = [*_PYTHON, "headway_cli", *_arguments(self.inputs)]
        if self.inputs.command not in WITHOUT_REPORT:
            command += [f"--report={name}={path}" for name, path in self.files.items()]
        code = self.place.run(command, self.directory, seen)
        return code if code >= 0 else 128 - code

    def _show_event(self, seen: dict[str, str]) -> None:
        """Leads to a copy of the event's payload; the job's own folder is closed."""
        path = seen.get("GITHUB_EVENT_PATH")
        if path and os.path.isfile(path):
            seen["GITHUB_EVENT_PATH"] = os.path.join(self.place.home, "event.json")
            shutil.copyfile(path, seen["GITHUB_EVENT_PATH"])

    def _document(self, code: int) -> dict[str, Any]:
        """The report that the verb has written; where there is none, or it is of another end, one of the exit code."""
        document = None
        with suppress(ValueError, RecursionError):
            document = json.loads(self._written("json") or b"")
        if isinstance(document, dict) and document.get("exit_code") == code:
            return document
        return _made_of(self.inputs.command, code)

    def _written(self, name: str) -> bytes | None:
        return read_back(self.place.home, os.path.basename(self.files[name]), _REPORT_BYTES)

    def _publish(self, document: dict[str, Any]) -> None:
        if self.inputs.annotations:
            self._annotate(document)
        self._say_withheld(document)
        markdown = self._written("markdown")
        if self.inputs.summary and markdown is not None:
            add_summary(self.environment.get("GITHUB_STEP_SUMMARY"), markdown.decode("utf-8", errors="replace"))
        if self.inputs.comment:
            body = (self._written("comment") or b"").decode("utf-8", errors="replace")
            _notice(publish_comment(self.inputs, self.environment, body))
            suggested = self._written("suggestions") or b""
            if (said := publish_suggestions(self.inputs, self.environment, body, suggested)) is not None:
                _notice(said)
        top = self.place.workspace
        report = os.path.relpath(os.path.join(self.inputs.working_directory, self.inputs.report_file), top)
        write_into(top, report, (json.dumps(document, indent=2, ensure_ascii=True) + "\n").encode())
        plan = ""
        if self.inputs.command in ("plan", "apply"):
            plan = os.path.relpath(os.path.join(self.inputs.working_directory, self.inputs.plan), top)
            self._bring_plan_back(plan)
        if self.inputs.cache and self.place.root != top:
            bring_folder_back(
                self.place, os.path.relpath(os.path.join(self.inputs.working_directory, self.inputs.cache), top)
            )
        output = self.environment.get("GITHUB_OUTPUT")
        write_outputs(output, document, shown_path(report), shown_path(plan))

    def _annotate(self, document: Mapping[str, Any]) -> None:
        text = (self._written("github") or b"").decode("utf-8", errors="replace")
        lines = [line for line in text.split("\n") if _ANNOTATION.fullmatch(line)]
        if not lines and document["exit_code"]:
            code = document["exit_code"]
            title = f"headway {self.inputs.command}"
            lines = [f"::error title={title}::ended with exit code {code}; the log above says why"]
        sys.stdout.write("".join(f"{line}\n" for line in lines))
        sys.stdout.flush()

    def _say_withheld(self, document: Mapping[str, Any]) -> None:
        """A variable that the step has and the project's code does not see, where a failure speaks of it."""
        stages = document.get("stages") or []
        texts = [str(document.get("error") or ""), *(str(stage.get("why") or "") for stage in stages)]
        for name in withheld(self.environment, self.inputs.named, texts):
            print(
                f"::notice title=headway::The step has the variable {name}, and the project's code does not see it: "
                "name it in the input 'environment'.",
                flush=True,
            )

    def _bring_plan_back(self, path: str) -> None:
        if self.inputs.command == "plan" and self.place.root != self.place.workspace:
            data = read_back(self.place.root, path, _REPORT_BYTES)
            if data is not None:
                write_into(self.place.workspace, path, data)


def _is_a_file(inputs: Inputs, environment: Mapping[str, str]) -> bool:
    """Whether the database is a file, which a plan knows by its path."""
    return _url(inputs.url, environment).startswith("sqlite")


def _url(value: str, environment: Mapping[str, str]) -> str:
    return environment.get(value.removeprefix("env:"), "") if value.startswith("env:") else value


def _folders(environment: Mapping[str, str]) -> list[str]:
    """The folders that the runner mounts for the job beside the workspace."""
    files = [path for name in (*VARIABLES, "GITHUB_EVENT_PATH") if (path := environment.get(name))]
    home = environment.get("HOME", "")
    return sorted({os.path.dirname(path) for path in files} | ({home} if home.startswith("/github/") else set()))


# -P: the directory we run in holds the checkout, whose modules must not stand in for ours.
_PYTHON = (sys.executable, "-P", "-m")


def _arguments(inputs: Inputs) -> list[str]:
    """The command line of the verb."""
    several = [word for config in inputs.config for word in ("--config", config)]
    several += [word for name in inputs.name for word in ("--name", name)]
    if inputs.command == "check":
        return [*several, "check"]
    scratch = [f"--scratch={_by_name(kind, number)}" for number, kind in enumerate(inputs.scratch)]
    base = ["--base", inputs.base] if inputs.base else []
    untrusted = ["--untrusted"] if inputs.executes_nothing else []
    url = ["--url", _by_name(inputs.url, "url")]
    stages = ["--stages", inputs.stages] if inputs.stages else []
    cache = ["--cache", inputs.cache] if inputs.cache else []
    verbs: dict[str, Sequence[str]] = {
        "ci": [*base, *scratch, *untrusted, *stages, *cache, "--fail-on", inputs.fail_on],
        "lint": [*base, *untrusted, "--fail-on", inputs.fail_on],
        "drift": [*scratch, *(url if inputs.url else [])],
        "forecast": [*base, *inputs.branches],
        "plan": [*url, "--output", inputs.plan],
        "apply": [*url, *(["--approve", inputs.approve] if inputs.approve != "none" else []), inputs.plan],
        "doctor": [],
    }
    return [inputs.command, *several, *verbs[inputs.command]]


def _hidden_urls(inputs: Inputs) -> dict[str, str]:
    """Environment variables for URLs that were written out: others on the machine can read a command line."""
    written = {"url": inputs.url, **{str(number): kind for number, kind in enumerate(inputs.scratch)}}
    return {_variable(name): url for name, url in written.items() if "://" in url and not url.startswith(_DOCKER)}


def _by_name(url: str, name: object) -> str:
    return f"env:{_variable(name)}" if "://" in url else url


def _variable(name: object) -> str:
    return f"HEADWAY_ACTION_{str(name).upper()}"


def _mask_secrets(inputs: Inputs, environment: Mapping[str, str]) -> None:
    for value in (inputs.url, *inputs.scratch):
        url = _url(value, environment)
        if password := password_of(url):
            mask(url)
            if is_telling(password):  # a plain word would be blanked out of file names and findings
                mask(password)
    for secret in (*credentials(environment), *([inputs.token] if inputs.token else [])):
        mask(secret)
        if password := password_of(secret):
            mask(password)


def _made_of(command: str, code: int) -> dict[str, Any]:
    """The report of a run that wrote none that can be read."""
    from headway.report.json import document

    status = Status.PASS if code == 0 else Status.FAIL if code in (1, 5) else Status.ERROR
    why = None if code == 0 else f"it ended with exit code {code}; the log says why"
    stage = Stage(command, status, 0.0, why=why, exit_code=code)
    return document(Report(command=command, version=VERSION, exit_code=code, stages=(stage,)))


def _notice(line: str) -> None:
    print(f"::notice title=headway::{escape_data(line)}", flush=True)


def _say(line: str) -> None:
    print(line, flush=True)
