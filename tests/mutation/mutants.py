"""Changes the program in small ways, one at a time, and runs the tests nearest to each change: do they notice?

``./dev mutants [ROOM …]`` draws mutants with a fixed seed in the rooms of ``nearest.yml`` and lists the survivors. A
survivor is either a change that nobody could notice, or a test that is missing.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Queue

import yaml

ROOT = Path(__file__).resolve().parents[2]
NEAREST = Path(__file__).with_name("nearest.yml")
LEFT_OUT = (".git", ".venv", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis")
LONGEST = 600  # seconds that the tests of one mutant may take before it counts as noticed

_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}


@dataclass(frozen=True)
class Mutant:
    """One changed file."""

    path: Path
    line: int
    what: str
    number: int
    """Which of the places of the file is changed."""

    def in_place_of(self, original: str) -> str:
        """The text of the changed file."""
        tree = ast.parse(original)
        place = _places(tree)[self.number]
        for what, change in _changes(place):
            if what == self.what:
                change(place)
        return ast.unparse(ast.fix_missing_locations(tree))


def mutants_of(path: Path) -> Iterator[Mutant]:
    """Every mutant of a file, in the order of its lines."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    guards = _guards(tree)
    for number, node in enumerate(_places(tree)):
        for what, _ in () if node in guards else _changes(node):
            yield Mutant(path, getattr(node, "lineno", 0), what, number)


def _places(tree: ast.AST) -> list[ast.AST]:
    return [node for node in ast.walk(tree) if _is_code(node)]


def _guards(tree: ast.AST) -> set[ast.AST]:
    """What holds programmers back and does nothing else: ``frozen`` and ``slots`` of a dataclass."""
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    return {node for one in classes for decorator in one.decorator_list for node in ast.walk(decorator)}


def _is_code(node: ast.AST) -> bool:
    kinds = (ast.Compare, ast.BoolOp, ast.UnaryOp, ast.Constant, ast.If, ast.Return, ast.Expr, ast.Raise, ast.BinOp)
    return isinstance(node, kinds)


def _changes(node: ast.AST) -> Iterator[tuple[str, Callable[[ast.AST], None]]]:
    match node:
        case ast.Compare(ops=[op]) if type(op) in _COMPARISONS:
            new = _COMPARISONS[type(op)]
            yield f"{type(op).__name__} becomes {new.__name__}", lambda n: setattr(n, "ops", [new()])
        case ast.BoolOp():
            new_op = ast.Or if isinstance(node.op, ast.And) else ast.And
            yield f"{type(node.op).__name__} becomes {new_op.__name__}", lambda n: setattr(n, "op", new_op())
        case ast.UnaryOp(op=ast.Not()):
            yield "not is left out", lambda n: _replace(n, n.operand)
        case ast.Constant(value=bool(value)):
            yield f"{value} becomes {not value}", lambda n: setattr(n, "value", not value)
        case ast.Constant(value=int(value)):
            yield f"{value} becomes {value + 1}", lambda n: setattr(n, "value", value + 1)
        case ast.BinOp(op=ast.Add()):
            yield "+ becomes -", lambda n: setattr(n, "op", ast.Sub())
        case ast.If():
            yield "the condition is turned round", lambda n: setattr(n, "test", ast.UnaryOp(ast.Not(), n.test))
        case ast.Return(value=ast.expr() as value) if ast.unparse(value) != "None":
            yield "None is returned", lambda n: setattr(n, "value", ast.Constant(None))
        case ast.Expr(value=ast.Call()):
            yield "a call is left out", lambda n: setattr(n, "value", ast.Constant(None))
        case ast.Raise(exc=ast.expr()):
            yield "nothing is raised", lambda n: _replace(n, ast.Pass())


def _replace(node: ast.AST, other: ast.AST) -> None:
    """Turns a node into another one, in place."""
    node.__class__ = other.__class__  # type: ignore[assignment]
    node.__dict__.clear()
    node.__dict__.update(other.__dict__)


def draw(rooms: list[str], count: int, seed: int) -> list[tuple[Mutant, list[str]]]:
    """``count`` mutants of the rooms, evenly over their code, each with the tests nearest to it."""
    nearest: dict[str, list[str]] = yaml.safe_load(NEAREST.read_text())
    found: list[tuple[Mutant, list[str]]] = []
    for place, tests in nearest.items():
        if rooms and not any(place.startswith(room) for room in rooms):
            continue
        paths = [ROOT / place] if place.endswith(".py") else sorted((ROOT / place).rglob("*.py"))
        longer = [ROOT / other for other in nearest if other.startswith(f"{place}/")]
        for path in paths:
            if not any(path.is_relative_to(other) for other in longer):
                found += [(mutant, tests) for mutant in mutants_of(path)]
    found.sort(key=lambda pair: (pair[0].path, pair[0].number))  # whatever is near to what, the draw is the same
    chosen = random.Random(seed).sample(found, min(count, len(found)))
    return sorted(chosen, key=lambda pair: (str(pair[0].path), pair[0].line))


