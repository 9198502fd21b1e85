"""How long ``headway ci`` takes: the example for the first and the second time, and one new revision on a long history.

    python bench/ci.py                       # all of it
    python bench/ci.py --revisions 100       # a shorter history

Each line is a whole process, with warm bytecode, after one that was not counted. Nothing is compared: Alembic has no
such command.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from histories import Revision, linear
from projects import write_revisions

ROOT = Path(__file__).resolve().parents[1]
KINDS = ("sqlite", "postgresql")

ENV = """from alembic import context
from sqlalchemy import engine_from_config

engine = engine_from_config(context.config.get_section("alembic"), prefix="sqlalchemy.")
with engine.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""


def main() -> None:
    """Prints a line for each measurement."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--revisions", type=int, default=500, help="the length of the history")
    revisions = parser.parse_args().revisions
    with tempfile.TemporaryDirectory(prefix="headway-bench-") as folder:
        for what, seconds, replays in (*_example(Path(folder)), *_history(Path(folder), revisions)):
            print(f"{what:58} {seconds:6.2f} s   {replays}", flush=True)


def _example(folder: Path) -> Iterator[tuple[str, float, str]]:
    shop = folder / "storefront"
    shutil.copytree(ROOT / "examples" / "storefront", shop, ignore=shutil.ignore_patterns(".headway", "__pycache__"))
    _ci(shop, "--no-cache")
    yield "the example, on SQLite and PostgreSQL, keeping nothing", *_ci(shop, "--no-cache")
    yield "the example, for the first time", *_ci(shop)
    yield "the example, for the second time", *_ci(shop)


def _history(folder: Path, count: int) -> Iterator[tuple[str, float, str]]:
    for kind in KINDS:
        project = folder / f"history-{kind}"
        (project / "migrations" / "versions").mkdir(parents=True)
        (project / "alembic.ini").write_text(
            f"[alembic]\nscript_location = %(here)s/migrations\nsqlalchemy.url = {kind}://\n"
        )
        (project / "migrations" / "env.py").write_text(ENV)
        history = linear(count + 2)
        _write(project, history[: count + 1], released=history[count - 1])
        yield f"{kind}: one new revision on {count}, first time", *_ci(project, "--scratch", kind)
        yield f"{kind}: one new revision on {count}, second time", *_ci(project, "--scratch", kind)
        _write(project, history, released=history[count])
        yield f"{kind}: it is released, and one more is new", *_ci(project, "--scratch", kind)
        yield f"{kind}: the same, keeping nothing", *_ci(project, "--scratch", kind, "--no-cache")


def _write(project: Path, revisions: list[Revision], released: Revision) -> None:
    write_revisions(project / "migrations" / "versions", revisions)
    (project / ".headway.yml").write_text(
        f"baseline: {released.id}\nfail_on: error\nstages: {{lint: off, drift: off}}\n"
    )


def _ci(project: Path, *options: str) -> tuple[float, str]:
    """The seconds, and what the replays began with. Raises RuntimeError for a run that is not green."""
    env = {name: value for name, value in os.environ.items() if name not in ("CI", "PYTHONDONTWRITEBYTECODE")}
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-P", "-m", "headway_cli", "ci", "-q", *options],
        cwd=project,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - started
    if done.returncode != 0:
        raise RuntimeError(done.stdout + done.stderr)
    return seconds, "; ".join(line.partition(" s  ")[2] for line in done.stdout.splitlines() if "replay" in line)


if __name__ == "__main__":
    main()
