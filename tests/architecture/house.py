"""The modules of the house, what each imports, and the layers that ARCHITECTURE.md draws. No tests of its own."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = {"headway": ROOT / "engine" / "headway", "headway_cli": ROOT / "entrypoint" / "headway_cli"}


@dataclass(frozen=True)
class Module:
    """One source file under its dotted name."""

    name: str
    path: Path

    @property
    def tree(self) -> ast.Module:
        return _parsed(self.path)

    def imports(self) -> Iterator[tuple[str, int]]:
        """Every module that is imported anywhere in the file, in functions and TYPE_CHECKING too, with its line."""
        package = self.name if self.path.name == "__init__.py" else self.name.rpartition(".")[0]
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((alias.name, node.lineno) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                base = node.module or ""
                if node.level:
                    above = package.split(".")[: len(package.split(".")) - node.level + 1]
                    base = ".".join([*above, *([base] if base else [])])
                for alias in node.names:
                    inner = f"{base}.{alias.name}"
                    yield (inner if inner in modules() else base), node.lineno
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "import_own":
                (name,) = node.args
                yield ast.literal_eval(name), node.lineno


@cache
def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


@cache
def modules() -> dict[str, Module]:
    """Every module of the two packages by name."""
    found = {}
    for package, root in SOURCES.items():
        for path in sorted(root.rglob("*.py")):
            if "templates" in path.parts:
                continue  # files that are written into users' projects
            parts = [package, *path.relative_to(root).with_suffix("").parts]
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            found[name] = Module(name, path)
    return found


@cache
def layers() -> list[list[str]]:
    """The diagram of ARCHITECTURE.md, topmost layer first; names on one line are siblings."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    block = text.split("## Layers", 1)[1].split("```")[1]
    rows = []
    for line in block.splitlines():
        names = re.findall(r"\bheadway(?:_cli)?(?:\.\w+)+", re.split(r"\s{3,}", line.strip())[0])
        if names:
            rows.append(names)
    return rows


def place_of(name: str) -> tuple[int, str] | None:
    """The layer's number (0 is the top) and the drawn name that ``name`` belongs to; None when nobody placed it."""
    for number, row in enumerate(layers()):
        for drawn in row:
            if name == drawn or name.startswith(f"{drawn}."):
                return number, drawn
    return None


def ours(name: str) -> bool:
    return name.partition(".")[0] in SOURCES