def is_noticed(mutant: Mutant, tests: list[str], place: Path) -> bool:
    """Whether a test fails with the mutant in a copy of the project at ``place``."""
    target = place / mutant.path.relative_to(ROOT)
    original = target.read_text(encoding="utf-8")
    target.write_text(mutant.in_place_of(original), encoding="utf-8")
    try:
        return not do_pass(tests, place)
    finally:
        target.write_text(original, encoding="utf-8")


def do_pass(tests: list[str], place: Path) -> bool:
    """Whether the tests of the copy at ``place`` pass on the headway of that copy, whichever one is installed."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "--no-header", *tests]
    roots = os.pathsep.join(str(place / root) for root in ("engine", "entrypoint"))
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": roots}
    try:
        done = subprocess.run(command, cwd=place, env=environment, capture_output=True, timeout=LONGEST, check=False)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0  # not 2 either, a module that cannot be imported, nor what a process was ended with


def main() -> int:
    """Draws, runs and reports; 1 when more than ``--most`` survive."""
    parser = argparse.ArgumentParser(prog="./dev mutants", description=__doc__)
    parser.add_argument("rooms", nargs="*", help="only places of nearest.yml that begin so")
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--seed", type=int, default=9)
    parser.add_argument("--most", type=int, default=3, help="how many may survive")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--list", action="store_true", help="only show what would be drawn")
    arguments = parser.parse_args()
    for tests in yaml.safe_load(NEAREST.read_text()).values():
        for test in tests:
            if not (ROOT / test).exists():
                parser.error(f"{NEAREST.name}: there is no {test}")
    drawn = draw(arguments.rooms, arguments.count, arguments.seed)
    if arguments.list:
        for mutant, _ in drawn:
            print(f"{mutant.path.relative_to(ROOT)}:{mutant.line}: {mutant.what}")
        return 0
    started = time.monotonic()
    survivors = _run(drawn, arguments.processes)
    for mutant in survivors:
        print(f"survived: {mutant.path.relative_to(ROOT)}:{mutant.line}: {mutant.what}")
    seconds = time.monotonic() - started
    print(f"{len(drawn)} mutants, {len(drawn) - len(survivors)} noticed, {len(survivors)} survived, {seconds:.0f} s")
    return int(len(survivors) > arguments.most)


def _run(drawn: list[tuple[Mutant, list[str]]], processes: int) -> list[Mutant]:
    places: Queue[Path] = Queue()
    survivors: list[Mutant] = []
    with tempfile.TemporaryDirectory(prefix="hw-mutants-") as directory:
        for number in range(processes):
            place = Path(directory) / str(number)
            shutil.copytree(ROOT, place, ignore=shutil.ignore_patterns(*LEFT_OUT), symlinks=True)
            places.put(place)
        _check_unchanged(drawn, place, processes)

        def one(pair: tuple[Mutant, list[str]]) -> None:
            place = places.get()
            try:
                noticed = is_noticed(*pair, place)
            finally:
                places.put(place)
            mutant = pair[0]
            print(f"{'noticed ' if noticed else 'SURVIVED'} {mutant.path.name}:{mutant.line} {mutant.what}", flush=True)
            if not noticed:
                survivors.append(mutant)

        with ThreadPoolExecutor(processes) as pool:
            list(pool.map(one, drawn))
    return sorted(survivors, key=lambda mutant: (str(mutant.path), mutant.line))


def _check_unchanged(drawn: list[tuple[Mutant, list[str]]], place: Path, processes: int) -> None:
    """Tests that fail without any mutant would notice every one."""
    tests = sorted({test for _, tests in drawn for test in tests})
    with ThreadPoolExecutor(processes) as pool:
        passed = list(pool.map(lambda test: do_pass([test], place), tests))
    if not all(passed):
        failed = [test for test, did in zip(tests, passed, strict=True) if not did]
        sys.exit(f"these tests fail on the program as it is: {' '.join(failed)}")


if __name__ == "__main__":
    sys.exit(main())
