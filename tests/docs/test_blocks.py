"""Every block of code of the documents is run, or checked, by a test; those that no other file runs are run here."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import typer.main
import yaml

from docs import generated
from docs.schema_tables import keys
from docs.test_docs import DOCUMENTS, blocks
from docs.test_walkthroughs import walk
from fixtures.programs import ROOT, Program
from headway.commands.commandline import VERBS, CommandLine
from headway.config.policy import load_policy
from headway.lint.suppress import read_suppressions
from headway_cli.app import program
from headway_cli.main import arranged, find_verb

RUN_BY = {
    "README.md": {
        "console": "test_docs.py::test_the_two_commands_are_there",
        "text": "test_docs.py::test_the_transcript_of_the_readme",
        "yaml": "test_docs.py::test_the_workflow_of_the_readme_uses_inputs_that_exist",
    },
    "CONTRIBUTING.md": {"console": "test_blocks.py::test_the_commands_of_contributing_are_those_of_dev"},
    "ARCHITECTURE.md": {"": "../architecture/test_rooms.py::test_the_rooms_are_as_drawn"},
    "action.md": {
        "console": "../action/test_image.py::test_plain_docker_without_root_without_rights",
        "yaml": "test_docs.py::test_snippets_give_the_action_inputs_that_exist",
    },
    "cli.md": {"text": "test_docs.py::test_the_reference_of_the_command_line_is_the_programs"},
    "configuration.md": {
        "yaml": "test_blocks.py::test_the_whole_policy_is_one_and_has_every_key",
        "toml": "test_blocks.py::test_the_policy_in_pyproject_is_one",
    },
    "from-alembic.md": {
        "console": "test_blocks.py::test_from_alembic_and_back",
        "yaml": "test_blocks.py::test_commands_can_be_parsed",
    },
    "gate.md": {
        "console": "test_blocks.py::test_sizes_as_shown",
        "python": "test_blocks.py::test_the_comment_that_accepts_a_finding_is_one",
        "yaml": "test_docs.py::test_the_policy_of_the_docs_is_one",
    },
    "listings.md": {"json": "../compat/test_json.py::DOCUMENT"},
    "past.md": {
        "console": "test_walkthroughs.py::test_a_project_with_a_past",
        "yaml": "test_walkthroughs.py::test_the_policies_of_a_past_are_policies",
    },
    "plan-and-apply.md": {"console": "test_blocks.py::test_plan_and_apply_as_shown"},
    "reports.md": {"yaml": "test_reports.py::test_the_snippets_are_yaml"},
    "start.md": {
        "console": "test_walkthroughs.py::test_from_nothing_to_a_gate",
        "python": "test_walkthroughs.py::test_from_nothing_to_a_gate",
        "sh": "test_blocks.py::test_what_is_installed_has_the_extras",
    },
    "when-a-run-stops.md": {
        "console": "test_stops.py::test_the_page_is_walked",
        "python": "test_stops.py::test_the_page_is_walked",
        "text": "test_stops.py::test_a_revision_that_fails_half_way",
    },
}
"""Which test runs, or checks, the blocks of a document; by language."""


def text_of(name: str) -> str:
    return (ROOT / "docs" / name).read_text()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_block_is_run_or_checked(document: Path) -> None:
    fences = re.findall(r"^ *```(\w*)", document.read_text(), re.M)
    tests = RUN_BY.get(document.name, {})
    assert set(fences[::2]) == set(tests)
    for named in tests.values():
        file, _, name = named.partition("::")
        assert re.search(rf"^(def )?{name}\b", (Path(__file__).parent / file).read_text(), re.M), named


# -- commands --------------------------------------------------------------------------------------------------


def commands(text: str) -> list[str]:
    """What begins with the program's name and a verb: in transcripts, scripts and workflows, and within sentences."""
    lines = []
    for language, mark in (("console", r"\$ "), ("sh", ""), ("yaml", " *(?:- )?(?:run: )?")):
        fences = "\n".join(re.findall(rf"^ *```{language}\n(.*?)^ *```", text, re.M | re.S))
        lines += re.findall(rf"^{mark}(headway [a-z].*)$", fences, re.M)
    sentences = re.sub(r"^ *```.*?^ *```", "", text, flags=re.M | re.S)
    spans = re.findall(r"(?<!`)`(headway [a-z]\w+[^`]*)`(?!`)", sentences)
    return [re.sub(r" +# .*", "", one) for one in [*lines, *spans]]


def parse(command: str) -> None:
    """Has the program's own parsers take a command apart; they end the program when they cannot.

    A verb alone, as sentences name it, is only looked up.
    """
    _, *words = shlex.split(command.replace("\n", " "))
    verb = find_verb(words)
    assert verb is not None
    words = arranged(words, verb)
    if words == [verb] and verb in VERBS:
        return
    if verb in VERBS:
        CommandLine().parser.parse_args(words)
        return
    group: Any = typer.main.get_command(program())
    name, found, rest = group.resolve_command(group.make_context("headway", words), words)
    if rest:
        found.make_context(name, rest)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_commands_can_be_parsed(document: Path) -> None:
    for command in commands(document.read_text()):
        try:
            parse(command)
        except Exception as error:
            pytest.fail(f"{command}: {error}")
        except SystemExit:
            pytest.fail(command)


