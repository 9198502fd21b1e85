"""Workflows, action.yml, Dockerfile, shell and YAML as the linters of each want them, the snippets of the documents too."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
import yaml

from fixtures.actionlint import actionlint
from fixtures.programs import ROOT

BIN = Path(sys.executable).parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
ACTIONS = [ROOT / "action.yml", *sorted(ROOT.glob("*/action.yml"))]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
SCRIPTS = [ROOT / "dev", ROOT / ".ci" / "run"]


def clean(*command: str, told: str | None = None) -> None:
    done = subprocess.run(
        [str(BIN / command[0]), *command[1:]], cwd=ROOT, input=told, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


def snippets() -> list[tuple[str, str]]:
    found = []
    for path in DOCUMENTS:
        for number, text in enumerate(re.findall(r"^```ya?ml\n(.*?)^```", path.read_text(), re.M | re.S), 1):
            found.append((f"{path.name}-{number}", textwrap.dedent(text)))
    return found


def runs(document: Any) -> list[str]:
    """Every ``run:`` of a workflow or a composite action."""
    if isinstance(document, dict):
        own = [document["run"]] if isinstance(document.get("run"), str) else []
        return own + [run for value in document.values() for run in runs(value)]
    return [run for value in document for run in runs(value)] if isinstance(document, list) else []


def whole(document: Any) -> dict[str, Any] | None:
    """A workflow around what a snippet shows of one; None for what is of no workflow."""
    frame: dict[str, Any] = {"name": "x", "on": "pull_request", "permissions": {"contents": "read"}}
    if isinstance(document, dict) and "jobs" in document:
        return frame | {("on" if key is True else key): value for key, value in document.items()}
    if isinstance(document, list) and all(isinstance(step, dict) and {"uses", "run"} & set(step) for step in document):
        return {**frame, "jobs": {"x": {"runs-on": "ubuntu-24.04", "steps": document}}}
    return None


def test_zizmor_at_its_strictest() -> None:
    clean("zizmor", "--offline", "--pedantic", "--config", ".github/zizmor.yml", *map(str, ACTIONS), ".github")


def test_actionlint() -> None:
    workflows = {str(path.relative_to(ROOT)): path.read_text() for path in WORKFLOWS}
    documents = {name: whole(yaml.safe_load(text)) for name, text in snippets()}
    shown = {f"{name}.yml": yaml.safe_dump(workflow) for name, workflow in documents.items() if workflow is not None}
    assert len(shown) >= 5
    assert actionlint(workflows | shown) == []


def test_workflows_and_actions_fit_their_schemas() -> None:
    clean("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *map(str, WORKFLOWS))
    clean("check-jsonschema", "--builtin-schema", "vendor.github-actions", *map(str, ACTIONS))
    clean("check-jsonschema", "--builtin-schema", "vendor.dependabot", ".github/dependabot.yml")
    clean("check-jsonschema", "--builtin-schema", "vendor.circle-ci", "examples/ci/circleci.yml")
    clean(
        "check-jsonschema",
        "--builtin-schema",
        "vendor.azure-pipelines",
        "--regex-variant",
        "python",
        "examples/ci/azure-pipelines.yml",
    )


def test_the_dockerfile() -> None:
    clean("hadolint", "--failure-threshold", "warning", "Dockerfile")


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_shell_scripts(path: Path) -> None:
    clean("shellcheck", str(path))


@pytest.mark.parametrize("path", [*WORKFLOWS, ROOT / "setup" / "action.yml"], ids=lambda path: path.name)
def test_shell_in_workflows(path: Path) -> None:
    for run in runs(yaml.safe_load(path.read_text())):
        clean("shellcheck", "--shell=bash", "-", told=run)


def test_yaml() -> None:
    clean("yamllint", "--strict", ".")


@pytest.mark.parametrize(("name", "text"), snippets(), ids=[name for name, _ in snippets()])
def test_yaml_of_the_documents(name: str, text: str, tmp_path: Path) -> None:
    clean("yamllint", "--strict", "-c", ".yamllint.yml", "-", told=text)
    document = yaml.safe_load(text)
    workflow = whole(document)
    if workflow is not None:
        path = tmp_path / ".github" / "workflows" / "workflow.yml"
        path.parent.mkdir(parents=True)
        is_whole = text.startswith("name:") and workflow == whole(workflow)
        path.write_text(text if is_whole else yaml.safe_dump(workflow))  # a whole one has comments for zizmor
        clean("check-jsonschema", "--builtin-schema", "vendor.github-workflows", str(path))
        clean("zizmor", "--offline", "--config", str(ROOT / ".github" / "zizmor.yml"), str(path))
    for run in runs(document):
        clean("shellcheck", "--shell=bash", "-", told=run)


def test_a_linter_that_finds_something_fails(tmp_path: Path) -> None:
    """That the tools are what they say, and look."""
    with pytest.raises(AssertionError, match="SC2086"):
        clean("shellcheck", "--shell=bash", "-", told="rm $1\n")
    with pytest.raises(AssertionError, match="DL3007"):
        (tmp_path / "Dockerfile").write_text("FROM debian:latest\n")
        clean("hadolint", str(tmp_path / "Dockerfile"))
    wrong = (
        "on: push\njobs:\n  x:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo ${{ steps.no.outputs.x }}\n"
    )
    assert [line.partition(": ")[0] for line in actionlint({"x.yml": wrong})] == ["x.yml:6:23"]
