"""The databases by their names, and how one is written with the version of its server: ``postgresql 16``. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from headway.pattern import pattern
from headway.valueclass import valueclass

DIALECTS = ("sqlite", "postgresql", "mysql", "mariadb", "mssql", "oracle")

Version = tuple[int, ...]
"""``(16,)``, ``(10, 11, 6)``; empty where nothing is told."""

_VERSION = pattern(r"\d+(?:\.\d+)*")


@valueclass(frozen=True, slots=True)
class Databases:
    """Those that a history runs on, as far as anything tells."""

    names: frozenset[str] = frozenset()
    versions: Mapping[str, Version] = field(default_factory=dict)
    source: str = ""
    """What has told: ``.headway.yml``, ``sqlalchemy.url``, ``--dialect``, or a file; empty where nothing has."""

    def __str__(self) -> str:
        if not self.names:
            return "no database known"
        shown = [
            " ".join([name, ".".join(map(str, self.versions.get(name, ())))]).strip() for name in sorted(self.names)
        ]
        return f"{', '.join(shown)}, from {self.source}"


def parse(text: str) -> tuple[str, Version]:
    """The name and the version of ``postgresql 16`` or ``postgresql``. Raises ValueError, which says what is wrong."""
    name, *rest = text.split() or [""]
    if name not in DIALECTS:
        raise ValueError(f"'{name}' is no database that is known; write one of {', '.join(DIALECTS)}")
    if len(rest) > 1 or (rest and not _VERSION.fullmatch(rest[0])):
        raise ValueError(f"'{' '.join(rest)}' is no version of a server; write '{name} 16'")
    return name, version_of(rest[0] if rest else "")


def version_of(text: str) -> Version:
    """The leading numbers of a server's version: ``10.11.6-MariaDB`` is (10, 11, 6)."""
    found = _VERSION.match(text)
    return tuple(map(int, found[0].split("."))) if found else ()


def same_release(database: str, one: Version, other: Version) -> bool:
    """Whether two versions are of one release, as far as both are told: PostgreSQL counts these by its first number, the
    others by their first two. See https://www.postgresql.org/support/versioning/"""
    count = min(1 if database == "postgresql" else 2, len(one), len(other))
    return one[:count] == other[:count]
