"""The bank: what migrations do, as data. One YAML file per family of operations; reads them, runs nothing.

A case is written as a migration is (``upgrade`` and ``downgrade``, with ``op`` and ``sa``) and counts once for each
dialect that it runs on. Its keys:

``name``       unique in its file
``upgrade``    the body of ``upgrade()``
``downgrade``  the body of ``downgrade()``; optional
``before``     what a real database holds before the upgrade; left out of the offline script
``dialects``   the dialects; all six when absent
``naming``     the naming convention of the target metadata
``opts``       options of ``context.configure()``
``refused``    dialect -> words: both tools refuse, and these words are in headway's message
``stuck``      the same for the downgrade
``silent``     true: it may print nothing, because there is nothing to do
``unordered``  true: Alembic gives the statements in an order that changes from run to run
``differs``    dialect -> an intended difference: ``why`` names an entry of docs/differences.md, ``sql`` is what headway's
               upgrade is instead (``refused`` when it is none, with ``words`` of the message), ``back`` the same for
               the downgrade; what is absent is Alembic's
``servers``    the real databases it is executed on; all of ``dialects`` that are real and do not refuse, when absent
``fails``      database -> words: the server itself refuses, with these words, whichever tool asks
``sticks``     the same for the downgrade
``apart``      database -> entry of docs/differences.md that says why the two results differ on a server
``kept``       lines of the structure that headway's result has, whatever Alembic's has
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any

import yaml

PLACE = Path(__file__).parent
DIALECTS = ("postgresql", "mysql", "mariadb", "sqlite", "mssql", "oracle")
SERVERS = ("sqlite", "postgresql", "mariadb")


@dataclass(frozen=True)
class Difference:
    """An intended difference."""

    why: str
    sql: str | None = None
    back: str | None = None
    words: str = ""


@dataclass(frozen=True)
class Case:
    """One case of the bank."""

    family: str
    name: str
    upgrade: str
    downgrade: str = ""
    before: str = ""
    dialects: Sequence[str] = DIALECTS
    naming: Mapping[str, str] | None = None
    opts: Mapping[str, Any] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    stuck: Mapping[str, str] = field(default_factory=dict)
    silent: bool = False
    unordered: bool = False
    differs: Mapping[str, Difference] = field(default_factory=dict)
    servers: Sequence[str] | None = None
    fails: Mapping[str, str] = field(default_factory=dict)
    sticks: Mapping[str, str] = field(default_factory=dict)
    apart: Mapping[str, str] = field(default_factory=dict)
    kept: Sequence[str] = ()

    @property
    def id(self) -> str:
        return f"{self.family}/{self.name}"

    def runs_on(self) -> list[str]:
        """The real databases that execute it."""
        if self.servers is not None:
            return list(self.servers)
        refusing = {*self.refused, *(name for name, how in self.differs.items() if how.sql == "refused")}
        return [name for name in SERVERS if name in self.dialects and name not in refusing]


@cache
def bank(folder: str = "cases") -> tuple[Case, ...]:
    """Every case of every family in ``cases``, or in ``batches``. Raises ValueError for one that is written wrongly."""
    return tuple(case for path in sorted((PLACE / folder).glob("*.yml")) for case in _family(path))


def _family(path: Path) -> list[Case]:
    cases = [_case(path.stem, entry) for entry in yaml.safe_load(path.read_text(encoding="utf-8"))]
    names = [case.name for case in cases]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"{path.name}: more than one case is called {', '.join(sorted(twice))}")
    return cases


def _case(family: str, entry: dict[str, Any]) -> Case:
    name = entry.get("name", "without a name")
    known = {item.name for item in fields(Case)} - {"family"}
    if unknown := entry.keys() - known:
        raise ValueError(f"{family}/{name}: unknown keys {', '.join(sorted(unknown))}")
    if "differs" in entry:
        entry["differs"] = {dialect: Difference(**how) for dialect, how in entry["differs"].items()}
    case = Case(family=family, **entry)
    for key, allowed in (
        ("dialects", DIALECTS),
        ("refused", case.dialects),
        ("stuck", case.dialects),
        ("differs", case.dialects),
        ("servers", SERVERS),
    ):
        if wrong := set(getattr(case, key) or ()) - set(allowed):
            raise ValueError(f"{case.id}: '{key}' names {', '.join(sorted(wrong))}")
    for key in ("fails", "sticks", "apart"):
        if wrong := set(getattr(case, key)) - set(case.runs_on()):
            raise ValueError(f"{case.id}: '{key}' names {', '.join(sorted(wrong))}, where the case is not executed")
    return case
