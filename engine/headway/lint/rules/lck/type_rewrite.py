"""LCK111."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from headway.effects import model as fx
from headway.effects.lock import Held
from headway.effects.narrowing import narrows
from headway.effects.stored_type import is_told, stored
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rule import UpgradeRule


class TypeRewrite(UpgradeRule):
    """Changes a column's type so that PostgreSQL writes the table anew.

    ## What
    ``alter_column(type_=…)`` from a type to one that is stored otherwise. A longer VARCHAR, TEXT for a VARCHAR and more
    digits of a NUMERIC are not. What the column has had ``existing_type`` tells, or else the history, or else what
    ``downgrade()`` gives back.

    ## Why
    The table and all its indexes are written anew under an ACCESS EXCLUSIVE lock: nobody reads or writes it, for minutes or
    hours, and it needs its size once more on disk. See https://www.postgresql.org/docs/current/sql-altertable.html
    Proved on PostgreSQL 18 and 15.

    ## Bad
    ```python
    op.alter_column("orders", "total", existing_type=sa.Integer(), type_=sa.BigInteger())
    ```

    ## Good
    ```python
    op.add_column("orders", sa.Column("total_2", sa.BigInteger()))
    # later: fill it in small steps, let the application write both, and drop the old one
    ```

    ## When to ignore
    The table is small, or nothing uses it while the migration runs.
    """

    code = "LCK111"
    name = "type-rewrite"
    by_size = True
    dialects = frozenset({"postgresql"})
    handles = (fx.AltersColumn,)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        assert isinstance(effect, fx.AltersColumn)
        if effect.new_type is None or facts.is_new_table(effect, file):
            return
        old, new = effect.existing_type, effect.new_type
        if not isinstance(new.name, str) or (old is None and not _is_like_no_other(new)):
            return
        lock = facts.lock_of(effect, "postgresql")
        if lock is None or lock.held is not Held.REWRITE or (old is not None and narrows(old, new)):
            return
        if facts.known.earlier.is_repeated(effect, file.revision):
            return
        # Who writes a cast knows that the two are not alike.
        is_certain = effect.using is not None or (is_told(old) and is_told(new))
        unless = "" if is_certain else "unless both are stored alike, "
        if effect.using is None and _adds_a_zone(old, new):
            is_certain, unless = False, "unless the session's time zone is UTC, "
        found = self.finding(
            f"changes {fx.shown(effect.table)}.{fx.shown(effect.column)} from {old or 'a type that nothing tells'} to {new}: "
            f"{unless}the table is written anew under a lock that stops every read and write (PostgreSQL)",
            "add a column of the new type, fill it in small steps while the application writes both, then drop the old one",
            effect.span,
            file.revision,
        )
        yield found if is_certain else replace(found, severity=Severity.WARNING)


def _adds_a_zone(old: fx.Type | None, new: fx.Type) -> bool:
    """Whether a timestamp gets a zone, or loses it: since PostgreSQL 12 a session in UTC writes nothing for that."""
    families = {getattr(None if one is None else stored(one), "family", "") for one in (old, new)}
    return families in ({"timestamp", "timestamptz"}, {"datetime", "timestamptz"})


def _is_like_no_other(new: fx.Type) -> bool:
    """Whether nearly every type that a column may have had is stored otherwise. A longer text is not."""
    found = stored(new)
    return found is not None and found.known and found.family not in ("varchar", "text", "numeric", "varbit", "inet")
