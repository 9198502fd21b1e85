"""Raw SQL to effects. The one door of this package.

Everything is read by small readers of our own over tokens, DML as well as DDL: a parser of general use falls back to
"some command" for most of what migrations hold as text (PRAGMA, DO, ALTER TYPE, triggers, several actions of one ALTER
TABLE), loses the places of statements, and refuses a whole text for one clause. Each reader takes what it knows and the
statement must be used up at its end; whatever is left over makes it unread, which is said.
"""

from __future__ import annotations

from dataclasses import replace

from headway.effects import model as fx
from headway.reading.sql.cursor import Script
from headway.reading.sql.statement import read_script

_ORDER = ("postgresql", "mysql", "mariadb", "sqlite", "mssql", "oracle")
"""In which order databases are tried; the first is what a text is read for when nothing is known."""
_KIN = {"redshift": "postgresql", "cockroachdb": "postgresql", "duckdb": "postgresql"}


def read_sql(source: fx.SqlSource, databases: frozenset[str] | None) -> tuple[fx.Effect, ...]:
    """What the statements of a text do, in their order. Never raises.

    Takes the names of the databases that it can run on, or None when nothing is known of them. Where they read the
    text differently, an effect that only some of them see says so in its ``databases``; a database that does not
    understand the text is left out when another understands all of it. What no database's reader understands is
    ``RunsSql(understood=False)``.
    """
    if databases is None:
        return _first_understood(source)
    known = {_KIN.get(name, name) for name in databases}
    candidates = [name for name in _ORDER if name in known]
    if not candidates:
        return _first_understood(source)
    readings = {name: read_script(Script(source, name)) for name in candidates}
    if len(set(readings.values())) == 1:
        return readings[candidates[0]]
    whole = {name: effects for name, effects in readings.items() if not any(map(_is_unread, effects))}
    return _merged(whole or readings)


def _first_understood(source: fx.SqlSource) -> tuple[fx.Effect, ...]:
    best: tuple[fx.Effect, ...] | None = None
    for name in _ORDER:
        effects = read_script(Script(source, name))
        if not any(map(_is_unread, effects)):
            return effects
        best = effects if best is None else best
    return best or ()


def _is_unread(effect: fx.Effect) -> bool:
    return isinstance(effect, fx.RunsSql) and not effect.understood


def _merged(readings: dict[str, tuple[fx.Effect, ...]]) -> tuple[fx.Effect, ...]:
    """What all readings begin and end with, and between them what each sees, with the databases that see it.

    So the effects of each database keep their order.
    """
    shortest = min(map(len, readings.values()))
    before = _agreed([effects[:shortest] for effects in readings.values()])
    after = _agreed([effects[::-1][: shortest - before] for effects in readings.values()])
    middles: dict[tuple[fx.Effect, ...], set[str]] = {}
    for name, effects in readings.items():
        middles.setdefault(effects[before : len(effects) - after], set()).add(name)
    some = next(iter(readings.values()))
    between = [replace(effect, databases=frozenset(names)) for effects, names in middles.items() for effect in effects]
    return (*some[:before], *(between if len(middles) > 1 else next(iter(middles))), *some[len(some) - after :])


def _agreed(readings: list[tuple[fx.Effect, ...]]) -> int:
    """How many effects all readings begin with."""
    count = 0
    for alike in zip(*readings, strict=False):
        if len(set(alike)) > 1:
            break
        count += 1
    return count