def test_a_command_that_is_none_is_found() -> None:
    assert commands("`headway deploy`\n```console\n$ headway lint --nowhere\n```\n") == [
        "headway lint --nowhere",
        "headway deploy",
    ]
    for command in ("headway deploy", "headway lint --nowhere", "headway upgrade head --nowhere"):
        with pytest.raises((Exception, SystemExit)):
            parse(command)


def test_the_commands_of_contributing_are_those_of_dev() -> None:
    usage = (ROOT / "dev").read_text().split("USAGE")[1]
    used = re.findall(r"^\$ \./dev (\w+)", (ROOT / "CONTRIBUTING.md").read_text(), re.M)
    assert used
    assert all(f"\n  {name} " in usage for name in used)


def test_what_is_installed_has_the_extras() -> None:
    known = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    named = [extra for path in DOCUMENTS for extra in re.findall(r"(?:headway|\.)\[([\w,]+)\]", path.read_text())]
    assert len(named) > 4
    assert {one for extras in named for one in extras.split(",")} <= set(known)


def test_from_alembic_and_back(storefront: Path, headway: Program) -> None:
    assert walk("from-alembic.md", storefront, headway) == 8


def test_plan_and_apply_as_shown(storefront: Path, headway: Program) -> None:
    (shown,) = blocks(text_of("plan-and-apply.md"), "console")
    plan, apply = (shlex.split(line.removeprefix("$ headway ")) for line in shown.splitlines())
    env = {"DATABASE_URL": "sqlite:///storefront.db"}
    assert headway(*plan, cwd=storefront, env=env).code == 0
    digest = json.loads((storefront / "plan.json").read_text())["digest"]
    apply = [digest if word == "sha256:…" else word for word in apply]
    done = headway(*apply, cwd=storefront, env=env)
    assert done.code == 0, done.err
    assert headway("current", "--check-heads", cwd=storefront).code == 0


def test_sizes_as_shown(storefront: Path, headway: Program) -> None:
    (shown,) = blocks(text_of("gate.md"), "console")
    assert headway("upgrade", "head", cwd=storefront).code == 0
    done = headway(*shlex.split(shown)[2:], cwd=storefront, env={"PRODUCTION_URL": "sqlite:///storefront.db"})
    assert done.code == 0, done.err
    (storefront / ".headway.yml").write_text("tables: sizes.yml\n")
    assert "orders" in load_policy(str(storefront)).tables


def test_the_comment_that_accepts_a_finding_is_one() -> None:
    (shown,) = blocks(text_of("gate.md"), "python")
    (found,) = read_suppressions(shown.splitlines(keepends=True))
    assert found.reason
    assert found.until is not None


# -- configuration ---------------------------------------------------------------------------------------------


def test_the_whole_policy_is_one_and_has_every_key(tmp_path: Path) -> None:
    schema = json.loads((ROOT / "engine" / "headway" / "config" / "policy.schema.json").read_text())
    (shown,) = blocks(text_of("configuration.md"), "yaml")
    (tmp_path / ".headway.yml").write_text(shown)
    policy = load_policy(str(tmp_path))
    assert policy.start == "schema.sql"
    document = yaml.safe_load(shown)
    jsonschema.validate(json.loads(json.dumps(document, default=str)), schema)
    there = set(places(document))
    assert [place for place, _, _ in keys(schema) if place.replace("…", "*") not in there] == []


def places(value: Any, at: str = "") -> list[str]:
    """Where something stands in a document, as the table of keys names it; any name counts as ``*`` as well."""
    if isinstance(value, list):
        return [place for item in value for place in places(item, f"{at}[]")]
    if not isinstance(value, dict):
        return []
    found = []
    for key, item in value.items():
        for name in (str(key), "*"):
            place = f"{at}.{name}" if at else name
            found += [place, *places(item, place)]
    return found


def test_the_policy_in_pyproject_is_one(tmp_path: Path) -> None:
    (shown,) = blocks(text_of("configuration.md"), "toml")
    (tmp_path / "pyproject.toml").write_text(shown)
    policy = load_policy(str(tmp_path))
    assert policy.severities == {"DWN001": "error"}
    assert policy.targets["production"].lock_timeout == 60


def test_the_variables_are_read_somewhere() -> None:
    source = "".join(path.read_text() for top in ("engine", "entrypoint") for path in (ROOT / top).rglob("*.py"))
    assert [name for name in generated.VARIABLES if f'"{name}"' not in source] == []


# -- what is claimed of tests ----------------------------------------------------------------------------------


def test_the_tests_of_promises_are_there() -> None:
    table = (ROOT / "docs" / "security.md").read_text().split("## Promises and their tests")[1]
    named = re.findall(r"^\| .+ \| (tests/\S+\.py) \|$", table, re.M)
    assert len(named) == len(table.strip().splitlines()) - 2 > 15
    for path in named:
        assert re.search(r"^(async )?def test_", (ROOT / path).read_text(), re.M), path


def test_what_is_tested_where_is_as_the_workflow_says() -> None:
    matrix = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())["jobs"]["versions"]["strategy"][
        "matrix"
    ]
    text = text_of("compatibility.md")
    assert f"| Python {', '.join(matrix['python'])} |" in text
    assert f"| SQLAlchemy {', '.join(matrix['sqlalchemy'])} |" in text
    (peer,) = re.findall(r'"alembic==([\d.]+)"', (ROOT / "pyproject.toml").read_text())
    assert f"| Alembic {peer} |" in text
