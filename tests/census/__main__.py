"""``./dev census [PROJECT …]``: runs histories on scratch databases and counts what was sent and was not read.

Exits 1 when a change was sent without a word in the reading, or when too little of what stands in the projects
themselves was read; 2 when a history could not be run.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from census.databases import Servers
from census.projects import Place, Project, fetch, read_projects
from census.table import is_good, table
from census.verdicts import Census, Reader, judge

TESTS = Path(__file__).resolve().parents[1]
LONGEST = 900
"""Seconds for one history on one database."""
_KEPT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH")


def take_census(project: Project, place: Place, database: str, url: str) -> Census:
    """Runs one history on one empty database and compares."""
    own = place.below(project.own)
    request = {
        "url": url,
        "versions": place.below(project.versions),
        "recursive": project.recursive,
        "path": [place.home, *place.needs],
        "own": own,
        "needs": place.needs,
        "env": project.env,
        "downgrade": project.downgrade,
    }
    with tempfile.TemporaryDirectory(prefix="hw-census-") as directory:
        asked, answered = os.path.join(directory, "request"), os.path.join(directory, "answer")
        Path(asked).write_text(json.dumps(request), encoding="utf-8")
        command = [sys.executable, "-P", "-m", "census.sending", asked, answered]
        places = [str(TESTS), str(TESTS.parent / "engine"), os.environ.get("PYTHONPATH", "")]
        kept = {name: value for name, value in os.environ.items() if name in _KEPT}  # what strangers may see
        environment = {**kept, "PYTHONPATH": os.pathsep.join(places), "HOME": directory}
        try:
            done = subprocess.run(
                command, env=environment, cwd=directory, capture_output=True, text=True, timeout=LONGEST, check=False
            )
        except subprocess.TimeoutExpired:
            return Census(project.name, database, broken=f"it took more than {LONGEST} seconds")
        if not os.path.exists(answered):
            return Census(project.name, database, broken=f"status {done.returncode}: {done.stderr[-2000:]}")
        recorded = json.loads(Path(answered).read_text(encoding="utf-8"))
    if "failed" in recorded:
        return Census(project.name, database, broken=recorded["failed"])
    reader = Reader(own, [place.home], project.databases, place.home)
    return judge(project.name, database, recorded, reader)


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="./dev census", description=__doc__)
    parser.add_argument("projects", nargs="*", metavar="PROJECT", help="all of tests/census/projects.yml without one")
    parser.add_argument("--ci", action="store_true", help="only those that are quick and need nothing from outside")
    parser.add_argument("-v", "--verbose", action="store_true", help="show what was reported, invented and failed")
    given = parser.parse_args()
    wanted = [p for p in read_projects() if (p.ci or not given.ci) and (not given.projects or p.name in given.projects)]
    if not wanted or set(given.projects) - {project.name for project in wanted}:
        parser.error(f"projects are: {', '.join(project.name for project in read_projects())}")
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    cache = Path(os.environ.get("HEADWAY_CENSUS") or os.path.join(home, "headway-census"))
    found: list[Census] = []
    with ExitStack() as stack:
        servers = Servers(stack)
        for project in wanted:
            try:
                place = fetch(project, cache)
            except RuntimeError as error:
                found.append(Census(project.name, "-", broken=str(error)))
                continue
            for database in project.databases:
                found.append(take_census(project, place, database, servers.empty(database)))
                said = found[-1].broken or f"{len(found[-1].verdicts)} changes"
                print(f"census: {project.name} on {database}: {said}", file=sys.stderr, flush=True)
    print(table(found, verbose=given.verbose))
    if any(census.broken for census in found):
        return 2
    return 0 if is_good(found) else 1


if __name__ == "__main__":
    sys.exit(main())
