"""``./dev judged findings``, ``./dev judged revisions``: draws some from real histories, to be judged by hand.

What stands in findings.yml and revisions.yml was drawn with the seeds that stand there. ``--check`` lints the histories
again and tells which of the judged findings are there no more. 1 when one is gone that was right.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

import yaml

from judged.histories import HERE, Found, draw, findings, read_histories, revisions, unpack


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="./dev judged", description=__doc__)
    parser.add_argument("what", choices=["findings", "revisions"])
    parser.add_argument("--seed", type=int, default=30, help="which draw (default: 30, another than that of the files)")
    parser.add_argument("--count", type=int, default=30)
    parser.add_argument("--check", action="store_true", help="are the judged findings still found?")
    given = parser.parse_args()
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    cache = Path(os.environ.get("HEADWAY_CENSUS") or os.path.join(home, "headway-census"))
    places = {history.name: unpack(history, cache) for history in read_histories()}
    every: list[Found] = []
    for history in read_histories():
        looked = findings if given.what == "findings" else revisions
        every += looked(history, places[history.name])
    print(f"{len(every)} {given.what} of {len(places)} histories")
    if given.check:
        return check(every)
    for number, one in enumerate(draw(every, given.seed, given.count), 1):
        print(f"\n{number}. {one.project} {one.file}:{one.line} {one.code}\n   {one.message}")
        lines = (places[one.project] / one.file).read_text(encoding="utf-8").splitlines()
        shown = range(max(0, one.line - 3), min(len(lines), one.line + 3)) if one.line else range(len(lines))
        print("\n".join(f"   | {lines[place]}" for place in shown))
    return 0


def check(every: list[Found]) -> int:
    """Says which of the judged findings are there no more."""
    judged: dict[str, Any] = yaml.safe_load((HERE / "findings.yml").read_text(encoding="utf-8"))
    there = {one.key for one in every}
    gone = [
        entry
        for entry in judged["findings"]
        if "gone" not in entry and (entry["project"], entry["file"], entry["line"], entry["code"]) not in there
    ]
    for entry in gone:
        print(f"gone ({entry['verdict']}): {entry['project']} {entry['file']}:{entry['line']} {entry['code']}")
    return int(any(entry["verdict"] == "right" for entry in gone))


if __name__ == "__main__":
    raise SystemExit(main())
