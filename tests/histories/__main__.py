"""``./dev histories [PROJECT …]``: real histories, every verb given to headway and to Alembic on SQLite and PostgreSQL.

The histories are those of the census. Exits 1 when a verb ends, prints or leaves behind something else and no reason
is listed; 2 when a history could not be run.
"""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import ExitStack
from pathlib import Path

from census.databases import Servers
from census.projects import Project, fetch, read_projects
from histories.comparing import DATABASES, Compared, compare


def databases_of(project: Project) -> tuple[str, ...]:
    """Both, unless the history is written for one alone; where Alembic stops, headway has to stop at the same place."""
    return DATABASES if len(project.databases) > 1 else project.databases


def line(found: Compared) -> str:
    """One group of verbs in one line."""
    verdict = "different" if found.differences else "on purpose" if found.purposes else "same"
    stopped = f"; alembic stops at {found.reached or 'base'}: {found.stopped}" if found.stopped else ""
    why = f"; {', '.join(found.purposes)}" if found.purposes else ""
    ours, theirs = found.times
    times = f"headway {ours:.1f} s, alembic {theirs:.1f} s"
    return f"{found.project:12} {found.database:10} {found.group:9} {verdict:10} ({times}){why}{stopped}"


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="./dev histories", description=__doc__)
    parser.add_argument("projects", nargs="*", metavar="PROJECT", help="all of tests/census/projects.yml without one")
    given = parser.parse_args()
    wanted = [project for project in read_projects() if not given.projects or project.name in given.projects]
    if set(given.projects) - {project.name for project in wanted}:
        parser.error(f"projects are: {', '.join(project.name for project in read_projects())}")
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    cache = Path(os.environ.get("HEADWAY_CENSUS") or os.path.join(home, "headway-census"))
    status = 0
    with ExitStack() as stack:
        servers = Servers(stack)
        for project in wanted:
            try:
                place = fetch(project, cache)
                for database in databases_of(project):
                    for found in compare(project, place, database, servers.empty):
                        print(line(found), flush=True)
                        for difference in found.differences:
                            print("    " + difference.replace("\n", "\n    "), flush=True)
                            status = max(status, 1)
            except RuntimeError as error:
                print(f"{project.name}: {error}", flush=True)
                status = 2
    return status


if __name__ == "__main__":
    sys.exit(main())
