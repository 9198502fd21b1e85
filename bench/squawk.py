"""How long lint takes beside squawk: ``python bench/squawk.py SQUAWK [--revisions 1000]``.

A team that has revisions and no SQL needs Alembic to render them before squawk can read anything, so both are measured:
squawk on SQL that is there, and Alembic with squawk behind it. Whole processes in turn, cold revision files, medians.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import lint

ENV = """from alembic import context

context.configure(url=context.config.get_main_option("sqlalchemy.url"))
with context.begin_transaction():
    context.run_migrations()
"""


def main() -> None:
    """Prints the medians, and what headway takes of each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("squawk", help="the program")
    parser.add_argument("--revisions", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as place:
        project = Path(place) / "history"
        lint.write(project, given.revisions)
        (project / "m" / "env.py").write_text(ENV)
        script = project / "all.sql"
        alembic = [sys.executable, "-m", "alembic", "upgrade", "head", "--sql"]
        squawk = [given.squawk, "--pg-version", "16", str(script)]
        times: dict[str, list[float]] = {"squawk": [], "Alembic and squawk": [], "headway lint --all": []}
        lint.run(project, "lint", "--all")
        for _ in range(given.rounds):
            rendering = seconds(alembic, project, script)
            reading = seconds(squawk, project, None)
            times["squawk"].append(reading)
            times["Alembic and squawk"].append(rendering + reading)
            times["headway lint --all"].append(lint.run(project, "lint", "--all"))
    found = {name: statistics.median(values) for name, values in times.items()}
    for name, taken in found.items():
        print(f"{name:20} {taken:7.3f}s   headway/this {found['headway lint --all'] / taken:5.2f}")


def seconds(command: list[str], project: Path, output: Path | None) -> float:
    """Of one process, whose output goes into a file, or nowhere."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with open(output or os.devnull, "wb") as out:
        started = time.perf_counter()
        done = subprocess.run(command, cwd=project, env=environment, stdout=out, stderr=subprocess.PIPE, check=False)
        taken = time.perf_counter() - started
    assert done.returncode in (0, 1), done.stderr.decode()
    return taken


if __name__ == "__main__":
    main()
