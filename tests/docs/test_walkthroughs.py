"""The walkthroughs are walked: each console block is run in order, and prints what it shows.

``…`` in a shown line stands for anything; ``[1]`` behind a command's output is its exit code.
"""

from __future__ import annotations

import re
import shlex
import sqlite3
import subprocess
from pathlib import Path

import pytest
import yaml

from docs.test_docs import ROOT, blocks, without_times
from fixtures.programs import Done, Program, run_program
from headway.config.policy import load_policy

_BLOCK = re.compile(r"^```(?P<kind>console|python file=(?P<file>\S+))\n(?P<text>.*?)^```", re.M | re.S)


@pytest.fixture
def shop(storefront: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example in a repository of its own, without a policy."""
    for name in ("GITHUB_EVENT_NAME", "GITHUB_BASE_REF", "CI_COMMIT_BRANCH", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME"):
        monkeypatch.delenv(name, raising=False)
    (storefront / ".headway.yml").unlink()
    for command in ("init -q -b main", "add -A", "commit -q -m shop"):
        git(storefront, *command.split())
    return storefront


def git(place: Path, *arguments: str) -> str:
    who = ("-c", "user.name=a", "-c", "user.email=a@b")
    return subprocess.run(["git", *who, *arguments], cwd=place, check=True, capture_output=True, text=True).stdout


def walk(document: str, place: Path, headway: Program, *, chapters: str = "") -> int:
    """Runs the commands of a document; returns how many there were.

    ``chapters`` is a pattern of the headings below which to walk; by default all of them.
    """
    count = 0
    text = (ROOT / "docs" / document).read_text()
    assert "```python\n" not in text, "a file without a name, which nobody writes"
    parts = re.split(r"^(?=#+ )", text, flags=re.M) if chapters else [text]
    parts = [part for part in parts if re.match(f"#+ (?:{chapters})", part)]
    for block in (block for part in parts for block in _BLOCK.finditer(part)):
        if block["file"]:
            (place / block["file"]).write_text(block["text"])
            continue
        for shown in re.split(r"^(?=\$ )", block["text"], flags=re.M)[1:]:
            command, _, expected = shown.removeprefix("$ ").partition("\n")
            code = re.search(r"^\[(\d+)\]\n\Z", expected, re.M)
            done = run(shlex.split(command), place, headway)
            assert done.code == int(code[1] if code else 0), done.out + done.err
            compare(done.out + said(done), expected[: code.start()] if code else expected)
            count += 1
    return count


def run(command: list[str], place: Path, headway: Program) -> Done:
    if command[0] == "headway":
        return headway(*command[1:], cwd=place)
    if command[0] == "alembic":
        return run_program(*command, cwd=place)
    if command[0] == "sqlite3":
        _, file, sql = command
        with sqlite3.connect(place / file) as connection:
            connection.execute(sql)
        return Done(0, "", "")
    assert command[0] == "git"
    return Done(0, git(place, *command[1:]), "")


def said(done: Done) -> str:
    """What the program says of itself on standard error, without its progress and the project's log."""
    return "".join(f"{line}\n" for line in done.err.splitlines() if line.startswith(("FAILED:", "headway: ")))


def compare(out: str, expected: str) -> None:
    found, shown = without_times(out).splitlines(), without_times(expected).splitlines()
    for one, other in zip(found, shown, strict=True):
        assert re.fullmatch(re.escape(other).replace("…", ".*"), one), f"\n{out}"


def test_from_nothing_to_a_gate(shop: Path, headway: Program) -> None:
    assert walk("start.md", shop, headway) == 7


def test_a_project_with_a_past(shop: Path, headway: Program) -> None:
    models = shop / "storefront" / "models.py"
    column = 'currency: Mapped[str] = mapped_column(String(3), server_default="EUR")'
    assert column in models.read_text()
    models.write_text(models.read_text().replace(column, f"{column}\n    note: Mapped[str | None]"))
    assert walk("past.md", shop, headway) == 6


def test_the_policies_of_a_past_are_policies(tmp_path: Path) -> None:
    found = blocks((ROOT / "docs" / "past.md").read_text(), "yaml")
    assert len(found) == 5
    for text in found:
        (tmp_path / ".headway.yml").write_text(text)
        assert load_policy(str(tmp_path)) != load_policy(str(tmp_path / "nowhere"))
        assert yaml.safe_load(text)
