"""One run of the Action: installs what the project needs, runs the verb in a process of its own, reports."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from typing import Any

from headway.errors import ConfigError, HeadwayError
from headway.redact import is_telling, password_of, redact, redacted_line
from headway.report.github import escape_data
from headway_cli.action.inputs import Inputs, read_inputs
from headway_cli.action.outputs import add_summary, mask, write_outputs, write_result


def run_action(environment: Mapping[str, str] | None = None) -> int:
    """Runs what the inputs ask for and returns the exit code; everything GitHub shows is written on the way."""
    environment = dict(os.environ if environment is None else environment)
    try:
        inputs = read_inputs(environment)
        _mask_secrets(inputs, environment)
        # Building a package runs its code, and its name may be one of the checkout.
        packages = None if inputs.executes_nothing else _install(inputs, environment)
    except HeadwayError as error:
        print(f"::error title=headway::{escape_data(redacted_line(error))}")
        write_result(environment.get("GITHUB_OUTPUT"), error.exit_code)
        return error.exit_code
    with tempfile.TemporaryDirectory(prefix="headway-action-") as directory:
        return _run(inputs, environment, packages, directory)


def _run(inputs: Inputs, environment: dict[str, str], packages: str | None, directory: str) -> int:
    reports = {name: os.path.join(directory, name) for name in ("json", "github", "markdown")}
    environment |= _hidden_urls(inputs)
    # -P: the directory we run in holds the checkout, whose modules must not stand in for ours.
    command = [sys.executable, "-P", "-m", "headway_cli", *_arguments(inputs)]
    if inputs.command != "check":
        command += [f"--report={name}={path}" for name, path in reports.items()]
    if inputs.executes_nothing:
        environment["PYTHONPATH"] = _outside_of_checkout(environment)
    if packages is not None:
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, [packages, environment.get("PYTHONPATH")]))
    # What user code prints must not be taken for workflow commands.
    token = secrets.token_hex(16)
    print(f"::stop-commands::{token}", flush=True)
    try:
        code = _child(command, inputs.working_directory, environment)
    finally:
        print(f"\n::{token}::", flush=True)
    document = _document(reports["json"])
    if document is not None:
        _publish(inputs, environment, reports, document)
        return code
    write_result(environment.get("GITHUB_OUTPUT"), code)
    if code:
        print(f"::error title=headway {inputs.command}::ended with exit code {code}; the log above says why")
    return code


def _outside_of_checkout(environment: Mapping[str, str]) -> str:
    """What PYTHONPATH names outside of the workspace: Python runs a ``sitecustomize`` in it before it runs us."""
    workspace = os.path.realpath(environment.get("GITHUB_WORKSPACE") or os.getcwd())
    places = [place for place in environment.get("PYTHONPATH", "").split(os.pathsep) if os.path.isabs(place)]
    return os.pathsep.join(
        place for place in places if not f"{os.path.realpath(place)}{os.sep}".startswith(workspace + os.sep)
    )


def _child(command: list[str], directory: str, environment: Mapping[str, str]) -> int:
    """Runs the verb and returns its exit code; a signal that ends us lets it roll back and release its lock first."""
    with subprocess.Popen(command, cwd=directory, env=environment) as process:
        try:
            return process.wait()
        except BaseException:
            process.terminate()
            process.wait()
            raise


def _publish(
    inputs: Inputs, environment: Mapping[str, str], reports: Mapping[str, str], document: dict[str, Any]
) -> None:
    if inputs.annotations:
        sys.stdout.write(_read(reports["github"]))
        sys.stdout.flush()
    if inputs.summary:
        add_summary(environment.get("GITHUB_STEP_SUMMARY"), _read(reports["markdown"]))
    kept = os.path.join(inputs.working_directory, "headway-report.json")
    _keep(kept, json.dumps(document, indent=2, ensure_ascii=False))
    _give_to_owner(kept, inputs.working_directory)
    plan_path = os.path.join(inputs.working_directory, inputs.plan) if inputs.command in ("plan", "apply") else ""
    if inputs.command == "plan" and os.path.exists(plan_path):
        _give_to_owner(plan_path, inputs.working_directory)
    workspace = environment.get("GITHUB_WORKSPACE") or os.getcwd()
    shown = [os.path.relpath(path, workspace) if path else "" for path in (kept, plan_path)]
    write_outputs(environment.get("GITHUB_OUTPUT"), document, shown[0], shown[1])


def _arguments(inputs: Inputs) -> list[str]:
    """The command line of the verb."""
    config = ["--config", inputs.config] if inputs.config else []
    if inputs.command == "check":
        return [*config, "check"]
    scratch = [f"--scratch={_by_name(kind, number)}" for number, kind in enumerate(inputs.scratch)]
    base = ["--base", inputs.base] if inputs.base else []
    untrusted = ["--untrusted"] if inputs.executes_nothing else []
    url = ["--url", _by_name(inputs.url, "url")]
    verbs = {
        "ci": [*base, *scratch, *untrusted, "--fail-on", inputs.fail_on],
        "lint": [*base, *untrusted, "--fail-on", inputs.fail_on],
        "drift": scratch,
        "plan": [*url, "--output", inputs.plan],
        "apply": [*url, *(["--approve", inputs.approve] if inputs.approve != "none" else [])],
    }
    plan = [inputs.plan] if inputs.command == "apply" else []
    return [inputs.command, *config, *verbs[inputs.command], *plan]


def _hidden_urls(inputs: Inputs) -> dict[str, str]:
    """Environment variables for URLs that were written out: others on the machine can read a command line."""
    written = {"url": inputs.url, **{str(number): kind for number, kind in enumerate(inputs.scratch)}}
    return {_variable(name): url for name, url in written.items() if "://" in url}


def _by_name(url: str, name: object) -> str:
    return f"env:{_variable(name)}" if "://" in url else url


def _variable(name: object) -> str:
    return f"HEADWAY_ACTION_{str(name).upper()}"


def _mask_secrets(inputs: Inputs, environment: Mapping[str, str]) -> None:
    for value in (inputs.url, *inputs.scratch):
        url = environment.get(value.removeprefix("env:"), "") if value.startswith("env:") else value
        if password := password_of(url):
            mask(url)
            if is_telling(password):  # a plain word would be blanked out of file names and findings
                mask(password)


def _install(inputs: Inputs, environment: dict[str, str]) -> str | None:
    """Installs the project's packages where the verb will find them first; returns that directory.

    Raises ConfigError when pip fails, with its last words.
    """
    if not inputs.requirements:
        return None
    target = tempfile.mkdtemp(prefix="headway-packages-")
    wanted: list[str] = []
    for entry in inputs.requirements:
        path = os.path.join(inputs.working_directory, entry)
        wanted += ["-r", path] if os.path.isfile(path) else [entry]
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", target]
    done = subprocess.run(
        [*command, *wanted], cwd=inputs.working_directory, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = " ".join(done.stderr.split())[-600:]
        raise ConfigError(
            f"installing the input 'requirements' failed: {redact(said)}",
            hint="A package without a wheel for this image needs a compiler; use an image of your own.",
        )
    return target


def _document(path: str) -> dict[str, Any] | None:
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)  # type: ignore[no-any-return]
    except (OSError, ValueError):
        return None


def _read(path: str) -> str:
    with open(path, encoding="utf-8") as file:
        return file.read()


def _keep(path: str, text: str) -> None:
    """Writes a file in the checkout anew; what was there, such as a link to somewhere else, is not written through."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
    with open(path, "x", encoding="utf-8") as file:
        file.write(text)


def _give_to_owner(path: str, directory: str) -> None:
    """The container runs as root; later steps and clean-ups run as whoever owns the workspace."""
    owner = os.stat(directory)
    if os.geteuid() == 0:
        os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)
