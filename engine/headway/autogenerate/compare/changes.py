"""What one kind of object needs: first what goes, then what comes. A table's changes are made of several of these."""

from __future__ import annotations

from dataclasses import dataclass, field

from headway.operations.base import MigrateOperation


@dataclass
class Changes:
    """Kept apart, because what goes must go before anything of another kind can come in its place."""

    drops: list[MigrateOperation] = field(default_factory=list)
    creates: list[MigrateOperation] = field(default_factory=list)
