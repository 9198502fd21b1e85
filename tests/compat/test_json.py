"""``--format json``: one document on standard output, in the shapes that docs/listings.md shows."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from compat.gallery import DRAWINGS
from compat.histories import draw
from compat.peers import HEADWAY
from compat.projects import lay_out
from compat.test_read_only import set_rows
from fixtures.programs import ROOT, Program

DOCUMENT = (ROOT / "docs" / "listings.md").read_text()

TEXTS = {"type": "array", "items": {"type": "string"}}
REVISION = {
    "revision": {"type": "string"},
    "down_revisions": TEXTS,
    "depends_on": TEXTS,
    "branch_labels": TEXTS,
    "is_head": {"type": "boolean"},
    "is_branch_point": {"type": "boolean"},
    "is_merge_point": {"type": "boolean"},
    "doc": {"type": "string"},
    "path": {"type": "string"},
}


def exactly(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": [*properties], "additionalProperties": False}


def listing(key: str, items: dict[str, Any]) -> dict[str, Any]:
    return exactly({"schema": {"const": "headway/listing/1"}, key: {"type": "array", "items": items}})


SHAPES = {
    "heads": listing("heads", exactly(REVISION)),
    "branches": listing("branches", exactly({**REVISION, "branches_into": TEXTS})),
    "history": listing("history", exactly({**REVISION, "is_current": {"type": "boolean"}})),
    "show heads": listing("revisions", exactly(REVISION)),
    "current": listing("current", {"type": "string"}),
    "list_templates": listing("templates", exactly({"name": {"type": "string"}, "description": {"type": "string"}})),
}
FAILURE = exactly(
    {"schema": {"const": "headway/listing/1"}, "error": {"type": "string"}, "exit_code": {"type": "integer"}}
)


@pytest.mark.parametrize("name", DRAWINGS)
def test_the_shapes(name: str, tmp_path: Path) -> None:
    history = draw(DRAWINGS[name])
    lay_out(tmp_path, history)
    set_rows(tmp_path / "app.db", [row.id for row in history[:1]])
    for command, shape in SHAPES.items():
        said = HEADWAY(*command.split(), "--format", "json", cwd=tmp_path)
        assert said.code == 0, said.err
        jsonschema.validate(json.loads(said.out), shape)


@pytest.mark.parametrize("command", ["heads", "branches", "history", "current"])
def test_json_tells_what_the_text_tells(command: str, tmp_path: Path) -> None:
    lay_out(tmp_path, draw(DRAWINGS["the transcript of the manual"]))
    set_rows(tmp_path / "app.db", ["dddd00000001", "cccc00000001"])
    text = HEADWAY(command, cwd=tmp_path).out
    document = json.loads(HEADWAY(command, "--format", "json", cwd=tmp_path).out)
    ids = [one if isinstance(one, str) else one["revision"] for one in document[command]]
    assert ids == re.findall(r"^(?:.* -> )?(\w+)(?= \(| *$|,)", text.replace("             -> ", "  + "), re.M)


def test_history_marks_the_current_revisions(tmp_path: Path) -> None:
    lay_out(tmp_path, draw(DRAWINGS["linear"]))
    set_rows(tmp_path / "app.db", ["bbbb02"])
    for arguments, marked in ((("-i",), ["bbbb02"]), ((), []), (("-r", "base:current"), ["bbbb02"])):
        document = json.loads(HEADWAY("history", "--format", "json", *arguments, cwd=tmp_path).out)
        assert [one["revision"] for one in document["history"] if one["is_current"]] == marked


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("show", "nothere"), 2, "nothere"),
        (("history", "-r", "nothere:"), 2, "nothere"),
        (("current", "--check-heads"), 1, "not on all head revisions"),
        (("-n", "missing", "heads"), 2, "[missing]"),
    ],
    ids=str,
)
def test_a_failure_is_one_document_too(arguments: tuple[str, ...], code: int, words: str, tmp_path: Path) -> None:
    lay_out(tmp_path, draw(DRAWINGS["linear"]))
    set_rows(tmp_path / "app.db", ["aaaa01"])
    said = HEADWAY(*arguments, "--format", "json", cwd=tmp_path)
    document = json.loads(said.out)
    jsonschema.validate(document, FAILURE)
    assert (said.code, document["exit_code"]) == (code, code)
    assert words in document["error"]
    assert said.err == f"FAILED: {document['error']}\n"


def test_the_document_shows_every_shape() -> None:
    shown = [json.loads(block) for block in re.findall(r"^```json\n(.*?)^```", DOCUMENT, re.M | re.S)]
    assert len(shown) == len(SHAPES) + 1
    for example, shape in zip(shown, [*SHAPES.values(), FAILURE], strict=True):
        jsonschema.validate(example, shape)


def test_what_env_py_prints_is_not_part_of_the_document(storefront: Path, headway: Program) -> None:
    env = storefront / "migrations" / "env.py"
    env.write_text(f"print('hello')\n{env.read_text()}")
    for arguments in (("current",), ("history", "-i")):
        done = headway(*arguments, "--format", "json", cwd=storefront)
        assert json.loads(done.out), arguments
        assert "hello" in done.err


def test_a_drawing_is_no_json(storefront: Path, headway: Program) -> None:
    done = headway("history", "--graph", "--format", "json", cwd=storefront)
    assert done.code == 2
    assert "Give one of the two" in done.err + done.out
