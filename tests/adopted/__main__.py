"""``./dev adopted [PROJECT …]``: switches the gate on for real projects from the package index, one after another.

Exits 1 when one of them is not green after ``headway adopt``, or does not turn red on a planted fault as the list says.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from adopted.trying import faults, read_entries, try_it


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="./dev adopted", description=__doc__)
    parser.add_argument("projects", nargs="*", metavar="PROJECT", help="all of tests/adopted/projects.yml without one")
    parser.add_argument("--transcripts", action="store_true", help="show what was printed")
    given = parser.parse_args()
    entries = [entry for entry in read_entries() if not given.projects or entry.name in given.projects]
    if set(given.projects) - {entry.name for entry in entries}:
        parser.error(f"projects are: {', '.join(entry.name for entry in read_entries())}")
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    cache = Path(os.environ.get("HEADWAY_CENSUS") or os.path.join(home, "headway-census"))
    status = 0
    with tempfile.TemporaryDirectory(prefix="hw-adopted-") as place:
        for entry in entries:
            began = time.monotonic()
            try:
                tried = try_it(entry, cache, Path(place))
            except RuntimeError as error:
                print(f"{entry.name}: {error}", flush=True)
                status = 2
                continue
            wrong = faults(entry, tried)
            status = max(status, bool(wrong))
            end = "stays red" if entry.stays else "green"
            verdict = "; ".join(wrong) or f"{end}; red for {', '.join(tried.red)}"
            print(f"{entry.name:12} {verdict} ({time.monotonic() - began:.0f} s)", flush=True)
            if given.transcripts or wrong:
                print("    " + tried.transcript.replace("\n", "\n    "), flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
