"""What a transaction of PostgreSQL has locked against everybody when it begins to work through rows. Judges nothing."""

from __future__ import annotations

import re

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.meaning.fills import is_of_every_row
from headway.pattern import pattern


def is_long(effect: fx.Effect, file: RevisionFile, facts: Facts) -> bool:
    """Whether an effect works through the rows of a table that has some, in the migration's transaction."""
    if not isinstance(effect, fx.ChangesData) or effect.verb not in ("UPDATE", "DELETE", "MERGE") or effect.autocommit:
        return False
    of_one_row = isinstance(effect.where, str) and _IS_ONE_ROW.fullmatch(effect.where) is not None
    if of_one_row and not any(loop.holds(effect.span) for loop in file.written.row_loops):
        return False
    return isinstance(effect.table, str) and not facts.is_new_table(effect, file)


_IS_ONE_ROW = pattern(
    r"""\s*\(?\s*(?:[\w"]+\.)?["`]?(?:uu)?id["`]?\s*=\s*(?:%s|%\(\w+\)s|:\w+|\?|\$\d+|\d+|'[^']*'|hw_hole\w*)\s*\)?\s*""",
    re.I,
)
"""A condition on the key alone."""


def before(effect: fx.Effect, file: RevisionFile) -> list[fx.Effect]:
    """The effects earlier in the same transaction."""
    return [
        other
        for other in file.upgrade_effects
        if other.order < effect.order and other.transaction == effect.transaction and not other.autocommit
    ]


def locked(effect: fx.Effect, file: RevisionFile, facts: Facts) -> fx.TableEffect | None:
    """What has locked an existing table against everybody, earlier in the same transaction."""
    fills_all = isinstance(effect, fx.ChangesData) and is_of_every_row(effect, file, facts)
    gone, seen = None, 0
    for other in before(effect, file):
        lock = facts.lock_of(other, "postgresql")
        if not isinstance(other, fx.TableEffect) or lock is None or not lock.blocks_reads:
            continue
        if isinstance(other, fx.DropsTable) and facts.known.earlier.is_left_over(other, file.revision):
            continue
        # To fill a column of the same table is what one has locked it for.
        worse = other.table != getattr(effect, "table", None) or fills_all
        if worse and not facts.is_new_table(other, file):
            if not isinstance(other, fx.DropsTable):
                return other
            gone = gone or other  # who waits for that one fails anyway: one that stays says more
            seen += 1
            if seen > _MANY:
                break
    return gone


_MANY = 20
"""Among so many tables that go the first is as good as one that stays."""


def held_by(effect: fx.Effect, file: RevisionFile, facts: Facts) -> fx.TableEffect | None:
    """What keeps its lock until the long ``effect`` is done, where it is the first of its revision of which that is so."""
    if not facts.runs_on("postgresql") or not fx.can_run_on(effect, frozenset({"postgresql"})):
        return None
    if not is_long(effect, file, facts):
        return None
    if any(is_long(other, file, facts) and locked(other, file, facts) for other in before(effect, file)):
        return None
    return locked(effect, file, facts)
