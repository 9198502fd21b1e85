"""How long lint takes, beside ``heads`` on the same history: ``python bench/lint.py``. No peer does this work.

Whole processes, cold revision files, medians; see README.md.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import histories

HEADER = '"""{message}\n\nRevision ID: {id}\n"""\n\nfrom alembic import op\nimport sqlalchemy as sa\n\n# revision identifiers\n'
HEADER += "revision = {id!r}\ndown_revision = {down!r}\nbranch_labels = None\ndepends_on = None\n"
ASKS = 'op.alter_column("table_1", "email", nullable=False)'
"""What asks the history: whether the column took NULL before, and which tables its keys lead to."""


def main() -> int:
    """Prints the medians and what they must not exceed; 1 when one does."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as place:
        small, large = Path(place) / "1000", Path(place) / "5000"
        write(small, 1_000)
        baseline = write(large, 5_000)
        newest = f"m/versions/{run_to_text(large, 'heads').split()[0]}.py"
        asking = (large / newest).read_text()
        plain = asking.replace(ASKS, "")
        assert plain != asking
        committed = Path(place) / "committed"
        commit(large, committed, newest)
        (committed / newest).write_text(plain)
        times: dict[str, list[float]] = {
            "lint --all, 1,000": [],
            "lint --all, 5,000": [],
            "heads, 5,000": [],
            "one new, 5,000": [],
            "the same, by its path": [],
            "the same, by git": [],
            "one that asks, 5,000": [],
        }
        run(small, "lint", "--all")  # as an installed program, whose bytecode is there
        for _ in range(rounds):
            (large / ".headway.yml").unlink(missing_ok=True)
            times["lint --all, 1,000"].append(run(small, "lint", "--all"))
            times["lint --all, 5,000"].append(run(large, "lint", "--all"))
            times["heads, 5,000"].append(run(large, "heads"))
            (large / ".headway.yml").write_text(f"baseline: {baseline}\n")
            times["one that asks, 5,000"].append(run(large, "lint"))
            (large / newest).write_text(plain)
            times["one new, 5,000"].append(run(large, "lint"))
            (large / ".headway.yml").unlink()
            times["the same, by its path"].append(run(large, "lint", newest))
            times["the same, by git"].append(run(committed, "lint", "--base", "main"))
            (large / newest).write_text(asking)
    found = {name: statistics.median(values) for name, values in times.items()}
    heads = found["heads, 5,000"]
    targets = {
        "lint --all, 1,000": 2.0,
        "lint --all, 5,000": 5 * found["lint --all, 1,000"] * 1.1,
        "one new, 5,000": 2 * heads,
        "the same, by its path": 2 * heads,
        "one that asks, 5,000": 2 * heads,
    }
    for name, seconds in found.items():
        target = targets.get(name)
        verdict = "" if target is None else f"≤ {target:.3f}s {'ok' if seconds <= target else 'over'}"
        print(f"{name:22} {seconds:7.3f}s {verdict}")
    return int(any(found[name] > target for name, target in targets.items()))


def write(project: Path, count: int) -> str:
    """Writes a history; returns the revision below its head. The head adds a column, and asks for what another was before."""
    versions = project / "m" / "versions"
    versions.mkdir(parents=True)
    (project / "alembic.ini").write_text("[alembic]\nscript_location = %(here)s/m\nsqlalchemy.url = postgresql://x/y\n")
    revisions = histories.linear(count)
    for revision in revisions:
        down = revision.parents[0] if revision.parents else None
        head = HEADER.format(message=revision.message, id=revision.id, down=down)
        bodies = {"upgrade": revision.upgrade, "downgrade": revision.downgrade}
        if revision is revisions[-1]:
            bodies["upgrade"] = f'op.add_column("table_2", sa.Column("note", sa.Text()))\n{ASKS}'
            bodies["downgrade"] = 'op.drop_column("table_2", "note")'
        functions = "".join(f"\n\ndef {name}():\n{indented(body)}\n" for name, body in bodies.items())
        (versions / f"{revision.id}.py").write_text(head + functions)
    return revisions[-2].id


def commit(project: Path, place: Path, newest: str) -> None:
    """Copies a project into a repository where a branch adds the newest revision to ``main``."""
    shutil.copytree(project, place, ignore=shutil.ignore_patterns("__pycache__"))
    left_out = (place / newest).read_text()
    (place / newest).unlink()
    who = ["-c", "user.name=bench", "-c", "user.email=bench@example.com"]
    for arguments in (["init", "-q", "-b", "main"], ["add", "-A"], [*who, "commit", "-qm", "released"]):
        subprocess.run(["git", *arguments], cwd=place, check=True)
    subprocess.run(["git", "checkout", "-qb", "branch"], cwd=place, check=True)
    (place / newest).write_text(left_out)


def indented(text: str) -> str:
    """A body as it stands in a function."""
    return "\n".join(f"    {line}" for line in text.splitlines())


def run(project: Path, *arguments: str) -> float:
    """Seconds of one process."""
    started = time.perf_counter()
    run_to_text(project, *arguments)
    return time.perf_counter() - started


def run_to_text(project: Path, *arguments: str) -> str:
    """What one process prints."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, "-m", "headway_cli", *arguments],
        cwd=project,
        env=environment,
        capture_output=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr.decode()
    return done.stdout.decode()


if __name__ == "__main__":
    sys.exit(main())
