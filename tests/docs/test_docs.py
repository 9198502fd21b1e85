"""What the documents show is what happens: transcripts, snippets, tables and links."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import yaml

from docs import generated
from docs.reference import reference
from fixtures.programs import ROOT, Program
from headway import errors
from headway.config.policy import load_policy
from headway.scratch.kept import MOST
from headway_cli.action.inputs import read_inputs

DOCUMENTS = [ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md")]
DOCUMENTS += sorted((ROOT / "docs").glob("*.md"))
README = (ROOT / "README.md").read_text()
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())


NUMBERS = {8: "eight"}


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.M | re.S)


def without_times(text: str) -> str:
    return re.sub(r"\d+\.\d\d s", "0.00 s", text)


def test_the_transcript_of_the_readme(headway: Program) -> None:
    command = re.search(r"`headway (ci [^`]*)` on \[(\S+)\]", README)
    assert command is not None
    done = headway(*shlex.split(command[1]), cwd=ROOT / command[2])
    (shown,) = blocks(README, "text")
    assert without_times(done.out) == without_times(shown)
    assert done.code == 1


def test_the_workflow_of_the_readme_uses_inputs_that_exist(tmp_path: Path) -> None:
    (snippet,) = blocks(README, "yaml")
    steps = yaml.safe_load(snippet)["jobs"]["migrations"]["steps"]
    given = next(step["with"] for step in steps if step["uses"].startswith("headway-migrations/"))
    assert set(given) <= set(ACTION["inputs"])
    environment = {f"INPUT_{name.upper()}": str(value) for name, value in given.items()}
    assert read_inputs({**environment, "GITHUB_WORKSPACE": str(tmp_path)}).scratch == ("postgresql",)


def test_the_two_commands_are_there() -> None:
    assert "$ ./dev demo\n$ ./dev test\n" in README


def test_the_exit_codes_are_the_programs() -> None:
    shown = set(re.findall(r"^\| (\d+|128\+N) \|", README, re.M))
    classes = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, Exception)]
    assert shown == {str(kind.exit_code) for kind in classes} | {"0", "70", "128+N"}
    tree = dict(re.findall(r"(\w+) +(\d+) ", errors.__doc__ or ""))
    assert tree == {kind.__name__: str(kind.exit_code) for kind in classes if kind is not errors.HeadwayError}


def test_the_policy_of_the_docs_is_one(tmp_path: Path) -> None:
    shown, _ = blocks((ROOT / "docs" / "gate.md").read_text(), "yaml")
    (tmp_path / ".headway.yml").write_text(shown)
    policy = load_policy(str(tmp_path))
    assert policy.expected_heads == 1
    assert policy.targets["production"].lock_timeout == 60
    assert policy.ignores[0].code == "DST001"


def test_the_cache_of_the_docs_can_be_asked_for(storefront: Path, headway: Program) -> None:
    _, shown = blocks((ROOT / "docs" / "gate.md").read_text(), "yaml")
    cache, run = yaml.safe_load(shown)
    env = {"CI": "true", "GITHUB_REF": "refs/pull/1/merge", "HEADWAY_NO_CACHE": ""}
    done = headway(*shlex.split(run["run"])[1:], "--stages", "replay", "--scratch", "sqlite", cwd=storefront, env=env)
    assert done.code == 0, done.err
    assert list((storefront / cache["with"]["path"]).glob("*/entry.json"))
    assert f"The {NUMBERS[MOST]} that were used last" in (ROOT / "docs" / "gate.md").read_text()


def test_the_settings_of_the_policy_schema_are_those_that_are_read(tmp_path: Path) -> None:
    import json

    schema = json.loads((ROOT / "engine" / "headway" / "config" / "policy.schema.json").read_text())
    (tmp_path / ".headway.yml").write_text("nonsense: 1\n")
    with pytest.raises(errors.ConfigError) as caught:
        load_policy(str(tmp_path))
    known = re.search(r"known are ([\w, ]+)", caught.value.message)
    assert known is not None
    assert set(known[1].split(", ")) == set(schema["properties"])


def test_the_reference_of_the_command_line_is_the_programs() -> None:
    """python tests/docs/reference.py > docs/cli.md"""
    assert (ROOT / "docs" / "cli.md").read_text() == reference()


GENERATED = generated.generated()


@pytest.mark.parametrize("path", GENERATED, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_is_made_of_action_yml_is_as_it_is(path: Path) -> None:
    """python tests/docs/generated.py"""
    assert path.read_text() == GENERATED[path]


def test_the_tables_of_the_action_name_everything() -> None:
    text = generated.PAGE.read_text()
    assert all(f"| `{name}` |" in text for name in (*ACTION["inputs"], *ACTION["outputs"]))


def test_the_action_of_a_command_takes_what_the_program_takes() -> None:
    known = {name for _, inputs in generated.COMMANDS.values() for name in inputs}
    assert known <= set(ACTION["inputs"])


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_snippets_give_the_action_inputs_that_exist(document: Path) -> None:
    for shown in blocks(document.read_text(), "yaml"):
        for given in re.findall(r"uses: headway-migrations/headway@.*?\n(\s+)with:\n((?:\1\s+.*\n)+)", shown):
            names = yaml.safe_load("with:\n" + given[1])["with"]
            assert set(names) <= set(ACTION["inputs"]), names


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", document.read_text()):
        if not target.startswith("http"):
            assert (document.parent / target).exists(), target


@pytest.mark.parametrize("path", sorted((ROOT / ".github" / "workflows").glob("*.yml")), ids=lambda path: path.name)
def test_workflows_pin_what_they_use_and_ask_for_little(path: Path) -> None:
    workflow = yaml.safe_load(path.read_text())
    assert workflow["permissions"] == {"contents": "read"}
    for job in workflow["jobs"].values():
        for step in job["steps"]:
            uses = step.get("uses", "./")
            assert uses == "./" or re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", uses)
            if "checkout" in uses:
                assert step["with"]["persist-credentials"] is False
