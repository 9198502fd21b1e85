"""The operations of the new revisions, and the locks that they take on tables that may have rows. Judges nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from headway.effects import model as fx
from headway.effects.keys import foreign_keys
from headway.effects.lock import Held, Lock
from headway.lint.change import Change, Operation, TakenLock
from headway.lint.facts import Facts, RevisionFile


def changes_of(facts: Facts) -> tuple[Change, ...]:
    """What each examined revision that is new does, in the order of the files.

    A lock on a table that another new revision has made is left out: nobody waits for it.
    """
    new = [file for file in facts.examined if file.revision in facts.new]
    return tuple(Change(file.revision, file.path, tuple(_operations(file, facts))) for file in new)


def _operations(file: RevisionFile, facts: Facts) -> Iterator[Operation]:
    """One for each place of ``upgrade()``, which in a loop has many effects."""
    places: dict[tuple[int, int], list[fx.Effect]] = {}
    for effect in file.upgrade_effects:
        places.setdefault((effect.span.line, effect.span.column), []).append(effect)
    for (line, _), effects in sorted(places.items()):
        end = max(effect.span.end_line or line for effect in effects)
        source = " ".join(" ".join(file.migration.lines[line - 1 : end]).split())
        yield Operation(line, source, tuple(_strongest(effects, file, facts)), any(map(_is_unread, effects)))


def _is_unread(effect: fx.Effect) -> bool:
    """Whether nobody knows all of its locks: it was not read, or takes along what it does not name."""
    if isinstance(effect, fx.RunsSql):
        return not effect.understood
    unnamed = isinstance(effect, fx.CreatesObject | fx.DropsObject | fx.DropsEnum)
    partition = isinstance(effect, fx.AltersTable) and "PARTITION" in effect.action
    return isinstance(effect, fx.NotAnalysed) or unnamed or partition or getattr(effect, "cascade", False) is True


def _strongest(effects: Iterable[fx.Effect], file: RevisionFile, facts: Facts) -> Iterator[TakenLock]:
    """Of each table on each database the strongest lock."""
    found: dict[tuple[str, str], Lock] = {}
    rows: set[tuple[str, str]] = set()
    for effect in effects:
        for database in sorted(facts.dialects):
            lock = facts.lock_of(effect, database) if fx.can_run_on(effect, frozenset({database})) else None
            if lock is None:
                continue
            for table in _tables(effect, lock, file, facts):
                if isinstance(effect, fx.ChangesData) and effect.verb != "INSERT":
                    rows.add((database, table))
                known = found.get((database, table))
                found[database, table] = lock if known is None or _weight(lock) > _weight(known) else known
    for (database, table), lock in found.items():
        yield TakenLock(database, table, replace(lock, referent=False), (database, table) in rows)


def _weight(lock: Lock) -> tuple[bool, bool, int]:
    return lock.blocks_reads, lock.blocks_writes, list(Held).index(lock.held)


def _tables(effect: fx.Effect, lock: Lock, file: RevisionFile, facts: Facts) -> Iterator[str]:
    """The tables that ``lock`` is taken on and that may have rows, by their names."""
    own = getattr(effect, "table", None)
    if not isinstance(effect, fx.CreatesTable) and not facts.is_new_table(effect, file):
        yield _name(own, getattr(effect, "schema", None))
    if not lock.referent:
        return
    if isinstance(effect, fx.DropsConstraint) and effect.kind is fx.ConstraintKind.FOREIGN_KEY:
        yield "(the table that it points to)"
    if isinstance(effect, fx.DropsTable | fx.DropsColumn):
        yield from (_name(name, schema or None) for schema, name in facts.known.before.points_to(effect, file.revision))
    for key in foreign_keys(effect):
        pointed = fx.LocksTable(span=effect.span, order=effect.order, table=key.table or fx.UNKNOWN, schema=key.schema)
        if key.table != own and not facts.is_new_table(pointed, file):
            yield _name(key.table, key.schema)


def _name(table: object, schema: object) -> str:
    """A table as people write it; an operation on an index or on SQL may not name any."""
    if table is None or isinstance(table, fx.Unknown):
        return "(a table not named here)"
    return f"{fx.shown(schema)}.{fx.shown(table)}" if isinstance(schema, str) else fx.shown(table)
