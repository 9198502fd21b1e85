"""What the rules share that judge locks of MySQL and MariaDB: which of them speaks, and the lock that it speaks of."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from headway.effects import model as fx
from headway.effects.lock import Held, Lock
from headway.effects.stored_type import stored
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding
from headway.lint.rule import UpgradeRule

NAMES = {"mysql": "MySQL", "mariadb": "MariaDB"}
PARTITIONS = ("PARTITION BY", "REMOVE PARTITIONING", "REORGANIZE PARTITION", "COALESCE PARTITION", "REBUILD PARTITION")


class MySqlRule(UpgradeRule):
    """Judges the effects of one sort, by the worst lock among the databases of the history."""

    dialects = frozenset(NAMES)
    sort: ClassVar[str]
    """What :func:`sort_of` calls the effects it judges."""

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        if sort_of(effect) != self.sort or facts.is_new_table(effect, file):
            return
        if isinstance(effect, fx.AltersColumn) and effect.new_type is not None:
            effect = facts.known.before.with_charset(effect, file.revision)
        worst = worst_lock(effect, facts)
        if worst is not None:
            yield from self.check_lock(effect, *worst, file)

    @abstractmethod
    def check_lock(self, effect: fx.Effect, lock: Lock, database: str, file: RevisionFile) -> Iterator[Finding]:
        """Every finding of this rule, where the effect takes ``lock`` on ``database``."""


def sort_of(effect: fx.Effect) -> str:
    """Which rule an effect belongs to, the more specific before the general: it is judged by no other."""
    match effect:
        case (
            fx.AddsConstraint(kind=fx.ConstraintKind.PRIMARY_KEY)
            | fx.DropsConstraint(kind=fx.ConstraintKind.PRIMARY_KEY)
        ):
            return "primary key"
        case fx.AddsConstraint(kind=fx.ConstraintKind.FOREIGN_KEY):
            return "foreign key"
        case fx.AddsColumn(column=fx.Column(computed_stored=True) | fx.Column(identity=True)):
            return "stored column"
        case fx.AltersTable(action=action) if _writes_anew(action):
            return "table"
        case fx.AltersColumn() if _labels(effect.new_type) is not None and _labels(effect.existing_type) is not None:
            return "labels"
    return "other"


def worst_lock(effect: fx.Effect, facts: Facts) -> tuple[Lock, str] | None:
    """The worst lock that the effect takes on one of the history's databases, and that one's name."""
    found = [
        (lock, NAMES[database])
        for database in sorted(facts.dialects & NAMES.keys(), reverse=True)
        if fx.can_run_on(effect, frozenset({database})) and (lock := facts.lock_of(effect, database)) is not None
    ]
    return max(found, key=lambda one: (one[0].blocks_reads, one[0].blocks_writes, _SLOW[one[0].held]), default=None)


def labels_of(type_: fx.Type | None) -> tuple[object, ...] | None:
    """The labels of an ENUM or SET; None where it is another type or they are not all known."""
    return _labels(type_)


_SLOW = {Held.INSTANT: 0, Held.SCAN: 1, Held.REWRITE: 2}


def _writes_anew(action: str) -> bool:
    return action in ("ENGINE", *PARTITIONS) or action.startswith("CONVERT TO")


def _labels(type_: fx.Type | None) -> tuple[object, ...] | None:
    one = None if type_ is None else stored(type_)
    if type_ is None or one is None or one.family not in ("enum", "set"):
        return None
    return type_.arguments if all(isinstance(label, str) for label in type_.arguments) else None
