"""Reads pieces of migrations and says what was read in short words. No tests of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from textwrap import dedent, indent

from headway.effects import model as fx
from headway.reading.migration import Migration, read_migration

HEADER = 'import sqlalchemy as sa\nfrom alembic import op\n\nrevision = "b2"\ndown_revision = "a1"\n\n'


@dataclass(frozen=True)
class Texts:
    """Modules given as texts."""

    modules: Mapping[str, str]

    def find(self, name: str) -> tuple[str, str, str] | None:
        text = self.modules.get(name)
        return None if text is None else (f"{name.replace('.', '/')}.py", text, name.rpartition(".")[0])


def read(
    upgrade: str,
    module: str = "",
    modules: Mapping[str, str] | None = None,
    databases: frozenset[str] | None = frozenset({"postgresql"}),
) -> Migration:
    """A revision with this ``upgrade()`` and this text above it."""
    source = HEADER + dedent(module)
    if not re.search(r"^(async )?def upgrade|^upgrade =", module, re.M):
        source += f"\n\ndef upgrade():\n{indent(dedent(upgrade).strip() or 'pass', '    ')}\n"
    source += "\n\ndef downgrade():\n    pass\n"
    return read_migration("b2.py", source, databases=databases, library=Texts(modules or {}), package="shop.versions")


def words(effect: fx.Effect) -> str:
    """An effect in short words: its class, the names in it, and what surrounds it."""
    name = type(effect).__name__
    parts = [name]
    if isinstance(effect, fx.NotAnalysed):
        return f"unread: {effect.reason}"
    if isinstance(effect, fx.RunsSql) and not effect.understood:
        return "unread: SQL"
    for field in ("verb", "kind", "table", "name", "column", "new_name"):
        value = getattr(effect, field, None)
        if isinstance(value, fx.Column):
            value = value.name
        if isinstance(value, fx.ConstraintKind | fx.ObjectKind):
            value = value.value
        if value is not None:
            parts.append(str(value) if isinstance(value, str) else fx.shown(value))
    if effect.conditional:
        parts.append("maybe")
    if effect.autocommit:
        parts.append("autocommit")
    if effect.databases is not None:
        parts.append("on " + "/".join(sorted(effect.databases)))
    return " ".join(parts)


def said(migration: Migration) -> list[str]:
    """What ``upgrade()`` does, reads and settings left out."""
    assert migration.upgrade is not None
    left_out = (fx.Reads, fx.SetsSetting)
    harmless = [e for e in migration.upgrade.effects if isinstance(e, fx.RunsSql) and e.understood]
    return [words(e) for e in migration.upgrade.effects if not isinstance(e, left_out) and e not in harmless]
