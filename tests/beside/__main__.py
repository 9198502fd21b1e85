"""``./dev squawk SQUAWK``: what squawk and headway find in the same histories, by kind of finding.

Alembic renders the SQL of every revision that it can render offline, squawk reads that, and headway reads the revision.
SQUAWK is its program: ``pip install squawk-cli``. The revisions are imported and run, offline.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

import yaml

from headway.lint.squawk import SQUAWK
from judged.histories import History, read_histories, unpack

HERE = Path(__file__).parent


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="./dev squawk", description=__doc__)
    parser.add_argument("squawk", help="the program")
    parser.add_argument(
        "--only", action="store_true", help="list each revision where squawk alone speaks of what a rule answers"
    )
    given = parser.parse_args()
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    cache = Path(os.environ.get("HEADWAY_CENSUS") or os.path.join(home, "headway-census"))
    rules: dict[str, str] = yaml.safe_load((HERE / "rules.yml").read_text(encoding="utf-8"))
    both: dict[str, set[tuple[str, str]]] = defaultdict(set)
    theirs: dict[str, set[tuple[str, str]]] = defaultdict(set)
    ours: dict[str, set[tuple[str, str]]] = defaultdict(set)
    revisions = 0
    for history in read_histories():
        if history.database != "postgresql":
            continue
        with tempfile.TemporaryDirectory() as folder:
            place = unpack(history, cache)
            rendered = render(history, place, folder)
            revisions += len(rendered)
            there = squawk(given.squawk, folder)
            here = headway(place, rendered)
        for revision in rendered:
            key, codes = (history.name, revision), set(here[revision])
            answered: set[str] = set()
            for rule in there[revision]:
                answers = set(SQUAWK.get(rule, ()))
                (both if answers & codes else theirs)[rule].add(key)
                answered |= answers
            for code in codes - answered:
                ours[code].add(key)
    print(f"{revisions} revisions of PostgreSQL histories that Alembic renders\n")
    print(f"{'squawk':46} {'both':>5} {'squawk alone':>13}   answered by, or why not")
    for rule in sorted({*both, *theirs}, key=lambda rule: -len(both[rule]) - len(theirs[rule])):
        answer = ", ".join(SQUAWK.get(rule, ())) or rules[rule]
        print(f"{rule:46} {len(both[rule]):5} {len(theirs[rule]):13}   {answer}")
        listed = given.only and rule in SQUAWK
        for project, revision in sorted(theirs[rule]) if listed else ():
            print(f"    {project} {revision}")
    print(f"\n{'headway alone':46} {'revisions':>5}")
    for code, keys in sorted(ours.items(), key=lambda pair: -len(pair[1])):
        print(f"{code:46} {len(keys):5}")
    return 0


def render(history: History, place: Path, folder: str) -> list[str]:
    """The ids of the revisions that Alembic renders, whose SQL then lies in the folder."""
    command = [sys.executable, "-m", "beside.rendering", str(place), history.versions, folder]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=600, check=False)
    return done.stdout.split()


def squawk(program: str, folder: str) -> dict[str, list[str]]:
    """What squawk finds, by revision."""
    found: dict[str, list[str]] = defaultdict(list)
    files = sorted(str(path) for path in Path(folder).glob("*.sql"))
    if not files:
        return found
    command = [program, "--reporter", "json", "--pg-version", "16", "--assume-in-transaction", *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    for one in json.loads(done.stdout or "[]"):
        found[Path(one["file"]).stem].append(one["rule_name"])
    return found


def headway(place: Path, revisions: list[str]) -> dict[str, list[str]]:
    """What headway finds, by revision."""
    command = [sys.executable, "-m", "headway_cli", "lint", "--all", "--format", "json"]
    done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)
    found: dict[str, list[str]] = {revision: [] for revision in revisions}
    for one in json.loads(done.stdout)["findings"]:
        found.setdefault(one["revision"], []).append(one["code"])
    return found


if __name__ == "__main__":
    raise SystemExit(main())
